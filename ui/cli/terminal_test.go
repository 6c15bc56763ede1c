package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// patience is how long a test waits for what has to come. It is no measure: a test
// that gets what it waits for goes on at once.
const patience = time.Minute

// terminal is a keyturn of its own process in a terminal of 120 × 40 cells, in which
// all is recorded that it draws.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	pty  *os.File
	root string // the folder of everything that it may write
	said bytes.Buffer

	patience time.Duration

	mu    sync.Mutex
	drawn []byte
	rows  uint16
	ended chan error
}

// open starts keyturn in a terminal, with the endpoint's profile.
func open(t *testing.T, served *endpoint, args ...string) *terminal {
	t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	return openProgram(t, program, served, args...)
}

// openProgram starts a keyturn that was built for it, as open does.
func openProgram(t *testing.T, program string, served *endpoint, args ...string) *terminal {
	t.Helper()
	root := t.TempDir()
	credentials := filepath.Join(root, "operator.ini")
	if err := served.writeCredentials(credentials); err != nil {
		t.Fatal(err)
	}
	return openIn(t, program, root, []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials}, append(args, "--profile", "prod", "--endpoint-url", served.url)...)
}

// openIn starts a keyturn with all that it may write under root.
func openIn(t *testing.T, program, root string, env []string, args ...string) *terminal {
	t.Helper()
	var err error
	term := &terminal{t: t, root: root, patience: patience, rows: 40, ended: make(chan error, 1)}
	term.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	term.cmd.Env = append(append(isolated(root), "TERM=xterm-256color"), env...)
	term.cmd.Stderr = &term.said
	term.pty, err = pty.StartWithSize(term.cmd, &pty.Winsize{Rows: term.rows, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(term, term.pty) // ends with an error when the terminal is closed
	}()
	go func() {
		err := term.cmd.Wait()
		<-read
		term.ended <- err
	}()
	t.Cleanup(func() {
		_ = term.cmd.Process.Kill() // it has ended, unless the test failed
		_ = term.pty.Close()
	})
	return term
}

// Write records what is drawn.
func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drawn = append(t.drawn, b...)
	return len(b), nil
}

// output is all that was drawn.
func (t *terminal) output() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.drawn)
}

// press types keys.
func (t *terminal) press(keys string) {
	t.t.Helper()
	if _, err := t.pty.WriteString(keys); err != nil {
		t.t.Fatal(err)
	}
}

// await waits until the screen shows a text. keyturn draws only the cells that
// change: to be shown the whole screen, the window is resized by a line.
func (t *terminal) await(text string) {
	t.t.Helper()
	t.awaitThat(text, func(drawn string) bool { return strings.Contains(drawn, text) })
}

// awaitThat waits until what the screen shows is as it should be.
func (t *terminal) awaitThat(what string, is func(drawn string) bool) {
	t.t.Helper()
	if !t.sees(is, t.patience) {
		t.fail("waited for " + what)
	}
}

// take presses keys until they bring a text: a decision is not taken while what it was
// shown with changes.
func (t *terminal) take(keys, brings string) {
	t.t.Helper()
	t.until("waited for "+brings, func() bool {
		t.press(keys)
		return t.sees(func(drawn string) bool { return strings.Contains(drawn, brings) }, patience/12)
	})
}

// sees reports whether the screen shows what it should in time.
func (t *terminal) sees(is func(drawn string) bool, within time.Duration) bool {
	t.t.Helper()
	return t.poll(func() bool {
		t.mu.Lock()
		from := len(t.drawn)
		t.mu.Unlock()
		t.rows ^= 1
		if err := pty.Setsize(t.pty, &pty.Winsize{Rows: t.rows, Cols: 120}); err != nil {
			t.t.Fatal(err)
		}
		read := -1
		return t.poll(func() bool {
			drawn := t.output()[from:]
			if len(drawn) == read { // nothing new
				return false
			}
			read = len(drawn)
			return is(ansi.Strip(drawn))
		}, 300*time.Millisecond)
	}, within)
}

// until polls a condition until it is true, or patience ends.
func (t *terminal) until(what string, condition func() bool) {
	t.t.Helper()
	if !t.poll(condition, t.patience) {
		t.fail(what)
	}
}

func (t *terminal) fail(what string) {
	t.t.Helper()
	t.t.Fatalf("%s in vain; on stderr: %s; the end of what was drawn:\n%s", what, t.stderr(), tail(ansi.Strip(t.output())))
}

// poll reports whether a condition became true in time.
func (t *terminal) poll(condition func() bool, within time.Duration) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(within)
	defer end.Stop()
	for {
		if condition() {
			return true
		}
		select {
		case <-tick.C:
		case <-end.C:
			return false
		}
	}
}

// signal sends the process a signal.
func (t *terminal) signal(s os.Signal) {
	t.t.Helper()
	if err := t.cmd.Process.Signal(s); err != nil {
		t.t.Fatal(err)
	}
}

// exit waits for the end of the process, and returns its exit code; -1 if a signal
// killed it.
func (t *terminal) exit() int {
	t.t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-t.ended:
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			return exit.ExitCode()
		} else if err != nil {
			t.t.Fatal(err)
		}
		return 0
	case <-timer.C:
		t.t.Fatalf("it did not end; the end of what was drawn:\n%s", tail(ansi.Strip(t.output())))
		return 0
	}
}

// stderr is what it said on stderr, once it has ended.
func (t *terminal) stderr() string {
	if t.cmd.ProcessState == nil {
		return "(it runs)"
	}
	return t.said.String()
}

func tail(text string) string { return text[max(0, len(text)-4000):] }
