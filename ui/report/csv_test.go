package report

import (
	"encoding/csv"
	"strings"
	"testing"
)

func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"":            "",
		"alice":       "alice",
		"a=b":         "a=b",
		"=1+1":        "'=1+1",
		"+1":          "'+1",
		"-1":          "'-1",
		"@SUM(1)":     "'@SUM(1)",
		"\t=1":        "' =1",
		"\r=1":        "' =1",
		"\n=1":        "' =1",
		"  =1":        "'  =1",
		"＝1":          "'＝1",
		"a\tb\nc":     "a b c",
		"<root>":      "<root>",
		"2026-03-01T": "2026-03-01T",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q is written %q, want %q", cell, got, want)
		}
	}
}

// TestCSVIsReadBack: each row has the columns of the head, and no cell begins a
// formula.
func TestCSVIsReadBack(t *testing.T) {
	for name, audits := range examples() {
		text := written(t, AsCSV, audits...)
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
			t.Errorf("%s: not every line ends as RFC 4180 has it", name)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, text)
		}
		if rows[0][1] != "user" {
			t.Errorf("%s: the second column is %q", name, rows[0][1])
		}
		n := 1
		for _, a := range audits {
			n += len(a.Rows)
			for _, g := range a.gaps() {
				if g.User == "" {
					n++
				}
			}
		}
		if len(rows) != n {
			t.Errorf("%s: %d rows are written, want %d", name, len(rows), n)
		}
		for _, row := range rows {
			for _, cell := range row {
				if begin := strings.TrimSpace(cell); begin != "" && strings.Contains("=+-@", begin[:1]) {
					t.Errorf("%s: a cell is %q", name, cell)
				}
			}
		}
	}
}
