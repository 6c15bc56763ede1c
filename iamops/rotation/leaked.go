package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// A key that has leaked is replaced in the other order: it is switched off at once, what
// it did is reviewed, and only then a new key is made. Where both of the user's slots are
// taken it is deleted before that.

// Decisions that belong to a leaked key alone.
const (
	Leak     Decision = "leaked"     // turn to the plan for a leaked key; changes nothing yet
	NoNewKey Decision = "no-new-key" // the user needs no new key: turn to the plan without one
)

// WhyLeaked speaks against reactivating a key that others have.
const WhyLeaked Why = "leaked"

// QuarantineSeen is the policy by which AWS itself has put the user into quarantine.
type QuarantineSeen struct {
	At      time.Time
	Policy  string          // its name; "" if there is none
	Problem *iamops.Problem // why it is not known; nil if it is
}

func (e QuarantineSeen) at() time.Time { return e.At }

// OffFirst reports whether the plan switches its target off before there is a new key.
func (p Plan) OffFirst() bool { return p.has(Review) }

// deletesFirst reports whether the plan deletes its target before there is a new key.
func (p Plan) deletesFirst() bool {
	return p.has(Create) && p.has(Delete) && slices.Index(p.Steps, Delete) < slices.Index(p.Steps, Create)
}

// offBy reports whether the target is off by the time of step s.
func (p Plan) offBy(s Step) bool {
	return p.has(Deactivate) && s != Finished && slices.Index(p.Steps, s) > slices.Index(p.Steps, Deactivate)
}

// leakOffer is the offer to treat the key in hand as leaked.
func (s State) leakOffer(plan Plan, set Settings) []Offer {
	if plan.OffFirst() || s.Step != Check || !s.Old.Known() || s.New.Known() {
		return nil
	}
	return []Offer{{Decision: Leak, KeyID: s.Old.ID, Refused: first(
		s.changeBlock(set), when(s.ListedAt.IsZero(), NotListed), when(s.Old.Gone, NoSuchKey), s.signerBlock(s.Old.ID),
	)}}
}

// Appeared are the user's keys that nobody knew of when the leaked key was found, and
// that this rotation did not make: whoever has the key may have made them.
func (s State) Appeared() []iamops.AccessKey {
	if !PlanOf(s.Plan).OffFirst() {
		return nil
	}
	var keys []iamops.AccessKey
	for _, k := range s.Others {
		if !slices.Contains(s.Before, k.ID) {
			keys = append(keys, k)
		}
	}
	return keys
}

// whereLeakedStands is the step of a plan that switches off first, by what the keys show.
func (s *State) whereLeakedStands(plan Plan) Step {
	target := s.Target()
	switch {
	case target.Gone && !plan.deletesFirst():
		return Finished
	case !target.Gone && target.Status == iamops.Active && s.Step == Check:
		return Check
	case !target.Gone && target.Status == iamops.Active:
		return Deactivate
	case s.New.Gone, s.Orphan():
		return Create
	case s.New.Known() && (s.Step == Create || s.Step == Store):
		return s.whereNewStands()
	case s.Step == Check, s.Step == Deactivate:
		return Review
	case target.Gone && s.Step == Delete:
		return Create
	}
	return s.Step
}
