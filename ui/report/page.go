package report

import (
	"fmt"
	"io"
	"strings"
)

// Format is a way to write something down.
type Format string

// The formats.
const (
	AsTable    Format = "table"    // aligned columns, for a terminal
	AsJSON     Format = "json"     // a document, for a program
	AsCSV      Format = "csv"      // cells, for a spreadsheet
	AsMarkdown Format = "markdown" // for a ticket
)

// Formats are all of them.
func Formats() []Format { return []Format{AsTable, AsJSON, AsCSV, AsMarkdown} }

// ParseFormat reads the name of a format. Its error names the valid ones.
func ParseFormat(name string) (Format, error) {
	names := make([]string, 0, 4)
	for _, f := range Formats() {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("unknown format %q: valid are %s", name, strings.Join(names, ", "))
}

// page is one thing to write down, in whatever format it has.
type page struct {
	name  string // for errors: "the audit"
	title string // of the Markdown

	head     []string
	rows     [][]string
	said     [][]string // sentences on the rows, each part by itself
	sections []section

	document func() any        // what JSON has in place of all that
	cells    func() [][]string // what CSV has; the first row is the head
	markdown func(*strings.Builder)
}

// section is something besides the rows, under a line of its own.
type section struct {
	title string
	lines []string
}

// write writes a page in a format that it has.
func (p page) write(w io.Writer, f Format) error {
	var b strings.Builder
	var err error
	switch {
	case f == AsTable:
		p.writeTable(&b)
	case f == AsJSON:
		err = writeJSON(&b, p.document())
	case f == AsCSV && p.cells != nil:
		err = writeCSV(&b, p.cells())
	case f == AsMarkdown && p.markdown != nil:
		p.markdown(&b)
	case f == AsMarkdown && p.title != "":
		p.writeMarkdown(&b)
	default:
		err = fmt.Errorf("%q is no format of it", f)
	}
	if err == nil {
		_, err = io.WriteString(w, b.String())
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", p.name, err)
	}
	return nil
}
