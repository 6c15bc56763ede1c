//go:build stories

package cli_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tmux is a real terminal of 120 × 40 cells with keyturn in it, started from a shell,
// so that something is left to look at after keyturn has ended.
type tmux struct {
	t              *testing.T
	program, root  string
	socket, stderr string
	env            []string
}

// inTmux starts keyturn in a terminal. Everything that it may write is under root.
func inTmux(t *testing.T, env []string, args ...string) *tmux {
	t.Helper()
	return inTmuxBy(t, build(t), env, args...)
}

// inTmuxBy is inTmux for a keyturn that was built before. ROOT in its environment is its
// root.
func inTmuxBy(t *testing.T, keyturn string, env []string, args ...string) *tmux {
	t.Helper()
	program, err := exec.LookPath("tmux")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	term := &tmux{t: t, program: program, root: root, socket: filepath.Join(root, "socket"), stderr: filepath.Join(root, "stderr")}
	term.env = append(isolated(root), append(env, "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=/usr/bin:/bin")...)
	// The shell waits for a line afterwards: the terminal stays.
	script := `"$0" "$@" 2>"$STDERR"; echo "it ended with $?"; read -r line`
	command := append([]string{"-f", "/dev/null", "new-session", "-d", "-c", root, "-x", "120", "-y", "40", "sh", "-c", script, keyturn}, args...)
	term.env = append(term.env, "STDERR="+term.stderr)
	for i, pair := range term.env {
		term.env[i] = strings.ReplaceAll(pair, "ROOT", root)
	}
	t.Cleanup(func() {
		// The test's context has ended by now; a session that is gone already is no failure.
		_ = term.command(context.WithoutCancel(t.Context()), "kill-server").Run()
	})
	term.run(command...)
	return term
}

func (x *tmux) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, x.program, append([]string{"-S", x.socket, "-u"}, args...)...)
	cmd.Env = x.env
	return cmd
}

func (x *tmux) run(args ...string) string {
	x.t.Helper()
	out, err := x.command(x.t.Context(), args...).CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %s: %v: %s", args[0], err, out)
	}
	return string(out)
}

// screen is what is to be seen.
func (x *tmux) screen() string { return x.run("capture-pane", "-p") }

// scrollback is everything that the terminal kept, with what is to be seen.
func (x *tmux) scrollback() string { return x.run("capture-pane", "-p", "-J", "-S", "-") }

// press types keys by tmux's names, such as Enter, Right, or a text.
func (x *tmux) press(keys ...string) {
	x.t.Helper()
	for _, k := range keys {
		x.run("send-keys", k)
	}
}

// terminate sends keyturn a SIGTERM.
func (x *tmux) terminate() {
	x.t.Helper()
	x.signal(syscall.SIGTERM)
}

// signal sends keyturn, which is the shell's only child, a signal.
func (x *tmux) signal(s syscall.Signal) {
	x.t.Helper()
	shell := strings.TrimSpace(x.run("display-message", "-p", "#{pane_pid}"))
	children, err := os.ReadFile(filepath.Join("/proc", shell, "task", shell, "children"))
	if err != nil {
		x.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		x.t.Fatal(err)
	}
	if err := syscall.Kill(pid, s); err != nil {
		x.t.Fatal(err)
	}
}

// await polls the screen until it shows all texts, and returns it.
func (x *tmux) await(texts ...string) string {
	x.t.Helper()
	return x.awaitThat(strings.Join(texts, ", "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				return false
			}
		}
		return true
	})
}

// awaitThat polls the screen until a condition holds, and no decision is on its way:
// until that has arrived, keyturn takes no other.
func (x *tmux) awaitThat(what string, holds func(screen string) bool) string {
	x.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(time.Minute)
	defer end.Stop()
	for {
		screen := x.screen()
		if !strings.Contains(screen, "Deciding") && holds(screen) {
			return screen
		}
		select {
		case <-tick.C:
		case <-end.C:
			said, _ := os.ReadFile(x.stderr) // it may not be there
			x.t.Fatalf("waited in vain for %s; on stderr: %s; on the screen:\n%s", what, said, screen)
		}
	}
}

// line is the line of the screen that has a text in it, "" if none has.
func line(screen, text string) string {
	for l := range strings.Lines(screen) {
		if strings.Contains(l, text) {
			return strings.TrimRight(l, "\n")
		}
	}
	return ""
}
