package ui_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/ui"
	"keyturn/ui/guide"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
)

// notes is a journal in memory.
type notes struct {
	mu      sync.Mutex
	records []journal.Record
}

func (n *notes) Append(r journal.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records = append(n.records, r)
	return nil
}

// cloud makes the sandbox's applications known to the program.
type cloud struct {
	*sandbox.Account
	account *account.Account
}

func (c cloud) Advance(d time.Duration) error {
	c.Account.Advance(d)
	return nil
}

func (c cloud) Applications() []ui.Application {
	var list []ui.Application
	for _, a := range c.Account.Applications() {
		app := ui.Application{Name: a.Name, User: a.User, KeyID: a.KeyID, LastRun: a.LastRun, OK: a.OK, NewestKeyID: c.newest(a.User)}
		for _, l := range a.Log {
			app.Log = append(app.Log, ui.LogLine(l))
		}
		list = append(list, app)
	}
	return list
}

func (c cloud) newest(user string) string {
	keys, err := c.account.Keys(context.Background(), user)
	if err != nil {
		return ""
	}
	var newest iamops.AccessKey
	for _, k := range keys {
		if k.Status == iamops.Active && !k.Created.Before(newest.Created) {
			newest = k
		}
	}
	return newest.ID
}

// terminal is a whole program in a synctest bubble, with a keyboard and a screen.
type terminal struct {
	t        *testing.T
	cloud    *sandbox.Account
	notes    *notes
	keyboard *io.PipeWriter
	runner   *runner.Runner
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

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	term := &terminal{t: t, cloud: sandbox.New(sandbox.Options{Seed: 1}), notes: &notes{}, ended: make(chan error, 1)}
	op := term.cloud.Operator()
	acc, err := account.At(ctx, account.Endpoint{URL: "http://sandbox", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
		account.Options{HTTPClient: term.cloud.Client(), Clock: term.cloud})
	if err != nil {
		t.Fatal(err)
	}
	common := kit.NewCommon(term.cloud, kit.Look{})
	program := ui.New(ctx, ui.Options{
		Common:   common,
		List:     inventory.New(ctx, common, acc, inventory.Options{Thresholds: audit.DefaultThresholds()}),
		Identity: ui.Identity{Account: acc.Info().DisplayID(), Caller: acc.Caller().ShortARN(), Partition: acc.Caller().Partition},
		StartRotation: func(user, keyID string) (guide.Rotation, error) {
			term.runner = runner.Start(runner.Parts{Account: acc, Journal: term.notes, Clock: term.cloud, Settings: rotation.DefaultSettings()}, runner.Task{ID: "rot1", User: user, KeyID: keyID})
			return term.runner, nil
		},
		Clipboard: func(text string) error { term.sent = append(term.sent, text); return nil },
		Sandbox:   cloud{term.cloud, acc},
	})
	in, keyboard := io.Pipe()
	term.keyboard = keyboard
	running := tea.NewProgram(model{program, term}, tea.WithInput(in), tea.WithOutput(io.Discard), tea.WithWindowSize(120, 40),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler())
	go func() {
		_, err := running.Run()
		term.ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		running.Kill()
		if err := errors.Join(keyboard.Close(), in.Close()); err != nil {
			t.Error(err)
		}
		if term.runner != nil {
			if err := term.runner.Close(context.Background()); err != nil {
				t.Error(err)
			}
		}
		pass(2 * time.Second) // what still sleeps wakes up, and ends
	})
	return term
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

// A whole rotation by keyboard: an application that was not updated breaks after the
// deactivation, rolling back mends it, and after it was updated the rotation goes
// through.
func TestAWholeRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := newTerminal(t)
		term.await("Suzie", "billing-cron", "SANDBOX")
		term.press("/", "Suzie", "enter", "enter")

		term.await("Check before anything changes", "▸  Go on to create the new key")
		term.press("enter")
		term.await("▸  Create the new key")
		term.press("enter")
		term.await("Create the new key?", "aws iam create-access-key --user-name Suzie")
		term.press("right", "enter")

		term.await("Put the new secret away", "Tried: it answered 5 times in a row")
		term.press("v")
		secret := ""
		if err := term.runner.Lend(func(s iamops.Secret) error { secret = s.Reveal(); return nil }); err != nil {
			t.Fatal(err)
		}
		term.await(secret)
		term.press("c", "q") // sent, and not lost
		if len(term.sent) != 1 || term.sent[0] != secret {
			t.Fatalf("%d texts sent to the clipboard", len(term.sent))
		}
		term.await("The secret is not put away")
		term.press("esc", "n", "right", "enter")
		term.await("Hand the new key to every application")
		if strings.Contains(term.view(), secret) {
			t.Fatal("the secret is in view after it was stored")
		}

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
		for range len(term.cloud.Applications()) {
			term.press("u", "right", "enter", "down")
		}
		term.press("esc")

		term.press("+", "+")
		term.await("new key in use  used", "for 2 days")
		term.press("n")
		term.await("▸  Deactivate the old key")
		term.press("n", "right", "enter")
		term.await("Watch what breaks")
		for range 8 {
			term.press("+")
		}
		term.await("over since")
		term.press("n")
		term.await("▸  Delete the old key")
		term.press("n", "MPLE", "enter")
		term.await("Back to the list", "Against these warnings", "Reason: they said")
		for _, app := range term.cloud.Applications() {
			if !app.OK {
				t.Errorf("%s fails at the end: %v", app.Name, app.Log[len(app.Log)-1])
			}
		}

		term.press("enter")
		term.await("Suzie")
		term.press("q")
		select {
		case err := <-term.ended:
			if err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatal("the program has not ended")
		}
		if got := fmt.Sprint(term.cloud.Sent("iam:CreateAccessKey"), term.cloud.Sent("iam:UpdateAccessKey"), term.cloud.Sent("iam:DeleteAccessKey")); got != "1 3 1" {
			t.Errorf("changes sent: %s", got)
		}
		for _, r := range term.notes.records {
			if strings.Contains(fmt.Sprintf("%+v", r), secret) {
				t.Error("the secret is in the journal")
			}
		}
	})
}
