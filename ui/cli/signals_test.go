package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// Bubble Tea's ways into the alternate screen and out of it.
const (
	enterAltScreen = "\x1b[?1049h"
	leaveAltScreen = "\x1b[?1049l"
)

// creating brings a keyturn to where CreateAccessKey has had its effect and is not
// answered yet.
func creating(t *testing.T) (*endpoint, *faults.Injected, *terminal) {
	t.Helper()
	served := serve()
	t.Cleanup(served.close)
	held := served.cloud.Inject(faults.Fault{Action: "iam:CreateAccessKey", Hold: true, At: faults.AfterEffect})
	t.Cleanup(held.Release) // before the server closes, which waits for its answers
	term := open(t, served, "rotate", "Suzie")
	term.await("Go on to create the new key")
	term.await("AKIAI44QH8DHBEXAMPLE")
	term.take("n", "Create a second key")
	term.take("n", "Create the new key?")
	term.press("\x1b[C\r")
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-held.Held():
	case <-timer.C:
		t.Fatalf("no key is being created; the end of what was drawn:\n%s", tail(term.output()))
	}
	return served, held, term
}

// recorded checks that the journal has the intent of the creation and its outcome,
// with the key that there is, and no secret.
func recorded(t *testing.T, served *endpoint, term *terminal) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(term.root, "state", "keyturn", "aws-"+sandbox.AccountID+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var records []rotation.Record
	damages, err := journal.Read(bytes.NewReader(text), func(line []byte) error {
		r, err := rotation.ParseRecord(line)
		records = append(records, r)
		return err
	})
	if err != nil || len(damages) > 0 {
		t.Fatalf("the journal: %v, damaged at %v", err, damages)
	}
	find := func(kind rotation.DeedKind) rotation.Record {
		i := slices.IndexFunc(records, func(r rotation.Record) bool { return r.Kind == kind && r.Change == "create" })
		if i < 0 {
			t.Fatalf("the journal has no %s of the creation:\n%s", kind, text)
		}
		return records[i]
	}
	intent, outcome := find(rotation.DeedAnnounced), find(rotation.DeedChanged)
	if want := []string{"AKIAI44QH8DHBEXAMPLE"}; !slices.Equal(intent.After.PreIDs, want) || intent.User != "Suzie" {
		t.Errorf("the intent is %+v", intent)
	}
	if outcome.Effect != "done" || outcome.KeyID == "" || outcome.RequestID == "" || outcome.Rotation != intent.Rotation {
		t.Errorf("the outcome is %+v", outcome)
	}
	if n := served.cloud.Sent("iam:CreateAccessKey"); n != 1 {
		t.Errorf("CreateAccessKey was sent %d times", n)
	}
	secrets := served.given()
	if len(secrets) != 1 {
		t.Fatalf("%d secrets were given out", len(secrets))
	}
	for name, where := range map[string]string{"journal": string(text), "screen": term.output(), "stderr": term.stderr()} {
		if strings.Contains(where, secrets[0]) {
			t.Errorf("the secret is in the %s", name)
		}
	}
	if !strings.Contains(term.stderr(), "the secret of "+outcome.KeyID+" was not put away, and is lost") {
		t.Errorf("stderr does not tell of the lost secret: %s", term.stderr())
	}
}

// restored checks that the terminal is as it was: the alternate screen is left, for
// good, and the cursor is back.
func restored(t *testing.T, output string) {
	t.Helper()
	in, out := strings.LastIndex(output, enterAltScreen), strings.LastIndex(output, leaveAltScreen)
	if in < 0 || out < in {
		t.Errorf("the alternate screen was entered at %d and left at %d", in, out)
	}
	if strings.LastIndex(output, "\x1b[?25h") < strings.LastIndex(output, "\x1b[?25l") {
		t.Error("the cursor is hidden")
	}
	if end := output[max(out, 0):]; strings.Contains(end, "Suzie") {
		t.Errorf("something was drawn after it: %q", end)
	}
}

func TestSIGTERMTwiceDuringAChange(t *testing.T) {
	t.Parallel()
	served, held, term := creating(t)
	term.signal(syscall.SIGTERM)
	term.until("waited for the screen to close", func() bool { return strings.Contains(term.output(), leaveAltScreen) })
	term.signal(syscall.SIGTERM)
	term.signal(syscall.SIGTERM)
	select {
	case err := <-term.ended:
		t.Fatalf("it ended before the change was answered: %v", err)
	default:
	}
	held.Release()
	if code := term.exit(); code != 5 {
		t.Errorf("exit code %d; on stderr: %s", code, term.stderr())
	}
	recorded(t, served, term)
	restored(t, term.output())
}

func TestTheTerminalIsClosedDuringAChange(t *testing.T) {
	t.Parallel()
	served, held, term := creating(t)
	if err := term.pty.Close(); err != nil { // the kernel sends SIGHUP
		t.Fatal(err)
	}
	select {
	case err := <-term.ended:
		t.Fatalf("it ended before the change was answered: %v", err)
	default:
	}
	held.Release()
	if code := term.exit(); code != 5 {
		t.Errorf("exit code %d; on stderr: %s", code, term.stderr())
	}
	recorded(t, served, term)
}

// ctrl+c asks, and esc says to wait: a change in flight is not left by a stray key.
func TestStrayKeysDuringACreation(t *testing.T) {
	t.Parallel()
	served, held, term := creating(t)
	term.press("q")
	term.await("A new key is being created")
	term.press("\x03") // closes the question
	term.await("CreateAccessKey: asking who signs")
	held.Release()
	term.await("Put the new secret away")
	term.press("q")
	term.await("The secret is not put away")
	term.signal(os.Interrupt)
	if code := term.exit(); code != 5 {
		t.Errorf("exit code %d; on stderr: %s", code, term.stderr())
	}
	recorded(t, served, term)
	restored(t, term.output())
}

// Nothing is under way: an interrupt is an interrupt.
func TestAnInterruptOfTheList(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	term := open(t, served)
	term.await("billing-cron")
	term.signal(syscall.SIGHUP)
	if code := term.exit(); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if said := term.stderr(); said != "keyturn: interrupted\n" {
		t.Errorf("on stderr: %q", said)
	}
	restored(t, term.output())
}
