package words

import "testing"

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"alice":           "alice",
		"a|b":             `a\|b`,
		"*_`[x](y)":       "\\*\\_\\`\\[x\\]\\(y\\)",
		`a\|b`:            `a\\\|b`,
		"<img src=x>&amp": `\<img src=x\>\&amp`,
		"# head\n## two":  `\# head \#\# two`,
		"@everyone":       "@\u200beveryone",

		"see https://evil.example/x, www.evil.example": "see https:\u200b//evil.example/x, www\u200b.evil.example",
		"![x](y)":                       `\!\[x\]\(y\)`,
		"a\u200b\U000E0041\x1b[2J\x9bm": "a   \\[2J\uFFFDm",
	} {
		if got := Escape(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for text, want := range map[string]string{
		"alice": "`alice`",
		"a|b":   "`a|b`",
		"a`b":   "`` a`b ``",
		"`":     "`` ` ``",
		"a``b":  "``` a``b ```",
		"a\nb":  "`a b`",
	} {
		if got := Code(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

func TestShellWord(t *testing.T) {
	for text, want := range map[string]string{
		"Suzie": "Suzie", "a+b=c,d.e@f-g_h": "a+b=c,d.e@f-g_h", "": "''", "a b": "'a b'",
		"x; rm -rf ~": "'x; rm -rf ~'", "it's": `'it'\''s'`, "$(id)\n": "'$(id) '",
	} {
		if got := shellWord(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
