package runner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
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
func (c *cell) survey(set rotation.Settings) desk.Rotation {
	c.t.Helper()
	d := desk.New(desk.Options{Parts: runner.Parts{Account: c.client, Clock: c.cloud, Settings: set}, State: c.dir})
	all, _, err := d.Rotations(context.Background())
	if err != nil || len(all) != 1 {
		c.t.Fatalf("%d rotations, %v", len(all), err)
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
		turn    rotation.Turn
		about   rotation.Topic
		step    rotation.Step
		until   func(*cell) time.Time // nil: not known
		problem iamops.ProblemKind
	}{
		"died with the secret": {left: func(c *cell) { c.must(rotation.GoOn); c.change(rotation.MakeChange, rotation.Store) },
			turn: rotation.TurnAttention, about: rotation.AboutNoSecret, step: rotation.Create},
		"stored a moment ago, and the old key is in use": {left: (*cell).reachDeactivate,
			turn: rotation.TurnWaiting, about: rotation.AboutIdle, step: rotation.Deactivate, until: func(c *cell) time.Time { return c.memory().StoredAt.Add(rotation.UnknownRhythm) }},
		"stored, and the old key quiet since": {left: (*cell).reachDeactivate, then: func(c *cell) {
			for _, app := range c.cloud.Applications() {
				if app.KeyID == c.witness.first[0] {
					if err := c.cloud.UpdateApplication(app.Name, c.witness.made()); err != nil {
						c.t.Fatal(err)
					}
				}
			}
			c.cloud.Advance(rotation.UnknownRhythm + time.Minute)
		}, turn: rotation.TurnReady, about: rotation.AboutIdle, step: rotation.Deactivate},
		"deactivated": {left: (*cell).reachWatch,
			turn: rotation.TurnWaiting, about: rotation.AboutWatch, step: rotation.Watch, until: func(c *cell) time.Time { return c.memory().Old.InactiveSince.Add(week) }},
		"deactivated more than a week ago": {left: (*cell).reachWatch, then: func(c *cell) { c.cloud.Advance(week) },
			turn: rotation.TurnYours, about: rotation.AboutGuard, step: rotation.Watch}, // nobody uses the new key,
		"deactivated, left before lists proved it, and come back to after the watch": {left: func(c *cell) {
			c.reachDeactivate()
			c.must(rotation.MakeChange)
			c.await("the answer", func(s rotation.State) bool { return s.Step == rotation.Watch && s.Look.Exists() })
		}, then: func(c *cell) { c.cloud.Advance(week + time.Hour) },
			turn: rotation.TurnYours, about: rotation.AboutGuard, step: rotation.Watch}, // as one that was proven
		"deactivated by a colleague": {left: (*cell).reachDeactivate, then: func(c *cell) { c.act(iamops.Deactivate, c.witness.first[0]) },
			turn: rotation.TurnWaiting, about: rotation.AboutPause, step: rotation.Watch,
			until: func(c *cell) time.Time { return c.cloud.Now().Add(rotation.DeleteAfter) }},
		"about to be deleted": {left: func(c *cell) { c.reachWatch(); c.must(rotation.GoOn) },
			turn: rotation.TurnWaiting, about: rotation.AboutWatch, step: rotation.Delete, until: func(c *cell) time.Time { return c.memory().Old.InactiveSince.Add(week) }},
		"an answer lost": {left: loseAnswer,
			turn: rotation.TurnAttention, about: rotation.AboutUnclear, step: rotation.Deactivate},
		"deleted by a colleague": {left: (*cell).reachWatch, then: func(c *cell) { c.act(iamops.Delete, c.witness.first[0]) },
			turn: rotation.TurnYours, about: rotation.AboutMissing, step: rotation.Watch}, // one list proves nothing
		"the keys can't be read": {left: (*cell).reachWatch, then: func(c *cell) {
			c.cloud.Inject(faults.Fault{Action: "iam:ListAccessKeys", Break: faults.Deny})
		}, turn: rotation.TurnBlocked, about: rotation.AboutUnread, step: rotation.Watch, problem: iamops.AccessDenied},
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
				if got.At.Turn != c.turn || got.At.About != c.about || !got.At.Until.Equal(until) || got.State.Step != c.step {
					t.Errorf("at %s, stands %+v; want %s, %s about %s, until %v", got.State.Step, got.At, c.step, c.turn, c.about, until)
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
		dir := t.TempDir()
		file, err := journal.Open(dir, a.Caller().Partition, a.Caller().Account)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range users {
			st, _ := rotation.Begin(rotation.Retire, "r-"+u.Name, a.Caller(), u.Name, "AKIA"+u.Name, cloud.Now())
			st.Step, st.Old.InactiveSince = rotation.Watch, cloud.Now()
			if err := file.Append(rotation.RecordOf(st, rotation.Deed{Kind: rotation.DeedLeft}, cloud.Now())); err != nil {
				t.Fatal(err)
			}
		}
		all, _, err := desk.New(desk.Options{
			Parts: runner.Parts{Account: a, Clock: cloud, Settings: rotation.DefaultSettings()}, State: dir,
		}).Rotations(context.Background())
		if err != nil || len(all) != len(users) {
			t.Fatalf("%d rotations, %v", len(all), err)
		}
		for i, r := range all {
			if r.User != users[i].Name || r.State.User != users[i].Name || r.Problem != nil {
				t.Errorf("place %d: %s, %s, %v; want %s", i, r.User, r.State.User, r.Problem, users[i].Name)
			}
		}
	})
}
