package clean_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"keyturn/iamops/clean"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"Suzie":                        "Suzie",
		"Süzie 用户 a\u0301":             "Süzie 用户 a\u0301",
		"a\x1b[2J\r\n\tb\u202ec\u2066": "a [2J   b c ",
		"\u009b31m\u009d52;c;x\u0007":  " 31m 52;c;x ",
		"Suz\u200bie":                  "Suz ie",
		"x\U000E0041y\ufe0fz\u2028":    "x y z ",
		"a\x9bb\xff":                   "a\ufffdb\ufffd",
	} {
		if got := clean.Text(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// Every rune that moves the cursor, turns the text or is not seen is taken out, and every
// text comes out as UTF-8, for good.
func FuzzText(f *testing.F) {
	f.Add("a\x1b]52;c;\a\n\u202e\U000E0041\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := clean.Text(text)
		if !utf8.ValidString(got) || clean.Text(got) != got {
			t.Errorf("%q is %q", text, got)
		}
		for _, r := range got {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Errorf("%q is %q, with %U", text, got, r)
			}
		}
	})
}

func TestSprintfKeepsItsOwnLineBreaksAlone(t *testing.T) {
	got := clean.Sprintf("%-6s|%d|%v\n%s", "a\n", 3, []string{"x\x1b"}, "b\nc")
	if want := "a     |3|[x ]\nb c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := clean.Lines("a\r\nb\x1b\n"); got != "a \nb \n" {
		t.Errorf("lines %q", got)
	}
}
