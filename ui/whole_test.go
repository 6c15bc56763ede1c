package ui_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/audit"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui"
	"keyturn/ui/calllog"
	"keyturn/ui/guide"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
	"keyturn/ui/simulation"
)

// sandboxOf makes the sandbox's applications known to the program.
type sandboxOf struct{ *faults.Account }

func (c sandboxOf) Advance(d time.Duration) error {
	c.Account.Advance(d)
	return nil
}

func (c sandboxOf) Applications() []simulation.Application {
	var list []simulation.Application
	for _, a := range c.Account.Applications() {
		app := simulation.Application{Name: a.Name, User: a.User, KeyID: a.KeyID, LastRun: a.LastRun, OK: a.OK, NewestKeyID: a.Newest, Seen: a.Agent + " at " + a.From, Reads: a.Reads}
		for _, l := range a.Log {
			app.Log = append(app.Log, simulation.LogLine(l))
		}
		list = append(list, app)
	}
	return list
}

// terminal is a whole program in a synctest bubble, with a keyboard and a screen.
type terminal struct {
	t        *testing.T
	cloud    *faults.Account
	keyboard *io.PipeWriter
	desk     *office
	ended    chan error
	sent     []string // to the clipboard

	mu    sync.Mutex
	frame string // the last one drawn
}

// model is the program, with its frames kept for the test.
type model struct {
	*ui.Program
	terminal *terminal
}

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := m.Program.Update(msg)
	return m, cmd
}

func (m model) View() tea.View {
	v := m.Program.View()
	m.terminal.mu.Lock()
	defer m.terminal.mu.Unlock()
	m.terminal.frame = ansi.Strip(v.Content)
	return v
}

// newTerminal begins a program on an account, with its journal in a folder.
func newTerminal(t *testing.T, cloud *faults.Account, dir string) *terminal {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	calls := calllog.NewLog()
	acc := reach(ctx, t, cloud, cloud.Client(), calls)
	term := &terminal{t: t, cloud: cloud, desk: newOffice(t, acc, cloud, openBook(t, dir), calls), ended: make(chan error, 1)}
	program := newProgram(ctx, term.desk, func(secret iamops.Secret) (string, error) {
		term.sent = append(term.sent, secret.Reveal())
		return "sent", nil
	}, sandboxOf{cloud})
	in, keyboard := io.Pipe()
	term.keyboard = keyboard
	running := tea.NewProgram(model{program, term}, tea.WithInput(in), tea.WithOutput(io.Discard), tea.WithWindowSize(120, 40),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler())
	go func() {
		_, err := running.Run()
		term.ended <- errors.Join(err, term.desk.close())
	}()
	t.Cleanup(func() {
		cancel()
		running.Kill()
		if err := errors.Join(keyboard.Close(), in.Close()); err != nil {
			t.Error(err)
		}
		pass(2 * time.Second) // what still sleeps wakes up, and ends
	})
	return term
}

