package report

import (
	"fmt"
	"strings"

	"keyturn/ui/words"
)

// writeMarkdown writes what a ticket needs: what is said of the rows, the sections, the
// rows.
func (p page) writeMarkdown(b *strings.Builder) {
	bullets := func(lines []string) {
		b.WriteString("\n")
		for _, line := range lines {
			b.WriteString("- " + words.Escape(line) + "\n")
		}
	}
	b.WriteString("## " + p.title + "\n")
	for _, part := range p.said {
		bullets(part)
	}
	for _, s := range p.sections {
		_, _ = fmt.Fprintf(b, "\n**%s**\n", words.Escape(s.title))
		bullets(s.lines)
	}
	markdownTable(b, p.head, p.rows)
}

// markdownTable writes a table, none if there are no rows. Names and key IDs are
// set as code: nobody is notified of a user name that looks like a mention.
func markdownTable(b *strings.Builder, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n|")
	for _, name := range head {
		b.WriteString(" " + name + " |")
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(head)) + "\n")
	for _, row := range rows {
		b.WriteString("|")
		for i, cell := range row {
			if head[i] == userColumn || head[i] == keyColumn && cell != "-" {
				b.WriteString(" " + strings.ReplaceAll(words.Code(cell), "|", `\|`) + " |")
			} else {
				b.WriteString(" " + words.Escape(cell) + " |")
			}
		}
		b.WriteString("\n")
	}
}
