package runner_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// beginLeaked begins with a key of a user that has leaked.
func beginLeaked(t *testing.T, user string, before func(*scene)) *scene {
	t.Helper()
	s := &scene{t: t, cloud: faults.New(sandbox.Options{Seed: 1}), notes: &notes{}}
	s.cloud.Configure(func(b *sandbox.Behavior) { b.TrailDelay = 0 })
	before(s)
	a := s.account()
	keys, err := a.Keys(t.Context(), user)
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	s.run = runner.Start(runner.Parts{
		Account: a, Journal: s.notes, Clock: s.cloud, Settings: rotation.DefaultSettings(), Trail: a, Policies: a,
	}, runner.Task{Plan: rotation.Leaked, ID: "rot1", User: user, KeyID: keys[0].ID})
	t.Cleanup(func() {
		if err := s.run.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.await("the first list", func(st rotation.State) bool { return !st.ListedAt.IsZero() })
	return s
}

// intrude signs with the leaked key, as whoever has it would, and makes a user.
func intrude(t *testing.T, s *scene, key sandbox.Credentials) {
	t.Helper()
	thief, err := account.At(t.Context(), account.Endpoint{URL: "http://sandbox", Region: "us-east-1", KeyID: key.KeyID, Secret: iamops.NewSecret(key.Secret)},
		account.Options{HTTPClient: s.cloud.Client(), Clock: s.cloud})
	if err != nil {
		t.Fatal(err)
	}
	permit, err := iamops.RecordFirst(iamops.Change{Kind: iamops.Create, Rotation: "x", Account: thief.Info().ID, User: "bob"}, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	s.cloud.Disguise("python-requests/2.31", func() {
		if out := thief.Change(t.Context(), permit); out.Effect != iamops.Done {
			t.Fatalf("%+v", out)
		}
	})
}

// TestALeakedKeyIsReplaced: off at once, what it did is seen, a new key comes, the old one
// goes.
func TestALeakedKeyIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := beginLeaked(t, "billing-cron", func(s *scene) {
			key, err := s.cloud.KeyOf("billing-rollup")
			if err != nil {
				t.Fatal(err)
			}
			s.cloud.Allow("billing-cron", "*")
			s.cloud.Quarantine("external-auditor") // somebody else
			intrude(t, s, key)
		})
		old := s.state().Old.ID
		s.await("the quarantine", func(st rotation.State) bool { return st.Quarantine != nil })
		if q := s.state().Quarantine; q.Policy != "" || q.Problem != nil {
			t.Errorf("quarantine %+v", q)
		}
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Review)
		s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
		e := s.state().Evidence
		made := func(m iamops.Made) bool { return m.Call == "iam CreateAccessKey" }
		if !slices.ContainsFunc(e.Made, made) || len(e.Old) < 3 {
			t.Errorf("made %+v, users %+v", e.Made, e.Old)
		}
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Store)
		s.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed })
		s.must(rotation.Stored)
		s.must(rotation.GoOn)
		s.cloud.Advance(time.Hour)
		s.change(rotation.MakeChange, rotation.Finished)
		keys, err := s.account().Keys(t.Context(), "billing-cron")
		if err != nil || len(keys) != 1 || keys[0].ID == old || keys[0].Status != iamops.Active {
			t.Errorf("keys %+v, %v", keys, err)
		}
		if got := s.notes.story(); !slices.Contains([]string{"begun"}, got[:5]) {
			t.Errorf("journal: %s", got)
		}
	})
}

// TestALeakedKeyWithBothSlotsTaken goes before its replacement is made, and a key that
// appears meanwhile is an alarm.
func TestALeakedKeyWithBothSlotsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := beginLeaked(t, "data-pipeline", func(s *scene) { s.cloud.Quarantine("data-pipeline") })
		s.await("the quarantine", func(st rotation.State) bool {
			return st.Quarantine != nil && st.Quarantine.Policy == faults.Quarantine
		})
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Review)
		s.must(rotation.GoOn)
		if st := s.state(); st.Plan != rotation.LeakedNoSlot || st.Step != rotation.Delete {
			t.Fatalf("%s/%s", st.Plan, st.Step)
		}
		s.cloud.Advance(time.Hour)
		_ = s.run.Refresh()
		s.change(rotation.MakeChange, rotation.Create)
		if n := len(s.state().Appeared()); n != 0 {
			t.Errorf("%d keys appeared", n)
		}
		s.change(rotation.MakeChange, rotation.Store)
		s.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed })
		s.must(rotation.Stored)
		s.must(rotation.GoOn)
		if st := s.state(); !st.Over() || !st.Old.Gone || st.New.Gone {
			t.Errorf("%s/%s", st.Plan, st.Step)
		}
	})
}

// TestWhoIsLeftOnTheOldKey: of three applications two move over; the third is named, and
// the gate stays shut for it.
func TestWhoIsLeftOnTheOldKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a *account.Account
		s := beginWith(t, "billing-cron", func(p *runner.Parts, s *scene) {
			s.cloud.Configure(func(b *sandbox.Behavior) { b.TrailDelay = 0 })
			a = s.account()
			p.Trail = a
		})
		s.stored()
		s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() && len(st.Evidence.Old) == 3 })
		for _, app := range []string{"billing-rollup", "cost-dashboard"} {
			if err := s.cloud.UpdateApplication(app, s.state().New.ID); err != nil {
				t.Fatal(err)
			}
		}
		s.cloud.Advance(2 * 24 * time.Hour)
		s.await("two that have moved", func(st rotation.State) bool { return len(st.Evidence.Left()) == 1 })
		left := s.state().Evidence.Left()[0]
		if left.Agent != "aws-cli 2.9" || left.Gap != 7*24*time.Hour {
			t.Errorf("left: %+v", left)
		}
		gate := rotation.GateOf(s.state(), rotation.DefaultSettings(), s.cloud.Now())
		if gate.Open() || !slices.Contains(gate.Whys, rotation.WhyGapLonger) {
			t.Errorf("gate %+v", gate)
		}
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch)
		for n := 3; n > 0; n-- { // each is asked about
			if got := len(s.state().ToAsk()); got != n {
				t.Fatalf("%d to ask about, want %d", got, n)
			}
			s.must(rotation.UserFine)
		}
		offer, _ := rotation.OfferFor(s.run.Snapshot().Offers(s.cloud.Now()), rotation.GoOn)
		if offer.NeedsReason() {
			t.Errorf("all were asked about: %+v", offer)
		}
		m, _ := rotation.MemoryOf(s.notes.all(), "billing-cron")
		if len(m.Fine) != 3 {
			t.Errorf("remembered: %v", m.Fine)
		}
	})
}
