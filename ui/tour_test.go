package ui

import (
	"strings"
	"testing"

	"keyturn/iamops/rotation"
)

// mark marks users in the list.
func (st *stage) mark(users ...string) {
	st.t.Helper()
	for _, user := range users {
		st.program.options.List.Select(user, "")
		st.press("space")
	}
}

// After one marked user's rotation is left where it waits, or is done, the next is offered;
// each once, and none without its own confirmations.
func TestOneMarkedUserAfterTheOther(t *testing.T) {
	done := distributing("ci-deploy")
	done.snapshot.State.Step, done.snapshot.State.Old.Gone = rotation.Finished, true
	bubble(t, func(st *stage, o *Options) {
		leftBehind().in(st, o)
		st.rotations["ci-deploy"] = done
	}, func(st *stage) {
		st.mark("Suzie", "ci-deploy", "billing-cron")
		st.want("◆ 3 marked")
		st.goTo("Suzie")
		st.press("esc")
		st.want("The next marked user", "ci-deploy is next; 2 of the marked users are still to come", "▸  To the list")
		st.press("right", "enter")
		st.want("rotate ci-deploy")
		st.press("enter") // it is done
		st.want("billing-cron is the last of the marked users")
		st.press("enter")
		st.wantNot("The next marked user")
		if len(st.starts) != 2 {
			t.Fatalf("started %v", st.starts)
		}

		st.press("tab")
		st.want("◆ 3 marked", "◆ Suzie", "◆ billing-cron", "not begun")
		st.program.inFlight.SetMarks(nil)
		st.press("esc")
		st.goTo("billing-cron")
		st.press("esc")
		st.wantNot("The next marked user") // all have been turned to
		st.mark("Suzie", "Suzie")          // anew
		st.goTo("billing-cron")
		st.press("esc")
		st.want("Suzie is the last of the marked users")
	})
}

// Who leaves a rotation before anything waits is not sent elsewhere.
func TestNoOfferFromAStepThatDoesNotWait(t *testing.T) {
	f := distributing("Suzie")
	f.snapshot.State.Step, f.snapshot.State.Turn, f.snapshot.State.New = rotation.Check, 0, rotation.KeyFacts{}
	f.snapshot.State.Secret = rotation.NoSecret
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = f }, func(st *stage) {
		st.mark("Suzie", "ci-deploy")
		st.goTo("Suzie")
		st.press("esc")
		st.want("◆ 2 marked")
		st.wantNot("The next marked user")
	})
}

// The board begins with a marked user, by what the audit suggests.
func TestTheBoardBegins(t *testing.T) {
	l := leftBehind()
	l.standings = nil
	bubble(t, l.in, func(st *stage) {
		st.mark("billing-cron")
		st.press("tab")
		st.want("◆ billing-cron", "not begun", "enter begin")
		st.press("enter")
		st.want("rotate billing-cron")
		if got := strings.Join(st.starts, ","); got != "rotate billing-cron "+oldKeyID {
			t.Fatalf("started %s", got)
		}
	})
}
