package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// leakedAt is a rotation of a leaked key at one of its steps.
func leakedAt(plan rotation.PlanName, step rotation.Step, edits ...edit) rotation.State {
	off := func(s *rotation.State) {
		s.Plan, s.Before = plan, []string{oldID}
		if step != rotation.Check && step != rotation.Deactivate {
			since := now.Add(-time.Hour)
			s.Old.Status, s.Old.InactiveSince, s.Old.InactiveSeen = iamops.Inactive, since, since
		}
	}
	return at(step, append([]edit{off}, edits...)...)
}

func TestOffersOfALeakedKey(t *testing.T) {
	none := func(s *rotation.State) { s.New, s.Secret = rotation.KeyFacts{}, rotation.NoSecret }
	for name, c := range map[string]struct {
		state rotation.State
		want  string
	}{
		"check":           {leakedAt(rotation.Leaked, rotation.Check), "go-on; look-again"},
		"check, two keys": {leakedAt(rotation.Leaked, rotation.Check, withOther), "go-on; look-again"},
		"off at once":     {leakedAt(rotation.Leaked, rotation.Deactivate, none), "make-change=deactivate; look-again"},
		"review":          {leakedAt(rotation.Leaked, rotation.Review), "go-on; roll-back=reactivate why:leaked; look-again"},
		"review, new key missing once": {leakedAt(rotation.Leaked, rotation.Review, withNew, missedOnce),
			"go-on no:still-looking; roll-back=reactivate why:leaked; look-again"},
		"create":              {leakedAt(rotation.Leaked, rotation.Create), "make-change=create; no-new-key; roll-back=reactivate why:leaked; look-again"},
		"store":               {leakedAt(rotation.Leaked, rotation.Store), "stored why:secret-nowhere; try-again; roll-back=reactivate why:leaked no:secret-held; give-up-new; leaked; look-again"},
		"distribute":          {leakedAt(rotation.Leaked, rotation.Distribute), "go-on; roll-back=reactivate why:leaked; give-up-new; leaked; look-again"},
		"delete":              {leakedAt(rotation.Leaked, rotation.Delete), "make-change=delete type:MPLE; roll-back=reactivate why:leaked; leaked; look-again"},
		"delete, new key off": {leakedAt(rotation.Leaked, rotation.Delete, newOff), "make-change=delete type:MPLE no:new-key-off; roll-back=reactivate why:leaked; leaked; look-again"},
		"no slot: delete":     {leakedAt(rotation.LeakedNoSlot, rotation.Delete, none, withOther), "make-change=delete type:MPLE; roll-back=reactivate why:leaked; look-again"},
		"no slot: create":     {leakedAt(rotation.LeakedNoSlot, rotation.Create, gone), "make-change=create; no-new-key; roll-back=reactivate why:leaked no:no-such-key; look-again"},
		"reactivated":         {leakedAt(rotation.Leaked, rotation.Create, func(s *rotation.State) { s.Old.Status = iamops.Active }), "make-change=create; no-new-key; go-back; look-again"},
	} {
		if got := offersOf(c.state, settings, now); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// TestWhereALeakedKeyLeads takes one decision and tells where it leads.
func TestWhereALeakedKeyLeads(t *testing.T) {
	for name, c := range map[string]struct {
		state    rotation.State
		decision rotation.Decision
		plan     rotation.PlanName
		step     rotation.Step
	}{
		"from the rotation":          {at(rotation.Check), rotation.Leak, rotation.Leaked, rotation.Check},
		"a slot is free":             {leakedAt(rotation.Leaked, rotation.Review), rotation.GoOn, rotation.Leaked, rotation.Create},
		"both slots are taken":       {leakedAt(rotation.Leaked, rotation.Review, withOther), rotation.GoOn, rotation.LeakedNoSlot, rotation.Delete},
		"the new key is there":       {leakedAt(rotation.Leaked, rotation.Review, withNew), rotation.GoOn, rotation.Leaked, rotation.Distribute},
		"no new key":                 {leakedAt(rotation.Leaked, rotation.Create), rotation.NoNewKey, rotation.LeakedAlone, rotation.Delete},
		"no new key, old one gone":   {leakedAt(rotation.LeakedNoSlot, rotation.Create, gone), rotation.NoNewKey, rotation.LeakedAlone, rotation.Finished},
		"the new key is distributed": {leakedAt(rotation.Leaked, rotation.Distribute), rotation.GoOn, rotation.Leaked, rotation.Delete},
		"no slot, distributed":       {leakedAt(rotation.LeakedNoSlot, rotation.Distribute, gone), rotation.GoOn, rotation.LeakedNoSlot, rotation.Finished},
		"giving the new key up":      {leakedAt(rotation.Leaked, rotation.Distribute), rotation.GiveUpNew, rotation.DiscardStored, rotation.Deactivate},
	} {
		s, _, err := rotation.Next(c.state, rotation.Decide{At: now, Yes: true, Decision: c.decision}, settings)
		if err != nil || s.Plan != c.plan || s.Step != c.step {
			t.Errorf("%s: %s/%s, %v; want %s/%s", name, s.Plan, s.Step, err, c.plan, c.step)
		}
	}
}

// missedOnce is a new key that one list, and no other, has not shown.
func missedOnce(s *rotation.State) { s.New.Gone, s.New.GoneSince = true, now }

func withNew(s *rotation.State) {
	s.New, s.Secret = rotation.KeyFacts{ID: newID, Status: iamops.Active, Created: now}, rotation.SecretStored
}

func TestKeepingTheNewKeyGoesBackToTheLeakedPlan(t *testing.T) {
	s, _, err := rotation.Next(leakedAt(rotation.LeakedNoSlot, rotation.Distribute, gone), rotation.Decide{At: now, Yes: true, Decision: rotation.GiveUpNew}, settings)
	if err != nil {
		t.Fatal(err)
	}
	s, _, err = rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.KeepNew}, settings)
	if err != nil || s.Plan != rotation.LeakedNoSlot || s.Step != rotation.Distribute {
		t.Errorf("%s/%s, %v", s.Plan, s.Step, err)
	}
}

