package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// No key is switched off or deleted when the list made for that shows that nothing else
// works.
func TestTheOtherKeyMustWork(t *testing.T) {
	oldOn, oldOff := key(oldID, iamops.Active), key(oldID, iamops.Inactive)
	newOn, newOff := key(newID, iamops.Active), key(newID, iamops.Inactive)
	deleteOld := at(rotation.Delete, phase(rotation.Verifying, iamops.Delete, oldID))
	offNew := discarding(rotation.DiscardStored, rotation.Deactivate, phase(rotation.Verifying, iamops.Deactivate, newID))
	accepted := offNew
	accepted.Accepted = []rotation.Why{rotation.WhyOldKeyOff}
	for name, c := range map[string]struct {
		state rotation.State
		keys  []iamops.AccessKey
		made  bool
	}{
		"delete the old key":                  {deleteOld, []iamops.AccessKey{oldOff, newOn}, true},
		"delete it, the new one is gone":      {deleteOld, []iamops.AccessKey{oldOff}, false},
		"delete it, the new one is off":       {deleteOld, []iamops.AccessKey{oldOff, newOff}, false},
		"give up the new key":                 {offNew, []iamops.AccessKey{oldOn, newOn}, true},
		"give it up, the old one is off":      {offNew, []iamops.AccessKey{oldOff, newOn}, false},
		"give it up, the old one is gone":     {offNew, []iamops.AccessKey{newOn}, false},
		"give it up, off, and that was known": {accepted, []iamops.AccessKey{oldOff, newOn}, true},
	} {
		_, intents, _ := rotation.Next(c.state, listed(now, c.keys...), settings)
		made := len(intents) > 0
		if made != c.made {
			t.Errorf("%s: %s", name, intentsOf(intents))
		}
	}
}

func TestGuardsOfTargetsAndKeys(t *testing.T) {
	for name, c := range map[string]struct {
		state rotation.State
		want  string
	}{
		"a take-back is under way":      {discarding(rotation.DiscardStored, rotation.Deactivate, target("a", rotation.DeliveryUnderWay, false)), "make-change=deactivate no:delivery-runs; keep-new; leaked no:delivery-runs; look-again"},
		"the old key was put back":      {at(rotation.Deactivate, target("a", rotation.DeliveryBack, false)), "make-change=deactivate why:old-key-put-back; give-up-new; step-back; leaked; look-again"},
		"the old key is off as well":    {discarding(rotation.DiscardStored, rotation.Deactivate, func(s *rotation.State) { s.Old.Status = iamops.Inactive }), "make-change=deactivate why:old-key-off; keep-new; leaked; look-again"},
		"the new key is gone":           {at(rotation.Distribute, func(s *rotation.State) { s.New.Gone, s.New.GoneSure = true, true }), "start-over; go-on no:new-key-missing; leaked; look-again"},
		"gone before deactivation":      {at(rotation.Deactivate, func(s *rotation.State) { s.New.Gone, s.New.GoneSure = true, true }), "start-over; make-change=deactivate no:new-key-missing; step-back; leaked; look-again"},
		"gone while its secret is held": {at(rotation.Store, func(s *rotation.State) { s.New.Gone, s.New.GoneSure = true, true }), "start-over; stored why:secret-nowhere; try-again; leaked; look-again"},
		"both are gone":                 {at(rotation.Distribute, func(s *rotation.State) { s.New.Gone, s.New.GoneSure, s.Old.Gone = true, true, true }), "go-on no:new-key-missing; look-again"},
		"gone, and the old one is off":  {at(rotation.Distribute, func(s *rotation.State) { s.New.Gone, s.Old.Status = true, iamops.Inactive }), "go-on no:new-key-missing; roll-back=reactivate; leaked; look-again"},
	} {
		if got := offersOf(c.state, settings, now); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestAReasonCountsForTheGuardsThatWereShown(t *testing.T) {
	s := at(rotation.Deactivate, func(s *rotation.State) { s.Old.LastUse.At = now.Add(-time.Minute) })
	decide := rotation.Decide{At: now, Yes: true, Decision: rotation.MakeChange, Reason: "nobody knows when", Whys: []rotation.Why{rotation.WhyUseUnknown}}
	_, _, err := rotation.Next(s, decide, settings)
	var refusal *rotation.Refusal
	if !asRefusal(err, &refusal) || refusal.Reason != rotation.NewGuard {
		t.Errorf("a reason given for another guard: %v", err)
	}
}

func TestASecretThatWasShownMayBeInUse(t *testing.T) {
	s, _, _ := rotation.Next(at(rotation.Store), rotation.Lent{At: now}, settings)
	s, _, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.GiveUpNew}, settings)
	if err != nil || s.Plan != rotation.DiscardStored {
		t.Errorf("given up by %s, %v", s.Plan, err)
	}
	s.Phase, s.Pending = rotation.Changing, &iamops.Change{Kind: iamops.Deactivate, Rotation: s.ID, Account: s.Account, User: s.User, KeyID: newID}
	s, _, _ = rotation.Next(s, rotation.Answered{At: now, Effect: iamops.Done}, settings)
	if s.Secret != rotation.SecretUnknown {
		t.Errorf("secret %q: somebody may have it", s.Secret)
	}
}

