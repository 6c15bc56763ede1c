package rotation

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"keyturn/iamops"
)

// Refusal is a decision that could not be taken.
type Refusal struct {
	Decision Decision
	Reason   Reason
}

// Error names the decision and the reason.
func (r *Refusal) Error() string { return fmt.Sprintf("%s refused: %s", r.Decision, r.Reason) }

// The refusals that no offer has: the decision does not belong to the state, or
// what was typed for it is not what it asks for.
const (
	NotOffered    Reason = "not-offered"    // the state does not offer the decision
	WrongText     Reason = "wrong-text"     // not the text that it asks for
	ReasonMissing Reason = "reason-missing" // it needs a reason
	NewGuard      Reason = "new-guard"      // a guard speaks against it that was not shown
	NotConfirmed  Reason = "not-confirmed"  // it needs a yes
)

// Next is the state after an event, and what is to be done about it. A decision
// that is not offered, or not as it should be typed, is refused with a *Refusal,
// and the state stays as it was.
func Next(s State, ev Event, set Settings) (State, []Intent, error) {
	before := s
	var intents []Intent
	var err error
	switch ev := ev.(type) {
	case Decide:
		intents, err = s.decide(ev, set)
	case Listed:
		intents = s.listed(ev, set)
	case UseSeen:
		s.useSeen(ev)
	case Answered:
		intents = s.answered(ev)
	case Tried:
		intents = s.tried(ev)
	case Found:
		s.found(ev)
	case Failed:
		s.Problem = ev.Problem
	case Delivered:
		s.delivered(ev)
	case PutBack:
		s.putBack(ev)
	case Settled:
		s.settled(ev)
	case Lent:
		s.Lent = true
	case Described:
		s.Descriptions = ev.Texts
	case Signed:
		s.signed(ev)
	case QuarantineSeen:
		s.Quarantine = &ev
	case Preflighted:
		s.Preflight = &ev
	case Evidenced:
		s.Evidence = ev.Evidence
		if ev.Evidence.Looked() {
			s.Old.Calls, s.New.Calls = s.callsOf(OldKey), s.callsOf(NewKey)
		}
	case Tick:
		intents = s.tick(ev.At)
	}
	if err != nil {
		return before, nil, err
	}
	intents = append(intents, s.followUps(before, ev, set)...)
	if (s.Plan == LeakedNew) != (before.Plan == LeakedNew) {
		s.Evidence = iamops.Evidence{} // that of the new key comes first in that plan alone
	}
	if s.Plan != before.Plan || s.Step != before.Step || s.Phase != before.Phase {
		s.Turn++
	}
	return s, intents, nil
}

// goOn goes to the next step.
func (s *State) goOn(plan Plan, at time.Time) []Intent {
	if s.Step == Review && plan.NoSlotPlan != "" && !s.New.Known() && len(s.Listed) >= iamops.MaxKeys {
		s.Plan, plan = plan.NoSlotPlan, PlanOf(plan.NoSlotPlan)
	}
	to := plan.After(s.Step)
	if to == Create && s.New.Gone {
		s.forgetNew()
	}
	if to == Create && s.New.Known() {
		to = s.whereNewStands() // it was made before somebody reactivated the old one
	}
	if to == Finished && plan.deletesFirst() {
		return append(s.settle(), s.enter(to, at)...)
	}
	return s.enter(to, at)
}

// main is the plan to go back to from the given one.
func (s *State) main(plan Plan) PlanName {
	if plan.Target == NewKey && s.Main != "" && !plan.OffFirst() {
		return s.Main
	}
	return plan.RollBackPlan
}

// giveUpSecret wipes the secret of a new key that is given up and does not work any more.
func (s *State) giveUpSecret(plan Plan) []Intent {
	if plan.Target != NewKey || s.Secret != SecretHeld {
		return nil
	}
	s.Secret = SecretLost
	if plan.Gated {
		s.Secret = SecretUnknown // it went somewhere before
	}
	return []Intent{Forget{}}
}

// forgetNew takes a new key that is gone out of the rotation.
func (s *State) forgetNew() {
	if s.New.Gone {
		s.GoneNew = s.New.ID
	}
	s.New, s.Trial, s.Deliveries = KeyFacts{}, Trial{}, nil
	s.Secret, s.StoredAt, s.Lent, s.Adopted = NoSecret, time.Time{}, false, false
}

