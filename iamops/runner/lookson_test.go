package runner_test

import (
	"testing"
	"testing/synctest"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// Whoever looks on while another process is at work sees its changes end, and leaves the
// records to it.
func TestLookingOnWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.must(rotation.GoOn)
		s.must(rotation.MakeChange)
		s.await("the new key", func(st rotation.State) bool { return st.Step == rotation.Store })
		memory, found := rotation.MemoryOf(s.notes.records, "Suzie")
		if !found {
			t.Fatal("nothing is under way by the journal")
		}
		onlooker := &notes{}
		run := runner.Start(runner.Parts{
			Account: s.account(), Journal: onlooker, Clock: s.cloud, Describer: s.account(),
			Settings: rotation.Settings{HeldBy: "alice"},
		}, runner.Task{Memory: &memory})
		defer func() { _ = run.Close(t.Context()) }()
		s.await("the onlooker's own picture", func(rotation.State) bool {
			st := run.Snapshot().State
			return !st.ListedAt.IsZero() && !st.Look.Exists()
		})
		if err := run.Decide(run.Snapshot().State.Turn, rotation.Decide{Decision: rotation.GiveUpNew}); err == nil {
			t.Error("an onlooker decided something")
		}
		if story := onlooker.story(); story != "" {
			t.Errorf("an onlooker wrote: %s", story)
		}
		if n := s.cloud.Sent("iam:TagUser"); n != 0 {
			t.Errorf("an onlooker described keys %d times", n)
		}
	})
}
