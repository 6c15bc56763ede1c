package report

import (
	"fmt"
	"strings"

	"keyturn/ui/words"
)

// writeMarkdown writes what a ticket needs: what the rows come to, what is missing,
// the rows.
func writeMarkdown(b *strings.Builder, audits []Audit) {
	b.WriteString("## Access keys\n")
	for i := range audits {
		b.WriteString("\n")
		for _, sentence := range audits[i].summary() {
			b.WriteString("- " + words.Escape(sentence) + "\n")
		}
	}
	for i := range audits {
		a := &audits[i]
		if !a.Partial() {
			continue
		}
		_, _ = fmt.Fprintf(b, "\n**%s is partial.**\n\n", words.Escape(a.called(len(audits) > 1)))
		for _, g := range a.gaps() {
			_, _ = fmt.Fprintf(b, "- %s\n", words.Escape(g.String()))
		}
	}
	head, rows := grid(audits)
	markdownTable(b, head, rows)
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
