package runner

import (
	"slices"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// Recall reads memories of rotations out of an account's journal, in the order in
// which they were begun.
func Recall(records []journal.Record) []rotation.Memory {
	var order []string
	memories := map[string]*rotation.Memory{}
	for _, r := range records {
		m := memories[r.Rotation]
		if m == nil {
			m = &rotation.Memory{
				ID: r.Rotation, User: r.User, Plan: rotation.PlanName(r.Plan), Step: rotation.Step(r.Step), Begun: r.At,
				OffSince: map[string]time.Time{}, OnSince: map[string]time.Time{},
			}
			memories[r.Rotation] = m
			order = append(order, r.Rotation)
		}
		add(m, r)
	}
	recalled := make([]rotation.Memory, 0, len(order))
	for _, id := range order {
		recalled = append(recalled, *memories[id])
	}
	return recalled
}

// RecallUser is the memory of a user's last rotation, if that left something behind.
func RecallUser(records []journal.Record, user string) (rotation.Memory, bool) {
	for _, m := range slices.Backward(Recall(records)) {
		if m.User == user {
			return m, m.AtStake()
		}
	}
	return rotation.Memory{}, false
}

// add brings a memory up to one more record.
func add(m *rotation.Memory, r journal.Record) {
	m.Last, m.By = r.At, r.Caller
	if m.NewID != "" && m.Secret == rotation.SecretUnknown {
		m.OwnUse = r.At // the trial goes on until the secret is put away
	}
	if r.LongestGap > m.LongestGap {
		m.LongestGap = r.LongestGap
	}
	m.Tried = append(m.Tried, r.Tried...)
	if r.OldKeyID != "" {
		m.OldID = r.OldKeyID
	}
	if r.NewKeyID != "" {
		m.NewID, m.Adopted = r.NewKeyID, m.Adopted || r.Adopted
	}
	switch r.Kind {
	case journal.Begun, journal.Left, journal.Described:
	case journal.Decided:
		decided(m, r)
	case journal.Intent:
		announced(m, r)
	case journal.Outcome:
		if m.Open == nil { // the line of the intent is damaged: the outcome tells all but the list
			announced(m, r)
			m.PreIDs = []string{r.OldKeyID}
			m.Lent = m.Lent || iamops.ChangeKind(r.Change) == iamops.Create // a line is missing: more may be
		}
		ended(m, r, rotation.SecretUnknown)
	case journal.Proven:
		m.Unproven = nil
		if m.Open == nil {
			break
		}
		secret := rotation.SecretLost
		if rotation.Step(r.Step) != rotation.Create || r.Adopted {
			secret = rotation.SecretUnknown // it arrived, though that could not be recorded; or it is not ours
		}
		ended(m, r, secret)
	case journal.Delivering, journal.Delivered, journal.PuttingBack, journal.PutBack, journal.Settling, journal.Settled:
		atTarget(m, r)
	case journal.Lent:
		m.Lent = true
	case journal.Ended:
		m.Over, m.Step = true, rotation.Finished
	}
}

// atTarget takes a record about a target into account. What was begun and has no end on
// record may have been done.
func atTarget(m *rotation.Memory, r journal.Record) {
	m.Touched = true
	i := slices.IndexFunc(m.Deliveries, func(d rotation.Delivery) bool { return d.Spec == r.Target })
	if i < 0 {
		m.Deliveries = append(m.Deliveries, rotation.Delivery{Spec: r.Target, Name: r.Target})
		i = len(m.Deliveries) - 1
	}
	d := &m.Deliveries[i]
	d.At = r.At
	switch failed := r.Problem != ""; {
	case r.Kind == journal.Delivering:
		d.State, d.MayHold = rotation.DeliveryFailed, true
	case r.Kind == journal.Delivered && failed:
		d.State, d.MayHold = rotation.DeliveryFailed, r.MayHold
	case r.Kind == journal.Delivered:
		d.State, d.MayHold = rotation.DeliveryMade, false
	case r.Kind == journal.PutBack && !failed:
		d.State, d.MayHold = rotation.DeliveryBack, false
	case r.Kind == journal.Settled && !failed:
		m.Deliveries = slices.Delete(m.Deliveries, i, i+1)
	}
}

func announced(m *rotation.Memory, r journal.Record) {
	m.Plan, m.Step = rotation.PlanName(r.Plan), rotation.Step(r.Step)
	m.Open = &iamops.Change{
		Kind: iamops.ChangeKind(r.Change), Rotation: r.Rotation, Account: r.Account, User: r.User, KeyID: r.KeyID,
	}
	if m.Open.Kind == iamops.Create {
		m.Open.KeyID = "" // the outcome names the key that it made
	}
	m.PreIDs, m.OpenAt, m.Unproven = r.Listed, r.At, nil
	if m.Before == nil {
		m.Before = r.Listed
	}
}

// forgetNew takes a new key that is gone out of a memory.
func forgetNew(m *rotation.Memory) {
	m.NewID, m.Secret, m.StoredAt, m.OwnUse, m.Deliveries = "", rotation.NoSecret, time.Time{}, time.Time{}, nil
	m.Lent, m.Adopted = false, false
}

func decided(m *rotation.Memory, r journal.Record) {
	if r.NewKeyID == "" && m.NewID != "" { // it was gone, and the rotation begins again
		forgetNew(m)
	}
	toNew := rotation.PlanOf(rotation.PlanName(r.ToPlan)).Target == rotation.NewKey
	if from := rotation.PlanName(r.Plan); toNew && rotation.PlanOf(from).Target == rotation.OldKey {
		m.Main = from
	}
	if r.ToPlan != "" {
		m.Plan, m.Step = rotation.PlanName(r.ToPlan), rotation.Step(r.ToStep)
	}
	if r.Reason != "" {
		whys := make([]rotation.Why, 0, len(r.Overrides))
		for _, why := range r.Overrides {
			whys = append(whys, rotation.Why(why))
		}
		m.Overrides = append(m.Overrides, rotation.Override{At: r.At, Step: rotation.Step(r.Step), Whys: whys, Reason: r.Reason})
	}
	switch rotation.Decision(r.Decision) {
	case rotation.UserFine:
		m.Fine = append(m.Fine, r.About)
	case rotation.RollBack:
		m.Fine = nil
	case rotation.Stored, rotation.HaveSecret:
		m.Secret, m.StoredAt = rotation.SecretStored, r.At
		if m.Open != nil && m.Open.Kind == iamops.Create {
			m.Open = nil // whose outcome could not be recorded
		}
	case rotation.Adopt:
		m.Secret, m.Adopted = rotation.SecretUnknown, true
		if m.Step != rotation.Create {
			m.Secret, m.StoredAt = rotation.SecretStored, r.At
		}
	case rotation.GoOn, rotation.GoBack, rotation.StepBack, rotation.MakeChange, rotation.GiveUpNew, rotation.KeepNew,
		rotation.RetireOlder, rotation.RetireNewer, rotation.SignAfresh, rotation.SessionFromKey, rotation.SessionElsewhere, rotation.Leak, rotation.NoNewKey, rotation.StartOver, rotation.Deliver, rotation.TakeBackAll, rotation.LookAgain, rotation.TryAgain:
	}
}

// ended takes the end of the open change into account. The secret of a key that was
// created is then as given: with an outcome it arrived, with a proof it did not.
func ended(m *rotation.Memory, r journal.Record, secret rotation.SecretState) {
	open, plan := *m.Open, rotation.PlanOf(m.Plan)
	m.Touched = m.Touched || iamops.Effect(r.Effect) != iamops.NoEffect
	switch iamops.Effect(r.Effect) {
	case iamops.Unclear:
		if open.Kind == iamops.Create && m.NewID != "" {
			m.Secret = rotation.SecretLost
		}
		return // still open
	case iamops.NoEffect:
		m.Open = nil
		return
	case iamops.Done:
	}
	m.Open, m.Step = nil, plan.After(m.Step)
	if r.Kind == journal.Outcome {
		m.Unproven, m.UnprovenAt = &open, r.At
	}
	switch open.Kind {
	case iamops.Create:
		m.Secret = secret
	case iamops.Deactivate:
		m.OffSince[open.KeyID] = r.At
		leaked := m.Plan == rotation.LeakedNew && m.Secret != rotation.SecretStored
		if open.KeyID == m.NewID && (m.Plan == rotation.Discard || leaked) {
			m.Secret = rotation.SecretLost
		}
	case iamops.Reactivate:
		delete(m.OffSince, open.KeyID)
		m.OnSince[open.KeyID] = r.At
		m.Plan, m.Step = plan.RollBackPlan, plan.RollBackTo
		if plan.Target == rotation.NewKey && m.Main != "" && !plan.OffFirst() {
			m.Plan = m.Main
		}
	case iamops.Delete:
		m.Over = m.Step == rotation.Finished
		if _, off := m.OffSince[m.OldID]; m.Over && plan.Target == rotation.NewKey && rotation.PlanOf(m.Main).OffFirst() && !off {
			m.Over, m.Plan, m.Step = false, m.Main, rotation.Deactivate // the leaked old key works still
			forgetNew(m)
		}
	}
}
