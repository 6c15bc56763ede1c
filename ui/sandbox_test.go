package ui

import (
	"errors"
	"keyturn/ui/simulation"
	"testing"
	"time"
)

func TestNextDay(t *testing.T) {
	f := distributing("Suzie")
	bubble(t, func(st *stage, o *Options) { withSandbox(st, o); st.rotations["Suzie"] = f }, func(st *stage) {
		st.want("SANDBOX")
		st.press("+")
		if got := st.clock.Now().Sub(noon); got != 24*time.Hour {
			t.Fatalf("the clock moved by %s", got)
		}
		st.want("It is a day later: 2026-03-02 12:00 UTC")
		if st.source.loads != 2 {
			t.Fatalf("%d loads of the list", st.source.loads)
		}
		st.goTo("Suzie")
		st.press("+")
		if f.fresh != 1 {
			t.Fatalf("the rotation was read %d times", f.fresh)
		}
		st.press("esc") // the list is a day old now
		if st.source.loads != 3 {
			t.Fatalf("%d loads of the list", st.source.loads)
		}
	})
}

func TestNextDayThatFails(t *testing.T) {
	bubble(t, withSandbox, func(st *stage) {
		st.sandbox.fail = errors.New("the sandbox is gone")
		st.press("+")
		st.want("✗ the sandbox is gone")
	})
}

func TestNoSandboxKeysOnAWS(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		st.press("+", "A")
		st.wantNot("SANDBOX")
		st.want("billing-cron")
		if st.clock.Now() != noon {
			t.Fatal("the clock moved")
		}
	})
}

func TestApplications(t *testing.T) {
	bubble(t, withSandbox, func(st *stage) {
		st.goTo("Suzie")
		st.press("A")
		st.want("photo-sync", "✗ fails", "InvalidClientTokenId")
		st.press("u")
		st.want("Update photo-sync?", newKeyID)
		st.press("enter") // Cancel
		st.want("✗ fails")
		st.press("u", "right", "enter")
		st.pass(time.Second)
		st.want("photo-sync has " + newKeyID)
		st.wantNot("✗ fails")
		st.press("u")
		st.want("runs with the newest key of Suzie already")
		st.press("esc")
		st.want("rotate Suzie")
	})
}

func TestApplicationsAreReadEverySecond(t *testing.T) {
	bubble(t, withSandbox, func(st *stage) {
		st.press("A", "down")
		st.sandbox.mu.Lock()
		st.sandbox.apps[1].OK, st.sandbox.apps[1].NewestKeyID = false, ""
		st.sandbox.apps[1].Log = []simulation.LogLine{{At: noon, OK: false, Text: "AccessDenied: not any more"}}
		st.sandbox.mu.Unlock()
		st.pass(time.Second)
		st.want("AccessDenied: not any more")
		st.press("u")
		st.want("has no Active key to give it")
	})
}

func TestNoApplications(t *testing.T) {
	bubble(t, func(st *stage, o *Options) { withSandbox(st, o); st.sandbox.apps = nil }, func(st *stage) {
		st.press("A", "u")
		st.want("There are no applications.")
		st.press("esc")
		st.want("billing-cron")
	})
}

func TestApplicationsOfTheUserInHand(t *testing.T) {
	bubble(t, func(st *stage, o *Options) {
		withSandbox(st, o)
		st.sandbox.apps = append([]simulation.Application{{
			Name: "image-build", User: "ci-deploy", KeyID: oldKeyID, NewestKeyID: newKeyID, LastRun: noon, OK: true,
			Seen: "github-actions at 203.0.113.80", Reads: "secret ci/deploy",
		}}, st.sandbox.apps...)
	}, func(st *stage) {
		st.press("A")
		st.want("The log of image-build, github-actions at 203.0.113.80, with the key in secret ci/deploy")
		st.press("u")
		st.want("image-build reads its key from secret ci/deploy: deliver it there")
		st.press("esc")
		st.goTo("Suzie")
		st.press("A")
		st.want("The log of photo-sync, boto3 1.34 at 10.2.0.7")
		st.press("up")
		st.pass(time.Second) // they are read again, and the cursor stays
		st.want("The log of image-build")
	})
}
