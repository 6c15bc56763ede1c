package words

import (
	"regexp"
	"strings"

	"keyturn/iamops/clean"
)

// marks are what Markdown or the HTML in it would not show as itself.
const marks = "\\`*_{}[]<>()#+!|~&$"

// Escape makes a text show as itself in Markdown, on one line: nothing in it is a mark, a
// link, HTML, or somebody who is notified.
func Escape(s string) string {
	var b strings.Builder
	for _, r := range links.ReplaceAllString(clean.Text(s), "$1$3"+apart+"$2$4") {
		if strings.ContainsRune(marks, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		if r == '@' {
			b.WriteString(apart)
		}
	}
	return b.String()
}

// apart has no width: a mention or a link with it inside is none.
const apart = "\u200b"

// links is what viewers make a link of by itself.
var links = regexp.MustCompile(`(?i)(:)(//)|\b(www)(\.)`)

// Code sets a text as code, on one line: between more backticks than it has in a row.
func Code(s string) string {
	s = clean.Text(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// shellWord is a text as one word of a shell's command line.
func shellWord(s string) string {
	s = clean.Text(s)
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)
