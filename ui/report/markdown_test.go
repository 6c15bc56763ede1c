package report

import (
	"strings"
	"testing"
)

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
