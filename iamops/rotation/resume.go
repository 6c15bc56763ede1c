package rotation

import (
	"time"

	"keyturn/iamops"
)

// Memory is what the journal remembers of a rotation. It is second to what AWS
// shows: Resume builds on it, and the first list corrects it.
type Memory struct {
	ID    string
	User  string
	Plan  PlanName
	Step  Step // where it stood by the last record
	Begun time.Time
	// Last is the time of the last record, and By the ARN of who signed then.
	Last time.Time
	By   string

	// Main is the plan that was left to give up the new key; "" while none was.
	Main PlanName
	// Before are the IDs of the user's keys listed before the first change.
	Before []string

	OldID, NewID string
	// Secret is what is known of the new key's secret: stored, lost (it never
	// arrived), or unknown (it arrived, and nobody said that it was put away).
	Secret   SecretState
	StoredAt time.Time
	// Lent says that the secret was shown or copied, or may have been.
	Lent bool
	// Adopted says that nothing shows that keyturn made the new key.
	Adopted bool
	// OwnUse is when keyturn may last have signed with the new key, in its trial.
	OwnUse time.Time
	// Tried are the IDs of the requests of its trial.
	Tried []string
	// OffSince is since when keys are Inactive, and OnSince since when they are Active
	// again, as far as keyturn did it.
	OffSince, OnSince map[string]time.Time

	// LongestGap is the longest time between two uses of the old key that were seen. The
	// time in which nobody looked is none.
	LongestGap time.Duration

	// Fine are the users of the old key of which it was said that they work without it.
	Fine []string

	// Deliveries are those that were made and not put back. One that was begun and did
	// not end counts as made.
	Deliveries []Delivery

	// Open is a change whose end is not known: it was announced, and there is no
	// outcome on record, or an unclear one that no list has settled. PreIDs are the
	// key IDs listed just before.
	Open   *iamops.Change
	OpenAt time.Time
	PreIDs []string
	// Unproven is a change that AWS answered as done, and that no list has shown yet;
	// nil if there is none.
	Unproven   *iamops.Change
	UnprovenAt time.Time // when it was answered
	// Touched says that a change took effect, or may have, or that the secret was taken to a
	// target.
	Touched bool

	Overrides []Override
	Over      bool // it came to its end
}

// Resume goes on with a rotation that an earlier run of keyturn began. An open change
// is looked after before anything else can be decided.
func Resume(m Memory, caller iamops.Caller, at time.Time) (State, []Intent) {
	s, intents := Begin(m.Plan, m.ID, caller, m.User, m.OldID, at)
	s.Recalled, s.Reconciling = true, true
	s.Begun, s.Step, s.Overrides = m.Begun, m.Step, m.Overrides
	s.Main, s.Before, s.Fine = m.Main, m.Before, m.Fine
	s.New.ID = m.NewID
	for _, key := range []*KeyFacts{&s.Old, &s.New} {
		key.InactiveSince, key.ActiveAgain = m.OffSince[key.ID], m.OnSince[key.ID]
	}
	s.Secret, s.StoredAt, s.Lent, s.Adopted = m.Secret, m.StoredAt, m.Lent, m.Adopted
	s.New.OwnUse, s.Deliveries = m.OwnUse, m.Deliveries
	s.PreIDs, s.PendingAt = m.PreIDs, m.OpenAt
	s.Old.LongestGap, s.Touched = m.LongestGap, m.Touched
	switch {
	case m.Open != nil:
		s.Phase, s.Pending = Unclear, m.Open
		return s, s.beginLook(*m.Open, iamops.Unclear, at)
	case m.Unproven != nil:
		s.takeAnswered(*m.Unproven)
		intents = s.beginLook(*m.Unproven, iamops.Done, at)
		if !m.UnprovenAt.IsZero() && m.UnprovenAt.Before(at) {
			s.Look.Since = m.UnprovenAt // the lists have had that time already
		}
		return s, intents
	}
	return s, intents
}

// takeAnswered lets a key be as AWS answered that it is, since the lists may lag
// behind.
func (s *State) takeAnswered(change iamops.Change) {
	switch key := s.byID(change.KeyID); {
	case change.Kind == iamops.Create:
		s.New.Status, s.New.Unlisted = iamops.Active, true
	case key == nil:
	case change.Kind == iamops.Deactivate:
		key.Status, key.InactiveSeen = iamops.Inactive, key.InactiveSince
	case change.Kind == iamops.Reactivate:
		key.Status = iamops.Active
	case change.Kind == iamops.Delete:
		key.Gone, key.GoneSure = true, true
	}
}

// AtStake reports whether the rotation left something behind at AWS, or may have.
func (m Memory) AtStake() bool {
	return !m.Over && (m.NewID != "" || len(m.OffSince) > 0 || m.Open != nil)
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
	if step == Check && s.New.Gone && s.Look != nil && s.Look.Change.Kind == iamops.Create {
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
