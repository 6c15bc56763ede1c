package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// Preflighted is what AWS's simulation says of the permissions that the plan needs.
type Preflighted struct {
	At          time.Time
	Permissions []iamops.Permission
	Problem     *iamops.Problem // why some are not known; nil if nothing stood in the way of asking
}

func (Preflighted) event() {}

// WhyNotAllowed speaks against beginning what the operator's policies do not let end.
const WhyNotAllowed Why = "not-allowed"

// denied reports whether an action that the plan can't do without is denied.
func (e *Preflighted) denied() bool {
	return e != nil && slices.ContainsFunc(e.Permissions, func(q iamops.Permission) bool {
		return !q.Optional && q.Verdict.Denied()
	})
}

// beginWhys are the guards against beginning. What a simulation denies may be allowed all
// the same, so that it is no refusal; a leaked key is not left on for it.
func (s State) beginWhys(plan Plan) []Why {
	against := func(o Override) bool { return slices.Contains(o.Whys, WhyNotAllowed) }
	if !s.Preflight.denied() || plan.OffFirst() || slices.ContainsFunc(s.Overrides, against) {
		return nil
	}
	return []Why{WhyNotAllowed}
}
