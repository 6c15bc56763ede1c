package report

import (
	"fmt"
	"strings"
)

// writeMarkdown writes what a ticket needs: what the rows come to, what is missing,
// the rows.
func writeMarkdown(b *strings.Builder, audits []Audit) {
	b.WriteString("## Access keys\n")
	for i := range audits {
		b.WriteString("\n")
		for _, sentence := range audits[i].summary() {
			b.WriteString("- " + escape(sentence) + "\n")
		}
	}
	for i := range audits {
		a := &audits[i]
		if !a.Partial() {
			continue
		}
		_, _ = fmt.Fprintf(b, "\n**%s is partial.**\n\n", escape(a.called(len(audits) > 1)))
		for _, g := range a.gaps() {
			_, _ = fmt.Fprintf(b, "- %s\n", escape(g.String()))
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
				b.WriteString(" " + code(cell) + " |")
			} else {
				b.WriteString(" " + escape(cell) + " |")
			}
		}
		b.WriteString("\n")
	}
}

// marks are what Markdown or the HTML in it would not show as itself.
const marks = "\\`*_{}[]<>()#+!|~&$"

// escape makes a text show as itself, on one line.
func escape(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune(marks, r) {
			b.WriteByte('\\')
		}
		if r == '@' {
			b.WriteString("@\u200b") // a mention with nobody's name
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code sets a text as code: between more backticks than it has in a row. In a
// table, a bar is escaped in code too.
func code(s string) string {
	s = strings.ReplaceAll(oneLine(s), "|", `\|`)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}
