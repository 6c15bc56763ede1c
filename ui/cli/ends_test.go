package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui/kit"
	"keyturn/ui/opening"
)

// ends are, for each way in which a command ends, a command that ends so. Its home is
// empty but for what it puts there.
var ends = map[string]func(*testing.T, *App) error{
	"usage": func(_ *testing.T, a *App) error { return a.Run([]string{"rotat"}) },
	"config": func(t *testing.T, a *App) error {
		folder, _ := a.Env("XDG_CONFIG_HOME")
		put(t, filepath.Join(folder, "keyturn", "config.toml"), "max-agge = \"3d\"\n")
		return a.Run([]string{"audit"})
	},
	"no-terminal": func(_ *testing.T, a *App) error { return a.Run([]string{"sandbox"}) },
	"partial": func(t *testing.T, a *App) error {
		cloud := faults.New(sandbox.Options{Seed: 1})
		cloud.Inject(faults.Fault{Action: "iam:GetAccessKeyLastUsed", Break: faults.Deny})
		return a.Run([]string{"find", "AKIAI44QH8DHBEXAMPLE", "--endpoint-url", served(t, cloud, cloud)})
	},
	"not-looked-for": func(t *testing.T, a *App) error {
		cloud := faults.New(sandbox.Options{Seed: 1})
		cloud.Inject(faults.Fault{Action: "iam:GetAccountAuthorizationDetails", Break: faults.Deny})
		return a.Run([]string{"audit", "--fail-on", "compromised", "--endpoint-url", served(t, cloud, cloud)})
	},
	"found": func(t *testing.T, a *App) error {
		cloud := faults.New(sandbox.Options{Seed: 1})
		return a.Run([]string{"audit", "--fail-on", "overdue", "--endpoint-url", served(t, cloud, cloud)})
	},
	"attention": func(t *testing.T, a *App) error {
		cloud := faults.New(sandbox.Options{Seed: 1})
		url := served(t, cloud, cloud)
		before := *a
		before.Err = io.Discard
		if err := interrupted(t, &before, "is in memory, and nowhere else", "go\nchange\nyes\n", "rotate", "Suzie", "--plain", "--endpoint-url", url); ExitCode(err) != exitAttention {
			t.Fatalf("the rotation ended with %v", err)
		}
		return a.Run([]string{"status", "--endpoint-url", url})
	},
	"secret-lost": func(t *testing.T, a *App) error {
		return interrupted(t, a, "is in memory, and nowhere else", "go\nchange\nyes\n", "sandbox", "rotate", "Suzie", "--plain")
	},
	"secret-unsaid": func(t *testing.T, a *App) error {
		return interrupted(t, a, "secret access key", "go\nchange\nyes\nshow\nyes\n", "sandbox", "rotate", "Suzie", "--plain")
	},
	"change-unclear": func(t *testing.T, a *App) error {
		cloud := faults.New(sandbox.Options{Seed: 1})
		url := served(t, cloud, &vanishing{cloud: cloud, at: "CreateAccessKey"})
		return interrupted(t, a, "was lost", "go\nchange\nyes\n", "rotate", "Suzie", "--plain", "--endpoint-url", url)
	},
	"change-open": func(t *testing.T, a *App) error {
		return closing(t, a, func(real *account.Account) ending {
			stuck := make(chan struct{})
			return ending{
				account: unanswering{real, stuck},
				record:  func(rotation.Record) error { return nil },
				ripe:    func(s runner.Snapshot) bool { return s.State.Phase == rotation.Changing },
				after:   func() { close(stuck) },
			}
		})
	},
	"unrecorded": func(t *testing.T, a *App) error {
		return closing(t, a, func(real *account.Account) ending {
			return ending{
				account: real,
				record: func(r rotation.Record) error {
					if r.Kind == rotation.DeedChanged {
						return errors.New("no space left on device")
					}
					return nil
				},
				ripe:  func(s runner.Snapshot) bool { return s.Unrecorded != nil },
				after: func() {},
			}
		})
	},
	"interrupted": func(t *testing.T, a *App) error {
		return interrupted(t, a, "Answer with a word", "", "sandbox", "rotate", "Suzie", "--plain")
	},
	"defect": func(t *testing.T, a *App) error {
		_, err := onTerminal(t, fragile{in: "Update"})
		a.explain(err)
		return err
	},
	"journal-damaged": func(t *testing.T, a *App) error {
		folder, _ := a.Env("XDG_STATE_HOME")
		put(t, filepath.Join(folder, "keyturn", "aws-"+sandbox.AccountID+".jsonl"), "{\"v\":1,\"ki\n")
		cloud := faults.New(sandbox.Options{Seed: 1})
		return a.Run([]string{"status", "--endpoint-url", served(t, cloud, cloud)})
	},
	"not-possible": func(_ *testing.T, a *App) error {
		return a.Run([]string{"sandbox", "rotate", "nobody", "--plain"})
	},
}

