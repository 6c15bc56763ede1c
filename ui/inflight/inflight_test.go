package inflight

import (
	"context"
	"testing"
	"time"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
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
	if _, ok := st.press("esc").(Closed); !ok {
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
	if got := st.screen.current().standing.State.User; got != "invoice-api" {
		t.Fatalf("%s is selected", got)
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
	st.clock.at = noon.Add(time.Hour)
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
		standings []runner.Standing
		want      string
	}{
		{nil, ""},
		{[]runner.Standing{quiet}, "↻ 1 rotation under way"},
		{[]runner.Standing{quiet, lost}, "? 1 rotation not known"},
		{[]runner.Standing{quiet, lost, turn}, "● 1 rotation waits for you"},
		{[]runner.Standing{turn, turn}, "● 2 rotations wait for you"},
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
	if s.problem != context.Canceled.Error() || len(s.standings) > 0 {
		t.Fatalf("%q, %d rotations", s.problem, len(s.standings))
	}
}

// The marked users stand on the board: those under way in their row, the others after
// them, and those who are done.
func TestTheBoardOfMarkedUsers(t *testing.T) {
	st := newStage(t, several(), "", 120, 40)
	st.screen.SetMarks([]Mark{{User: "ci-deploy"}, {User: "newcomer"}, {User: "finished", Done: true}})
	st.load()
	st.want("◆ 3 marked", "◆ ci-deploy", "◆ newcomer", "not begun", "○ to do", "◆ finished", "✓ done", "nothing: it is over")
	for i, r := range st.screen.rows {
		if r.user != "newcomer" && r.user != "finished" {
			continue
		}
		st.screen.table.Select(i)
		got := st.press("enter")
		switch toast, warned := got.(kit.Toast); {
		case r.user == "newcomer" && got != (Begin{"newcomer"}):
			t.Errorf("enter on the newcomer yields %v", got)
		case r.user == "finished" && (!warned || toast.Text != "finished is done"):
			t.Errorf("enter on who is done yields %v", got)
		}
	}
	if why := st.screen.Unavailable(); len(why) != 1 || why[0].Why != "it is done" {
		t.Errorf("unavailable: %+v", why)
	}
	st.screen.SetMarks(nil)
	if n := len(st.screen.rows); n != len(several()) {
		t.Errorf("%d rows without marks", n)
	}
}

// A marked user can be turned to before anything is known of what is under way.
func TestTheBoardBeforeAnAnswer(t *testing.T) {
	st := newStage(t, nil, "", 80, 24)
	st.screen.SetMarks([]Mark{{User: "newcomer"}})
	st.want("◆ newcomer", "not begun")
	if got := st.press("enter"); got != (Begin{"newcomer"}) {
		t.Errorf("enter yields %v", got)
	}
}

// A click selects the row under it, and a second one opens it.
func TestClicksOnTheBoard(t *testing.T) {
	st := newStage(t, several(), "a line of the journal", 120, 40)
	st.load()
	third := 3 + 1 + 2 // counts, notice and rule, heads, and two rows
	if cmd := st.screen.Update(kit.Click{Line: third}); cmd != nil || st.screen.selected != st.screen.rows[2].id() {
		t.Errorf("selected %s", st.screen.selected)
	}
	cmd := st.screen.Update(kit.Click{Line: third, Double: true})
	if cmd == nil {
		t.Fatal("a double click opens nothing")
	}
	if got, ok := cmd().(Chosen); !ok || got.State.User != st.screen.rows[2].user {
		t.Errorf("a double click yields %+v", got)
	}
	st.screen.Update(kit.Roll{Lines: -9})
	if st.screen.table.Selected() != 0 {
		t.Errorf("the wheel went to row %d", st.screen.table.Selected())
	}
}
