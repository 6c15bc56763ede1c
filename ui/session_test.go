package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
)

const theCode = "314159"

// A session that ends is told once in passing, and in the header for as long as that
// holds; another session, or a call that goes well, ends that.
func TestAnEndedSessionIsTold(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		st.wantNot("SESSION ENDED")
		st.call("iam:ListAccessKeys", iamops.ExpiredCredentials)
		st.pass(time.Second)
		st.want("SESSION ENDED", "✗ Your session has ended", "ctrl+r renews it")
		st.pass(toastFor + time.Second)
		st.wantNot("✗ Your session")
		st.want("SESSION ENDED", "ctrl+r renew the session")
		st.call("sts:GetCallerIdentity", "") // another key may have been tried
		st.pass(time.Second)
		st.want("SESSION ENDED")
		st.call("iam:ListAccessKeys", "")
		st.pass(time.Second)
		st.wantNot("SESSION ENDED")
	})
}

// The code is asked for over everything else, reaches who asked, and stays nowhere.
func TestRenewingAsksForACode(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		got := ""
		st.renewal = func(ctx context.Context) (err error) {
			got, err = st.codes.Ask(ctx, "")
			return err
		}
		st.goTo("Suzie")
		st.press("n")
		st.want("Deactivate")
		st.call("iam:ListAccessKeys", iamops.ExpiredCredentials)
		st.pass(time.Second)
		st.press("ctrl+r")
		st.want("A code from your MFA device", "profile prod needs a code")
		st.press(strings.Split(theCode, "")...)
		st.want(theCode)
		st.press("enter")
		if got != theCode {
			t.Fatalf("the code that arrived is %q", got)
		}
		st.want("✓ The session is renewed", "rotate Suzie")
		st.wantNot("SESSION ENDED")
		for _, format := range []string{"%v", "%+v", "%#v"} {
			if strings.Contains(fmt.Sprintf(format, st.program), theCode) {
				t.Fatalf("the model keeps the code (%s)", format)
			}
		}
	})
}

// No code is an answer, too: nothing is renewed, and nothing lost.
func TestNoCodeIsGiven(t *testing.T) {
	for _, k := range []string{"esc", "ctrl+c", "enter"} {
		bubble(t, withSession, func(st *stage) {
			st.renewal = func(ctx context.Context) error {
				_, err := st.codes.Ask(ctx, "")
				return err
			}
			st.goTo("Suzie")
			st.press("ctrl+r", k)
			st.want("✗ The session is not renewed", "no MFA code was given", "rotate Suzie")
			if st.quit {
				t.Fatalf("%s ended the program", k)
			}
			st.press("ctrl+r")
			st.want("A code from your MFA device")
		})
	}
}

// Whoever does not wait any more takes the question back; those who wait are answered one
// after the other.
func TestQuestionsForCodesQueue(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		answers := make([]string, 3)
		errs := make([]error, 3)
		ctx, cancel := context.WithCancel(st.t.Context())
		for i := range answers {
			own := st.t.Context()
			if i == 0 {
				own = ctx
			}
			go func() { answers[i], errs[i] = st.codes.Ask(own, "") }()
			st.settle()
		}
		st.want("A code from your MFA device")
		st.press("1", "2")
		cancel()
		st.settle()
		st.wantNot("▸ 12")
		st.send(tea.PasteMsg{Content: "222 222"})
		st.press("enter")
		st.send(tea.PasteMsg{Content: "333333"})
		st.press("enter")
		st.wantNot("A code from your MFA device")
		if fmt.Sprint(answers) != "[ 222222 333333]" || iamops.AsProblem(errs[0]).Kind != iamops.Canceled || errs[1] != nil || errs[2] != nil {
			t.Fatalf("answers %q, %v", answers, errs)
		}
	})
}

// Who asks before anybody listens, and gives up, is not kept waiting.
func TestACodeNobodyListensFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := mfa.NewCodes().Ask(ctx, "")
		if iamops.AsProblem(err).Kind != iamops.Canceled || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
	})
}

// An SSO session is renewed outside: the command is shown, and looked at again.
func TestRenewingBySSO(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		ended := &iamops.Problem{Kind: iamops.ExpiredSSO, Message: "the SSO session has expired"}
		st.renewal = func(context.Context) error { return ended }
		st.call("iam:ListUsers", iamops.ExpiredSSO)
		st.pass(time.Second)
		st.want("Your SSO session has ended")
		st.press("ctrl+r")
		st.want("The SSO session has ended", "aws sso login --profile prod", "Done, look again")
		if st.renewals != 0 {
			t.Fatal("looked before the operator said so")
		}
		st.press("right", "enter")
		st.want("aws sso login --profile prod") // not done yet
		st.renewal = nil
		st.press("right", "enter")
		st.want("✓ The session is renewed")
		if st.renewals != 2 {
			t.Fatalf("%d renewals", st.renewals)
		}
		st.press("ctrl+r", "esc")
		if st.quit {
			t.Fatal("quit")
		}
	})
}

// A renewal that fails says why and what to do, and can be tried again.
func TestARenewalThatFails(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		st.renewal = func(context.Context) error {
			return &iamops.Problem{Kind: iamops.WrongAccount, Message: "the account is 444455556666, not 123456789012"}
		}
		st.press("ctrl+r")
		st.want("The session is not renewed", "another account", "444455556666", "Try again")
		st.renewal, st.caller = nil, "user/bob"
		st.press("right", "enter")
		st.want("You sign as user/bob now, not as user/alice", "as user/bob")
	})
}

// Any screen can ask for a renewal, and one press is one renewal.
func TestScreensAskForARenewal(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		release := make(chan struct{})
		st.renewal = func(context.Context) error {
			<-release
			return nil
		}
		st.send(kit.RenewSession{})
		st.want("Renewing the session")
		st.press("ctrl+r", "ctrl+r")
		close(release)
		st.settle()
		if st.renewals != 1 {
			t.Fatalf("%d renewals", st.renewals)
		}
	})
	bubble(t, withSandbox, func(st *stage) { // its session does not end
		st.send(kit.RenewSession{})
		st.want("session does not end")
		st.press("?")
		st.wantNot("renew the session")
	})
}

// A session that ends while a secret is held loses nothing: the code is asked for over the
// rotation, no key that answers it ends the program, and the secret is held after it.
func TestARenewalKeepsTheSecret(t *testing.T) {
	f := holding()
	bubble(t, func(st *stage, o *Options) {
		withSession(st, o)
		st.rotations["Suzie"] = f
	}, func(st *stage) {
		st.renewal = func(ctx context.Context) error {
			_, err := st.codes.Ask(ctx, "")
			return err
		}
		st.goTo("Suzie")
		st.press("q")
		st.want("The secret is not put away")
		go func() { _, _ = st.codes.Ask(st.t.Context(), "") }() // somebody else asks, over that question
		st.settle()
		st.want("A code from your MFA device")
		st.press("q", "ctrl+c")
		st.want("The secret is not put away")
		st.press("esc", "ctrl+r", "1", "2", "3", "4", "5", "6", "enter")
		st.want("✓ The session is renewed")
		st.press("v")
		st.want(theSecret)
		if st.quit || f.left > 0 || len(f.taken) > 0 {
			t.Fatalf("quit %v, left %d times, decided %v", st.quit, f.left, f.taken)
		}
	})
}
