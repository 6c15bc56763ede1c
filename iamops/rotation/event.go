package rotation

import (
	"time"

	"keyturn/iamops"
)

// Event is something that happened: a decision, or an observation.
type Event interface{ event() }

// Decide is a decision of the operator.
type Decide struct {
	At       time.Time
	Decision Decision
	KeyID    string   // which key, for a Leak that could be said of several
	About    string   // whom a UserFine is about; "": the one that the offer names
	Specs    []string // which targets, for Deliver; none: those of ToDeliver
	Yes      bool     // it was confirmed, for an offer that asks for that
	Typed    string   // what was typed for an offer that asks for a text
	Reason   string   // what was typed for an offer that asks for a reason
	Whys     []Why    // the guards that were shown when it was typed
}

// Listed is a list of the user's keys, or why there is none.
type Listed struct {
	At      time.Time
	Keys    []iamops.AccessKey
	Problem *iamops.Problem
}

// UseSeen is the last use of a key. Its State is unknown if it could not be had.
type UseSeen struct {
	At    time.Time
	KeyID string
	Use   iamops.LastUse
}

// Answered is the end of a changing call. It carries no secret.
type Answered struct {
	At      time.Time
	Effect  iamops.Effect
	Key     iamops.AccessKey // of a Create
	Problem *iamops.Problem

	RequestID string     // AWS's; "" if it did not answer
	Gate      *GateFacts // what was known of the key when the call was made; nil for others
}

// Tried is one round of the new key's trial.
type Tried struct {
	At         time.Time
	RequestIDs []string        // AWS's, of its calls
	Problem    *iamops.Problem // nil: every endpoint answered
}

// Failed says why something that was decided could not even be begun.
type Failed struct {
	At      time.Time
	Problem *iamops.Problem
}

// Described are the descriptions of the user's keys, by key ID, as the console keeps
// them.
type Described struct {
	At    time.Time
	Texts map[string]string
}

// Lent says that the secret was shown or copied.
type Lent struct{ At time.Time }

// Tick is the passing of time.
type Tick struct{ At time.Time }

func (Decide) event()    {}
func (Listed) event()    {}
func (UseSeen) event()   {}
func (Answered) event()  {}
func (Tried) event()     {}
func (Described) event() {}
func (Lent) event()      {}
func (Tick) event()      {}
func (Failed) event()    {}
