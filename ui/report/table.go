package report

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"keyturn/iamops/clean"
)

// writeTable writes the rows, then what they come to, then what is missing and why.
func writeTable(b *strings.Builder, audits []Audit) {
	head, rows := grid(audits)
	if len(rows) > 0 {
		align(b, head, rows)
	}
	for i := range audits {
		if i > 0 || len(rows) > 0 {
			b.WriteString("\n")
		}
		for _, sentence := range audits[i].summary() {
			b.WriteString(clean.Text(sentence) + "\n")
		}
	}
	for i := range audits {
		a := &audits[i]
		if !a.Partial() {
			continue
		}
		_, _ = fmt.Fprintf(b, "\n%s is partial.\n", clean.Text(a.called(len(audits) > 1)))
		for _, g := range a.gaps() {
			_, _ = fmt.Fprintf(b, "  %s\n", clean.Text(g.String()))
		}
	}
}

// align writes columns that are as wide as their widest cell. A strings.Builder
// fails no write.
func align(b *strings.Builder, head []string, rows [][]string) {
	var aligned strings.Builder
	t := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, strings.Join(head, "\t"))
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				_, _ = t.Write([]byte{'\t'})
			}
			_, _ = t.Write([]byte(clean.Text(cell)))
		}
		_, _ = t.Write([]byte{'\n'})
	}
	_ = t.Flush()
	for line := range strings.Lines(aligned.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}