// whereNewStands is the step of the rotation that the new key has reached.
func (s *State) whereNewStands() Step {
	switch s.Secret {
	case SecretStored:
		return Distribute
	case SecretHeld:
		return Store
	case NoSecret, SecretLost, SecretUnknown:
	}
	return Create
}

// enter goes to a step, and asks for what it needs to know.
func (s *State) enter(step Step, at time.Time) []Intent {
	if step == Finished && s.leaksOn() {
		s.leakOn()
		step = Deactivate
	}
	s.Step, s.Phase = step, Ready
	if step == Finished {
		return nil
	}
	return s.lookUpUse(at)
}

// lookUpUse asks for the last use of the keys that are there.
func (s *State) lookUpUse(at time.Time) []Intent {
	var ids []string
	for _, k := range []KeyFacts{s.Old, s.New} {
		if k.Known() && !k.Gone {
			ids = append(ids, k.ID)
		}
	}
	if s.Step == Check {
		ids = append(ids, iamops.KeyIDs(s.Others)...)
	}
	s.UseAsked = at
	if len(ids) == 0 {
		return nil
	}
	return []Intent{LookUpUse{KeyIDs: ids}}
}

// tick asks again for what has become old. It does so only while nothing else is
// under way.
func (s *State) tick(at time.Time) []Intent {
	if s.Phase != Ready || s.Over() || s.looking() {
		return nil
	}
	if at.Sub(s.UseAsked) < RefreshEvery && !at.Before(s.UseAsked) {
		return nil
	}
	return append([]Intent{List{}}, s.lookUpUse(at)...)
}

func (s *State) useSeen(ev UseSeen) {
	s.ownCalls(ev.At)
	if key := s.byID(ev.KeyID); key != nil {
		key.sawUse(ev.Use)
		return
	}
	uses := maps.Clone(s.OtherUses)
	if uses == nil {
		uses = map[string]iamops.LastUse{}
	}
	uses[ev.KeyID] = ev.Use
	s.OtherUses = uses
}

// listed takes a list of the user's keys into account, and then what waited for it.
func (s *State) listed(ev Listed, set Settings) []Intent {
	s.UserGone = ev.Problem != nil && ev.Problem.Kind == iamops.NotFound
	firstList := s.ListedAt.IsZero()
	if ev.Problem == nil || s.UserGone {
		s.learn(ev)
	}
	switch {
	case s.Phase == Verifying:
		return s.verified(ev, set)
	case s.Phase == Changing:
		return nil // an earlier list, come late
	case s.looking():
		intents := s.lookedAt(ev)
		if firstList && !s.ListedAt.IsZero() && s.Phase == Ready { // recalled, with an answer to prove
			intents = append(append(intents, s.reconcile()...), s.lookUpUse(ev.At)...)
		}
		return intents
	}
	if s.Reconciling && (ev.Problem == nil || s.UserGone) {
		return append(s.reconcile(), s.lookUpUse(ev.At)...)
	}
	if ev.Problem != nil {
		s.Problem = ev.Problem
		return nil
	}
	if firstList {
		return s.lookUpUse(ev.At)
	}
	return nil
}

// learn brings what is known of the keys up to a list.
func (s *State) learn(ev Listed) {
	if s.Before == nil && ev.Problem == nil {
		s.Before = iamops.KeyIDs(ev.Keys)
	}
	s.Listed, s.ListedAt, s.Others = ev.Keys, ev.At, nil
	if !s.Old.Known() && len(ev.Keys) == 1 {
		s.Old.ID = ev.Keys[0].ID
	}
	for _, k := range ev.Keys {
		facts := s.byID(k.ID)
		if facts == nil {
			s.Others = append(s.Others, k)
			continue
		}
		facts.Created, facts.Unlisted = k.Created, false
		if s.stale(k) {
			continue // the lists lag behind an answer that is known
		}
		facts.Gone, facts.GoneSince, facts.GoneSure, facts.Status = false, time.Time{}, false, k.Status
		switch {
		case k.Status == iamops.Active:
			if !facts.InactiveSeen.IsZero() || !facts.InactiveSince.IsZero() {
				facts.WasOff, facts.ActiveAgain = facts.offSince(), ev.At
			}
			facts.InactiveSince, facts.InactiveSeen = time.Time{}, time.Time{}
		case facts.InactiveSeen.IsZero():
			facts.InactiveSeen = ev.At
		}
	}
	for _, facts := range []*KeyFacts{&s.Old, &s.New} {
		if _, there := iamops.FindKey(ev.Keys, facts.ID); facts.Known() && !there && !s.awaited(facts.ID) {
			facts.missing(ev.At)
		}
	}
}

