package runner_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// lentOnRecord reports whether the journal tells that the secret left the process.
func lentOnRecord(n *notes) bool {
	return slices.ContainsFunc(n.all(), func(r rotation.Record) bool { return r.Kind == rotation.DeedLent })
}

// resumed is where a fresh process would find the rotation.
func (s *scene) resumed() rotation.State {
	s.t.Helper()
	st, _ := rotation.Reopen(rotation.Memories(s.notes.all())[0].Kept, s.state().Caller, time.Now())
	return st
}

// That the secret was shown or copied is on record before it happens: a fresh start knows
// whether anybody can have it.
func TestASecretIsLentOnRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.created()
		if st := s.resumed(); !st.SecretGone() || st.GivenOut() {
			t.Errorf("never given out, and not gone: secret %s, lent %v", st.Secret, st.Lent)
		}
		for range 2 {
			if err := s.run.GiveOut(); err != nil {
				t.Fatal(err)
			}
			err := s.run.Lend(func(iamops.Secret) error {
				if !lentOnRecord(s.notes) {
					t.Error("the secret left before that was on record")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if st := s.resumed(); st.SecretGone() || !st.GivenOut() {
			t.Errorf("shown, and counted as gone: secret %s, lent %v", st.Secret, st.Lent)
		}
	})
}

func TestASecretIsNotLentWithoutARecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.created()
		s.notes.failWith(errors.New("the disk is full"))
		err := s.run.GiveOut()
		if s.run.Lend(func(iamops.Secret) error { return nil }) == nil {
			t.Error("it was lent")
		}
		if p := iamops.AsProblem(err); p == nil || p.Kind != iamops.NoRecord {
			t.Errorf("got %v", err)
		}
	})
}

// given lends the secret, once it is on record.
func given(run *runner.Runner, use func(iamops.Secret) error) error {
	if err := run.GiveOut(); err != nil {
		return err
	}
	return run.Lend(use)
}
