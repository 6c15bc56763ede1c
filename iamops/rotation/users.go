package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// Evidenced is what the event history says about the keys, as far as it has been read.
type Evidenced struct {
	At       time.Time
	Evidence iamops.Evidence
}

func (Evidenced) event() {}

// UserID names a user of a key, in the journal too.
func UserID(u iamops.KeyUser) string { return u.Agent + " at " + u.Address }

// ToAsk are the users of the old key that have to be asked about now that it is off, the
// next one first: their own errors show nowhere else.
func (s State) ToAsk() []iamops.KeyUser {
	if PlanOf(s.Plan).Target != OldKey {
		return nil
	}
	var users []iamops.KeyUser
	for _, u := range s.Evidence.Old {
		if u.Count > 0 && !slices.Contains(s.Fine, UserID(u)) {
			users = append(users, u)
		}
	}
	return users
}

// Looks reports whether the event history bears on the state's step.
func (s State) Looks() bool { return steps[s.Step].looks }

// Places reports whether the places that hold a key, or can, bear on the state's step.
func (s State) Places() bool { return steps[s.Step].places }