// missing takes it into account that a list does not show the key. One list proves
// nothing.
func (k *KeyFacts) missing(at time.Time) {
	if !k.Gone || at.Before(k.GoneSince) { // the clock may have been set back
		k.Gone, k.GoneSince = true, at
	}
	k.GoneSure = k.GoneSure || at.Sub(k.GoneSince) >= LookGap
}

// stale reports whether a listed status is older than an answer of AWS that the
// lists have not caught up with.
func (s *State) stale(k iamops.AccessKey) bool {
	if !s.Look.Exists() || s.Look.Overdue || s.Look.Effect != iamops.Done || s.Look.Change.KeyID != k.ID {
		return false
	}
	return !showsEffect(s.Look.Change, nil, "", []iamops.AccessKey{k})
}

// awaited reports whether a key is answered as created and not yet proven by lists.
func (s *State) awaited(keyID string) bool {
	return s.looking() && s.Look.Change.Kind == iamops.Create && s.New.ID == keyID
}

// verified makes the confirmed change if the list made for it still allows it.
func (s *State) verified(ev Listed, set Settings) []Intent {
	change := *s.Pending
	if ev.Problem != nil && change.Kind != iamops.Reactivate {
		s.back(ev.Problem, "")
		return nil
	}
	if ev.Problem == nil && !s.allows(change, ev, set) {
		s.back(nil, NoteChangedByOthers)
		return nil
	}
	if change.Kind == iamops.Delete {
		change.NotBefore, change.SendBefore = ev.At, ev.At.Add(ListFresh)
	}
	s.Phase, s.Pending, s.PreIDs, s.PendingAt = Changing, &change, iamops.KeyIDs(s.Listed), ev.At
	return []Intent{Make{Change: change, PreIDs: s.PreIDs}}
}

// allows reports whether the list of this instant shows what the change takes for
// granted.
func (s *State) allows(change iamops.Change, ev Listed, set Settings) bool {
	key, found := iamops.FindKey(ev.Keys, change.KeyID)
	switch change.Kind {
	case iamops.Create:
		_, old := iamops.FindKey(ev.Keys, s.Old.ID)
		return (old || PlanOf(s.Plan).deletesFirst()) && len(ev.Keys) < iamops.MaxKeys
	case iamops.Deactivate:
		return found && key.Status == iamops.Active && s.otherWorks(Deactivate, ev.Keys)
	case iamops.Reactivate:
		return found
	case iamops.Delete:
		return found && key.Status == iamops.Inactive && !ev.At.Before(s.Target().deleteFrom()) && !set.ReadOnly &&
			s.otherWorks(Delete, ev.Keys)
	}
	return false
}

// otherWorks reports whether the key that is to do the target's work is listed Active.
func (s *State) otherWorks(step Step, keys []iamops.AccessKey) bool {
	plan, other := PlanOf(s.Plan), s.New.ID
	switch {
	case plan.Target == NewKey && (step == Delete || plan.OffFirst() || slices.Contains(s.Accepted, WhyOldKeyOff)):
		return true
	case plan.Target == NewKey:
		other = s.Old.ID
	case !plan.replacedBy(step):
		return true
	}
	key, there := iamops.FindKey(keys, other)
	return there && key.Status == iamops.Active
}

// back returns to the operator without a change.
func (s *State) back(p *iamops.Problem, n Note) {
	s.Phase, s.Pending, s.Problem, s.Note = Ready, nil, p, n
}

