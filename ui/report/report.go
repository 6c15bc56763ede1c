// Package report writes an audit down: what the screen shows, for a terminal
// without one, a file, another program or a ticket.
//
// Terms:
//
//   - An [Audit] is one account's, as it stood at a moment. Several are written as
//     one, with the account of each row.
//   - A [Format] is how it is written: an aligned table, JSON, CSV or Markdown.
//   - [Changes] are what became of the findings since an earlier audit's JSON.
//
// Rules:
//
//   - Every format tells the same rows, in the same order, and all that is missing:
//     a partial audit must not read as a whole one.
//   - No colour, no control character, times in UTC, ages in whole days.
//   - What comes out of JSON is described in docs/audit.schema.json. Within a
//     version of the schema, fields are only ever added.
package report

import (
	"io"
	"slices"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
)

// Audit is an audit as it stood at a moment.
type Audit struct {
	Account    iamops.Account // its ID is "" if it could not be found out
	Profile    string         // "" if none was named
	Caller     iamops.Caller  // who asked; the zero value if that is not known
	At         time.Time
	Rows       []audit.Row // in the order in which they are written
	Counts     audit.Counts
	Progress   audit.Progress
	Thresholds audit.Thresholds

	// Problem is why the account could not be audited at all; nil if it was.
	Problem *iamops.Problem
}

// New takes down an inventory at the given instant, sorted by risk. Users without
// a key are left out; those whose keys are not known are not.
func New(account iamops.Account, profile string, inv *audit.Inventory, at time.Time) Audit {
	all := inv.AppendRows(nil, at)
	a := Audit{
		Account: account, Profile: profile, At: at, Counts: audit.Count(all, at),
		Progress: inv.Progress(), Thresholds: inv.Thresholds(),
	}
	for _, i := range audit.Arrange(all, audit.Query{Awaited: true}) {
		a.Rows = append(a.Rows, all[i])
	}
	return a
}

// Partial reports whether something is missing from the audit because it could
// not be had.
func (a Audit) Partial() bool {
	return a.Problem != nil || a.Progress.Failed() || !a.Progress.Complete()
}

// NothingListed reports whether the caller may not list the account's users, and nothing
// else tells of any.
func (a Audit) NothingListed() bool {
	p := a.Progress.UsersProblem
	return p != nil && p.Kind == iamops.AccessDenied && !slices.ContainsFunc(a.Rows, func(r audit.Row) bool { return !r.Root() || r.HasKey() })
}

// Write writes the audits as one.
func Write(w io.Writer, f Format, audits ...Audit) error {
	p := page{
		name: "the audit", title: "Access keys",
		document: func() any { return newDocument(audits) },
		cells:    func() [][]string { return auditCells(newDocument(audits)) },
	}
	p.head, p.rows = grid(audits)
	for i := range audits {
		a := &audits[i]
		p.said = append(p.said, a.summary())
		if a.Partial() {
			s := section{title: a.called(len(audits) > 1) + " is partial."}
			for _, g := range a.gaps() {
				s.lines = append(s.lines, g.String())
			}
			p.sections = append(p.sections, s)
		}
	}
	return p.write(w, f)
}

// line is a row and the audit that it belongs to.
type line struct {
	audit *Audit
	row   *audit.Row
}

// signs reports whether the caller signs with the row's key, or with a session made from it.
func (l line) signs() bool {
	r := l.row
	return r.Key.ID != "" && l.audit.Caller.SignsWith(r.User.Name, r.Key.ID) == iamops.DependsOnKey
}

// lines are the rows of all audits. Those of one keep their order, those of several
// are sorted by risk together.
func lines(audits []Audit) []line {
	var all []audit.Row
	var of []*Audit
	for i := range audits {
		all = append(all, audits[i].Rows...)
		for range audits[i].Rows {
			of = append(of, &audits[i])
		}
	}
	ordered := make([]line, 0, len(all))
	if len(audits) == 1 {
		for i := range all {
			ordered = append(ordered, line{of[i], &all[i]})
		}
		return ordered
	}
	for _, i := range audit.Arrange(all, audit.Query{Keyless: true, Awaited: true}) {
		ordered = append(ordered, line{of[i], &all[i]})
	}
	return ordered
}
