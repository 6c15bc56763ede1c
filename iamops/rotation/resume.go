package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// Memory is what the journal remembers of a rotation: where its last record left it. It is
// second to what AWS shows: Reopen builds on it, and the first list corrects it.
type Memory struct {
	Kept
	Last time.Time // of that record
	By   string    // the ARN of who signed then
}

// Reopen goes on with a rotation that an earlier run of keyturn began. What is lost with the
// process is taken for the worst: a secret that was held may be with anybody, a change that was
// under way may have been made, and is looked after before anything else can be decided; a
// delivery may have been. A change that was confirmed and not begun was not.
func Reopen(k Kept, by iamops.Caller, at time.Time) (State, []Intent) {
	s, intents := Begin(k.Plan, k.ID, by, k.User, k.Old.ID, at)
	s.Kept, s.Recalled, s.Reconciling = k, true, true
	s.Account, s.Partition = by.Account, by.Partition
	if s.Secret == SecretHeld {
		s.Secret = SecretUnknown
	}
	if s.Trial.State == TrialRunning {
		s.New.OwnUse = s.Trial.Since.Add(TrialBound) // it may have gone on until then
		s.Trial = Trial{}
	}
	s.Deliveries = slices.Clone(s.Deliveries)
	for i := range s.Deliveries {
		if d := &s.Deliveries[i]; d.State == DeliveryUnderWay {
			d.State, d.MayHold = DeliveryFailed, true
		}
	}
	switch k.Phase {
	case Verifying:
		s.back(nil, "")
	case Changing, Unclear:
		s.Phase = Unclear
		return s, append(s.beginLook(*s.Pending, iamops.Unclear, at), intents[1:]...)
	case Ready:
	}
	if look := s.Look; look.Exists() {
		intents = append(s.beginLook(look.Change, look.Effect, at), intents[1:]...)
		if look.Since.Before(at) {
			s.Look.Since = look.Since // the lists have had that time already
		}
	}
	return s, intents
}

// AtStake reports whether the rotation left something behind at AWS, or may have.
func (k Kept) AtStake() bool {
	sent := k.Pending != nil && k.Phase != Verifying
	return k.Step != Finished && (k.New.Known() || !k.Old.InactiveSince.IsZero() || sent)
}

// reconcile moves a recalled rotation to where AWS shows that it stands. It is done
// when the keys are listed for the first time, or, where a key is missing, when a
// second list misses it too.
func (s *State) reconcile() []Intent {
	if !s.Reconciling {
		return nil
	}
	if s.unsure() {
		return []Intent{List{After: LookGap}}
	}
	s.Reconciling = false
	step := s.whereKeysStand()
	if step == Check && s.New.Gone && s.Look.Exists() && s.Look.Change.Kind == iamops.Create {
		step = Create // no list has ever shown it: that is said, and the rotation can start over
	}
	if step == Finished && s.leaksOn() {
		s.leakOn()
		step = Deactivate
	}
	if (step == Check || step == Create && PlanOf(s.Plan).OffFirst()) && s.New.Gone {
		switch {
		case len(s.holding()) == 0:
			s.forgetNew()
		case step == Check:
			step = Distribute // a target holds the key that is gone: that is said, and can be undone
		}
	}
	if step != s.Step {
		s.Step = step
		if gone := s.New.Known() && s.New.Gone && step == Create; s.Note == "" && !s.Orphan() && !gone {
			s.Note = NoteMovedOn
		}
	}
	return nil
}

// whereKeysStand is the step at which the keys show a recalled rotation to be. The
// journal decides only what the keys leave open.
func (s *State) whereKeysStand() Step {
	plan, target := PlanOf(s.Plan), s.Target()
	if plan.OffFirst() {
		return s.whereLeakedStands(plan)
	}
	switch {
	case plan.has(Create) && !s.New.Known():
		return Check // nothing was made: all of Check may be different by now
	case plan.has(Create) && s.Orphan():
		return Create
	case target.Gone:
		return Finished
	case plan.has(Create) && s.New.Gone && target.Status == iamops.Active:
		return Check // the new key is gone, the old one works: as before
	case target.Status == iamops.Inactive && s.Step == Delete:
		return Delete
	case target.Status == iamops.Inactive && plan.has(Watch):
		return Watch
	case target.Status == iamops.Inactive:
		return Delete
	case s.Step == Watch || s.Step == Delete:
		return plan.before() // somebody reactivated it
	}
	return s.Step
}
