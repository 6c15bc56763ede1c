package rotation

import "slices"

// Role is the part that one of the user's keys plays.
type Role string

// The key that is replaced or retired, and its replacement.
const (
	OldKey Role = "old"
	NewKey Role = "new"
)

// PlanName names a plan.
type PlanName string

// The plans.
const (
	// Rotate takes a key from old to new.
	Rotate PlanName = "rotate"
	// Retire takes a key that nobody uses, or one left behind, out of use without a
	// new one.
	Retire PlanName = "retire"
	// Discard gives up a new key whose secret was never stored.
	Discard PlanName = "discard"
	// DiscardStored gives up a new key whose secret was stored, and which may
	// therefore be in use: it takes the same care as switching off an old key.
	DiscardStored PlanName = "discard-stored"
	// Leaked replaces a key that others have: off at once, and only then a new one.
	Leaked PlanName = "leaked"
	// LeakedNoSlot is the same for a user with two keys: the leaked one is deleted to
	// make room.
	LeakedNoSlot PlanName = "leaked-no-slot"
	// LeakedAlone is the same for a user who needs no new key.
	LeakedAlone PlanName = "leaked-alone"
	// LeakedNew takes the new key of a rotation out of use, since others have it. The old
	// key stays as it is.
	LeakedNew PlanName = "leaked-new"
)

// Plan is a way through the steps, as plain values: the machine has no branch
// for any one plan.
type Plan struct {
	Name  PlanName
	Steps []Step
	// Target is the key that Deactivate, Watch and Delete act on.
	Target Role
	// Gated says that the target must have been idle before it is deactivated,
	// or that a reason is given.
	Gated bool
	// NeedsSlot says that the user must have room for another key.
	NeedsSlot bool
	// RollBackTo is the step to which a reactivation of the target leads, in the
	// plan RollBackPlan, or in the one that was left to give the new key up. "": there
	// is no way back to offer.
	RollBackTo   Step
	RollBackPlan PlanName
	// RollBackWhys are the guards that a reactivation of the target goes against.
	RollBackWhys []Why
	// NoSlotPlan is the plan to turn to after Review where no slot is free for a new key,
	// and AlonePlan the one where no new key is needed.
	NoSlotPlan, AlonePlan PlanName
	// DiscardBy is the plan by which the new key can be given up from each step.
	DiscardBy map[Step]PlanName
	// KeepAt says that the plan can be left again for the one before it as long as its
	// target is still Active.
	KeepAt bool
}

var plans = map[PlanName]Plan{
	Rotate: {
		Name:      Rotate,
		Steps:     []Step{Check, Create, Store, Distribute, Deactivate, Watch, Delete, Finished},
		Target:    OldKey,
		Gated:     true,
		NeedsSlot: true,
		DiscardBy: map[Step]PlanName{
			Create: Discard, Store: Discard, Distribute: DiscardStored, Deactivate: DiscardStored,
		},
		RollBackTo: Distribute, RollBackPlan: Rotate,
	},
	Retire: {
		Name:       Retire,
		Steps:      []Step{Check, Deactivate, Watch, Delete, Finished},
		Target:     OldKey,
		Gated:      true,
		RollBackTo: Check, RollBackPlan: Retire,
	},
	Discard: {
		Name:   Discard,
		Steps:  []Step{Deactivate, Delete, Finished},
		Target: NewKey,
		// Once it is Inactive its secret is forgotten: nothing to go back to.
		RollBackPlan: Rotate, KeepAt: true,
	},
	DiscardStored: {
		Name:       DiscardStored,
		Steps:      []Step{Deactivate, Watch, Delete, Finished},
		Target:     NewKey,
		Gated:      true,
		RollBackTo: Distribute, RollBackPlan: Rotate, KeepAt: true,
	},
	Leaked: {
		Name:       Leaked,
		Steps:      []Step{Check, Deactivate, Review, Create, Store, Distribute, Delete, Finished},
		Target:     OldKey,
		DiscardBy:  discardLeaked,
		RollBackTo: Deactivate, RollBackPlan: Leaked, RollBackWhys: []Why{WhyLeaked}, KeepAt: true,
		NoSlotPlan: LeakedNoSlot, AlonePlan: LeakedAlone,
	},
	LeakedNew: {
		Name:       LeakedNew,
		Steps:      []Step{Deactivate, Review, Delete, Finished},
		Target:     NewKey,
		RollBackTo: Deactivate, RollBackPlan: LeakedNew, RollBackWhys: []Why{WhyLeaked}, KeepAt: true,
	},
	LeakedNoSlot: {
		Name:       LeakedNoSlot,
		Steps:      []Step{Check, Deactivate, Review, Delete, Create, Store, Distribute, Finished},
		Target:     OldKey,
		DiscardBy:  discardLeaked,
		RollBackTo: Deactivate, RollBackPlan: Leaked, RollBackWhys: []Why{WhyLeaked},
		AlonePlan: LeakedAlone,
	},
	LeakedAlone: {
		Name:       LeakedAlone,
		Steps:      []Step{Check, Deactivate, Review, Delete, Finished},
		Target:     OldKey,
		RollBackTo: Deactivate, RollBackPlan: Leaked, RollBackWhys: []Why{WhyLeaked},
	},
}

var discardLeaked = map[Step]PlanName{Review: Discard, Create: Discard, Store: Discard, Distribute: DiscardStored}

// PlanOf returns the plan with the given name.
func PlanOf(name PlanName) Plan { return plans[name] }

// After returns the step that follows s in the plan.
func (p Plan) After(s Step) Step {
	i := slices.Index(p.Steps, s)
	if i < 0 || i+1 >= len(p.Steps) {
		return Finished
	}
	return p.Steps[i+1]
}

// before is the step to go back to when the target turns out to be Active.
func (p Plan) before() Step {
	if p.replacedBy(p.RollBackTo) {
		return p.RollBackTo
	}
	return Deactivate
}

func (p Plan) has(s Step) bool { return slices.Contains(p.Steps, s) }

// replacedBy reports whether the new key is in place by the time of step s.
func (p Plan) replacedBy(s Step) bool {
	return p.has(Create) && slices.Index(p.Steps, Create) < slices.Index(p.Steps, s)
}