// answered takes the end of the changing call into account.
func (s *State) answered(ev Answered) []Intent {
	if s.Phase != Changing {
		return nil
	}
	switch ev.Effect {
	case iamops.NoEffect:
		s.back(ev.Problem, "") // as if it had never been decided
		return append([]Intent{List{}}, s.lookUpUse(ev.At)...)
	case iamops.Unclear:
		s.Phase, s.Problem, s.Touched = Unclear, ev.Problem, true
		if ev.Key.ID != "" {
			s.New = KeyFacts{ID: ev.Key.ID, Status: iamops.Active, Created: ev.Key.Created, Unlisted: true}
			s.Secret, s.GoneNew = SecretLost, ""
		}
		return s.beginLook(*s.Pending, iamops.Unclear, ev.At)
	case iamops.Done:
	}
	look := s.beginLook(*s.Pending, iamops.Done, ev.At)
	s.Touched = true
	if s.Pending.Kind == iamops.Create {
		s.New = KeyFacts{ID: ev.Key.ID, Status: iamops.Active, Created: ev.Key.Created, Unlisted: true}
		s.Secret, s.GoneNew = SecretHeld, ""
	}
	return append(look, s.effect(ev.At)...)
}

// effect moves on after a change that is done.
func (s *State) effect(at time.Time) []Intent {
	change, plan := *s.Pending, PlanOf(s.Plan)
	s.Pending, s.Phase, s.Touched = nil, Ready, true // by the lists alone too, after a crash
	switch change.Kind {
	case iamops.Create:
		if s.Secret != SecretHeld {
			return s.enter(Create, at) // there is a key, and nobody has its secret
		}
		return append(s.enter(plan.After(Create), at), s.beginTrial(at)...)
	case iamops.Deactivate:
		key := s.key(plan.Target)
		key.Status, key.InactiveSince, key.InactiveSeen = iamops.Inactive, at, at
		intents := s.enter(plan.After(Deactivate), at)
		return append(intents, s.giveUpSecret(plan)...)
	case iamops.Reactivate:
		key := s.byID(change.KeyID)
		key.WasOff, key.ActiveAgain = key.offSince(), at
		key.Status, key.InactiveSince, key.InactiveSeen = iamops.Active, time.Time{}, time.Time{}
		s.Fine = nil // they are asked again when it is off again
		s.Plan, s.Note = s.main(plan), NoteRolledBack
		if plan.Target == NewKey && !plan.OffFirst() {
			return s.enter(s.whereNewStands(), at)
		}
		return s.enter(plan.RollBackTo, at)
	case iamops.Delete:
		key := s.byID(change.KeyID)
		key.Gone, key.GoneSure = true, true
		var intents []Intent
		if plan.Target == NewKey {
			s.Note = NoteDiscarded
			intents = s.giveUpSecret(plan)
		} else {
			intents = s.settle()
		}
		return append(intents, s.enter(plan.After(Delete), at)...)
	}
	return nil
}

// overdue lets the keys be as the lists show them, when they have had their time to show
// the change.
func (s *State) overdue(ev Listed) []Intent {
	if ev.Problem != nil {
		return nil
	}
	s.learn(ev)
	if s.unsure() {
		return []Intent{List{After: LookGap}}
	}
	return nil
}

// lookedAt takes a list into account for the proof under way.
func (s *State) lookedAt(ev Listed) []Intent {
	proof := s.Look.looked(s.PreIDs, s.New.ID, ev)
	look := s.Look
	switch proof {
	case notYet:
		return []Intent{List{After: look.pause()}}
	case overdue:
		return s.overdue(ev)
	case shown:
		s.Look, s.Problem = Look{}, nil
		if look.Effect != iamops.Unclear || s.Phase != Unclear {
			return nil
		}
		if look.Change.Kind == iamops.Create && !s.New.Known() {
			key, _ := unknownKey(s.PreIDs, ev.Keys)
			s.New, s.Secret = KeyFacts{ID: key.ID, Status: key.Status, Created: key.Created}, SecretLost
			if off := key.Created.Sub(s.PendingAt); off < -createSkew || off > createSkew+iamops.ChangeTimeout {
				s.Adopted, s.Secret = true, SecretUnknown // somebody else made it, at another time
			}
			s.learn(ev)
		}
		s.Note = NoteEffect
		return s.effect(ev.At)
	case absent:
		s.Look = Look{}
		s.back(s.Problem, NoteNoEffect)
		if look.Change.Kind == iamops.Create && s.New.Known() {
			s.New.Gone = true // AWS named it, and it is not there
		}
		return append(s.reconcile(), s.lookUpUse(ev.At)...)
	}
	return nil
}
