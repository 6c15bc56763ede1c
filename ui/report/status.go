package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/ui/words"
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

// OwnKey is a key of the caller, for whoever may not list the account's users.
type OwnKey struct {
	KeyID   string    `json:"key_id"`
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
	You     bool      `json:"you"` // the caller signs with it
}

// StatusTable writes the rotations under way for people, and the caller's own keys where
// there are any to tell of.
func StatusTable(w io.Writer, _ iamops.Account, rows []UnderWay, own []OwnKey, now time.Time) error {
	if len(rows) == 0 {
		if err := printed(fmt.Fprintln(w, "No rotation is under way, as far as the journal of this machine knows.")); err != nil {
			return err
		}
		return ownKeysTable(w, own, now)
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
	return ownKeysTable(w, own, now)
}

func ownKeysTable(w io.Writer, own []OwnKey, now time.Time) error {
	if len(own) == 0 {
		return nil
	}
	_, _ = fmt.Fprintln(w, "\n"+words.OwnKeys)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range own {
		mark := ""
		if k.You {
			mark = "\tyou"
		}
		_, _ = fmt.Fprintf(table, "  %s\t%d d\t%s%s\n", clean.Text(k.KeyID), int(max(now.Sub(k.Created), 0)/day), clean.Text(k.Status), mark)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}

// StatusJSON writes the rotations under way for programs.
func StatusJSON(w io.Writer, account iamops.Account, rows []UnderWay, own []OwnKey, at time.Time) error {
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
		OwnKeys   []OwnKey   `json:"own_keys,omitempty"`
	}{StatusSchema, at.UTC(), account.ID, account.Alias, rows, own})
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
