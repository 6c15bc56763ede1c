// Package handover is how a new key comes to those who run the applications, as far as the
// operator's own files take part in it: a folder may name the old key, and a note tells what is
// to be done. Both faces hand over by it. Nothing here reads or writes a secret.
package handover

import (
	"context"
	"time"

	"keyturn/iamops/rotation"
	"keyturn/ui/words"
)

// Files are the operator's files.
type Files interface {
	// Search tells where a text stands in the files of a folder, as path:line.
	Search(ctx context.Context, folder, text string) (places []string, err error)
	// Write makes a new file, for the operator's eyes only, and tells its path.
	Write(name, text string) (path string, err error)
}

// Possible reports whether the new key is on its way to the applications, and there are files.
func Possible(f Files, s rotation.State) bool {
	handsOut := s.Step == rotation.Distribute || s.Step == rotation.Deactivate
	return f != nil && handsOut && s.New.Known() && s.Old.Known()
}

// WriteNote writes the note: by when they should have the new key, and which places name the
// old one. It tells the file's path.
func WriteNote(f Files, s rotation.State, deadline string, places []string, now time.Time) (string, error) {
	return f.Write(words.HandOverName(s), words.HandOver(s, deadline, places, now))
}
