package delivery

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"unicode"
)

// outputLimit is how much of a command's output is kept, in bytes.
const outputLimit = 64 << 10

// output keeps the first bytes that a command prints, and takes the rest without
// keeping it, so that a flood neither fills the memory nor stops the command.
type output struct {
	mu   sync.Mutex
	text []byte
	more bool
}

// Write never fails.
func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := min(len(text), outputLimit-len(o.text))
	o.text = append(o.text, text[:room]...)
	o.more = o.more || room < len(text)
	return len(text), nil
}

// shown is the output as it may be seen: without what steers a terminal, and
// without any line that shows one of the secrets.
func (o *output) shown(secrets []string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(string(o.text), "?"))
	revealing := revealed(secrets)
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if revealing.in(line) {
			line = "(a line that shows the secret is left out)"
		}
		lines = append(lines, line)
	}
	// A secret may also be spread over lines too short to show it.
	joined := func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}
	text = strings.Join(lines, "\n")
	if revealing.in(strings.Map(joined, text)) {
		return "(the output shows the secret and is left out)"
	}
	if o.more {
		text += "\n(the rest is left out)"
	}
	return text
}

// runs are the pieces of secrets that no shown line may hold, by their length.
type runs map[int]map[string]bool

// revealed lists the runs of 6 characters of each secret, as it is, in hexadecimal
// and in base64, however it is aligned.
func revealed(secrets []string) runs {
	const run = 6
	found := runs{}
	add := func(text string, length int) {
		if found[length] == nil {
			found[length] = map[string]bool{}
		}
		for at := 0; at+length <= len(text); at++ {
			found[length][text[at:at+length]] = true
		}
	}
	for _, secret := range secrets {
		add(secret, min(run, len(secret)))
		add(hex.EncodeToString([]byte(secret)), 2*run)
		for shift := range 3 {
			// The first and the last group mix with what stands around the secret.
			encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
			if len(encoded) > 8 {
				add(encoded[4:len(encoded)-4], 8)
			}
		}
	}
	delete(found, 0)
	return found
}

// in reports whether a text holds one of the runs. Hexadecimal may be in either
// case, base64 in either alphabet.
func (r runs) in(text string) bool {
	forms := []string{text, strings.ToLower(text), strings.NewReplacer("-", "+", "_", "/").Replace(text)}
	for length, pieces := range r {
		for _, form := range forms {
			for at := 0; at+length <= len(form); at++ {
				if pieces[form[at:at+length]] {
					return true
				}
			}
		}
	}
	return false
}
