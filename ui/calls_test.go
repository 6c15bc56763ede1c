package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
)

// withCalls gives the stage a log with three calls, of which one failed.
func withCalls(st *stage, o *Options) {
	withSession(st, o)
	st.call("iam:ListUsers", "")
	st.call("iam:ListAccessKeys", iamops.AccessDenied)
	st.call("sts:GetCallerIdentity", "")
}

func TestTheCallLog(t *testing.T) {
	bubble(t, withCalls, func(st *stage) {
		st.goTo("Suzie") // over the guide, too
		st.press("L")
		st.want("3 AWS calls", "✗ 1 failed", "iam:ListUsers", "✗ access-denied", "42 ms", "1x", "request req-sts:GetCallerIdentity")
		view := st.view()
		if newest, oldest := strings.Index(view, "sts:GetCallerIdentity"), strings.Index(view, "iam:ListUsers"); newest > oldest {
			t.Fatalf("the newest is not first:\n%s", view)
		}
		st.call("iam:GetUser", "")
		st.pass(time.Second)
		st.want("4 AWS calls", "request req-iam:GetUser") // the newest stays selected
		st.press("down", "down")
		st.want("request req-iam:ListAccessKeys")
		st.call("iam:ListGroups", "")
		st.pass(time.Second)
		st.want("5 AWS calls", "request req-iam:ListAccessKeys") // and so does an older one
		st.press("/", "L", "i", "s", "t", "enter")
		st.want("/ List  3 shown")
		st.wantNot("sts:GetCallerIdentity")
		st.press("f")
		st.want("only failed", "1 shown")
		st.press("esc")
		st.want("sts:GetCallerIdentity")
		st.press("esc")
		st.want("rotate Suzie")
	})
}

func TestACallLogWithoutCalls(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		st.press("L")
		st.want("0 AWS calls", "No call was made yet.")
	})
	bubble(t, withCalls, func(st *stage) {
		st.press("L", "/", "n", "o", "n", "e", "enter")
		st.want("No call matches")
	})
	bubble(t, nil, func(st *stage) { // there is no log at all
		st.press("L")
		st.want("billing-cron")
		st.wantNot("AWS calls")
	})
}

// Letters of the filter are no commands.
func TestTypingInTheCallLog(t *testing.T) {
	bubble(t, withCalls, func(st *stage) {
		st.press("L", "/", "q", "L", "f")
		st.want("/ qLf")
		if st.quit || st.program.View().Cursor == nil {
			t.Fatal("a letter was taken as a command, or there is no cursor")
		}
		st.press("esc")
		st.want("iam:ListUsers")
	})
}

// The log keeps the last calls, and counts all.
func TestTheCallLogIsBounded(t *testing.T) {
	log := NewCallLog()
	for i := range keptCalls + 7 {
		c := Call{Action: fmt.Sprint(i)}
		if i%2 == 0 {
			c.Problem = iamops.Throttled
		}
		log.Add(c)
	}
	kept := log.newest()
	if len(kept) != keptCalls || kept[0].Action != fmt.Sprint(keptCalls+6) || kept[keptCalls-1].Action != "7" {
		t.Fatalf("%d kept, from %s to %s", len(kept), kept[0].Action, kept[len(kept)-1].Action)
	}
	if kept[0].number != keptCalls+7 || kept[keptCalls-1].number != 8 {
		t.Errorf("numbered from %d to %d", kept[0].number, kept[keptCalls-1].number)
	}
	if calls, failed := log.Total(); calls != keptCalls+7 || failed != (keptCalls+8)/2 {
		t.Errorf("%d calls, %d failed", calls, failed)
	}
}
