package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"keyturn/iamops/clean"
)

// command is a program that reads the credential from its standard input. It has
// keyturn's own environment, and no shell before it.
type command struct {
	format  format
	argv    []string
	timeout time.Duration
}

// Name shows the first words, on one short line: "command vault kv put …".
func (c *command) Name() string {
	const words, letters = 3, 60
	name := "command " + strings.Join(c.argv[:min(words, len(c.argv))], " ")
	name = strings.Join(strings.Fields(clean.Text(name)), " ")
	if short := []rune(name); len(short) > letters {
		name = string(short[:letters])
	} else if len(c.argv) <= words {
		return name
	}
	return name + " …"
}

func (c *command) Spec() string {
	var argv bytes.Buffer
	to := json.NewEncoder(&argv)
	to.SetEscapeHTML(false)
	if err := to.Encode(c.argv); err != nil {
		panic(fmt.Sprintf("a list of words is no JSON: %v", err)) // it always is
	}
	return "command:" + c.format.String() + ":" + strings.TrimSpace(argv.String())
}

func (c *command) Warnings() []string { return nil }

// Deliver runs the program. It is done when the program says so, by exit code 0.
// Any other end leaves open whether the program has taken the secret.
func (c *command) Deliver(ctx context.Context, credential Credential) error {
	if err := credential.check(); err != nil {
		return about(c.Name(), &Failure{Kind: BadCredential, Err: err})
	}
	input, err := c.format.render(credential)
	if err != nil {
		return about(c.Name(), err)
	}
	running, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	cmd := exec.CommandContext(running, c.argv[0], c.argv[1:]...) //nolint:gosec // the operator names the program
	cmd.Stdin = bytes.NewReader(input)
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	inOwnGroup(cmd)
	// What the program leaves running in the background may keep its output open.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return about(c.Name(), startFailure(ctx, err))
	}
	err = cmd.Wait()
	if cmd.ProcessState != nil && cmd.ProcessState.Success() {
		return nil
	}
	f := &Failure{Kind: CommandFailed, MayHold: true, ExitCode: -1, Err: err, Output: out.shown(c.format.texts(credential))}
	if cmd.ProcessState != nil {
		f.ExitCode = cmd.ProcessState.ExitCode()
	}
	switch {
	case ctx.Err() != nil:
		f.Kind, f.Err = Canceled, fmt.Errorf("stopped: %w", ctx.Err())
	case running.Err() != nil:
		f.Kind, f.Err = TimedOut, fmt.Errorf("stopped after %s: %w", c.timeout, running.Err())
	}
	return about(c.Name(), f)
}

// startFailure sorts why a program did not start.
func startFailure(ctx context.Context, err error) *Failure {
	kind := Unexpected
	switch {
	case ctx.Err() != nil:
		kind = Canceled
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot), errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		kind = CommandMissing
	}
	return &Failure{Kind: kind, Err: fmt.Errorf("starting the command: %w", err)}
}

// PutBack can't be done: only who wrote the command knows what undoes it.
func (c *command) PutBack(context.Context, Credential) error {
	return putBackFailed(c.Name(), &Failure{Kind: CannotPutBack, Err: ErrCannotPutBack})
}

// Settle has nothing to do.
func (c *command) Settle(context.Context, Credential) error { return nil }
