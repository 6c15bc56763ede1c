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

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
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
		cloud := sandbox.New(sandbox.Options{Seed: 1})
		cloud.Inject(sandbox.Fault{Action: "iam:GetAccessKeyLastUsed", Break: sandbox.Deny})
		return a.Run([]string{"find", "AKIAI44QH8DHBEXAMPLE", "--endpoint-url", served(t, cloud, cloud)})
	},
	"found": func(_ *testing.T, a *App) error { return a.Run([]string{"sandbox", "audit", "--fail-on", "expired"}) },
	"attention": func(t *testing.T, a *App) error {
		cloud := sandbox.New(sandbox.Options{Seed: 1})
		url := served(t, cloud, cloud)
		if err := interrupted(t, a, "is in memory, and nowhere else", "go\nchange\nyes\n", "rotate", "Suzie", "--plain", "--endpoint-url", url); ExitCode(err) != exitAttention {
			t.Fatalf("the rotation ended with %v", err)
		}
		said, ok := a.Err.(*strings.Builder)
		if !ok {
			t.Fatal("stderr can't be emptied")
		}
		said.Reset()
		return a.Run([]string{"status", "--endpoint-url", url})
	},
	"secret-lost": func(t *testing.T, a *App) error {
		return interrupted(t, a, "is in memory, and nowhere else", "go\nchange\nyes\n", "sandbox", "rotate", "Suzie", "--plain")
	},
	"change-unclear": func(t *testing.T, a *App) error {
		cloud := sandbox.New(sandbox.Options{Seed: 1})
		url := served(t, cloud, &vanishing{cloud: cloud, at: "CreateAccessKey"})
		return interrupted(t, a, "was lost", "go\nchange\nyes\n", "rotate", "Suzie", "--plain", "--endpoint-url", url)
	},
	"change-open": func(t *testing.T, a *App) error {
		return closing(t, a, func(real *account.Account) ending {
			stuck := make(chan struct{})
			return ending{
				account: unanswering{real, stuck},
				record:  func(journal.Record) error { return nil },
				ripe:    func(s runner.Snapshot) bool { return s.State.Phase == rotation.Changing },
				after:   func() { close(stuck) },
			}
		})
	},
	"unrecorded": func(t *testing.T, a *App) error {
		return closing(t, a, func(real *account.Account) ending {
			return ending{
				account: real,
				record: func(r journal.Record) error {
					if r.Kind == journal.Outcome {
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
		cloud := sandbox.New(sandbox.Options{Seed: 1})
		return a.Run([]string{"status", "--endpoint-url", served(t, cloud, cloud)})
	},
	"not-possible": func(_ *testing.T, a *App) error {
		return a.Run([]string{"sandbox", "rotate", "nobody", "--plain"})
	},
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
func served(t *testing.T, cloud *sandbox.Account, by http.Handler) string {
	t.Helper()
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
	cloud *sandbox.Account
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
	v.cloud.Inject(sandbox.Fault{Break: sandbox.ConnectionReset})
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
type recorder func(journal.Record) error

// Append takes a record.
func (r recorder) Append(record journal.Record) error { return r(record) }

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
		a, reaching := at(t, sandbox.New(sandbox.Options{Seed: 1}), account.Endpoint{}, account.Options{})
		if reaching != nil {
			t.Fatal(reaching)
		}
		end := how(a) // in the bubble, as its channels are
		run := runner.Start(runner.Parts{Account: end.account, Journal: end.record, Clock: iamops.WallClock{}}, runner.Task{ID: "rot1", User: "Suzie", Plan: rotation.Leaked})
		decide(t, run, rotation.GoOn)
		decide(t, run, rotation.MakeChange)
		for !end.ripe(run.Snapshot()) {
			<-run.Updates()
		}
		app.rotations.runners = map[string]*held{"Suzie": {run, nil}}
		err = app.rotations.close(nil)
		end.after()
		synctest.Wait()
	})
	app.explain(err)
	return err
}

// TestTheDocsTellHowCommandsEnd: docs/errors.md has each way in which a command can end
// but well; each can be met, says what stands there ("…" is any text), and has its exit code.
func TestTheDocsTellHowCommandsEnd(t *testing.T) {
	told := tableOf(t, "Commands", "Why something can't be done now")
	if len(ends) != len(told) {
		t.Errorf("%d ends, %d in the table", len(ends), len(told))
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			row, there := told[name]
			if !there {
				t.Fatal("it is not told of")
			}
			home := awayFromHome(t)
			for _, folder := range []string{"config", "state", "cache"} {
				t.Setenv("XDG_"+strings.ToUpper(folder)+"_HOME", filepath.Join(home, folder))
			}
			nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer nothing.Close() //nolint:errcheck // nothing was written that counts
			var said strings.Builder
			a := &App{In: nothing, Out: nothing, Err: &said, Env: os.LookupEnv, rotations: &rotations{}}
			err = end(t, a)
			pattern := "^$"
			if row.said != "nothing" {
				pattern = "^" + strings.ReplaceAll(regexp.QuoteMeta(row.said), "…", ".*")
			}
			if !regexp.MustCompile(pattern).MatchString(said.String()) {
				t.Errorf("it said %q, not %q", said.String(), row.said)
			}
			if got := ExitCode(err); got != row.exit {
				t.Errorf("exit code %d, not %d", got, row.exit)
			}
		})
	}
}
