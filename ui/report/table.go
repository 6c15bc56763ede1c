package report

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"keyturn/iamops/clean"
)

// writeTable writes the rows, then what is said of them, then the sections.
func (p page) writeTable(b *strings.Builder) {
	align(b, p.head, p.rows)
	for i, part := range p.said {
		if i > 0 || len(p.rows) > 0 {
			b.WriteString("\n")
		}
		for _, sentence := range part {
			b.WriteString(clean.Text(sentence) + "\n")
		}
	}
	for _, s := range p.sections {
		_, _ = fmt.Fprintf(b, "\n%s\n", clean.Text(s.title))
		for _, line := range s.lines {
			_, _ = fmt.Fprintf(b, "  %s\n", clean.Text(line))
		}
	}
}

// align writes columns that are as wide as their widest cell; nothing if there are no
// rows. A strings.Builder fails no write.
func align(b *strings.Builder, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	var aligned strings.Builder
	t := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	if len(head) > 0 {
		_, _ = fmt.Fprintln(t, strings.Join(head, "\t"))
	}
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
