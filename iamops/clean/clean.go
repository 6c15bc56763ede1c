// Package clean makes texts from elsewhere harmless: whatever AWS, an endpoint, CloudTrail, a
// file's name, the journal or a program's output said goes through it on its way to a
// terminal, a note or a file. It is the one place that knows what harms.
package clean

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text makes a text from elsewhere harmless, and one line of it: what breaks a line, moves
// a terminal's cursor, turns the direction of writing or is not seen becomes a blank, what
// is not UTF-8 becomes U+FFFD. Every text that AWS, a file, the journal or a program gave
// goes through it before it is shown or written.
func Text(s string) string {
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

// Lines is Text for a text whose line breaks are keyturn's own: they stay.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Text(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Sprintf is fmt.Sprintf with every argument made harmless. The line breaks that remain are
// those of the format.
func Sprintf(format string, args ...any) string {
	clean := make([]any, len(args))
	for i, arg := range args {
		clean[i] = harmless{arg}
	}
	return fmt.Sprintf(format, clean...)
}

// Fields makes every text that v, a pointer, leads to harmless, but for the struct fields
// named in but.
func Fields(v any, but ...string) { fields(reflect.ValueOf(v), but) }

func fields(v reflect.Value, but []string) {
	switch v.Kind() { //nolint:exhaustive // the others hold no text
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), but)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !slices.Contains(but, f.Name) {
				fields(v.Field(i), but)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), but)
		}
	case reflect.String:
		v.SetString(Text(v.String()))
	}
}

// harmless is a value that prints as it would, made harmless.
type harmless struct{ value any }

// Format prints the value.
func (h harmless) Format(to fmt.State, verb rune) {
	_, _ = io.WriteString(to, Text(fmt.Sprintf(fmt.FormatString(to, verb), h.value)))
}

// harmful names control characters, those that break a line, and all that have no width of
// their own: marks of direction, joiners, tags, fillers, variation selectors. A name could
// otherwise show another text than it holds.
func harmful(r rune) bool {
	return r < ' ' || r == 0x7f || r >= utf8.RuneSelf &&
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
			unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
