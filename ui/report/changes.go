package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"keyturn/iamops"
)

// SchemaOfChanges is the name and version of changes as JSON.
const SchemaOfChanges = "keyturn.audit-changes/1"

// Changes are what became of the keys and their findings since an earlier audit.
type Changes struct {
	since, at time.Time // of the two audits
	keys      []change
	// notes are sentences on what could not be compared, and on what makes the two
	// audits differ though no key does.
	notes   []string
	several bool // more than one account was compared
}

// change is what became of one key, as JSON has it.
type change struct {
	Kind    changeKind `json:"change"`
	Account string     `json:"account_id"`
	User    string     `json:"user"`
	KeyID   *string    `json:"key_id"` // null where only a credential report told of the key
	Slot    *int       `json:"slot"`   // in that report; null if it is not certain
	Before  *keyState  `json:"before"`
	Now     *keyState  `json:"now"`
}

// keyState is how a key was in one of the audits.
type keyState struct {
	Status   *string  `json:"status"`   // in AWS's words
	Findings []string `json:"findings"` // the gravest first
	Rotating bool     `json:"rotating"`
	Exempt   bool     `json:"exempt"`
}

// changeKind says what became of a key.
type changeKind string

// The kinds of change.
const (
	keyNew     changeKind = "new"     // it is in the later audit alone
	keyChanged changeKind = "changed" // in its status, its findings or what excuses them
	keyGone    changeKind = "gone"    // it is in the earlier audit alone
	keyUnclear changeKind = "unclear" // it is in one alone, and the other could not know it
)

var changeKinds = []changeKind{keyNew, keyChanged, keyGone, keyUnclear}

// counts are how many keys changed in each way.
func (c Changes) counts() map[changeKind]int {
	n := map[changeKind]int{}
	for _, kind := range changeKinds {
		n[kind] = 0
	}
	for _, k := range c.keys {
		n[k.Kind]++
	}
	return n
}

// WriteChanges writes what became of the keys since an earlier audit.
func WriteChanges(w io.Writer, f Format, c Changes) error {
	p := page{
		name: "the changes", title: "Access keys: what changed",
		said: [][]string{append([]string{c.summary()}, c.notes...)}, document: c.document, cells: c.cells,
	}
	add := func(kind, account string, rest ...string) []string {
		if c.several {
			return append([]string{kind, account}, rest...)
		}
		return append([]string{kind}, rest...)
	}
	p.head = add("CHANGE", "ACCOUNT", userColumn, keyColumn, "BEFORE", "NOW")
	for _, k := range c.keys {
		account := iamops.Account{ID: k.Account}.DisplayID()
		p.rows = append(p.rows, add(string(k.Kind), account, k.User, k.keyID(), k.Before.String(), k.Now.String()))
	}
	return p.write(w, f)
}

// keyID is the key's ID or, where only a credential report tells of it, its place there.
func (k change) keyID() string {
	if k.KeyID == nil && k.Slot != nil {
		return fmt.Sprintf("slot %d", *k.Slot)
	}
	return orDash(text(k.KeyID))
}

// String is "Active: overdue, rotating"; "-" of a key that is not there.
func (s *keyState) String() string {
	if s == nil {
		return "-"
	}
	said := strings.Join(s.said(), ", ")
	if said == "" {
		return orDash(text(s.Status))
	}
	return orDash(text(s.Status)) + ": " + said
}

// said are the findings and the marks.
func (s *keyState) said() []string {
	said := append([]string(nil), s.Findings...)
	if s.Rotating {
		said = append(said, "rotating")
	}
	if s.Exempt {
		said = append(said, "exempt")
	}
	return said
}

// summary is what the changes come to.
func (c Changes) summary() string {
	var parts []string
	counts := c.counts()
	for _, kind := range changeKinds {
		if n := counts[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no key changed"}
	}
	return fmt.Sprintf("Since %s UTC: %s.", c.since.UTC().Format(minute), strings.Join(parts, ", "))
}

func (c Changes) document() any {
	return struct {
		Schema string             `json:"schema"`
		Since  *time.Time         `json:"since"`
		At     *time.Time         `json:"at"`
		Counts map[changeKind]int `json:"counts"`
		Keys   []change           `json:"keys"`
		Notes  []string           `json:"notes"`
	}{
		SchemaOfChanges, instant(c.since), instant(c.at), c.counts(),
		append([]change{}, c.keys...), append([]string{}, c.notes...), // [] in place of null
	}
}

// cells are the changes for a spreadsheet. A note is a row of its own that names no user.
func (c Changes) cells() [][]string {
	cells := [][]string{{
		"change", "account_id", "user", "key_id", "slot",
		"status_before", "findings_before", "status_now", "findings_now", "note",
	}}
	state := func(s *keyState) (status, findings string) {
		if s == nil {
			return "", ""
		}
		return text(s.Status), strings.Join(s.said(), " ")
	}
	for _, k := range c.keys {
		statusBefore, before := state(k.Before)
		statusNow, now := state(k.Now)
		cells = append(cells, []string{
			string(k.Kind), k.Account, k.User, text(k.KeyID), count(k.Slot), statusBefore, before, statusNow, now, "",
		})
	}
	for _, note := range c.notes {
		row := make([]string, len(cells[0]))
		row[len(row)-1] = note
		cells = append(cells, row)
	}
	return cells
}
