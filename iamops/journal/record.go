// Package journal is the record of rotations that survives a crash: a file an
// account, a line of JSON a record, on disk before the call that it announces.
//
// # Rules
//
//   - A record is one write, followed by fsync. Append returns only then.
//   - Lines are only ever added. A last line that was torn by a crash is closed
//     before the next is added, and passed over by Read, which reports it.
//   - No secret: a record has no field for one.
//   - Times are UTC, of the account's clock.
package journal

import (
	"encoding/json"
	"time"

	"keyturn/iamops/clean"
)

// Version is the version of the records that this package writes.
const Version = 1

// Kind says what a record records.
type Kind string

// The kinds.
const (
	Begun   Kind = "begun"   // a rotation was begun
	Decided Kind = "decided" // the operator decided something that changes nothing at AWS
	Intent  Kind = "intent"  // a change is about to be made
	Outcome Kind = "outcome" // how it ended
	Proven  Kind = "proven"  // what lists showed of it afterwards
	Left    Kind = "left"    // the operator left
	Ended   Kind = "ended"   // the rotation came to its end
	// Lent says that the secret is about to be shown or copied.
	Lent Kind = "lent"
	// At a target: about to deliver, and how that ended; about to put back what was
	// there; about to remove what was kept for that.
	Delivering  Kind = "delivering"
	Delivered   Kind = "delivered"
	PuttingBack Kind = "putting-back"
	PutBack     Kind = "put-back"
	Settling    Kind = "settling"
	Settled     Kind = "settled"
	// Described says that the console's descriptions of the keys were brought up to date.
	Described Kind = "described"
)

// Record is one line of the journal.
type Record struct {
	Version   int       `json:"v"`
	At        time.Time `json:"at"`
	Kind      Kind      `json:"kind"`
	Rotation  string    `json:"rotation"`
	Account   string    `json:"account"`
	Partition string    `json:"partition"`
	User      string    `json:"user"`
	Caller    string    `json:"caller"` // the ARN of who signs
	Plan      string    `json:"plan"`
	Step      string    `json:"step"`

	OldKeyID string   `json:"old_key_id,omitempty"`
	NewKeyID string   `json:"new_key_id,omitempty"`
	Listed   []string `json:"listed,omitempty"` // the key IDs listed just before an intent

	// LongestGap is the longest time between two uses of the old key that were seen.
	LongestGap time.Duration `json:"longest_gap_ns,omitempty"`

	Decision string `json:"decision,omitempty"`
	// ToPlan and ToStep are where a decision led.
	ToPlan    string   `json:"to_plan,omitempty"`
	ToStep    string   `json:"to_step,omitempty"`
	About     string   `json:"about,omitempty"`     // whom a decision is about
	Overrides []string `json:"overrides,omitempty"` // the guards that the decision went against
	Reason    string   `json:"reason,omitempty"`    // and why, in the operator's words

	// Adopted says that nothing shows that keyturn made the new key.
	Adopted bool `json:"adopted,omitempty"`

	Change    string `json:"change,omitempty"`
	KeyID     string `json:"key_id,omitempty"` // which the change is made to, or which it made
	Effect    string `json:"effect,omitempty"`
	RequestID string `json:"request_id,omitempty"` // AWS's
	Problem   string `json:"problem,omitempty"`    // its kind, and AWS's code

	// Tried are the IDs of the requests that the trial of the new key made, since the record
	// before: by them CloudTrail's events of keyturn's own are told from others.
	Tried []string `json:"tried,omitempty"`

	// Gate is what was known of the key when a deactivation or deletion was decided, as
	// the rotation's machine tells it.
	Gate json.RawMessage `json:"gate,omitempty"`

	// Target is as it was written, for it names what is to be put back.
	Target  string `json:"target,omitempty"`   // the spec of a target
	MayHold bool   `json:"may_hold,omitempty"` // the target may hold the new key in spite of a problem
}

// clean makes what a record says harmless, for whoever shows it.
func (r *Record) clean() {
	for _, s := range []*string{
		(*string)(&r.Kind), &r.Rotation, &r.Account, &r.Partition, &r.User, &r.Caller, &r.Plan, &r.Step, &r.OldKeyID, &r.NewKeyID,
		&r.Decision, &r.ToPlan, &r.ToStep, &r.About, &r.Reason, &r.Change, &r.KeyID, &r.Effect, &r.RequestID, &r.Problem,
	} {
		*s = clean.Text(*s)
	}
	for _, list := range [][]string{r.Listed, r.Overrides, r.Tried} {
		for i, s := range list {
			list[i] = clean.Text(s)
		}
	}
}
