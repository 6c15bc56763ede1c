package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// What is asked for a search in folders, and for a hand-over note.
const (
	SearchTitle   = "Look for the old key's ID in a folder"
	SearchAsk     = "Which folder?"
	HandOverTitle = "Write a note for the owner of the applications"
	HandOverAsk   = "By when should they have the new key? A date, or a word"
)

// SearchBody says what a search does.
func SearchBody(keyID string) []string {
	return []string{
		"keyturn reads the text files in it, such as .env files, CI configuration and shell profiles, and tells where " + keyID + " stands.",
		"Nothing is changed, and nothing leaves this machine.",
	}
}

// HandOverBody says what is in the note.
func HandOverBody() []string {
	return []string{"It names both keys, where the old one was seen, and the date. It holds no secret."}
}

// HandOverName is the name of the note's file.
func HandOverName(s rotation.State) string {
	return "keyturn-" + s.User + "-" + s.ID + "-hand-over.md"
}

// HandOver is the note for whoever runs the applications, as Markdown: which key replaces
// which, where the old one was seen, and until when. It holds no secret.
func HandOver(s rotation.State, deadline string, places []string, now time.Time) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# The access key of %s is being replaced", Escape(s.User))
	line("")
	line("- AWS account: %s", Escape(iamops.Account{ID: s.Account}.DisplayID()))
	line("- Old key: %s. It still works.", Code(s.Old.ID))
	line("- New key: %s. It works already. Its secret is not in this note.", Code(s.New.ID))
	line("- Please use the new key by: **%s**. The old one is switched off after that.", Escape(deadline))
	line("")
	line("Written %s. As soon as your application has the new key, its next call shows that it has moved.", now.UTC().Format("2006-01-02 15:04 UTC"))
	if users := s.Evidence.Old; len(users) > 0 {
		line("")
		line("## Where the old key was seen")
		line("")
		for _, u := range users {
			mark := " "
			if s.Evidence.Moved(u) {
				mark = "x"
			}
			line("- [%s] %s", mark, Escape(KeyUser(u, now)))
		}
		line("")
		line("A tick means that it has been seen on the new key. Data events, such as reading S3 objects, are not in this list.")
	}
	if len(places) > 0 {
		line("")
		line("## Files that name it")
		line("")
		for _, p := range places {
			line("- %s", Code(p))
		}
	}
	return b.String()
}
