package ui

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/inventory"
)

// left are rotations that were left: one is the operator's turn.
type left struct {
	standings []desk.Rotation
	err       error
	asked     atomic.Int32
}

func (l *left) underWay(context.Context) ([]desk.Rotation, error) {
	l.asked.Add(1)
	return l.standings, l.err
}

func leftBehind() *left {
	l := &left{}
	turns := map[string]rotation.Turn{"Suzie": rotation.TurnReady, "ci-deploy": rotation.TurnWaiting}
	for _, user := range []string{"Suzie", "ci-deploy"} {
		s := distributing(user).snapshot.State
		m := rotation.Memory{Kept: s.Kept, Last: noon.Add(-day)}
		m.Begun = noon.Add(-3 * day)
		l.standings = append(l.standings, desk.Rotation{Memory: m, State: s, At: rotation.Standing{Turn: turns[user], About: rotation.AboutIdle}})
	}
	return l
}

func (l *left) in(_ *stage, o *Options) { o.InProgress = l.underWay }

func TestTheListSaysWhatWaits(t *testing.T) {
	l := leftBehind()
	bubble(t, l.in, func(st *stage) {
		st.want("billing-cron", "● 1 rotation waits for you", "tab in flight")
		st.send(tea.WindowSizeMsg{Width: 60, Height: 15})
		st.want("● 1 waits for you")
		st.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		st.goTo("Suzie")
		l.standings = nil
		st.press("esc")
		st.wantNot("waits for you")
		if l.asked.Load() != 2 {
			t.Fatalf("asked %d times", l.asked.Load())
		}
	})
}

func TestThereAndBackByTab(t *testing.T) {
	bubble(t, leftBehind().in, func(st *stage) {
		for _, back := range []string{"tab", "esc"} {
			st.press("tab")
			st.want("2 rotations under way", "● 1 ready", "tab list")
			st.press(back)
			st.want("billing-cron", "tab in flight")
		}
	})
	bubble(t, nil, func(st *stage) { // nobody can tell what is under way
		st.wantNot("in flight")
		st.press("tab", "enter")
		st.want("rotate ")
	})
}

func TestOnWithARotationInFlight(t *testing.T) {
	l := leftBehind()
	bubble(t, l.in, func(st *stage) {
		st.press("tab", "down", "enter")
		st.want("rotate ci-deploy", "Hand the new key")
		if got := fmt.Sprint(st.starts); got != "[rotate ci-deploy "+oldKeyID+"]" {
			t.Fatalf("started %s", got)
		}
		st.press("esc") // back to where one came from, which looks again
		st.want("2 rotations under way", "▸ ci-deploy")
		if l.asked.Load() != 3 {
			t.Fatalf("asked %d times", l.asked.Load())
		}
	})
}

func TestInFlightIsLookedAtAgainInTime(t *testing.T) {
	l := leftBehind()
	bubble(t, func(st *stage, o *Options) { withSandbox(st, o); l.in(st, o) }, func(st *stage) {
		st.press("tab")
		st.pass(61 * time.Second)
		if l.asked.Load() != 3 {
			t.Fatalf("asked %d times", l.asked.Load())
		}
		st.press("+")
		if l.asked.Load() != 4 {
			t.Fatalf("asked %d times", l.asked.Load())
		}
	})
}

// That it is not known what is under way is never shown as that nothing is.
func TestWhatIsInFlightIsNotKnown(t *testing.T) {
	l := &left{err: errors.New("the journal is not readable")}
	bubble(t, l.in, func(st *stage) {
		st.want("? in flight: not known")
		st.press("tab")
		st.want("✗ the journal is not readable", "What is under way is not known")
	})
}

func TestNoticeIsSaidAndStays(t *testing.T) {
	bubble(t, func(st *stage, o *Options) { leftBehind().in(st, o); o.Notice = "line 3 was passed over" }, func(st *stage) {
		st.want("✗ line 3 was passed over", "billing-cron")
		st.pass(toastFor + time.Second)
		st.wantNot("line 3")
		st.press("tab")
		st.want("▲ line 3 was passed over")
	})
}

