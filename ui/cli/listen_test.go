package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// child is a keyturn of its own process, without a terminal.
func child(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	cmd.Env = env
	t.Cleanup(func() {
		if cmd.Process != nil {
			_ = cmd.Process.Kill() // it has ended, unless the test failed
		}
	})
	return cmd
}

// The settings that are printed first are all that an AWS client needs, and keyturn
// itself is one. No region is set.
func TestListen(t *testing.T) {
	t.Parallel()
	env := isolated(t.TempDir())
	server := child(t, env, "sandbox", "--listen", "127.0.0.1:0")
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	var settings []string
	lines := bufio.NewScanner(stdout)
	for len(settings) < 5 && lines.Scan() {
		if setting, ok := strings.CutPrefix(lines.Text(), "export "); ok {
			settings = append(settings, setting)
		} else if lines.Text() != "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN" {
			t.Errorf("this is nothing for a shell: %s", lines.Text())
		}
	}
	var clients []string
	for _, s := range settings {
		if !strings.Contains(s, "REGION") {
			clients = append(clients, s)
		}
	}
	if len(clients) != 3 {
		t.Fatalf("the settings are %d, %d of them without a region", len(settings), len(clients))
	}
	client := child(t, append(env, clients...), "rotate", "Suzie", "--plain")
	client.Stdin = strings.NewReader("leave\n")
	answer, err := client.CombinedOutput()
	if err != nil || !strings.Contains(string(answer), "AKIAI44QH8DHBEXAMPLE, Active, 97 d old") {
		t.Errorf("%v: %s", err, answer)
	}
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(stdout); err != nil || len(rest) > 0 {
		t.Errorf("after the settings: %q, %v", rest, err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("interrupted, it ended with %v", err)
	}
}

// An interrupt during a question ends the conversation, and the rotation stays.
func TestAnInterruptOfAConversation(t *testing.T) {
	t.Parallel()
	cmd := child(t, isolated(t.TempDir()), "sandbox", "rotate", "Suzie", "--plain")
	answers, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.Contains(lines.Text(), "Answer with a word") {
		continue
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stdout); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 130 || said.String() != "keyturn: interrupted\n" {
		t.Errorf("it ended with %v and said %q", err, said.String())
	}
	_ = answers.Close() // kept open until now, so that it was no end of input
}
