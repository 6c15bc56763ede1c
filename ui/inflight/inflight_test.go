package inflight

import (
	"context"
	"testing"
	"time"

	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
)

func TestEnterGoesOnWithTheSelectedOne(t *testing.T) {
	st := newStage(t, several(), "", 120, 40)
	if msg := st.press("enter"); msg != nil {
		t.Fatalf("%v before anything is known", msg)
	}
	st.load()
	chosen, ok := st.press("down", "down", "enter").(Chosen)
	if !ok || chosen.State.User != "invoice-api" {
		t.Fatalf("chosen: %v", chosen)
	}
	if _, ok := st.press("esc").(kit.Back); !ok {
		t.Fatal("esc does not go back")
	}
}

// The selection follows its rotation, wherever that stands in the next answer.
func TestTheSelectionStays(t *testing.T) {
	st := newStage(t, several(), "", 120, 40)
	st.load()
	st.press("down", "down")
	st.account.standings = st.account.standings[1:]
	st.press("r")
	if got, _ := st.screen.list.Current(); got.State.User != "invoice-api" {
		t.Fatalf("%s is selected", got.State.User)
	}
	if st.account.asked != 2 {
		t.Fatalf("asked %d times", st.account.asked)
	}
}

// An answer to a question that was given up is dropped.
func TestOlderAnswersAreDropped(t *testing.T) {
	st := newStage(t, several(), "", 120, 40)
	older := st.screen.Reload()
	newer := st.screen.Reload()
	st.screen.Update(older())
	st.want("not known yet", "looking")
	st.screen.Update(newer())
	st.want("7 rotations under way")
}

// What was known before a failure stays, with its time, and is not passed off as new.
func TestAFailureKeepsWhatWasKnown(t *testing.T) {
	st := newStage(t, several(), "", 120, 40)
	st.load()
	st.account.err = errNoJournal
	st.clock.Set(noon.Add(time.Hour))
	st.load()
	st.want("✗ reading what is under way", "billing-cron", "in flight at 12:00:00 UTC", "? in flight: not known")
	st.account.err = nil
	st.load()
	st.want("in flight at 13:00:00 UTC", "✗ nobody is known to have the secret of ")
}

func TestAside(t *testing.T) {
	quiet := standing("billing-cron", rotation.Rotate, rotation.Distribute, nil)
	all := several()
	turn, lost := all[1], all[6]
	for _, test := range []struct {
		standings []desk.Rotation
		want      string
	}{
		{nil, ""},
		{[]desk.Rotation{quiet}, "↻ 1 rotation under way"},
		{[]desk.Rotation{quiet, lost}, "? 1 rotation not known"},
		{[]desk.Rotation{quiet, lost, turn}, "● 1 rotation waits for you"},
		{[]desk.Rotation{turn, turn}, "● 2 rotations wait for you"},
	} {
		st := newStage(t, test.standings, "", 120, 40)
		st.load()
		if got := st.screen.Aside().Text; got != test.want {
			t.Errorf("%d rotations: %q, want %q", len(test.standings), got, test.want)
		}
	}
}

// What is asked ends with the program.
func TestTheQuestionEndsWithTheProgram(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	st := newStage(t, several(), "", 120, 40)
	s := New(ctx, st.screen.common, st.account.underWay, Options{})
	ask := s.Reload()
	cancel()
	s.Update(ask())
	if s.problem != context.Canceled.Error() || len(s.list.Rows()) > 0 {
		t.Fatalf("%q, %d rotations", s.problem, len(s.list.Rows()))
	}
}
