package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/account"
)

// wanderer starts keyturn again and again, line by line, at one endpoint with one journal.
type wanderer struct {
	t      *testing.T
	served *endpoint
	env    []string
	client *account.Account // the operator's, past keyturn
}

func wander(t *testing.T) *wanderer {
	t.Helper()
	served := serve()
	t.Cleanup(served.close)
	root := t.TempDir()
	credentials := filepath.Join(root, "operator.ini")
	if err := served.writeCredentials(credentials); err != nil {
		t.Fatal(err)
	}
	op := served.cloud.Operator()
	client, err := account.At(t.Context(), account.Endpoint{URL: served.url, Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)}, account.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &wanderer{t: t, served: served, client: client, env: append(isolated(root), "AWS_SHARED_CREDENTIALS_FILE="+credentials)}
}

// command is keyturn at the endpoint. It is killed after a while: what does not come to a
// question by then does not come to one.
func (w *wanderer) command(args ...string) *exec.Cmd {
	w.t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(w.t.Context()), patience)
	w.t.Cleanup(stop)
	cmd := exec.CommandContext(ctx, program, append(args, "--profile", "prod", "--endpoint-url", w.served.url)...)
	cmd.Env = w.env
	return cmd
}

// say gives answers to a conversation and returns what it printed, on stdout and stderr.
func (w *wanderer) say(args []string, answers ...string) string {
	w.t.Helper()
	cmd := w.command(args...)
	cmd.Stdin = strings.NewReader(strings.Join(answers, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return string(out)
}

// die gives answers to a conversation, kills it as soon as it has printed a text, and returns
// what it printed.
func (w *wanderer) die(at string, args []string, answers ...string) string {
	w.t.Helper()
	cmd := w.command(args...)
	stdin, stdout := w.pipes(cmd)
	defer stdin.Close() //nolint:errcheck // the process is gone by then
	if _, err := io.WriteString(stdin, strings.Join(answers, "\n")+"\n"); err != nil {
		w.t.Fatal(err)
	}
	var said bytes.Buffer
	for buffer := make([]byte, 4096); !regexp.MustCompile(at).Match(said.Bytes()); {
		n, err := stdout.Read(buffer)
		said.Write(buffer[:n])
		if err != nil {
			w.t.Fatalf("it ended before %q: %s", at, said.String())
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it does not end well
	return said.String()
}

func (w *wanderer) pipes(cmd *exec.Cmd) (io.WriteCloser, io.ReadCloser) {
	w.t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return stdin, stdout
}

// keys are the user's keys, the oldest first.
func (w *wanderer) keys(user string) []iamops.AccessKey {
	w.t.Helper()
	keys, err := w.client.Keys(w.t.Context(), user)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(keys) == 2 && keys[1].Created.Before(keys[0].Created) {
		keys[0], keys[1] = keys[1], keys[0]
	}
	return keys
}

// change does something to a key in the console.
func (w *wanderer) change(kind iamops.ChangeKind, user, keyID string) {
	w.t.Helper()
	c := iamops.Change{Kind: kind, Rotation: "console", Account: w.client.Info().ID, User: user, KeyID: keyID}
	if kind == iamops.Delete {
		c.NotBefore, c.SendBefore = time.Now().Add(-time.Second), time.Now().Add(time.Minute)
	}
	permit, err := iamops.RecordFirst(c, func() error { return nil })
	if err != nil {
		w.t.Fatal(err)
	}
	if o := w.client.Change(w.t.Context(), permit); o.Effect != iamops.Done {
		w.t.Fatalf("%s: %+v", kind, o)
	}
}

// statuses are the user's keys and how they are, "on" or "off", the oldest first.
func (w *wanderer) statuses(user string) string {
	w.t.Helper()
	var all []string
	for _, k := range w.keys(user) {
		all = append(all, string(k.Status))
	}
	return strings.Join(all, " ")
}

// off are the answers that switch a leaked key off at once, from Check or from Deactivate.
var off = []string{"go", "deactivate", "yes", "deactivate", "yes", "leave"}

func TestFindingsMachine(t *testing.T) {
	t.Parallel()
	t.Run("S1-1_a_leak_goes_before_a_rotation_that_changed_nothing", func(t *testing.T) {
		t.Parallel()
		served := serve()
		t.Cleanup(served.close)
		term := open(t, served)
		toSuzie(term)
		term.press("\r")
		term.await("● 1 Check")
		term.await("used ") // all is known that Check waits for
		term.take("\r", "● 2 Create")
		term.press("\x1b")
		term.await("/ filter")
		term.press("!")
		term.awaitThat("the plan that switches it off first", func(drawn string) bool {
			return strings.Contains(drawn, "2 Deactivate") && strings.Contains(drawn, "3 Review")
		})
	})

	// A rotation that holds a new key, and the old one leaks: by the full screen's key and by
	// the command. The new key stays, and works.
	t.Run("S1-1_a_leak_in_the_middle_of_a_rotation", func(t *testing.T) {
		t.Parallel()
		w := wander(t)
		w.die("Step 3", []string{"rotate", "Suzie", "--plain"}, "go", "create", "yes")
		out := w.say([]string{"rotate", "Suzie", "--plain", "--leaked", "--key", w.keys("Suzie")[0].ID}, off...)
		if got := w.statuses("Suzie"); got != "Inactive Active" {
			t.Errorf("after the old key leaked: %s\n%s", got, tailOf(out))
		}
	})

	t.Run("S1-2_leaked_never_acts_on_another_key", func(t *testing.T) {
		t.Parallel()
		w := wander(t)
		w.say([]string{"rotate", "invoice-api", "--plain"}, "adopt", "give-up", "yes", "discard", "yes", "leave")
		out := w.say([]string{"rotate", "invoice-api", "--plain", "--leaked", "--key", w.keys("invoice-api")[0].ID},
			off...)
		if got := w.statuses("invoice-api"); got != "Inactive Active" {
			t.Errorf("after the old key leaked: %s\n%s", got, tailOf(out))
		}
	})

	t.Run("S1-2_a_rotation_in_progress_turns_to_its_new_key", func(t *testing.T) {
		t.Parallel()
		w := wander(t)
		w.die("Step 3", []string{"rotate", "Suzie", "--plain"}, "go", "create", "yes")
		args := []string{"rotate", "Suzie", "--plain", "--leaked", "--key", w.keys("Suzie")[1].ID}
		w.say(args, "leave") // and it is there that one comes back to
		out := w.say(args, off...)
		if got := w.statuses("Suzie"); got != "Active Inactive" {
			t.Errorf("after the new key leaked: %s\n%s", got, tailOf(out))
		}
	})

	t.Run("S1-3_a_choice_between_two_keys_is_no_trap", func(t *testing.T) {
		t.Parallel()
		term := atTwoKeys(t)
		term.press("\x1b[C")
		term.take("\r", "● 2 Deactivate") // a key to retire
		term.press("\x1b")
		term.awaitThat("the row", func(drawn string) bool { return regexp.MustCompile("▸ +data-pipeline").MatchString(drawn) })
		term.press("\r")
		term.await("● 1 Check")
	})

	t.Run("S1-4_enter_takes_no_key_out_of_use", func(t *testing.T) {
		t.Parallel()
		term := atTwoKeys(t)
		term.press("\r")
		term.press("L") // all before it is done when it is there
		term.await("iam:ListAccessKeys")
		term.press("\x1b")
		var at string
		term.awaitThat("the guide", func(drawn string) bool {
			at = regexp.MustCompile(`● \d \w+`).FindString(drawn)
			return at != ""
		})
		if at != "● 1 Check" {
			t.Errorf("enter led to %s", at)
		}
	})

	t.Run("small-1.12_a_way_from_Deactivate_back_to_Distribute", func(t *testing.T) {
		t.Parallel()
		w := wander(t)
		w.say([]string{"rotate", "invoice-api", "--plain"}, "adopt", "have", "stored", "yes", "leave")
		out := w.die(`(?s)Step 5 of 8.*\n  leave .*\n> `, []string{"rotate", "invoice-api", "--plain"}, "go")
		_, last, _ := strings.Cut(out, "Step 5 of 8")
		if !regexp.MustCompile(`(?m)^  [a-z-]+ .*Distribute`).MatchString(last) {
			t.Errorf("none of the answers leads back: %s", last)
		}
	})

	t.Run("R2_a_new_key_that_no_list_shows_is_gone", func(t *testing.T) {
		t.Parallel()
		w := wander(t)
		w.die("Step 3", []string{"rotate", "Suzie", "--plain"}, "go", "create", "yes")
		gone := w.keys("Suzie")[1].ID
		w.change(iamops.Deactivate, "Suzie", gone)
		w.change(iamops.Delete, "Suzie", gone)
		w.served.cloud.Advance(10 * time.Minute)
		out := w.say([]string{"rotate", "Suzie", "--plain"}, "start-over", "leave")
		if regexp.MustCompile(gone + `, Active`).MatchString(out) {
			t.Errorf("a key that no list shows is said to be Active")
		}
		if !strings.Contains(out, "Step 1 of 8") { // where a rotation starts
			t.Errorf("no way to start over: %s", out)
		}
	})

	t.Run("S2-13_a_lost_secrets_key_is_discarded_shortly", func(t *testing.T) {
		t.Parallel()
		w := wander(t)
		w.die("Step 3", []string{"rotate", "Suzie", "--plain"}, "go", "create", "yes")
		out := w.say([]string{"rotate", "Suzie", "--plain"}, "give-up", "yes", "discard", "yes", "deactivate", "yes", "leave")
		if got := w.statuses("Suzie"); got != "Active Inactive" {
			t.Errorf("keys %s: nobody can have the secret, and yet\n%s", got, tailOf(out))
		}
	})

	t.Run("small-1.6_a_bad_target_is_an_error_at_start", func(t *testing.T) {
		t.Parallel()
		for _, args := range [][]string{{"rotate", "Suzie", "--plain"}, {"retire", "Suzie", "--plain"}, {"policy", "--targets"}} {
			w := wander(t)
			for _, v := range w.env {
				if folder, ok := strings.CutPrefix(v, "XDG_CONFIG_HOME="); ok {
					writeBadTarget(t, folder)
				}
			}
			cmd := w.command(args...)
			cmd.Stdin = strings.NewReader("leave\n")
			out, _ := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "config.toml:7") {
				t.Errorf("%v: exit code %d, %s", args, cmd.ProcessState.ExitCode(), tailOf(string(out)))
			}
		}
	})
}

// writeBadTarget writes a config file whose second target is none, in line 7.
func writeBadTarget(t *testing.T, folder string) {
	t.Helper()
	text := "[[target]]\nuser = \"Suzie\"\nspec = \"file:csv:/tmp/a.csv\"\n\n[[target]]\nuser = \"Suzie\"\nspec = \"vault:foo\"\n"
	path := filepath.Join(folder, "keyturn", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// toSuzie moves to Suzie's row of the list.
func toSuzie(term *terminal) { toRow(term, "Suzie", "AKIAI44QH8DHBEXAMPLE") }

// toRow leaves one user in the list, once the live values are there.
func toRow(term *terminal, user, keyID string) {
	term.t.Helper()
	term.await("▸")
	term.press("/" + user)
	term.awaitThat("the filter", func(drawn string) bool {
		return strings.Contains(drawn, keyID) && !strings.Contains(drawn, "billing-cron")
	})
	term.press("\r")
	term.awaitThat("the row", func(drawn string) bool { return regexp.MustCompile("▸ +" + user).MatchString(drawn) })
}

// atTwoKeys is the guide of a user with two live keys.
func atTwoKeys(t *testing.T) *terminal {
	t.Helper()
	served := serve()
	t.Cleanup(served.close)
	term := open(t, served, "rotate", "data-pipeline")
	term.awaitThat("both keys and their uses", func(drawn string) bool {
		return strings.Contains(drawn, "● 1 Check") && strings.Count(ansi.Strip(drawn), "used ") > 1
	})
	return term
}

// tailOf is the end of a long text.
func tailOf(text string) string { return text[max(0, len(text)-2000):] }
