package runner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
)

// The trial's calls are the only ones of the new key that count for nothing: the journal
// knows their requests, for the next run too.
func TestTheTrialsCallsAreKnownByTheirRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var parts runner.Parts
		s := beginWith(t, "Suzie", func(p *runner.Parts, s *scene) {
			s.cloud.Configure(func(b *sandbox.Behavior) { b.TrailDelay = 0 })
			p.Trail = s.account()
			parts = *p
		})
		s.stored()
		records := s.notes.all()
		tried := len(records[len(records)-1].After.Tried)
		if tried < rotation.TrialRounds {
			t.Errorf("the journal knows %d requests of the trial", tried)
		}
		s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
		if users := s.state().Evidence.New; len(users) != 0 {
			t.Errorf("the trial counts as %+v", users)
		}
		if err := s.run.Close(context.Background()); err != nil {
			t.Fatal(err)
		}

		m, found := rotation.MemoryOf(s.notes.all(), "Suzie")
		if !found || len(m.Tried) != tried {
			t.Fatalf("recalled %v, %d requests", found, len(m.Tried))
		}
		s.run = runner.Start(parts, runner.Task{ID: "rot2", User: "Suzie", Memory: &m})
		s.await("Distribute", func(st rotation.State) bool { return st.Step == rotation.Distribute && !st.Reconciling })
		s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
		if users := s.state().Evidence.New; len(users) != 0 {
			t.Errorf("by the next run the trial counts as %+v", users)
		}

		// Anybody else's call counts, whatever it says of itself.
		m.Tried = nil
		if err := s.run.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.run = runner.Start(parts, runner.Task{ID: "rot3", User: "Suzie", Memory: &m})
		s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
		if users := s.state().Evidence.New; len(users) != 1 || !users[0].SaysKeyturn || users[0].Last.After(s.cloud.Now().Add(time.Hour)) {
			t.Errorf("without its requests the trial is %+v", users)
		}
	})
}
