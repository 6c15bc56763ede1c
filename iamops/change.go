package iamops

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// ChangeKind is one of the four changing calls.
type ChangeKind string

// The four changing calls: iam:CreateAccessKey, iam:UpdateAccessKey to Inactive,
// iam:UpdateAccessKey to Active, iam:DeleteAccessKey.
const (
	Create     ChangeKind = "create"
	Deactivate ChangeKind = "deactivate"
	Reactivate ChangeKind = "reactivate"
	Delete     ChangeKind = "delete"
)

// Action is the IAM action that the change needs.
func (k ChangeKind) Action() string {
	switch k {
	case Create:
		return "iam:CreateAccessKey"
	case Deactivate, Reactivate:
		return "iam:UpdateAccessKey"
	case Delete:
		return "iam:DeleteAccessKey"
	}
	return "iam:" + string(k)
}

// Change is one changing call, complete: nothing in it is left to a default.
type Change struct {
	Kind     ChangeKind
	Rotation string // the rotation's ID, which goes into the user agent as keyturn-ID
	Account  string // the only account in which it may happen
	User     string
	KeyID    string // "" for Create

	// SessionElsewhere says that the operator was asked, and answered that the session
	// which signs was not made from KeyID. It counts only where that can't be found out.
	SessionElsewhere bool

	// NotBefore and SendBefore are the instants between which it may be sent; zero: no
	// such bound. A clock that goes backwards must not make an old list look fresh.
	NotBefore time.Time
	// SendBefore is the instant after which it must not be sent any more, since
	// what was seen before it is too old by then. Zero: no such bound. A change
	// with one is not sent again after a throttle.
	SendBefore time.Time
}

// Validate returns an error if something is missing.
func (c Change) Validate() error {
	switch {
	case c.Account == "" || c.User == "" || c.Rotation == "":
		return errors.New("a change needs an account, a user and a rotation")
	case c.Kind == Create && c.KeyID != "":
		return errors.New("a create names no key")
	case c.Kind != Create && c.KeyID == "":
		return fmt.Errorf("a %s needs a key", c.Kind)
	}
	return nil
}

// Effect is what is known of a changing call's effect.
type Effect string

// The effects.
const (
	Done     Effect = "done"      // AWS confirmed it
	NoEffect Effect = "no effect" // it is certain that nothing changed
	Unclear  Effect = "unclear"   // neither is known
)

// Outcome is how a changing call ended.
type Outcome struct {
	Change    Change
	Effect    Effect
	Key       AccessKey // the new key, when a Create is done
	Secret    Secret    // its secret, likewise
	RequestID string    // AWS's, "" if there was no answer
	Sends     int       // how often the call went out; 0 if it never did
	Problem   *Problem  // nil when done
}

// Permit is the right to make one change once. It is had by writing the change
// down first.
type Permit struct {
	change Change
	spent  *atomic.Bool
}

// RecordFirst calls write, which makes the record of the change that is about
// to be made, and returns a permit for it if the record was written.
func RecordFirst(c Change, write func() error) (Permit, error) {
	if err := c.Validate(); err != nil {
		return Permit{}, err
	}
	if err := write(); err != nil {
		return Permit{}, fmt.Errorf("recording the %s before it is made: %w", c.Kind, err)
	}
	return Permit{change: c, spent: new(atomic.Bool)}, nil
}

// Spend uses the permit up and returns the change that it allows. A permit that
// was never given, or is already spent, allows nothing.
func (p Permit) Spend() (Change, error) {
	if p.spent == nil {
		return Change{}, errors.New("no permit: the change is not on record")
	}
	if p.spent.Swap(true) {
		return Change{}, errors.New("the permit is spent: a change is sent once")
	}
	return p.change, nil
}

// ChangeTimeout bounds a changing call, from taking a credential to the answer.
const ChangeTimeout = 30 * time.Second