// reach is the account as the operator reaches it, with a log of its calls.
func reach(ctx context.Context, t *testing.T, cloud *faults.Account, client *http.Client, calls *calllog.Log) *account.Account {
	t.Helper()
	op := cloud.Operator()
	acc, err := account.At(ctx, account.Endpoint{URL: "http://sandbox", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
		account.Options{HTTPClient: client, Clock: cloud, OnCall: func(c account.Call) { calls.Add(calllog.Call(c)) }})
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// newProgram is the program on a desk.
func newProgram(ctx context.Context, d *office, clipboard guide.Clipboard, controls simulation.Sandbox) *ui.Program {
	common, codes := kit.NewCommon(d.clock, kit.Look{}), mfa.NewCodes()
	return ui.New(ctx, ui.Options{
		Common:        common,
		List:          inventory.New(ctx, common, d.account, inventory.Options{Thresholds: audit.DefaultThresholds()}),
		Identity:      ui.Identity{Account: d.account.Info().DisplayID(), Caller: d.account.Caller().ShortARN(), Partition: d.account.Caller().Partition},
		StartRotation: func(task runner.Task) (guide.Rotation, error) { return d.start(task) },
		InProgress:    d.inProgress,
		Clipboard:     clipboard,
		Sandbox:       controls,
		Calls:         d.calls,
		Codes:         codes,
		Renew: func(ctx context.Context) (string, error) { // as with an MFA device
			if _, err := codes.Ask(ctx, ""); err != nil {
				return "", err
			}
			return d.account.Caller().ShortARN(), d.account.Renew(ctx)
		},
	})
}

// pass lets time go by, in the bubble.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

// press types keys, each once the one before was taken.
func (t *terminal) press(keys ...string) {
	t.t.Helper()
	codes := map[string]string{"enter": "\r", "esc": "\x1b", "right": "\x1b[C", "down": "\x1b[B"}
	for _, k := range keys {
		if code, named := codes[k]; named {
			k = code
		}
		if _, err := io.WriteString(t.keyboard, k); err != nil {
			t.t.Fatal(err)
		}
		pass(200 * time.Millisecond)
	}
}

func (t *terminal) view() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frame
}

// await waits, in the bubble's time, until the screen shows all parts.
func (t *terminal) await(parts ...string) {
	t.t.Helper()
	missing := ""
	for range 600 {
		missing = ""
		for _, part := range parts {
			if !strings.Contains(t.view(), part) {
				missing = part
			}
		}
		if missing == "" {
			return
		}
		pass(500 * time.Millisecond)
	}
	t.t.Fatalf("waited in vain for %q:\n%s", missing, t.view())
}

// quit ends the program by its key.
func (t *terminal) quit() {
	t.t.Helper()
	t.press("q")
	select {
	case err := <-t.ended:
		if err != nil {
			t.t.Fatal(err)
		}
	default:
		t.t.Fatalf("the program has not ended:\n%s", t.view())
	}
}

// toDistribute takes Suzie's key from the list to where the applications move over, and
// returns the new key's secret, which was shown and sent to the clipboard.
func (t *terminal) toDistribute() string {
	t.t.Helper()
	t.await("Suzie", "billing-cron", "SANDBOX")
	t.press("/", "Suzie", "enter", "enter")
	t.await("Check before anything changes", "✓ who signs", "✓ slot", "▸  Go on to create the new key")
	t.press("enter")
	t.await("▸  Create the new key")
	t.press("enter")
	t.await("Create the new key?", "aws iam create-access-key --user-name Suzie")
	t.press("right", "enter")
	t.await("Put the new secret away", "Tried: it answered 5 times in a row")
	t.press("v")
	secret := ""
	if err := t.desk.runners["Suzie"].Lend(func(s iamops.Secret) error { secret = s.Reveal(); return nil }); err != nil {
		t.t.Fatal(err)
	}
	t.await(secret)
	t.press("c", "q") // sent, and not lost
	if len(t.sent) != 1 || t.sent[0] != secret {
		t.t.Fatalf("%d texts sent to the clipboard", len(t.sent))
	}
	t.await("The secret is not put away")
	t.press("esc", "n", "right", "enter")
	t.await("Hand the new key to every application")
	if strings.Contains(t.view(), secret) {
		t.t.Fatal("the secret is in view after it was stored")
	}
	return secret
}

// updateApplications gives all applications their users' newest keys.
func (t *terminal) updateApplications() {
	t.t.Helper()
	t.press("A")
	t.await("photo-sync")
	for range len(t.cloud.Applications()) {
		t.press("u", "right", "enter", "down")
	}
	t.press("esc")
}

// toDone goes on from where the applications have moved over.
func (t *terminal) toDone() {
	t.t.Helper()
	t.await("Hand the new key to every application")
	for range 8 { // longer than a weekly job is silent
		t.press("+")
	}
	t.await("new key in use", "✓ old key quiet")
	t.press("n")
	t.await("▸  Deactivate the old key")
	t.press("n", "right", "enter")
	t.await("Watch what breaks")
	for range 8 {
		t.press("+")
	}
	t.await("over since")
	t.press("n")
	t.await("▸  Delete the old key")
	t.press("n", "MPLE", "enter")
	t.await("Back to the list")
	for _, app := range t.cloud.Applications() {
		if !app.OK {
			t.t.Errorf("%s fails at the end: %v", app.Name, app.Log[len(app.Log)-1])
		}
	}
}

// changes are the creates, updates and deletes that were sent.
func changes(cloud *faults.Account) string {
	return fmt.Sprint(cloud.Sent("iam:CreateAccessKey"), cloud.Sent("iam:UpdateAccessKey"), cloud.Sent("iam:DeleteAccessKey"))
}

// A whole rotation by keyboard: an application that was not updated breaks after the
// deactivation, rolling back mends it, and after it was updated the rotation goes
// through.
func TestAWholeRotation(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		term := newTerminal(t, faults.New(sandbox.Options{Seed: 1}), dir)
		secret := term.toDistribute()

		term.press("n")
		term.await("Deactivate the old key", "asks for a reason")
		term.press("n", "they said that all is updated", "enter", "right", "enter")
		term.await("Watch what breaks", "Inactive since")

		pass(5 * time.Minute)
		term.press("A")
		term.await("photo-sync", "✗ fails", "The log of ")
		term.press("esc", "R", "right", "enter")
		term.await("Hand the new key to every application", "works again")

		pass(5 * time.Minute)
		term.press("A")
		term.await("photo-sync")
		if strings.Contains(term.view(), "✗ fails") {
			t.Fatalf("rolling back did not mend it:\n%s", term.view())
		}
		term.press("esc")
		term.updateApplications()
		term.toDone()
		term.await("Against these warnings", "Reason: they said")

		term.press("enter")
		term.await("Suzie")
		term.quit()
		if got := changes(term.cloud); got != "1 3 1" {
			t.Errorf("changes sent: %s", got)
		}
		if journal := text(t, dir); strings.Contains(journal, secret) || !strings.Contains(journal, "they said") {
			t.Errorf("the journal:\n%s", journal)
		}
	})
}
