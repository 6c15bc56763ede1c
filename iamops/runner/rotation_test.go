package runner_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
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

// notes is a journal in memory, which can be made to fail.
type notes struct {
	mu      sync.Mutex
	records []rotation.Record
	fail    error
}

func (n *notes) Append(line any) error {
	r, _ := line.(rotation.Record)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		return n.fail
	}
	n.records = append(n.records, r)
	return nil
}

func (n *notes) failWith(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fail = err
}

// all are the records, in their order.
func (n *notes) all() []rotation.Record {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.records)
}

// story is the records in a line: what was recorded of which change.
func (n *notes) story() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var parts []string
	for _, r := range n.records {
		part := string(r.Kind)
		for _, more := range []string{string(r.Decision), string(r.Change), string(r.Effect)} {
			if more != "" {
				part += " " + more
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// scene is a rotation over the sandbox, in a synctest bubble.
type scene struct {
	t     *testing.T
	cloud *faults.Account
	notes *notes
	run   *runner.Runner
}

func begin(t *testing.T, user string) *scene {
	t.Helper()
	return beginWith(t, user, func(*runner.Parts, *scene) {})
}

// beginWith is begin with other parts.
func beginWith(t *testing.T, user string, change func(*runner.Parts, *scene)) *scene {
	t.Helper()
	s := &scene{t: t, cloud: faults.New(sandbox.Options{Seed: 1}), notes: &notes{}}
	parts := runner.Parts{Account: s.account(), Journal: s.notes, Clock: s.cloud, Settings: rotation.DefaultSettings()}
	change(&parts, s)
	s.run = runner.Start(parts, runner.Task{ID: "rot1", User: user})
	t.Cleanup(func() {
		if err := s.run.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.await("the first list", func(st rotation.State) bool { return !st.ListedAt.IsZero() || st.Problem != nil })
	return s
}

func (s *scene) account() *account.Account {
	s.t.Helper()
	return reach(s.t, s.cloud, s.cloud.Client())
}

func (s *scene) state() rotation.State { return s.run.Snapshot().State }

// await waits, in the bubble's time, for a state.
func (s *scene) await(what string, ok func(rotation.State) bool) {
	s.t.Helper()
	for range 2000 {
		if ok(s.state()) {
			return
		}
		iamops.Sleep(s.t.Context(), 500*time.Millisecond)
		synctest.Wait()
	}
	st := s.state()
	s.t.Fatalf("waited in vain for %s: %s/%s of %s, look %+v, trial %+v, problem %v", what, st.Step, st.Phase, st.Plan, st.Look, st.Trial, st.Problem)
}

func (s *scene) decide(d rotation.Decision) error {
	snapshot := s.run.Snapshot()
	offer, _ := rotation.OfferFor(snapshot.Offers(s.cloud.Now()), d)
	return s.run.Decide(snapshot.State.Turn, rotation.Decide{
		Yes:      true,
		Decision: d, Typed: lastFour(snapshot.State.Target().ID), Reason: "a test", Whys: offer.Whys,
	})
}

func (s *scene) must(d rotation.Decision) {
	s.t.Helper()
	if err := s.decide(d); err != nil {
		s.t.Fatalf("%s at %s: %v", d, s.state().Step, err)
	}
}

// change makes the change of the step and waits until lists have proven it.
func (s *scene) change(d rotation.Decision, leadsTo rotation.Step) {
	s.t.Helper()
	s.must(d)
	s.await("step "+string(leadsTo), func(st rotation.State) bool {
		return st.Step == leadsTo && st.Phase == rotation.Ready && !st.Look.Exists()
	})
}

// stored takes the rotation to Distribute.
func (s *scene) stored() {
	s.t.Helper()
	s.must(rotation.GoOn)
	s.change(rotation.MakeChange, rotation.Store)
	s.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed })
	if err := s.run.GiveOut(); err != nil {
		s.t.Fatal(err)
	}
	s.must(rotation.Stored)
}

func lastFour(id string) string { return id[max(0, len(id)-4):] }

func TestAWholeRotationWithARollBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		old := s.state().Old.ID
		s.stored()
		if s.state().Secret != rotation.SecretStored {
			t.Errorf("secret %q", s.state().Secret)
		}
		if err := s.run.Lend(func(iamops.Secret) error { return nil }); !errors.Is(err, runner.ErrNoSecret) {
			t.Errorf("the secret could be had after it was stored: %v", err)
		}
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch)
		s.change(rotation.RollBack, rotation.Distribute)
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch)
		s.must(rotation.GoOn)

		var refusal *rotation.Refusal
		if err := s.decide(rotation.MakeChange); !errors.As(err, &refusal) || refusal.Reason != rotation.TooSoon {
			t.Errorf("deletion at once: %v", err)
		}
		iamops.Sleep(t.Context(), rotation.DeleteAfter)
		s.change(rotation.MakeChange, rotation.Finished)

		keys, err := s.account().Keys(context.Background(), "Suzie")
		if err != nil || len(keys) != 1 || keys[0].ID == old || keys[0].Status != iamops.Active {
			t.Errorf("keys at the end: %v, %v", keys, err)
		}
		want := "begun, decided go-on, decided make-change, intent create, changed create done, proven create done, " +
			"lent, decided stored, decided go-on, decided make-change, intent deactivate, changed deactivate done, proven deactivate done, " +
			"decided roll-back, intent reactivate, changed reactivate done, proven reactivate done, decided go-on, " +
			"decided make-change, intent deactivate, changed deactivate done, proven deactivate done, decided go-on, " +
			"decided make-change, intent delete, changed delete done, ended, proven delete done"
		if got := s.notes.story(); got != want {
			t.Errorf("journal:\n got %s\nwant %s", got, want)
		}
		for action, n := range map[string]int{"iam:CreateAccessKey": 1, "iam:UpdateAccessKey": 3, "iam:DeleteAccessKey": 1} {
			if got := s.cloud.Sent(action); got != n {
				t.Errorf("%s sent %d times, want %d", action, got, n)
			}
		}
	})
}