func TestBeginningAgainForgetsTheNewKey(t *testing.T) {
	s := at(rotation.Distribute, func(s *rotation.State) { s.New.Gone, s.New.GoneSure = true, true }, target("a", rotation.DeliveryMade, false))
	again := rotation.Decide{At: now, Yes: true, Decision: rotation.StartOver}
	if _, _, err := rotation.Next(s, again, settings); err == nil {
		t.Error("a target is left with a key that is gone, without a reason")
	}
	again.Reason, again.Whys = "the target is no more", []rotation.Why{rotation.WhyNotPutBack}
	s, _, err := rotation.Next(s, again, settings)
	if err != nil || s.Step != rotation.Check || s.New.Known() || s.Secret != rotation.NoSecret || len(s.Deliveries) != 0 {
		t.Errorf("%s, new %q, secret %q, %d deliveries, %v", s.Step, s.New.ID, s.Secret, len(s.Deliveries), err)
	}
	if got := offersOf(s, settings, now); got != "go-on; leaked; look-again" {
		t.Errorf("offers %s", got)
	}
}

func TestLeavingWhenNothingIsAtStake(t *testing.T) {
	gone := func(s *rotation.State) { s.New.Gone, s.New.GoneSure = true, true }
	for name, c := range map[string]struct {
		state rotation.State
		want  rotation.Reason
	}{
		"the secret is held":          {at(rotation.Store), rotation.SecretNotPut},
		"being given up":              {discarding(rotation.Discard, rotation.Deactivate), rotation.SecretNotPut},
		"AWS does not let it":         {discarding(rotation.Discard, rotation.Deactivate, func(s *rotation.State) { s.Problem = &iamops.Problem{Kind: iamops.AccessDenied} }), rotation.Possible},
		"the key is gone":             {at(rotation.Store, gone), rotation.Possible},
		"given up, by somebody else":  {discarding(rotation.Discard, rotation.Finished, gone), rotation.Possible},
		"switched off by somebody":    {discarding(rotation.Discard, rotation.Delete, func(s *rotation.State) { s.Secret = rotation.SecretHeld }), rotation.Possible},
		"a change is under way":       {at(rotation.Store, phase(rotation.Changing, iamops.Deactivate, newID)), rotation.ChangeInFlight},
		"a delivery is under way":     {at(rotation.Distribute, target("a", rotation.DeliveryUnderWay, false)), rotation.DeliveryRuns},
		"left in Distribute, as ever": {at(rotation.Distribute), rotation.Possible},
	} {
		if got := rotation.LeaveBlock(c.state); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	s, intents, err := rotation.Next(discarding(rotation.Discard, rotation.Deactivate, newOff), rotation.Decide{At: now, Yes: true, Decision: rotation.GoOn}, settings)
	if err != nil || s.Secret != rotation.SecretLost || intentsOf(intents) != "forget, use×2" {
		t.Errorf("going on past a key that is off already: %q, %s, %v", s.Secret, intentsOf(intents), err)
	}
}

func TestWhatWasDeliveredAndTakenBackIsGivenUpWithCare(t *testing.T) {
	s := at(rotation.Store, target("a", rotation.DeliveryBack, false))
	s, _, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.GiveUpNew}, settings)
	if err != nil || s.Plan != rotation.DiscardStored {
		t.Errorf("given up by %s, %v", s.Plan, err)
	}
}
