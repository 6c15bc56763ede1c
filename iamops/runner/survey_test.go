package runner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// surveyScene is a sandbox in which Suzie's rotation was taken to a stage and left.
func surveyScene(t *testing.T, to func(*cell)) *cell {
	t.Helper()
	cloud := faults.New(sandbox.Options{Seed: 1})
	c := newCell(t, cloud, t.TempDir(), newWitness(t, cloud))
	c.start()
	to(c)
	c.stop()
	return c
}

// survey is where the one rotation in the cell's journal stands.
func (c *cell) survey(set rotation.Settings) runner.Standing {
	c.t.Helper()
	all := runner.Survey(context.Background(), c.client, c.cloud, set, rotation.Memories(c.records()))
	if len(all) != 1 {
		c.t.Fatalf("%d standings", len(all))
	}
	return all[0]
}

// memory is what the cell's journal remembers.
func (c *cell) memory() rotation.Memory {
	c.t.Helper()
	m, found := rotation.MemoryOf(c.records(), target)
	if !found {
		c.t.Fatal("nothing is remembered")
	}
	return m
}

// act makes a change beside keyturn, as a colleague would.
func (c *cell) act(kind iamops.ChangeKind, keyID string) {
	c.t.Helper()
	permit, err := iamops.RecordFirst(iamops.Change{
		Kind: kind, Rotation: "colleague", Account: c.client.Caller().Account, User: target, KeyID: keyID,
	}, func() error { return nil })
	if err != nil {
		c.t.Fatal(err)
	}
	if out := c.client.Change(context.Background(), permit); out.Effect != iamops.Done {
		c.t.Fatalf("%s: %v", kind, out.Problem)
	}
}

func TestSurveyTellsWhatEachRotationWaitsFor(t *testing.T) {
	week := rotation.DefaultSettings().WatchPeriod
	loseAnswer := func(c *cell) {
		c.reachDeactivate()
		c.cloud.Inject(faults.Fault{Action: "iam:UpdateAccessKey", Times: 1, Break: faults.ConnectionReset})
		c.must(rotation.MakeChange)
		c.await("an unclear outcome", func(s rotation.State) bool { return s.Phase == rotation.Unclear })
	}
	for name, c := range map[string]struct {
		left    func(*cell) // how it was left
		then    func(*cell) // what happened since; may be nil
		kind    rotation.WaitKind
		step    rotation.Step
		over    bool
		until   func(*cell) time.Time // nil: not known
		problem iamops.ProblemKind
	}{
		"died with the secret": {left: func(c *cell) { c.must(rotation.GoOn); c.change(rotation.MakeChange, rotation.Store) },
			kind: rotation.WaitDecision, step: rotation.Create, over: true},
		"stored a moment ago, and the old key is in use": {left: (*cell).reachDeactivate,
			kind: rotation.WaitQuiet, step: rotation.Deactivate, until: func(c *cell) time.Time { return c.memory().StoredAt.Add(rotation.UnknownRhythm) }},
		"stored, and the old key quiet since": {left: (*cell).reachDeactivate, then: func(c *cell) {
			for _, app := range c.cloud.Applications() {
				if app.KeyID == c.witness.first[0] {
					if err := c.cloud.UpdateApplication(app.Name, c.witness.made()); err != nil {
						c.t.Fatal(err)
					}
				}
			}
			c.cloud.Advance(rotation.UnknownRhythm + time.Minute)
		}, kind: rotation.WaitQuiet, step: rotation.Deactivate, over: true, until: func(c *cell) time.Time { return c.memory().StoredAt.Add(rotation.UnknownRhythm) }},
		"deactivated": {left: (*cell).reachWatch,
			kind: rotation.WaitWatch, step: rotation.Watch, until: func(c *cell) time.Time { return c.memory().Old.InactiveSince.Add(week) }},
		"deactivated more than a week ago": {left: (*cell).reachWatch, then: func(c *cell) { c.cloud.Advance(week) },
			kind: rotation.WaitWatch, step: rotation.Watch, over: true, until: func(c *cell) time.Time { return c.memory().Old.InactiveSince.Add(week) }},
		"deactivated by a colleague": {left: (*cell).reachDeactivate, then: func(c *cell) { c.act(iamops.Deactivate, c.witness.first[0]) },
			kind: rotation.WaitWatch, step: rotation.Watch, over: true},
		"about to be deleted": {left: func(c *cell) { c.reachWatch(); c.must(rotation.GoOn) },
			kind: rotation.WaitDecision, step: rotation.Delete, until: func(c *cell) time.Time { return c.memory().Old.InactiveSince.Add(rotation.DeleteAfter) }},
		"an answer lost": {left: loseAnswer,
			kind: rotation.WaitLook, step: rotation.Deactivate, over: true},
		"deleted by a colleague": {left: (*cell).reachWatch, then: func(c *cell) { c.act(iamops.Delete, c.witness.first[0]) },
			kind: rotation.WaitLook, step: rotation.Watch, over: true}, // one list proves nothing
		"the keys can't be read": {left: (*cell).reachWatch, then: func(c *cell) {
			c.cloud.Inject(faults.Fault{Action: "iam:ListAccessKeys", Break: faults.Deny})
		}, kind: rotation.WaitDecision, step: rotation.Watch, over: true, problem: iamops.AccessDenied},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := surveyScene(t, c.left)
				if c.then != nil {
					c.then(s)
				}
				before := s.witness.arrivals()
				got := s.survey(rotation.DefaultSettings())
				var until time.Time
				if c.until != nil {
					until = c.until(s)
				}
				if got.Wait.Kind != c.kind || got.Wait.Over != c.over || !got.Wait.Until.Equal(until) || got.State.Step != c.step {
					t.Errorf("at %s, waits for %+v; want %s, %q, until %v, over %v", got.State.Step, got.Wait, c.step, c.kind, until, c.over)
				}
				if (got.Problem == nil) != (c.problem == "") || got.Problem != nil && got.Problem.Kind != c.problem {
					t.Errorf("problem %v", got.Problem)
				}
				if s.witness.arrivals() != before {
					t.Error("a survey changed something")
				}
			})
		})
	}
}

func TestSurveyKeepsTheOrderOfManyRotations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1, Users: 60})
		a := reach(t, cloud, cloud.Client())
		var users []iamops.User
		if err := a.Users(context.Background(), func(page []iamops.User) error {
			users = append(users, page...)
			return nil
		}); err != nil || len(users) < 60 {
			t.Fatalf("%d users, %v", len(users), err)
		}
		var memories []rotation.Memory
		for _, u := range users {
			memories = append(memories, rotation.Memory{Kept: rotation.Kept{ID: "r-" + u.Name, User: u.Name, Plan: rotation.Retire, Step: rotation.Watch, Phase: rotation.Ready}})
		}
		standings := runner.Survey(context.Background(), a, cloud, rotation.DefaultSettings(), memories)
		for i, s := range standings {
			if s.Memory.User != users[i].Name || s.State.User != users[i].Name || s.Problem != nil {
				t.Errorf("place %d: %s, %s, %v; want %s", i, s.Memory.User, s.State.User, s.Problem, users[i].Name)
			}
		}
	})
}
