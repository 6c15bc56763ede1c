//go:build stories

package cli_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// canary watches a terminal with keyturn in it: every byte that is written to the terminal,
// and the argument lists and environments of every process that there is.
type canary struct {
	*tmux
	bytes string // the file with the terminal's bytes

	mu   sync.Mutex
	seen map[string]bool // argument lists and environments
}

func watch(x *tmux) *canary {
	x.t.Helper()
	c := &canary{tmux: x, bytes: filepath.Join(x.t.TempDir(), "bytes"), seen: map[string]bool{}}
	x.run("pipe-pane", "-o", "cat >> "+c.bytes)
	ctx, stop := context.WithCancel(context.WithoutCancel(x.t.Context()))
	var sampling sync.WaitGroup
	sampling.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				c.sample()
			}
		}
	})
	x.t.Cleanup(func() {
		stop()
		sampling.Wait()
	})
	return c
}

// sample takes up what processes were started with.
func (c *canary) sample() {
	for _, what := range []string{"cmdline", "environ"} {
		files, _ := filepath.Glob("/proc/[0-9]*/" + what) // the pattern is good
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil || len(text) == 0 {
				continue // it has ended, or is somebody else's
			}
			c.mu.Lock()
			c.seen[string(text)] = true
			c.mu.Unlock()
		}
	}
}

// written are the terminal's bytes so far, once no more come.
func (c *canary) written() []byte {
	c.t.Helper()
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	before := -1
	for range 100 {
		text, err := os.ReadFile(c.bytes)
		if err != nil {
			c.t.Fatal(err)
		}
		if len(text) == before {
			return text
		}
		before = len(text)
		<-tick.C
	}
	c.t.Fatal("the terminal does not come to rest")
	return nil
}

// learn has the secret shown and hidden again, and returns it with the part of the
// terminal's bytes in which it may be.
func (c *canary) learn() (secret string, from, to int) {
	c.t.Helper()
	from = len(c.written())
	c.press("v")
	secret = secretOnScreen.FindStringSubmatch(c.awaitThat("the secret", secretOnScreen.MatchString))[1]
	c.press("v")
	c.awaitThat("the secret hidden again", func(s string) bool { return !secretOnScreen.MatchString(s) })
	return secret, from, len(c.written())
}

// forms are the secret as it could be written, and pieces of it.
func forms(secret string) []string {
	all := []string{secret, hex.EncodeToString([]byte(secret)), strings.ReplaceAll(secret, "/", `\/`), url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))}
	for i := 0; i+12 <= len(secret); i += 4 {
		all = append(all, secret[i:i+12])
	}
	return all
}

// holds reports in which form a text holds the secret, "" if in none. What a terminal
// breaks into lines is joined.
func holds(text []byte, secret string) string {
	joined := strings.Join(strings.Fields(ansi.Strip(string(text))), "")
	for _, form := range forms(secret) {
		if bytes.Contains(text, []byte(form)) || strings.Contains(joined, form) {
			return form
		}
	}
	return ""
}

// files are the files below the story's root that hold the secret.
func (c *canary) files(secret string) []string {
	c.t.Helper()
	root, err := os.OpenRoot(c.root)
	if err != nil {
		c.t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // nothing was written
	var holding []string
	searched := 0
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		searched++
		text, err := root.ReadFile(path)
		if holds(text, secret) != "" {
			holding = append(holding, path)
		}
		return err
	})
	if err != nil || searched == 0 {
		c.t.Errorf("%d files were searched: %v", searched, err)
	}
	return holding
}