// The audit's suggestion decides the plan, and x retires any key.
func TestThePlanIsTheOneThatWasChosen(t *testing.T) {
	for _, test := range []struct {
		next  audit.Next
		keyID string
		want  string
	}{
		{audit.Rotate, oldKeyID, "[rotate Suzie " + oldKeyID + "]"},
		{audit.LookAgain, oldKeyID, "[rotate Suzie " + oldKeyID + "]"},
		{audit.GoOn, oldKeyID, "[rotate Suzie " + oldKeyID + "]"},
		{audit.Retire, oldKeyID, "[retire Suzie " + oldKeyID + "]"},
		{audit.Delete, oldKeyID, "[retire Suzie " + oldKeyID + "]"},
		{audit.Rotate, "", "[rotate Suzie ]"},
		{audit.Retire, "", "[]"}, // which of two keys is not said
		{audit.AsRoot, oldKeyID, "[]"},
	} {
		bubble(t, nil, func(st *stage) {
			st.send(inventory.Chosen{User: "Suzie", KeyID: test.keyID, Next: test.next})
			if got := fmt.Sprint(st.starts); got != test.want {
				t.Errorf("%s: started %s, want %s", test.next, got, test.want)
			}
			if len(st.starts) == 0 {
				st.want("✗ ")
			}
		})
	}
	bubble(t, nil, func(st *stage) { // no rotation is root's, whatever is known of its keys
		for _, next := range []audit.Next{audit.LookAgain, audit.Nothing, audit.Rotate} {
			st.send(inventory.Chosen{User: audit.RootName, Next: next})
			st.send(inventory.Chosen{User: audit.RootName, Next: next, Leaked: true})
		}
		if st.want("root"); len(st.starts) > 0 {
			t.Errorf("started %v", st.starts)
		}
	})
	bubble(t, nil, func(st *stage) {
		st.press("x")
		if got := fmt.Sprint(st.starts); got != "[retire billing-cron "+oldKeyID+"]" {
			t.Errorf("started %s", got)
		}
	})
	bubble(t, nil, func(st *stage) {
		st.press("!")
		if got := fmt.Sprint(st.starts); got != "[leaked billing-cron "+oldKeyID+"]" {
			t.Errorf("started %s", got)
		}
	})
}

// Another rotation of the user that is under way goes first, and that is said.
func TestAnotherRotationGoesFirst(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		for range 2 { // from its start, and while it is open behind the list
			st.send(inventory.Chosen{User: "Suzie", KeyID: oldKeyID, Next: audit.Retire})
			st.want("rotate Suzie", "Suzie already has a rotation in progress (rotate AKIAIOSFODNN7EXAMPLE, step Distribute). Continue it first.")
			st.press("esc")
		}
		if len(st.starts) != 1 {
			t.Fatalf("started %v", st.starts)
		}
	})
}

// Who only looks on leaves no record, and asks for the lock again the next time.
func TestLookingOn(t *testing.T) {
	f := distributing("Suzie")
	f.snapshot.Settings.HeldBy = "user/bob (process 4711 on build-7, since 11:20:00 UTC)"
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.want("▲ user/bob (process 4711", "you can only look on")
		st.press("n", "D", "R", "enter", "esc")
		st.goTo("Suzie")
		if len(st.starts) != 2 || f.left != 0 || len(f.taken) > 0 {
			t.Fatalf("started %v, left %d times, decided %v", st.starts, f.left, f.taken)
		}
		st.press("q")
		if !st.quit || f.left != 0 {
			t.Fatalf("quit %v, left %d times", st.quit, f.left)
		}
	})
}

// What can't be seen is not answered: in a terminal that is too small only the keys count
// that end the program.
func TestNoAnswerInATerminalThatIsTooSmall(t *testing.T) {
	f := distributing("Suzie")
	f.snapshot.State.Step = rotation.Watch
	f.snapshot.State.Old.Status = iamops.Inactive
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.goTo("Suzie")
		st.press("R")
		st.send(tea.WindowSizeMsg{Width: 50, Height: 10})
		st.press("right", "enter")
		if len(f.taken) > 0 {
			t.Fatalf("decided %v unseen", f.taken)
		}
		st.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		st.want("Roll back: reactivate the old key?")
		st.send(tea.WindowSizeMsg{Width: 50, Height: 10})
		st.press("ctrl+c")
		if !st.quit {
			t.Fatal("did not quit")
		}
	})
}

func TestTheEndOfARotationInFlightLeadsToTheList(t *testing.T) {
	f := distributing("ci-deploy")
	f.snapshot.State.Step, f.snapshot.State.Old.Gone = rotation.Finished, true
	l := leftBehind()
	bubble(t, func(st *stage, o *Options) {
		l.in(st, o)
		st.rotations["ci-deploy"] = f
	}, func(st *stage) {
		st.press("tab", "down", "enter")
		st.want("Back to the list")
		st.press("enter")
		st.want("The next key with a finding", "▸  To the list")
		st.press("enter")
		st.want("billing-cron", "tab in flight", "by risk")
	})
}
