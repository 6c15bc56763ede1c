package ui

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/ui/kit"
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

// A second esc, pressed before the first one was answered, goes back no further.
func TestGoingBackTwiceIsGoingBackOnce(t *testing.T) {
	bubble(t, withCalls, func(st *stage) {
		st.goTo("Suzie")
		st.press("L")
		back := kit.Back{From: st.program.front()}
		st.send(back)
		st.send(back)
		st.want("rotate Suzie")
	})
}
