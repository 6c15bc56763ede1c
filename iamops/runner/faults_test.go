package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox/faults"
)

func TestACreateWhoseAnswerIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		fault  faults.Fault
		orphan bool
	}{
		"with effect":    {faults.Fault{Action: "iam:CreateAccessKey", Times: 1, Break: faults.ConnectionReset, At: faults.AfterEffect}, true},
		"500 and effect": {faults.Fault{Action: "iam:CreateAccessKey", Times: 1, Break: faults.InternalError, At: faults.AfterEffect}, true},
		"cut body":       {faults.Fault{Action: "iam:CreateAccessKey", Times: 1, Break: faults.CutBody, At: faults.AfterEffect}, true},
		"without effect": {faults.Fault{Action: "iam:CreateAccessKey", Times: 1, Break: faults.ConnectionReset, At: faults.BeforeEffect}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := begin(t, "Suzie")
				s.cloud.Inject(c.fault)
				s.must(rotation.GoOn)
				s.must(rotation.MakeChange)
				s.await("an unclear outcome", func(st rotation.State) bool { return st.Phase == rotation.Unclear })
				s.await("what the lists show", func(st rotation.State) bool { return st.Phase == rotation.Ready })
				if got := s.cloud.Sent("iam:CreateAccessKey"); got != 1 {
					t.Errorf("sent %d times", got)
				}
				if got := s.state().Orphan(); got != c.orphan {
					t.Fatalf("orphan %v, want %v", got, c.orphan)
				}
				if !c.orphan {
					s.change(rotation.MakeChange, rotation.Store) // it can be made again
					return
				}
				s.must(rotation.GiveUpNew)
				s.change(rotation.MakeChange, rotation.Delete)
				iamops.Sleep(t.Context(), rotation.DeleteAfter)
				s.change(rotation.MakeChange, rotation.Finished)
				keys, err := s.account().Keys(context.Background(), "Suzie")
				if err != nil || len(keys) != 1 {
					t.Errorf("keys after giving up: %v, %v", keys, err)
				}
			})
		})
	}
}

func TestNoChangeWithoutARecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.must(rotation.GoOn)
		s.must(rotation.MakeChange)
		s.notes.failWith(errors.New("no space left on device")) // between the decision and the intent
		s.await("the refusal", func(st rotation.State) bool { return st.Problem != nil })
		if p := s.state().Problem; p.Kind != iamops.NoRecord || s.state().Phase != rotation.Ready {
			t.Errorf("problem %v at %s", p, s.state().Phase)
		}
		var problem *iamops.Problem
		if err := s.decide(rotation.MakeChange); !errors.As(err, &problem) || problem.Kind != iamops.NoRecord {
			t.Errorf("a decision that can't be recorded: %v", err)
		}
		if got := s.cloud.Sent("iam:CreateAccessKey"); got != 0 {
			t.Errorf("sent %d times without a record", got)
		}
	})
}

func TestAnOutcomeThatCannotBeRecordedIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		held := s.cloud.Inject(faults.Fault{Action: "iam:CreateAccessKey", Hold: true, At: faults.AfterEffect})
		s.must(rotation.GoOn)
		s.must(rotation.MakeChange)
		<-held.Held()
		s.notes.failWith(errors.New("no space left on device"))
		held.Release()
		s.await("the answer", func(st rotation.State) bool { return st.Step == rotation.Store })
		if p := s.run.Snapshot().Unrecorded; p == nil || p.Kind != iamops.NoRecord {
			t.Errorf("unrecorded: %v", p)
		}
	})
}

func TestCloseWaitsForAChangeAndItsRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		held := s.cloud.Inject(faults.Fault{Action: "iam:CreateAccessKey", Hold: true, At: faults.AfterEffect})
		s.must(rotation.GoOn)
		s.must(rotation.MakeChange)
		<-held.Held()
		if reason := rotation.LeaveBlock(s.state()); reason != rotation.ChangeInFlight {
			t.Errorf("leaving during a change: %q", reason)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.run.Close(short); err == nil {
			t.Error("Close did not wait for the change")
		}
		go func() {
			iamops.Sleep(context.Background(), 5*time.Second)
			held.Release()
		}()
		if err := s.run.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := s.notes.story(); !strings.HasSuffix(got, "intent create, changed create done") {
			t.Errorf("journal: %s", got)
		}
	})
}