// nowhereElse checks that the terminal had the secret between from and to alone, that the
// files that hold it are those that match the pattern, and that no process was started
// with it.
func (c *canary) nowhereElse(when, secret string, from, to int, sentTo string) {
	c.t.Helper()
	text := c.written()
	if from < to && !bytes.Contains(text[from:to], []byte(secret)) {
		c.t.Errorf("%s: the terminal's bytes are not all: the secret was shown", when)
	}
	for name, part := range map[string][]byte{"before": text[:from], "after": text[to:]} {
		if form := holds(part, secret); form != "" {
			c.t.Errorf("%s: %s it was shown, the terminal was sent %d characters of the secret", when, name, len(form))
		}
	}
	want := regexp.MustCompile("^(" + sentTo + ")$")
	for _, path := range c.files(secret) {
		if !want.MatchString(path) {
			c.t.Errorf("%s: the secret is in %s", when, path)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) < 4 {
		c.t.Errorf("%s: only %d argument lists and environments were seen", when, len(c.seen))
	}
	for text := range c.seen {
		if holds([]byte(text), secret) != "" {
			c.t.Errorf("%s: the secret is in an argument list or an environment", when)
		}
	}
}

// A whole rotation through each target: the secret is where it was sent, and on the
// terminal while it was shown, and nowhere else.
func TestTheSecretIsWhereItWasSent(t *testing.T) {
	for _, story := range []struct {
		name, user string
		flags, env []string
		target     string // to add; ROOT is the story's folder; "": none is added
		delivers   string // the name of the target that is delivered to; "" if none is
		at         string // the pattern of the files that then hold it
		clipboard  bool
	}{
		{name: "screen", user: "Suzie"},
		{name: "profile", user: "web-frontend", delivers: "web-frontend", at: `tmp/keyturn-sandbox-\d+/\.aws/credentials`},
		{name: "Secrets Manager", user: "ci-deploy", delivers: "secretsmanager ci/deploy"},
		{name: "SSM, with TEA_TRACE and TEA_DEBUG", user: "monitoring", delivers: "ssm /monitoring/aws", env: []string{"TEA_TRACE=ROOT/home/trace.log", "TEA_DEBUG=1"}},
		{name: "file, with --debug", user: "Suzie", flags: []string{"--debug"}, target: "file:csv:ROOT/home/new.csv", delivers: "file ", at: "home/new.csv"},
		{name: "command", user: "Suzie", target: "command:json:ROOT/home/store", delivers: "command ", at: "home/stored.json"},
		{name: "clipboard", user: "Suzie", clipboard: true},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			x := inTmuxBy(t, build(t), story.env, append([]string{"sandbox", "rotate", story.user}, story.flags...)...)
			c := watch(x)
			script := fmt.Sprintf("#!/bin/sh\ncat > %s/home/stored.json\necho stored\n", x.root)
			if err := os.WriteFile(filepath.Join(x.root, "home", "store"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
				t.Fatal(err)
			}
			old := keyInLine.FindString(line(x.await("Check before anything changes", "Go on to create the new key", "OLD AKIA"), "OLD AKIA"))
			x.press("n")
			x.await("▸  Create the new key")
			x.press("n")
			x.await("Create the new key?")
			x.press("Right", "Enter")
			x.await("Put the new secret away", "Tried: it answered 5 times in a row")
			secret, from, to := c.learn()
			if story.target != "" {
				x.press("a")
				x.await("Add a target for the secret")
				x.press(strings.ReplaceAll(story.target, "ROOT", x.root), "Enter")
			}
			if story.delivers != "" {
				x.await(story.delivers, "▸  Deliver the secret")
				x.press("Enter")
				x.await("Deliver the secret?")
				x.press("Right", "Enter")
				x.await(": delivered")
			}
			if story.clipboard {
				from = min(from, len(c.written()))
				x.press("c")
				x.await("sent to the clipboard")
				to = len(c.written())
			}
			c.nowhereElse("once it was delivered", secret, from, to, story.at)
			if got := len(c.files(secret)) > 0; got != (story.at != "") {
				t.Errorf("files hold the secret: %v", c.files(secret))
			}
			x.press("n")
			x.await("Is the secret stored?")
			x.press("Right", "Enter")
			x.await("Hand the new key to every application")
			toTheEnd(x, old)
			x.press("q")
			x.await("it ended with 0")
			kept := story.at
			if strings.HasPrefix(kept, "tmp/") {
				kept = "" // the sandbox is gone, and its folder with it
			}
			c.nowhereElse("at the end", secret, from, to, kept)
			if form := holds([]byte(x.scrollback()), secret); form != "" {
				t.Errorf("the scrollback holds %d characters of the secret", len(form))
			}
			if _, err := os.Stat(filepath.Join(x.root, "home", "trace.log")); err == nil {
				t.Error("there is a trace of the terminal")
			}
			if logs, _ := filepath.Glob(filepath.Join(x.root, "state", "keyturn", "debug-*.log")); (len(logs) == 1) != (len(story.flags) > 0) {
				t.Errorf("debug logs: %v", logs)
			}
		})
	}
}

// toTheEnd goes from Distribute to the end, by whatever the guards ask for.
func toTheEnd(x *tmux, old string) {
	x.t.Helper()
	day(x)
	x.press("n")
	x.await("Deactivate the old key", "What is known")
	x.press("n")
	if asked := x.awaitThat("a question", func(s string) bool {
		return strings.Contains(s, "Why do it all the same?") || strings.Contains(s, "Deactivate the old key?")
	}); strings.Contains(asked, "Why do it all the same?") {
		x.press("a story", "Enter")
		x.await("Deactivate the old key?")
	}
	x.press("Right", "Enter")
	x.await("Watch what breaks", "Inactive since")
	for range 8 {
		day(x)
	}
	x.await("over since")
	x.awaitThat("the step of deletion", func(s string) bool { // users that CloudTrail tells of late are asked about
		switch {
		case strings.Contains(s, "Delete the old key for good"):
			return true
		case strings.Contains(s, "Why do it all the same?"):
			x.press("a story", "Enter")
		case strings.Contains(s, "Cancel"):
			x.press("Right", "Enter")
		default:
			x.press("n")
		}
		return false
	})
	x.awaitThat("the question", func(s string) bool {
		if !strings.Contains(s, "To confirm, type the last 4 characters") {
			x.press("n")
			return false
		}
		return true
	})
	x.press(old[len(old)-4:], "Enter")
	x.await("Back to the list", "is gone")
}

// keyturn is ended by a defect of its own, or killed outright, while it holds a secret:
// what it leaves behind does not tell it.
func TestADefectDoesNotTellTheSecret(t *testing.T) {
	brittle, err := exec.LookPath("keyturn-brittle")
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(*tmux){
		"a panic": func(x *tmux) { x.press("C-g") },
		"killed":  func(x *tmux) { x.signal(9) },
		"aborted": func(x *tmux) { x.signal(6) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := inTmuxBy(t, brittle, []string{"GOTRACEBACK=all"}, "sandbox", "rotate", "Suzie", "--debug")
			c := watch(x)
			x.await("Check before anything changes", "Go on to create the new key")
			x.press("n")
			x.await("▸  Create the new key")
			x.press("n")
			x.await("Create the new key?")
			x.press("Right", "Enter")
			x.await("Put the new secret away", "Tried: it answered 5 times in a row")
			secret, from, to := c.learn()
			end(x)
			x.await("it ended with")
			c.nowhereElse("after "+name, secret, from, to, "")
			if name == "a panic" {
				said, err := os.ReadFile(x.stderr)
				if err != nil || !strings.Contains(string(said), "was not put away, and is lost") || strings.Contains(string(said), "canary") {
					t.Errorf("on stderr: %s, %v", said, err)
				}
			}
		})
	}
}
