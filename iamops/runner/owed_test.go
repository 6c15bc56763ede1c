package runner_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox/faults"
)

// What has been seen to happen and could not be written down is told until it is, and
// goes before any other record.
func TestFindingsRecords(t *testing.T) {
	t.Run("B10", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := begin(t, "Suzie")
			s.must(rotation.GoOn)
			s.must(rotation.MakeChange)
			s.await("the answer", func(st rotation.State) bool { return st.Look.Exists() })
			s.notes.failWith(errors.New("no space left on device"))
			s.await("the proof", func(st rotation.State) bool { return !st.Look.Exists() && st.Trial.State == rotation.TrialPassed })
			if s.run.Snapshot().Unrecorded == nil {
				t.Error("a proof that can't be recorded is not told")
			}
			s.notes.failWith(nil)
			s.must(rotation.Stored)
			if s.run.Snapshot().Unrecorded != nil {
				t.Error("told still, though all is written")
			}
			if got := s.notes.story(); !strings.Contains(got, "changed create done, proven create done, decided stored") {
				t.Errorf("journal: %s", got)
			}
		})
	})
	t.Run("B10 at the end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := begin(t, "Suzie")
			s.must(rotation.GoOn)
			s.change(rotation.MakeChange, rotation.Store)
			s.must(rotation.GiveUpNew)
			s.change(rotation.MakeChange, rotation.Delete)
			s.cloud.Advance(rotation.DeleteAfter)
			_ = s.run.Refresh()
			s.await("the time", func(st rotation.State) bool { return !st.Look.Exists() && st.Fresh() })
			held := s.cloud.Inject(faults.Fault{Action: "iam:DeleteAccessKey", Hold: true, At: faults.AfterEffect})
			s.must(rotation.MakeChange)
			<-held.Held()
			s.notes.failWith(errors.New("no space left on device"))
			held.Release()
			s.await("the end", func(st rotation.State) bool { return st.Over() && !st.Look.Exists() })
			s.notes.failWith(nil)
			if err := s.run.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if got := s.notes.story(); !strings.Contains(got, "changed delete done, ended, proven delete done") {
				t.Errorf("journal: %s", got)
			}
		})
	})
}
