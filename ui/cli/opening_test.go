package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// The first frame is there while AWS has not answered who signs; the list comes after.
func TestTheFirstFrameComesBeforeTheNetwork(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	held := served.cloud.Inject(faults.Fault{Action: "sts:GetCallerIdentity", Hold: true})
	t.Cleanup(held.Release)
	term := open(t, served)
	term.await("Asking who signs with profile prod")
	if n := served.cloud.Sent("iam:ListUsers"); n != 0 {
		t.Errorf("%d lists before it is known who signs", n)
	}
	held.Release()
	term.await("billing-cron")
	term.press("q")
	if code := term.exit(); code != 0 {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}
}

// An account that can't be reached is told on a screen; left there, it is told on stderr
// too, with the exit code for it.
func TestLeavingWhatCannotBeReached(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	refused := served.cloud.Inject(faults.Fault{Action: "sts:GetCallerIdentity", Break: faults.Expire})
	term := open(t, served, "rotate", "Suzie")
	term.await("keyturn can't reach the account")
	term.await("The session has expired")
	term.press("q")
	if code := term.exit(); code != 4 || !strings.Contains(term.stderr(), "keyturn: The session has expired") {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}
	term = open(t, served, "rotate", "Suzie")
	term.await("r try again")
	refused.Remove()
	term.press("r")
	term.await("rotate Suzie")
	term.press("q")
	if code := term.exit(); code != 0 {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}
}

// Quitting while AWS is asked ends at once.
func TestQuittingWhileAWSIsAsked(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	held := served.cloud.Inject(faults.Fault{Action: "sts:GetCallerIdentity", Hold: true})
	t.Cleanup(held.Release)
	term := open(t, served)
	term.await("Asking who signs")
	term.press("q")
	if code := term.exit(); code != 0 || term.stderr() != "" {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}
}

// Of several profiles, of which none is named, one is chosen; none of their keys is shown.
func TestChoosingAProfile(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	credentials := filepath.Join(root, "operator.ini")
	if err := served.writeCredentials(credentials); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(root, "config.ini")
	if err := os.WriteFile(config, []byte("[profile corp]\nsso_session = corp\n[profile prod]\nregion = eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials, "AWS_CONFIG_FILE=" + config}
	term := openIn(t, program, root, env, "--endpoint-url", served.url)
	term.await("Several profiles, and none is named")
	term.await("SSO")
	if n := served.cloud.Sent("sts:GetCallerIdentity"); n != 0 {
		t.Errorf("AWS was asked %d times before a profile was chosen", n)
	}
	operator := served.cloud.Operator()
	if shown := term.output(); strings.Contains(shown, operator.Secret) || strings.Contains(shown, operator.KeyID) {
		t.Error("a key is shown in the list of profiles")
	}
	term.press("j\r")
	term.await("billing-cron")
	term.await("profile prod")
	term.press("q")
	if code := term.exit(); code != 0 {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}

	// A variable that names one is not asked about.
	term = openIn(t, program, root, append(env, "AWS_PROFILE=prod"), "--endpoint-url", served.url)
	term.await("billing-cron")
	if strings.Contains(term.output(), "Several profiles") {
		t.Error("asked for a profile that is named")
	}
	term.press("q")
	term.exit()
}

// A code is asked for in a dialog at the start, and again when the session has ended; it
// is written nowhere.
func TestCodesAreAskedForInADialog(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	term := open(t, served, "--mfa-serial", sandbox.MFASerial)
	term.await("A code from your MFA device")
	term.press("000000\r")
	term.await("did not accept the MFA code") // the wrong one
	term.press("r")
	term.await("A code from your MFA device")
	term.press(sandbox.MFACode + "\r")
	term.await("billing-cron")

	ended := served.cloud.Inject(faults.Fault{Action: "iam:*", Break: faults.Expire})
	term.press("r")
	term.await("SESSION ENDED")
	term.press("\x12")
	term.await("A code from your MFA device")
	term.press("\x1b")
	term.await("no MFA code was given")
	ended.Remove()
	term.press("\x12")
	term.await("A code from your MFA device")
	term.press(sandbox.MFACode + "\r")
	term.await("The session is renewed")
	term.awaitThat("the end of the mark", func(drawn string) bool {
		return strings.Contains(drawn, "profile prod") && strings.Contains(drawn, "billing-cron") && !strings.Contains(drawn, "SESSION ENDED")
	})
	if n := served.cloud.Sent("sts:GetSessionToken"); n != 3 {
		t.Errorf("%d sessions were asked for", n)
	}
	term.press("q")
	if code := term.exit(); code != 0 || strings.Contains(term.stderr(), sandbox.MFACode) {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}
}

// The mouse stays the terminal's, which selects text with it.
func TestTheMouseIsTheTerminals(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	term := open(t, served)
	term.await("billing-cron")
	if got := term.output(); regexp.MustCompile(`\x1b\[\?(9|100[0-3]|1006|1015)h`).MatchString(got) {
		t.Errorf("the mouse is taken: %q", got)
	}
	term.press("q")
	if code := term.exit(); code != 0 {
		t.Errorf("exit code %d: %s", code, term.stderr())
	}
}
