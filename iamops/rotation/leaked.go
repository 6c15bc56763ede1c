package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// A key that has leaked is replaced in the other order: it is switched off at once, what
// it did is reviewed, and only then a new key is made. Where both of the user's slots are
// taken it is deleted before that.

// WhyLeaked speaks against reactivating a key that others have.
const WhyLeaked Why = "leaked"

// QuarantineSeen is the policy by which AWS itself has put the user into quarantine.
type QuarantineSeen struct {
	At      time.Time
	Policy  string          // its name; "" if there is none
	Problem *iamops.Problem // why it is not known; nil if it is
}

func (QuarantineSeen) event() {}

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

// leakOffer is the offer to say that one of the keys has leaked; none where there is no
// key of which it is not said already.
func (s State) leakOffer(plan Plan, set Settings) []Offer {
	keys := s.leakable(plan)
	switch {
	case len(keys) == 0 && !plan.OffFirst() && s.Step == Check && s.Old.Gone:
		return []Offer{{Decision: Leak, KeyID: s.Old.ID, Refused: first(s.busy(), NoSuchKey)}}
	case len(keys) == 0:
		return nil
	}
	o := Offer{Decision: Leak, KeyIDs: keys, Refused: first(
		s.busy(), s.deliveryBlock(),
		when(set.ReadOnly, InReadOnly), when(s.Caller.IsRoot(), CallerIsRoot), when(s.UserGone, NoSuchUser),
		when(s.ListedAt.IsZero(), NotListed),
	)}
	if len(keys) == 1 {
		o.KeyID, o.Refused = keys[0], first(o.Refused, s.leakBlock(keys[0]))
	}
	return []Offer{o}
}

// leakable are the keys that the plan can be left for, since they have leaked.
func (s State) leakable(plan Plan) []string {
	var keys []string
	for _, k := range []KeyFacts{s.Old, s.New} {
		if said := plan.OffFirst() && k.ID == s.Target().ID; k.Known() && !k.Gone && !said {
			keys = append(keys, k.ID)
		}
	}
	if s.Step == Check && !plan.OffFirst() && !s.New.Known() { // which key plays which part is not decided yet
		keys = append(keys, iamops.KeyIDs(s.Others)...)
	}
	return keys
}

// leakBlock refuses the plan for a leaked key that the caller signs with: it would come to a
// stand at once. Where nothing tells, that is asked: here, or else in the plan.
func (s State) leakBlock(keyID string) Reason {
	block := s.signerBlock(keyID)
	if block == MaybeCallers && (s.Step != Check || keyID != s.Old.ID) {
		return Possible
	}
	return block
}

// LeaksAlready reports whether the plan is the one for that leaked key.
func (s State) LeaksAlready(keyID string) bool {
	return PlanOf(s.Plan).OffFirst() && s.Target().ID == keyID
}

// leak turns to the plan for a leaked key. What there is of the rotation stays: the new key
// stays the new key of a leaked old one, and its secret stays held.
func (s *State) leak(offer Offer, ev Decide) ([]Intent, error) {
	keyID := ev.KeyID
	if keyID == "" {
		keyID = offer.KeyID
	}
	switch {
	case keyID == "":
		return nil, &Refusal{Leak, KeyNotNamed}
	case !slices.Contains(offer.KeyIDs, keyID):
		return nil, &Refusal{Leak, PlaysNoPart}
	case s.leakBlock(keyID) != Possible:
		return nil, &Refusal{Leak, s.leakBlock(keyID)}
	}
	s.Problem, s.Note = nil, ""
	switch keyID {
	case s.New.ID:
		if plan := PlanOf(s.Plan); plan.Target == OldKey {
			s.Main = plan.Name
		}
		s.Plan = LeakedNew
		s.Trial.stop(ev.At)
	case s.Old.ID:
		s.Plan = Leaked
	default:
		s.Plan = Leaked
		s.takeAsOld(keyID)
	}
	switch {
	case s.Step == Check && !s.New.Known():
		return s.enter(Check, ev.At), nil
	case s.Target().Status == iamops.Inactive:
		return s.enter(Review, ev.At), nil
	}
	return s.enter(Deactivate, ev.At), nil
}

// unleak turns back from the plan for a leaked key that is still Active.
func (s *State) unleak(plan Plan, at time.Time) []Intent {
	s.Plan = Rotate
	if plan.Target == NewKey && s.Main != "" {
		s.Plan = s.Main
	}
	if PlanOf(s.Plan).OffFirst() && s.Old.Status == iamops.Active {
		return s.enter(Deactivate, at)
	}
	return s.enter(s.whereNewStands(), at)
}

// leaksOn reports whether a plan that got rid of the new key was begun in that for a leaked
// old key which still works: that one goes on.
func (s State) leaksOn() bool {
	return PlanOf(s.Plan).Target == NewKey && PlanOf(s.Main).OffFirst() && s.Old.Known() && !s.Old.Gone &&
		s.Old.Status == iamops.Active
}

// leakOn goes on with that plan.
func (s *State) leakOn() {
	s.Before = append(slices.Clip(s.Before), s.New.ID) // lists may show it for a while
	s.forgetNew()
	s.Plan = s.Main
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
	case plan.Target == NewKey && target.Status == iamops.Inactive && s.Step == Deactivate:
		return Review
	case plan.Target == NewKey && target.Status == iamops.Inactive:
		return s.Step
	case !target.Gone && target.Status == iamops.Active && s.Step == Check:
		return Check
	case !target.Gone && target.Status == iamops.Active:
		return Deactivate
	case !target.Gone && (s.Step == Check || s.Step == Deactivate || s.Step == Review):
		return Review // what it did is seen before anything else, whatever became of the new key
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
