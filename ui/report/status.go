package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"keyturn/clean"
	"keyturn/iamops"
)

// StatusSchema is the name and version of the status as JSON.
const StatusSchema = "keyturn.status/1"

// UnderWay is a rotation under way, as it is written down.
type UnderWay struct {
	Rotation string     `json:"rotation"`
	User     string     `json:"user"`
	Plan     string     `json:"plan"`
	Step     string     `json:"step"`
	OldKeyID string     `json:"old_key_id"`
	NewKeyID string     `json:"new_key_id,omitempty"`
	Begun    time.Time  `json:"begun"`
	Last     time.Time  `json:"last_record"`
	By       string     `json:"by"`              // the ARN of who was last at work on it
	Waits    string     `json:"waits_for"`       // in words
	Yours    bool       `json:"waiting_for_you"` // the wait is over
	Until    *time.Time `json:"until,omitempty"`
	Problem  string     `json:"problem,omitempty"` // why the keys could not be read
}

// StatusTable writes the rotations under way for people.
func StatusTable(w io.Writer, _ iamops.Account, rows []UnderWay, _ time.Time) error {
	if len(rows) == 0 {
		return printed(fmt.Fprintln(w, "No rotation is under way, as far as the journal of this machine knows."))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "USER\tPLAN\tSTEP\tOLD KEY\tNEW KEY\tLAST DONE\tWAITS FOR")
	for _, r := range rows {
		waits := r.Waits
		if r.Problem != "" {
			waits = "unknown: " + r.Problem
		}
		_, _ = io.WriteString(table, clean.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			r.User, r.Plan, r.Step, orDash(r.OldKeyID), orDash(r.NewKeyID), r.Last.UTC().Format("2006-01-02 15:04"), waits))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}

// StatusJSON writes the rotations under way for programs.
func StatusJSON(w io.Writer, account iamops.Account, rows []UnderWay, at time.Time) error {
	if rows == nil {
		rows = []UnderWay{}
	}
	var text strings.Builder
	err := writeJSON(&text, struct {
		Schema    string     `json:"schema"`
		At        time.Time  `json:"at"`
		Account   string     `json:"account"`
		Alias     string     `json:"alias,omitempty"`
		Rotations []UnderWay `json:"rotations"`
	}{StatusSchema, at.UTC(), account.ID, account.Alias, rows})
	if err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return printed(io.WriteString(w, text.String()))
}

func printed(_ int, err error) error {
	if err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}
