package report

import (
	"io"
	"strings"
	"time"

	"keyturn/iamops"
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
	Turn     string     `json:"turn"`            // ready, yours, waiting, blocked, attention or over
	Yours    bool       `json:"waiting_for_you"` // ready, yours or attention
	Until    *time.Time `json:"until,omitempty"`
	Holder   string     `json:"holder,omitempty"`  // who is at work on it now
	Problem  string     `json:"problem,omitempty"` // why the keys could not be read
}

// OwnKey is a key of the caller, for whoever may not list the account's users.
type OwnKey struct {
	KeyID   string    `json:"key_id"`
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
	You     bool      `json:"you"` // the caller signs with it
}

// WriteStatus writes the rotations under way, as a table or as JSON, and the caller's own
// keys where there are any to tell of.
func WriteStatus(w io.Writer, f Format, account iamops.Account, rows []UnderWay, own []OwnKey, at time.Time) error {
	p := page{
		name: "the status", head: []string{userColumn, "PLAN", "STEP", "OLD KEY", "NEW KEY", "LAST DONE", "WAITS FOR"},
		document: func() any {
			return struct {
				Schema    string     `json:"schema"`
				At        time.Time  `json:"at"`
				Account   string     `json:"account"`
				Alias     string     `json:"alias,omitempty"`
				Rotations []UnderWay `json:"rotations"`
				OwnKeys   []OwnKey   `json:"own_keys,omitempty"`
			}{StatusSchema, at.UTC(), account.ID, account.Alias, append([]UnderWay{}, rows...), own}
		},
	}
	for _, r := range rows {
		waits := r.Waits
		if r.Holder != "" && r.Turn != "blocked" {
			waits += " (" + r.Holder + " is at work on it)"
		}
		if r.Problem != "" {
			waits = "unknown: " + r.Problem
		}
		p.rows = append(p.rows, []string{
			r.User, r.Plan, r.Step, orDash(r.OldKeyID), orDash(r.NewKeyID), r.Last.UTC().Format(minute), waits,
		})
	}
	if len(rows) == 0 {
		p.said = [][]string{{"No rotation is under way, as far as the journal of this machine knows."}}
	}
	if len(own) > 0 {
		p.sections = []section{{words.OwnKeys, ownKeyLines(own, at)}}
	}
	return p.write(w, f)
}

func ownKeyLines(own []OwnKey, now time.Time) []string {
	var rows [][]string
	for _, k := range own {
		row := []string{k.KeyID, words.Days(now.Sub(k.Created)), k.Status}
		if k.You {
			row = append(row, "you")
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	align(&b, nil, rows)
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}
