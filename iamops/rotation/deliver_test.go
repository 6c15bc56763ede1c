package rotation_test

import (
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

func target(spec string, state rotation.DeliveryState, mayHold bool) edit {
	return func(s *rotation.State) {
		s.Deliveries = append(s.Deliveries, rotation.Delivery{Spec: spec, Name: spec, State: state, MayHold: mayHold})
	}
}

func TestDeliveryOffers(t *testing.T) {
	for name, c := range map[string]struct {
		state rotation.State
		want  string
	}{
		"no target":          {at(rotation.Store), "stored why:secret-nowhere; try-again; give-up-new; leaked; look-again"},
		"a target":           {at(rotation.Store, target("a", rotation.DeliveryOffered, false)), "deliver; stored why:secret-nowhere; try-again; give-up-new; leaked; look-again"},
		"before it is tried": {at(rotation.Store, target("a", rotation.DeliveryOffered, false), trial(rotation.TrialRunning)), "deliver why:trial-not-passed no:trial-running; stored why:trial-not-passed why:secret-nowhere no:trial-running; try-again no:trial-running; give-up-new; leaked; look-again"},
		"trial failed":       {at(rotation.Store, target("a", rotation.DeliveryOffered, false), trial(rotation.TrialFailed)), "deliver why:trial-not-passed; stored why:trial-not-passed why:secret-nowhere; try-again; give-up-new; leaked; look-again"},
		"under way":          {at(rotation.Store, target("a", rotation.DeliveryUnderWay, false)), "stored no:delivery-runs; try-again; give-up-new no:delivery-runs; leaked no:delivery-runs; look-again"},
		"one failed":         {at(rotation.Store, target("a", rotation.DeliveryMade, false), target("b", rotation.DeliveryFailed, false)), "deliver; stored; try-again; give-up-new; leaked; look-again"},
		"all delivered":      {at(rotation.Store, target("a", rotation.DeliveryMade, false)), "stored; try-again; give-up-new; leaked; look-again"},
		"later":              {at(rotation.Distribute, target("a", rotation.DeliveryMade, false)), "go-on; take-back; give-up-new; leaked; look-again"},
		"giving up":          {discarding(rotation.DiscardStored, rotation.Deactivate, target("a", rotation.DeliveryMade, false)), "make-change=deactivate why:not-put-back; take-back; keep-new; leaked; look-again"},
		"giving up, put back": {
			discarding(rotation.DiscardStored, rotation.Deactivate, target("a", rotation.DeliveryBack, false)),
			"make-change=deactivate; keep-new; leaked; look-again",
		},
		"giving up, it may hold it": {
			discarding(rotation.DiscardStored, rotation.Deactivate, target("a", rotation.DeliveryFailed, true)),
			"make-change=deactivate why:not-put-back; take-back; keep-new; leaked; look-again",
		},
	} {
		if got := offersOf(c.state, settings, now); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestDeliveries(t *testing.T) {
	next := func(s rotation.State, ev rotation.Event, want string) rotation.State {
		t.Helper()
		s, intents, err := rotation.Next(s, ev, settings)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, i := range intents {
			switch i := i.(type) {
			case rotation.Hand:
				got += " hand " + i.Spec
			case rotation.TakeBack:
				got += " take back " + i.Spec
			case rotation.Settle:
				got += " settle " + i.Spec
			case rotation.List, rotation.LookUpUse, rotation.Make, rotation.Try, rotation.Forget:
			}
		}
		if got != want {
			t.Errorf("intents%s, want%s", got, want)
		}
		return s
	}
	decide := func(d rotation.Decision, spec string) rotation.Decide {
		return rotation.Decide{At: now, Yes: true, Decision: d, Specs: specs(spec), Typed: "MPLE", Reason: "because", Whys: everyWhy}
	}
	full := &iamops.Problem{Kind: iamops.NotDelivered, Message: "disk full"}

	s := next(at(rotation.Store), rotation.Found{At: now, Targets: []rotation.Delivery{{Spec: "a"}, {Spec: "b"}}}, "")
	s = next(s, rotation.Found{At: now, Targets: []rotation.Delivery{{Spec: "b"}, {Spec: "c"}}}, "")
	if len(s.Deliveries) != 3 {
		t.Fatalf("%d targets of three", len(s.Deliveries))
	}
	s = next(s, decide(rotation.Deliver, "b"), " hand b")
	s = next(s, rotation.Delivered{At: now, Spec: "b", Problem: full}, "")
	s = next(s, decide(rotation.Deliver, ""), " hand a hand b hand c")
	if reason := rotation.LeaveBlock(s); reason != rotation.SecretNotPut { // it may fail yet
		t.Errorf("leaving during a delivery: %q", reason)
	}
	s = next(s, rotation.Delivered{At: now, Spec: "a"}, "")
	s = next(s, rotation.Delivered{At: now, Spec: "b", Problem: full, MayHold: true}, "")
	s = next(s, rotation.Delivered{At: now, Spec: "c", Problem: full}, "")
	if s.Secret != rotation.SecretHeld {
		t.Errorf("a failed target lost the secret: %q", s.Secret)
	}

	given := next(s, decide(rotation.GiveUpNew, ""), "")
	if given.Plan != rotation.DiscardStored {
		t.Errorf("a key that was delivered is given up by %s", given.Plan)
	}
	given = next(given, decide(rotation.TakeBackAll, ""), " take back a take back b")
	given = next(given, rotation.PutBack{At: now, Spec: "a"}, "")
	given = next(given, rotation.PutBack{At: now, Spec: "b", Problem: full}, "")
	offer, _ := rotation.OfferFor(rotation.Offers(given, settings, now), rotation.MakeChange)
	if len(offer.Whys) == 0 || offer.Whys[len(offer.Whys)-1] != rotation.WhyNotPutBack {
		t.Errorf("a target that still holds the new key: %v", offer.Whys)
	}

	deleting := at(rotation.Delete, phase(rotation.Changing, iamops.Delete, oldID), target("a", rotation.DeliveryMade, false), target("b", rotation.DeliveryBack, false))
	next(deleting, rotation.Answered{At: now, Effect: iamops.Done}, " settle a")
}

// specs is one spec as a list, none for "".
func specs(spec string) []string {
	if spec == "" {
		return nil
	}
	return []string{spec}
}
