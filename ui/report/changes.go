package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/ui/words"
)

// SchemaOfChanges is the name and version of changes as JSON.
const SchemaOfChanges = "keyturn.audit-changes/1"

// WriteChanges writes what became of the keys since an earlier audit.
func WriteChanges(w io.Writer, f Format, c Changes) error {
	var b strings.Builder
	var err error
	switch f {
	case AsTable:
		head, rows := c.grid()
		if len(rows) > 0 {
			align(&b, head, rows)
			b.WriteString("\n")
		}
		for _, sentence := range c.sentences() {
			b.WriteString(clean.Text(sentence) + "\n")
		}
	case AsJSON:
		err = writeJSON(&b, c.document())
	case AsCSV:
		err = writeCSV(&b, c.cells())
	case AsMarkdown:
		b.WriteString("## Access keys: what changed\n\n")
		for _, sentence := range c.sentences() {
			b.WriteString("- " + words.Escape(sentence) + "\n")
		}
		head, rows := c.grid()
		markdownTable(&b, head, rows)
	default:
		_, err = ParseFormat(string(f))
	}
	if err == nil {
		_, err = io.WriteString(w, b.String())
	}
	if err != nil {
		return fmt.Errorf("writing the changes: %w", err)
	}
	return nil
}

// grid is the changes as a table for people.
func (c Changes) grid() (head []string, rows [][]string) {
	add := func(kind, account string, rest ...string) []string {
		if c.several {
			return append([]string{kind, account}, rest...)
		}
		return append([]string{kind}, rest...)
	}
	for _, k := range c.Keys {
		id := orDash(k.KeyID)
		if k.KeyID == "" && k.Slot != 0 {
			id = fmt.Sprintf("slot %d", k.Slot)
		}
		rows = append(rows, add(string(k.Kind), iamops.Account{ID: k.Account}.DisplayID(), k.User, id, k.Before.String(), k.Now.String()))
	}
	return add("CHANGE", "ACCOUNT", userColumn, keyColumn, "BEFORE", "NOW"), rows
}

// String is "Active: overdue, rotating"; "-" of a key that is not there.
func (s *Standing) String() string {
	if s == nil {
		return "-"
	}
	said := strings.Join(s.said(), ", ")
	if said == "" {
		return orDash(s.Status)
	}
	return orDash(s.Status) + ": " + said
}

// said are the findings and the marks.
func (s *Standing) said() []string {
	said := append([]string(nil), s.Findings...)
	if s.Rotating {
		said = append(said, "rotating")
	}
	if s.Exempt {
		said = append(said, "exempt")
	}
	return said
}

// sentences are what the changes come to, and the notes.
func (c Changes) sentences() []string {
	var parts []string
	for _, kind := range changeKinds {
		if n := c.Of(kind); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	first := fmt.Sprintf("Since %s UTC: ", c.Since.UTC().Format(minute))
	if len(parts) == 0 {
		first += "no key changed."
	} else {
		first += strings.Join(parts, ", ") + "."
	}
	return append([]string{first}, c.Notes...)
}

type changesDocument struct {
	Schema string           `json:"schema"`
	Since  *time.Time       `json:"since"`
	At     *time.Time       `json:"at"`
	Counts map[string]int   `json:"counts"`
	Keys   []changeDocument `json:"keys"`
	Notes  []string         `json:"notes"`
}

type changeDocument struct {
	Change  ChangeKind        `json:"change"`
	Account string            `json:"account_id"`
	User    string            `json:"user"`
	KeyID   *string           `json:"key_id"`
	Slot    *int              `json:"slot"`
	Before  *standingDocument `json:"before"`
	Now     *standingDocument `json:"now"`
}

type standingDocument struct {
	Status   *string  `json:"status"`
	Findings []string `json:"findings"`
	Rotating bool     `json:"rotating"`
	Exempt   bool     `json:"exempt"`
}

func (c Changes) document() changesDocument {
	d := changesDocument{
		Schema: SchemaOfChanges, Since: instant(c.Since), At: instant(c.At),
		Counts: map[string]int{}, Keys: []changeDocument{}, Notes: append([]string{}, c.Notes...),
	}
	for _, kind := range changeKinds {
		d.Counts[string(kind)] = c.Of(kind)
	}
	for _, k := range c.Keys {
		one := changeDocument{
			Change: k.Kind, Account: k.Account, User: k.User, KeyID: orNull(k.KeyID),
			Before: k.Before.document(), Now: k.Now.document(),
		}
		if k.Slot != 0 {
			one.Slot = &k.Slot
		}
		d.Keys = append(d.Keys, one)
	}
	return d
}

func (s *Standing) document() *standingDocument {
	if s == nil {
		return nil
	}
	return &standingDocument{Status: orNull(s.Status), Findings: append([]string{}, s.Findings...), Rotating: s.Rotating, Exempt: s.Exempt}
}

// cells are the changes as a head and rows for a spreadsheet. A note is a row of its
// own that names no user.
func (c Changes) cells() [][]string {
	cells := [][]string{{
		"change", "account_id", "user", "key_id", "slot",
		"status_before", "findings_before", "status_now", "findings_now", "note",
	}}
	side := func(s *Standing) (status, findings string) {
		if s == nil {
			return "", ""
		}
		return s.Status, strings.Join(s.said(), " ")
	}
	for _, k := range c.Keys {
		slot := ""
		if k.Slot != 0 {
			slot = strconv.Itoa(k.Slot)
		}
		statusBefore, before := side(k.Before)
		statusNow, now := side(k.Now)
		cells = append(cells, []string{string(k.Kind), k.Account, k.User, k.KeyID, slot, statusBefore, before, statusNow, now, ""})
	}
	for _, note := range c.Notes {
		row := make([]string, len(cells[0]))
		row[len(row)-1] = note
		cells = append(cells, row)
	}
	return cells
}