func TestResumeOfALeakedKey(t *testing.T) {
	oldOn, oldOff := key(oldID, iamops.Active), key(oldID, iamops.Inactive)
	newOn := key(newID, iamops.Active)
	for name, c := range map[string]struct {
		memory rotation.Kept
		keys   []iamops.AccessKey
		plan   rotation.PlanName
		step   rotation.Step
	}{
		"left in check":              {remember(rotation.Check), []iamops.AccessKey{oldOn}, rotation.Leaked, rotation.Check},
		"left before it was off":     {remember(rotation.Deactivate, noNew), []iamops.AccessKey{oldOn}, rotation.Leaked, rotation.Deactivate},
		"off by somebody else":       {remember(rotation.Deactivate, noNew), []iamops.AccessKey{oldOff}, rotation.Leaked, rotation.Review},
		"left in review":             {remember(rotation.Review, noNew), []iamops.AccessKey{oldOff}, rotation.Leaked, rotation.Review},
		"reactivated meanwhile":      {remember(rotation.Create), []iamops.AccessKey{oldOn}, rotation.Leaked, rotation.Deactivate},
		"left before create":         {remember(rotation.Create), []iamops.AccessKey{oldOff}, rotation.Leaked, rotation.Create},
		"left while distributing":    {remember(rotation.Distribute), []iamops.AccessKey{oldOff, newOn}, rotation.Leaked, rotation.Distribute},
		"the new key's secret":       {remember(rotation.Store), []iamops.AccessKey{oldOff, newOn}, rotation.Leaked, rotation.Create},
		"deleted by somebody":        {remember(rotation.Distribute), []iamops.AccessKey{newOn}, rotation.Leaked, rotation.Finished},
		"deleted to make room":       {remember(rotation.Create, plan(rotation.LeakedNoSlot)), []iamops.AccessKey{key(otherID, iamops.Active)}, rotation.LeakedNoSlot, rotation.Create},
		"made room for, distributed": {remember(rotation.Distribute, plan(rotation.LeakedNoSlot)), []iamops.AccessKey{newOn}, rotation.LeakedNoSlot, rotation.Distribute},
	} {
		if c.memory.Plan == rotation.Rotate {
			c.memory.Plan = rotation.Leaked
		}
		s, _ := rotation.Reopen(c.memory, caller, now)
		s, _, _ = rotation.Next(s, listed(now, c.keys...), settings)
		s, _, _ = rotation.Next(s, listed(now.Add(rotation.LookGap), c.keys...), settings)
		if s.Plan != c.plan || s.Step != c.step {
			t.Errorf("%s: %s/%s, want %s/%s", name, s.Plan, s.Step, c.plan, c.step)
		}
	}
}

func noNew(m *rotation.Kept) {
	m.New, m.Secret, m.StoredAt = rotation.KeyFacts{}, rotation.NoSecret, time.Time{}
}

func TestAKeyThatAppearsIsAnAlarm(t *testing.T) {
	s := leakedAt(rotation.Leaked, rotation.Review)
	s, _, _ = rotation.Next(s, listed(now, key(oldID, iamops.Inactive), key(otherID, iamops.Active)), settings)
	if keys := s.Appeared(); len(keys) != 1 || keys[0].ID != otherID {
		t.Errorf("appeared: %v", keys)
	}
	s.Before = append(s.Before, otherID)
	if keys := s.Appeared(); len(keys) != 0 {
		t.Errorf("a key that was there before counts as new: %v", keys)
	}
}
