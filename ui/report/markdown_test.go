package report

import (
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"alice":           "alice",
		"a|b":             `a\|b`,
		"*_`[x](y)":       "\\*\\_\\`\\[x\\]\\(y\\)",
		`a\|b`:            `a\\\|b`,
		"<img src=x>&amp": `\<img src=x\>\&amp`,
		"# head\n## two":  `\# head \#\# two`,
		"@everyone":       "@\u200beveryone",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for text, want := range map[string]string{
		"alice": "`alice`",
		"a|b":   "`a\\|b`",
		"a`b":   "`` a`b ``",
		"`":     "`` ` ``",
		"a``b":  "``` a``b ```",
		"a\nb":  "`a b`",
	} {
		if got := code(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

// TestEveryRowOfTheTableHasItsColumns counts the bars that are not escaped.
func TestEveryRowOfTheTableHasItsColumns(t *testing.T) {
	for name, audits := range examples() {
		bars := 0
		for line := range strings.Lines(written(t, AsMarkdown, audits...)) {
			if !strings.HasPrefix(line, "|") {
				continue
			}
			n := strings.Count(line, "|") - strings.Count(line, `\|`)
			if bars == 0 {
				bars = n
			}
			if n != bars {
				t.Errorf("%s: a row of %d bars, where the head has %d: %s", name, n, bars, line)
			}
		}
	}
}