// notices are, for each notice, a command that tells it, and all that it says.
var notices = map[string]func(*testing.T, *App) string{
	"too-small": func(t *testing.T, _ *App) string {
		o := opening.New(t.Context(), opening.Options{Common: kit.NewCommon(iamops.WallClock{}, kit.Look{}), Choose: true})
		small, _ := o.Update(tea.WindowSizeMsg{Width: 50, Height: 10})
		return ansi.Strip(small.View().Content)
	},
	"no-report": func(t *testing.T, a *App) string {
		return audited(t, a, faults.Fault{Action: "iam:GenerateCredentialReport", Break: faults.Deny})
	},
	"no-details": func(t *testing.T, a *App) string {
		return audited(t, a, faults.Fault{Action: "iam:GetAccountAuthorizationDetails", Break: faults.Deny})
	},
	"same-account": func(t *testing.T, a *App) string {
		cloud := faults.New(sandbox.Options{Seed: 1})
		url, operator := served(t, cloud, cloud), cloud.Operator()
		file, _ := a.Env("AWS_SHARED_CREDENTIALS_FILE")
		pair := "aws_access_key_id = " + operator.KeyID + "\naws_secret_access_key = " + operator.Secret + "\n"
		put(t, file, "[a]\n"+pair+"[b]\n"+pair)
		said := &strings.Builder{}
		a.Err = said
		if err := a.Run([]string{"audit", "--profile", "a,b", "--endpoint-url", url}); err != nil {
			t.Fatal(err)
		}
		return said.String()
	},
}