// broken is an account whose changes panic with something that must not be printed.
type broken struct{ runner.Account }

func (broken) Change(context.Context, iamops.Permit) iamops.Outcome {
	panic("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

func TestAPanicInAChangeIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := beginWith(t, "Suzie", func(p *runner.Parts, _ *scene) { p.Account = broken{p.Account} })
		s.must(rotation.GoOn)
		s.must(rotation.MakeChange)
		s.await("an unclear outcome", func(st rotation.State) bool { return st.Phase == rotation.Unclear })
		if got := s.notes.story(); !strings.HasSuffix(got, "intent create, changed create unclear") {
			t.Errorf("journal: %s", got)
		}
		if p := s.state().Problem; p == nil || strings.Contains(p.Error(), "wJalr") || !strings.Contains(p.Error(), "panic of type string") {
			t.Errorf("problem: %v", p)
		}
		s.await("what the lists show", func(st rotation.State) bool { return st.Phase == rotation.Ready })
		if s.state().Note != rotation.NoteNoEffect {
			t.Errorf("note %q", s.state().Note)
		}
	})
}

func TestTheSecretIsInNoSnapshotAndKeepsTheOperatorHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Store)
		var secret string
		if err := given(s.run, func(lent iamops.Secret) error { secret = lent.Reveal(); return nil }); err != nil || len(secret) != 40 {
			t.Fatalf("secret of %d characters, %v", len(secret), err)
		}
		s.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed })
		snapshot := s.run.Snapshot()
		text, err := json.Marshal(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		for _, printed := range []string{
			fmt.Sprintf("%v %+v %#v", snapshot, snapshot, snapshot), string(text), fmt.Sprintf("%+v %#v", s.run, s.run),
			fmt.Sprintf("%+v", s.notes.records),
		} {
			if strings.Contains(printed, secret) {
				t.Fatal("the secret is printed")
			}
		}
		var refusal *rotation.Refusal
		if err := s.run.Leave(); !errors.As(err, &refusal) || refusal.Reason != rotation.SecretNotPut {
			t.Errorf("leaving with the secret: %v", err)
		}
		s.notes.failWith(errors.New("no space left on device"))
		if err := s.decide(rotation.Stored); err == nil || s.state().Secret != rotation.SecretHeld {
			t.Errorf("forgotten without a record: %v, secret %q", err, s.state().Secret)
		}
		s.notes.failWith(nil)
		s.must(rotation.Stored)
		if err := s.run.Leave(); err != nil {
			t.Error(err)
		}
	})
}

func TestADecisionOnAnOlderPictureIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		turn := s.state().Turn
		s.must(rotation.GoOn)
		err := s.run.Decide(turn, rotation.Decide{Decision: rotation.MakeChange})
		if !errors.Is(err, runner.ErrOutdated) {
			t.Errorf("got %v", err)
		}
		if got := s.cloud.Sent("iam:CreateAccessKey"); got != 0 {
			t.Errorf("sent %d times", got)
		}
	})
}

func TestWhatStandsInTheWayIsFoundInCheck(t *testing.T) {
	for user, want := range map[string]rotation.Reason{
		"nobody-of-this-name": rotation.NoSuchUser,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := begin(t, user)
			var refusal *rotation.Refusal
			if err := s.decide(rotation.GoOn); !errors.As(err, &refusal) || refusal.Reason != want {
				t.Errorf("%s: got %v, want %s", user, err, want)
			}
		})
	}
}

func TestAFailedLookUpIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, "Suzie")
		s.await("a last use", func(st rotation.State) bool { return st.Old.LastUse.State == iamops.Used })
		s.cloud.Inject(faults.Fault{Action: "iam:GetAccessKeyLastUsed", Break: faults.Deny})
		if err := s.run.Refresh(); err != nil {
			t.Fatal(err)
		}
		s.await("the failure", func(st rotation.State) bool { return st.Old.LastUse.State == iamops.UseUnknown })
		if p := s.state().Old.LastUse.Problem; p == nil || p.Kind != iamops.AccessDenied {
			t.Errorf("problem %v", p)
		}
	})
}
