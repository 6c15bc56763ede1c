package rotation

import (
	"keyturn/iamops"
	"time"
)

// Intent is something that the runner is to do. Most end in an event, which is named at each.
type Intent interface{ intent() }

// List asks for the user's keys, after a time. It ends in Listed.
type List struct{ After time.Duration }

// LookUpUse asks for the last use of keys. It ends in a UseSeen for each.
type LookUpUse struct{ KeyIDs []string }

// Make asks for a change, which is on record before it is made. It ends in
// Answered.
type Make struct {
	Change iamops.Change
	PreIDs []string // the key IDs listed just before
}

// Try asks for one round of the new key's trial, after a time. It ends in Tried.
type Try struct{ After time.Duration }

// Forget asks for the secret to be wiped from memory. It ends in nothing.
type Forget struct{}

// JudgeTargets asks what is wrong with the places that hold the old key, before a new one is
// made. It ends in Found, with notes alone.
type JudgeTargets struct{}

// FindTargets asks for the places where the secret can go. It ends in Found.
type FindTargets struct{}

// AskPermissions asks what the operator is allowed. It ends in Preflighted.
type AskPermissions struct{}

// ReadQuarantine asks whether AWS has put the user into quarantine. It ends in QuarantineSeen.
type ReadQuarantine struct{}

// ReadHistory asks for the event history at once, and not when it is due. It ends in Evidenced.
type ReadHistory struct{}

// Describe asks for the console's descriptions of the keys to be written. It ends in nothing.
type Describe struct{}

func (JudgeTargets) intent()   {}
func (FindTargets) intent()    {}
func (AskPermissions) intent() {}
func (ReadQuarantine) intent() {}
func (ReadHistory) intent()    {}
func (Describe) intent()       {}
func (List) intent()           {}
func (LookUpUse) intent()      {}
func (Make) intent()           {}
func (Try) intent()            {}
func (Forget) intent()         {}

// Hand asks for a delivery. It ends in Delivered.
type Hand struct{ Spec string }

// TakeBack asks for a delivery to be taken back. It ends in PutBack.
type TakeBack struct{ Spec string }

// Settle asks for what a delivery kept for the way back to be removed: there is no way
// back any more. It ends in Settled.
type Settle struct{ Spec string }

func (Hand) intent()     {}
func (TakeBack) intent() {}
func (Settle) intent()   {}

// Resign asks for the credentials to be resolved again. It ends in Signed.
type Resign struct{}

func (Resign) intent() {}

// followUps are what a move makes it necessary to find out or to write down, beside what it
// asked for by itself. A decision to look again asks again for all of it.
func (s *State) followUps(before State, ev Event, set Settings) []Intent {
	d, decides := ev.(Decide)
	again := decides && d.Decision == LookAgain
	plan, was := PlanOf(s.Plan), PlanOf(before.Plan)
	beginning := s.Step == Check || s.Step == Create
	var intents []Intent
	if s.Step != before.Step && !s.Untouched() && set.HeldBy == "" {
		intents = append(intents, Describe{})
	}
	if s.Step != before.Step && s.Step == Store {
		intents = append(intents, FindTargets{})
	}
	fresh := again || before.ListedAt.IsZero() || before.Old.ID != s.Old.ID || before.Plan != s.Plan
	if fresh && s.Step == Check && plan.has(Store) && !s.ListedAt.IsZero() && s.Old.Known() {
		s.Judging = true
		intents = append(intents, JudgeTargets{})
	}
	if beginning && (again || s.Plan != before.Plan || s.Caller.SigningKeyID != before.Caller.SigningKeyID) {
		intents = append(intents, AskPermissions{})
	}
	if again || plan.OffFirst() && !was.OffFirst() {
		intents = append(intents, ReadQuarantine{})
	}
	if again {
		intents = append(intents, ReadHistory{})
	}
	return intents
}
