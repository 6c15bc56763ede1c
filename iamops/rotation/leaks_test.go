package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// TestALeakAtEveryStep says of each key, at each step of each plan, that it has leaked: its
// plan acts on it alone, and what there is of the rotation stays.
func TestALeakAtEveryStep(t *testing.T) {
	held := secret(rotation.SecretHeld)
	for name, c := range map[string]struct {
		state rotation.State
		keyID string
		plan  rotation.PlanName
		step  rotation.Step
	}{
		"old, before create":    {at(rotation.Create), oldID, rotation.Leaked, rotation.Deactivate},
		"old, secret held":      {at(rotation.Store), oldID, rotation.Leaked, rotation.Deactivate},
		"new, secret held":      {at(rotation.Store), newID, rotation.LeakedNew, rotation.Deactivate},
		"old, distributing":     {at(rotation.Distribute), oldID, rotation.Leaked, rotation.Deactivate},
		"new, distributing":     {at(rotation.Distribute), newID, rotation.LeakedNew, rotation.Deactivate},
		"old, deactivating":     {at(rotation.Deactivate), oldID, rotation.Leaked, rotation.Deactivate},
		"old, off already":      {at(rotation.Watch), oldID, rotation.Leaked, rotation.Review},
		"new, in the watch":     {at(rotation.Watch), newID, rotation.LeakedNew, rotation.Deactivate},
		"old, before delete":    {at(rotation.Delete), oldID, rotation.Leaked, rotation.Review},
		"old, giving up":        {discarding(rotation.Discard, rotation.Deactivate, held), oldID, rotation.Leaked, rotation.Deactivate},
		"new, giving up":        {discarding(rotation.DiscardStored, rotation.Deactivate), newID, rotation.LeakedNew, rotation.Deactivate},
		"new, given up and off": {discarding(rotation.DiscardStored, rotation.Watch), newID, rotation.LeakedNew, rotation.Review},
		"old, retiring":         {at(rotation.Deactivate, func(s *rotation.State) { s.Plan, s.New, s.Secret = rotation.Retire, rotation.KeyFacts{}, "" }), oldID, rotation.Leaked, rotation.Deactivate},
		"new, of a leaked old":  {leakedAt(rotation.Leaked, rotation.Distribute), newID, rotation.LeakedNew, rotation.Deactivate},
		"the other of two":      {at(rotation.Check, withOther, func(s *rotation.State) { s.Others = []iamops.AccessKey{key(otherID, iamops.Active)} }), otherID, rotation.Leaked, rotation.Check},
	} {
		s, _, err := rotation.Next(c.state, rotation.Decide{At: now, Yes: true, Decision: rotation.Leak, KeyID: c.keyID}, settings)
		if err != nil || s.Plan != c.plan || s.Step != c.step || s.Target().ID != c.keyID {
			t.Errorf("%s: %s/%s of %s, %v", name, s.Plan, s.Step, s.Target().ID, err)
		}
		if s.Secret != c.state.Secret || s.New.ID != c.state.New.ID {
			t.Errorf("%s: secret %q, new key %s", name, s.Secret, s.New.ID)
		}
	}
}

// The new key of a leaked old one stays: none is created.
func TestALeakedOldKeyKeepsItsNewKey(t *testing.T) {
	for secret, step := range map[rotation.SecretState]rotation.Step{rotation.SecretStored: rotation.Distribute, rotation.SecretHeld: rotation.Store} {
		s := at(rotation.Distribute, func(s *rotation.State) { s.Secret = secret })
		s, _, _ = rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.Leak, KeyID: oldID}, settings)
		s.Old.Status, s.Old.InactiveSince, s.Step = iamops.Inactive, now, rotation.Review
		s, _, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.GoOn}, settings)
		if err != nil || s.Step != step || s.New.ID != newID {
			t.Errorf("%s: at %s with %s, %v", secret, s.Step, s.New.ID, err)
		}
	}
}

// A new key that no list shows within its time, which counts from the creation, is gone: the
// rotation starts over.
func TestACreatedKeyThatNoListShows(t *testing.T) {
	m := remember(rotation.Store, func(m *rotation.Kept) {
		m.New.Unlisted = true
		m.Look = rotation.Look{
			Change: iamops.Change{Kind: iamops.Create, Rotation: "rot1", Account: caller.Account, User: "Suzie"},
			Effect: iamops.Done, Since: now.Add(-time.Hour),
		}
	})
	s, _ := rotation.Reopen(m, caller, now)
	for at := now; at.Before(now.Add(3 * rotation.LookGap)); at = at.Add(rotation.LookGap) {
		s, _, _ = rotation.Next(s, listed(at, key(oldID, iamops.Active)), settings)
	}
	over, offered := rotation.OfferFor(rotation.Offers(s, settings, now), rotation.StartOver)
	if !s.New.Gone || !offered || over.Refused != rotation.Possible {
		t.Fatalf("%+v at %s: %s", s.New, s.Step, offersOf(s, settings, now))
	}
	s, _, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.StartOver}, settings)
	if err != nil || s.Step != rotation.Check || s.New.Known() || s.GoneNew != newID {
		t.Errorf("started over: %s, %+v, %q, %v", s.Step, s.New, s.GoneNew, err)
	}
	// One that the lists show late is there all the same.
	s, _ = rotation.Reopen(m, caller, now)
	for at := now; at.Before(now.Add(3 * rotation.LookGap)); at = at.Add(rotation.LookGap) {
		s, _, _ = rotation.Next(s, listed(at, key(oldID, iamops.Active), key(newID, iamops.Active)), settings)
	}
	if s.New.Gone || s.New.Unlisted || s.Look.Exists() {
		t.Errorf("listed, and %+v, look %v", s.New, s.Look)
	}
}

func TestAStepBack(t *testing.T) {
	for name, c := range map[string]struct {
		state rotation.State
		plan  rotation.PlanName
		step  rotation.Step
	}{
		"to distribute":   {at(rotation.Deactivate), rotation.Rotate, rotation.Distribute},
		"to the watch":    {at(rotation.Delete), rotation.Rotate, rotation.Watch},
		"giving up":       {discarding(rotation.DiscardStored, rotation.Delete), rotation.DiscardStored, rotation.Watch},
		"between two key": {at(rotation.Deactivate, func(s *rotation.State) { s.Plan, s.Main, s.New = rotation.Retire, rotation.Rotate, rotation.KeyFacts{} }), rotation.Rotate, rotation.Check},
	} {
		s, _, err := rotation.Next(c.state, rotation.Decide{At: now, Yes: true, Decision: rotation.StepBack}, settings)
		if err != nil || s.Plan != c.plan || s.Step != c.step {
			t.Errorf("%s: %s/%s, %v", name, s.Plan, s.Step, err)
		}
	}
}
