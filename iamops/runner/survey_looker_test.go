package runner_test

import (
	"context"
	"testing"
	"testing/synctest"

	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// TestSurveyOfWhoLooksOnFollowsTheRecords: a process that only looks on tells of the rotation
// what the one at work on it has written down since, and that nobody is when that has ended.
func TestSurveyOfWhoLooksOnFollowsTheRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		c := newCell(t, cloud, t.TempDir(), newWitness(t, cloud))
		c.start()
		c.stored()
		caller := c.client.Caller()
		lock, err := journal.LockUser(c.dir, caller.Partition, caller.Account, target, journal.Holder{Process: 1, Host: "a-host", Since: c.cloud.Now()})
		if err != nil {
			t.Fatal(err)
		}
		looker := desk.New(desk.Options{
			Parts: runner.Parts{Account: c.client, Clock: c.cloud, Settings: rotation.DefaultSettings()}, State: c.dir,
			Holder: func(journal.Holder) string { return "alice" },
		})
		if _, err := looker.Start(runner.Task{User: target}); err != nil {
			t.Fatal(err)
		}
		see := func(holder string, step rotation.Step) {
			t.Helper()
			got, _, err := looker.Of(context.Background(), target)
			if err != nil || got.At.Holder != holder || got.State.Step != step || got.Live {
				t.Errorf("at %s, held by %q, live %v, %v; want %s, %q", got.State.Step, got.At.Holder, got.Live, err, step, holder)
			}
		}
		see("alice", rotation.Distribute)
		c.must(rotation.GoOn)
		see("alice", rotation.Deactivate)
		c.stop()
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		see("", rotation.Deactivate)
		if _, err := looker.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
