package iamops

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a text from elsewhere harmless, and one line of it: what breaks a line, moves
// a terminal's cursor, turns the direction of writing or is not seen becomes a blank, what
// is not UTF-8 becomes U+FFFD. Every text that AWS, a file, the journal or a program gave
// goes through it before it is shown or written.
func Clean(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ { // nearly all texts are plain ASCII
		clean = s[i] >= ' ' && s[i] < utf8.RuneSelf && s[i] != 0x7f
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if harmful(r) {
			return ' '
		}
		return r
	}, s)
}

// harmful names control characters, those that break a line, and all that have no width of
// their own: marks of direction, joiners, tags, fillers, variation selectors. A name could
// otherwise show another text than it holds.
func harmful(r rune) bool {
	return r < ' ' || r == 0x7f || r >= utf8.RuneSelf &&
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
