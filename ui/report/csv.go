package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"keyturn/iamops/clean"
)

// auditCells are the audits as a head and rows for a spreadsheet. They have the same
// columns whatever there is to say. What is missing without a row of its own, such as
// further users, is a row that has a problem and no user.
func auditCells(d document) [][]string {
	cells := [][]string{{
		"account_id", "user", "key_id", "slot", "status", "created", "age_days", "source",
		"last_used_state", "last_used", "last_used_service", "last_used_region", "last_used_source", "last_used_as_of",
		"findings", "counted", "verdict", "next", "rotating", "exempt", "exempt_reason",
		"owner", "purpose", "description", "administrator", "problem", "user_arn",
	}}
	for _, r := range d.Rows {
		problem := r.Problem
		if problem == nil {
			problem = r.LastUsed.Problem
		}
		exempt, reason := "false", ""
		if r.Exemption != nil {
			exempt, reason = "true", r.Exemption.Reason
		}
		administrator := ""
		if r.Administrator != nil {
			administrator = strconv.FormatBool(*r.Administrator)
		}
		cells = append(cells, []string{
			text(r.Account), r.User, text(r.KeyID), count(r.Slot), text(r.Status), date(r.Created), count(r.AgeDays), text(r.Seen.Source),
			r.LastUsed.State, date(r.LastUsed.At), text(r.LastUsed.Service), text(r.LastUsed.Region), text(r.LastUsed.Seen.Source), date(r.LastUsed.Seen.At),
			strings.Join(r.Findings, " "), strings.Join(r.Counted, " "), text(r.Verdict), text(r.Next), strconv.FormatBool(r.Rotating), exempt, reason,
			text(r.Owner), text(r.Purpose), text(r.Description), administrator, problem.text(), text(r.UserARN),
		})
	}
	for _, a := range d.Accounts {
		missing := a.Failures
		if a.OwnKeysOnly {
			missing = append(slices.Clone(missing), a.DoneWithout...)
		}
		for _, f := range missing {
			if f.User != nil {
				continue // it has a row
			}
			row := make([]string, len(cells[0]))
			problem := &row[slices.Index(cells[0], "problem")]
			row[0], *problem = text(a.ID), f.What+" missing: "+f.Problem.text()
			if a.ID == nil && a.Profile != nil {
				*problem = "profile " + *a.Profile + ": " + *problem
			}
			cells = append(cells, row)
		}
	}
	return cells
}

// text is what a problem says in a cell.
func (p *problemDocument) text() string {
	if p == nil {
		return ""
	}
	parts := make([]string, 0, 3)
	for _, part := range []string{text(p.Action), p.Kind, p.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func count(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func date(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

// writeCSV writes cells as RFC 4180 has it, each harmless.
func writeCSV(w io.Writer, cells [][]string) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range cells {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := c.Write(row); err != nil {
			return fmt.Errorf("as CSV: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("as CSV: %w", err)
	}
	return nil
}

// harmless puts an apostrophe before a cell that a spreadsheet would take for a
// formula, and the cell on one line. Blanks before the formula don't matter to
// spreadsheets that cut them off; the wide forms of the signs are for some the signs.
func harmless(cell string) string {
	begin := strings.TrimLeft(cell, " ")
	if begin != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(begin)[0]) {
		cell = "'" + cell
	}
	return clean.Text(cell)
}