// audited is what an audit prints of an account in which something goes wrong. The audit
// is whole all the same.
func audited(t *testing.T, a *App, fault faults.Fault) string {
	t.Helper()
	cloud := faults.New(sandbox.Options{Seed: 1})
	cloud.Inject(fault)
	path := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	a.Out = out
	if err := errors.Join(a.Run([]string{"audit", "--endpoint-url", served(t, cloud, cloud)}), out.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// put writes a file, and makes its folder.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// served is the address at which an account is to be had, by a handler of its requests.
// Its operator is who signs from now on.
func served(t *testing.T, cloud *faults.Account, by http.Handler) string {
	t.Helper()
	cloud.Configure(func(b *sandbox.Behavior) { b.ReportTakes = 0 }) // nothing here is about waiting for it
	server := httptest.NewServer(by)
	t.Cleanup(server.Close)
	operator := cloud.Operator()
	t.Setenv("AWS_ACCESS_KEY_ID", operator.KeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", operator.Secret)
	return server.URL
}

// vanishing is an account to which the connection is cut for good when an action is
// asked for.
type vanishing struct {
	cloud *faults.Account
	at    string
}

// ServeHTTP answers, or cuts the connection.
func (v *vanishing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has hung up
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if !strings.Contains(string(body), "Action="+v.at+"&") {
		v.cloud.ServeHTTP(w, r)
		return
	}
	v.cloud.Inject(faults.Fault{Break: faults.ConnectionReset})
	panic(http.ErrAbortHandler)
}

// interrupted runs a command whose input stays open after some answers, and sends a
// signal once it has said something.
func interrupted(t *testing.T, a *App, said, answers string, args ...string) error {
	t.Helper()
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	heard, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := typing.WriteString(answers); err != nil {
		t.Fatal(err)
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	listened := make(chan bool)
	go func() {
		sent := false
		for lines := bufio.NewScanner(heard); lines.Scan(); {
			if !sent && strings.Contains(lines.Text(), said) {
				sent = self.Signal(os.Interrupt) == nil
			}
		}
		listened <- sent
	}()
	before := *a
	a.In, a.Out = in, out
	err = a.Run(args)
	a.In, a.Out = before.In, before.Out
	for _, end := range []io.Closer{out, typing} {
		if closing := end.Close(); closing != nil {
			t.Error(closing)
		}
	}
	if !<-listened {
		t.Fatalf("it never said %q", said)
	}
	return err
}

// recorder is a journal of which each record goes by a function.
type recorder func(rotation.Record) error

// Append takes a record.
func (r recorder) Append(line any) error {
	record, _ := line.(rotation.Record)
	return r(record)
}

// Open does nothing.
func (recorder) Open() error { return nil }

// Records are none: nothing is kept.
func (recorder) Records() ([]rotation.Record, []journal.Damage, error) { return nil, nil, nil }

// Close does nothing.
func (recorder) Close() error { return nil }

// unanswering is an account of which no change is answered, for as long as it is stuck.
type unanswering struct {
	*account.Account
	stuck chan struct{}
}

// Change does nothing but wait.
func (u unanswering) Change(ctx context.Context, permit iamops.Permit) iamops.Outcome {
	<-u.stuck
	return u.Account.Change(ctx, permit)
}

// ending is how a rotation comes to its end: its account and its journal, when it is
// closed, and what happens after that.
type ending struct {
	account runner.Account
	record  recorder
	ripe    func(runner.Snapshot) bool
	after   func()
}

// closing closes what has begun to deactivate a leaked key.
func closing(t *testing.T, app *App, how func(*account.Account) ending) (err error) {
	synctest.Test(t, func(t *testing.T) {
		a, reaching := at(t, faults.New(sandbox.Options{Seed: 1}), account.Endpoint{}, account.Options{})
		if reaching != nil {
			t.Fatal(reaching)
		}
		end := how(a) // in the bubble, as its channels are
		d := desk.New(desk.Options{
			Parts: runner.Parts{Account: end.account, Clock: iamops.WallClock{}}, State: t.TempDir(), Ledger: end.record,
		})
		run, starting := d.Start(runner.Task{User: "Suzie", Plan: rotation.Leaked})
		if starting != nil {
			t.Fatal(starting)
		}
		decide(t, run, rotation.GoOn)
		decide(t, run, rotation.MakeChange)
		for !end.ripe(run.Snapshot()) {
			<-run.Updates()
		}
		err = app.close(d, false, nil)
		end.after()
		synctest.Wait()
	})
	app.explain(err)
	return err
}

// homeless is a keyturn on an empty home, without a terminal, and what it says on stderr.
func homeless(t *testing.T) (*App, *strings.Builder) {
	t.Helper()
	home := awayFromHome(t)
	for _, folder := range []string{"config", "state", "cache"} {
		t.Setenv("XDG_"+strings.ToUpper(folder)+"_HOME", filepath.Join(home, folder))
	}
	nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nothing.Close() }) // nothing was written that counts
	said := &strings.Builder{}
	return &App{In: nothing, Out: nothing, Err: said, Env: os.LookupEnv}, said
}

// begins matches a line that begins as a row of the docs says, in which "…" is any text.
func begins(said string) *regexp.Regexp {
	return regexp.MustCompile("(?m)^" + strings.ReplaceAll(regexp.QuoteMeta(said), "…", ".*"))
}

// TestTheDocsTellHowCommandsEnd: docs/errors.md has each way in which a command can end
// but well; each can be met, says first what stands there, and has its exit code.
func TestTheDocsTellHowCommandsEnd(t *testing.T) {
	told := tableOf(t, "Commands", "What is told, and ends nothing")
	if len(ends) != len(told) {
		t.Errorf("%d ends, %d in the table", len(ends), len(told))
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			row, there := told[name]
			if !there {
				t.Fatal("it is not told of")
			}
			a, said := homeless(t)
			err := end(t, a)
			first, _, _ := strings.Cut(said.String(), "\n")
			if row.said == "nothing" && first != "" || row.said != "nothing" && !begins(row.said).MatchString(first) {
				t.Errorf("it said %q, not %q", said.String(), row.said)
			}
			if got := ExitCode(err); got != row.exit {
				t.Errorf("exit code %d, not %d", got, row.exit)
			}
		})
	}
}

// TestTheDocsTellOfEachNotice: likewise of what is told and ends nothing.
func TestTheDocsTellOfEachNotice(t *testing.T) {
	told := tableOf(t, "What is told, and ends nothing", "Why something can't be done now")
	if len(notices) != len(told) {
		t.Errorf("%d notices, %d in the table", len(notices), len(told))
	}
	for name, notice := range notices {
		t.Run(name, func(t *testing.T) {
			a, _ := homeless(t)
			text := notice(t, a)
			if row, there := told[name]; !there || !begins(row.said).MatchString(text) {
				t.Errorf("told of: %v; it says %q, not %q", there, text, row.said)
			}
		})
	}
}
