package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// unspeakable is what a panic brings along, and must not be told.
const unspeakable = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00"

// defect is a type of panic that is told by its type alone.
type defect struct{ value string }

// fragile is a model that panics where it is told to. It ticks, as keyturn does.
type fragile struct {
	in    string
	ticks int
}

type tick struct{}

func (f fragile) Init() tea.Cmd {
	return tea.Batch(f.next(), f.command("first command"))
}

func (f fragile) next() tea.Cmd {
	return tea.Tick(time.Millisecond, func(time.Time) tea.Msg { return tick{} })
}

func (f fragile) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tick); !ok {
		return f, nil
	}
	f.ticks++
	if f.ticks != 3 {
		return f, f.next()
	}
	f.breakIn("Update")
	inner := tea.Batch(f.command("command in a batch of batches"), f.next())
	return f, tea.Batch(f.next(), f.command("command"), tea.Batch(f.next(), inner))
}

func (f fragile) View() tea.View {
	if f.ticks >= 3 {
		f.breakIn("View")
	}
	v := tea.NewView("fragile")
	v.AltScreen = true
	return v
}

// breakIn panics if this is the place to.
func (f fragile) breakIn(place string) {
	if f.in == place {
		panic(defect{unspeakable})
	}
}

// command is a command that may panic, and brings nothing else.
func (f fragile) command(place string) tea.Cmd {
	return func() tea.Msg {
		f.breakIn(place)
		return nil
	}
}

// onTerminal runs a program as the commands do, in a terminal, and returns all that
// was drawn and said, and its error.
func onTerminal(t *testing.T, model tea.Model) (shown string, err error) {
	t.Helper()
	screen, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	var drawn, said strings.Builder
	var reading sync.WaitGroup
	reading.Go(func() { _, _ = io.Copy(&drawn, screen) }) // ends with an error when the terminal is closed
	app := App{In: tty, Out: tty, Err: &said, Env: func(string) (string, bool) { return "", false }}
	err = app.runProgram(t.Context(), app.guard(model), true)
	app.explain(err)
	if closing := tty.Close(); closing != nil {
		t.Error(closing)
	}
	reading.Wait()
	if closing := screen.Close(); closing != nil {
		t.Error(closing)
	}
	return drawn.String() + said.String(), err
}

func TestAPanicEndsTheProgramInOrder(t *testing.T) {
	for _, place := range []string{"first command", "Update", "command", "command in a batch of batches", "View"} {
		t.Run(place, func(t *testing.T) {
			shown, err := onTerminal(t, fragile{in: place})
			if err == nil || !strings.Contains(err.Error(), "panic of type cli.defect") {
				t.Fatalf("got %v", err)
			}
			if ExitCode(err) != exitFailed {
				t.Errorf("exit code %d", ExitCode(err))
			}
			if strings.Contains(shown, unspeakable) || strings.Contains(err.Error(), unspeakable) {
				t.Errorf("the panic's value is told: %q", shown)
			}
			if in, out := strings.LastIndex(shown, "\x1b[?1049h"), strings.LastIndex(shown, "\x1b[?1049l"); out < in {
				t.Error("the alternate screen is not left")
			}
			if strings.Contains(shown, "goroutine ") {
				t.Error("a stack is told")
			}
			if !strings.Contains(shown, "keyturn: a defect in keyturn (panic of type cli.defect)") {
				t.Errorf("it is not said: %q", shown)
			}
		})
	}
}

// A panic ends the screen, not the change that is under way: it is awaited, and put on
// record.
func TestAPanicDuringAChange(t *testing.T) {
	app := App{Err: io.Discard}
	p, err := app.enterSandbox(t.Context(), flags{}, sandboxFlags{}, operator{})
	if err != nil {
		t.Fatal(err)
	}
	cloud := faults.Around(p.cloud)
	operator := cloud.Operator()
	p.account, err = account.At(t.Context(), account.Endpoint{
		URL: "http://sandbox.invalid", Region: sandboxRegion, KeyID: operator.KeyID, Secret: iamops.NewSecret(operator.Secret),
	}, account.Options{HTTPClient: cloud.Client(), Clock: cloud})
	if err != nil {
		t.Fatal(err)
	}
	held := cloud.Inject(faults.Fault{Action: "iam:CreateAccessKey", Hold: true, At: faults.AfterEffect})
	run, err := p.start(runner.Task{Plan: rotation.Rotate, User: "Suzie"})
	if err != nil {
		t.Fatal(err)
	}
	decide(t, run, rotation.GoOn)
	decide(t, run, rotation.MakeChange)
	<-held.Held()

	_, err = onTerminal(t, fragile{in: "command"})
	var text []byte
	remove := p.leave
	p.leave = func() error { // the sandbox takes its journal along
		text, _ = os.ReadFile(filepath.Join(p.state, "aws-"+sandbox.AccountID+".jsonl"))
		return remove()
	}
	ended := make(chan error)
	go func() { ended <- app.leave(p, err) }()
	select {
	case err := <-ended:
		t.Fatalf("it ended before the change was answered: %v", err)
	case <-held.Held(): // nothing more is sent
		t.Fatal("a second key is being created")
	case <-time.After(50 * time.Millisecond):
	}
	held.Release()
	if err := <-ended; ExitCode(err) != exitAttention || !strings.Contains(err.Error(), "panic of type cli.defect") {
		t.Errorf("it ended with %v", err)
	}
	records, damages, err := recordsOf(text)
	if err != nil || len(damages) > 0 || len(records) == 0 {
		t.Fatalf("the journal: %v, damaged at %v: %s", err, damages, text)
	}
	if last := records[len(records)-1]; last.Kind != rotation.DeedChanged || last.Effect != "done" || last.KeyID == "" {
		t.Errorf("the last record is %+v", last)
	}
}

// recordsOf reads the text of a journal.
func recordsOf(text []byte) (records []rotation.Record, damages []journal.Damage, err error) {
	damages, err = journal.Read(bytes.NewReader(text), func(line []byte) error {
		r, err := rotation.ParseRecord(line)
		records = append(records, r)
		return err
	})
	return records, damages, err
}

// decide takes a decision as soon as it can be taken, with a reason where one is needed.
func decide(t *testing.T, run *runner.Runner, d rotation.Decision) {
	t.Helper()
	for {
		snap := run.Snapshot()
		if offer, there := rotation.OfferFor(snap.Offers(run.Clock().Now()), d); there && offer.Refused == rotation.Possible {
			if err := run.Decide(snap.State.Turn, rotation.Decide{Decision: d, Yes: true, Reason: "a test", Whys: offer.Whys}); err == nil {
				return
			}
		}
		select {
		case <-run.Updates():
		case <-t.Context().Done():
			t.Fatalf("%s can't be decided", d)
		}
	}
}
