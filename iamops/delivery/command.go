package delivery

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// command is a program that reads the credential from its standard input. It has
// keyturn's own environment, and no shell before it.
type command struct {
	format  format
	argv    []string
	timeout time.Duration
}

func init() {
	register(kind{
		scheme:  "command",
		rank:    3,
		example: "command:json:vault kv put secret/billing -",
		parse:   parseCommand,
	})
}

// parseCommand reads FORMAT:WORDS.
func parseCommand(text string, env Env) (Target, error) {
	name, words, _ := strings.Cut(text, ":")
	format, err := parseFormat(name, jsonFormat, dotenvFormat, secretFormat)
	if err != nil {
		return nil, err
	}
	argv, err := parseWords(words)
	return &command{format: format, argv: argv, timeout: cmp.Or(env.CommandTimeout, 30*time.Second)}, err
}

// parseWords reads a JSON list, or words between spaces in which nothing asks
// for a shell.
func parseWords(text string) ([]string, error) {
	var argv []string
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &argv); err != nil {
			return nil, fmt.Errorf("the command is no JSON list of words: %w", err)
		}
	} else {
		if strings.ContainsAny(text, "\"'`\\$|&;<>*?()\n") {
			return nil, errors.New("no shell reads the command: write it as a list, " +
				`as in ["vault","kv","put","secret/billing","-"]`)
		}
		argv = strings.Fields(text)
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil, errors.New("the command is missing")
	}
	return argv, nil
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

func (c *command) Folder() string { return "" }

// Deliver runs the program. It is done when the program says so, by exit code 0.
// Any other end leaves open whether the program has taken the secret.
func (c *command) Deliver(ctx context.Context, credential Credential) error {
	input, err := c.format.render(credential)
	if err != nil {
		return err
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
		return startFailure(ctx, err)
	}
	err = cmd.Wait()
	if cmd.ProcessState != nil && cmd.ProcessState.Success() {
		return nil
	}
	f := &Failure{
		Kind:     CommandFailed,
		MayHold:  true,
		ExitCode: -1,
		Err:      err,
		Output:   out.shown(c.format.texts(credential)),
	}
	if cmd.ProcessState != nil {
		f.ExitCode = cmd.ProcessState.ExitCode()
	}
	switch {
	case ctx.Err() != nil:
		f.Kind, f.Err = iamops.Canceled, fmt.Errorf("stopped: %w", ctx.Err())
	case running.Err() != nil:
		f.Kind, f.Err = iamops.TimedOut, fmt.Errorf("stopped after %s: %w", c.timeout, running.Err())
	}
	return f
}

// startFailure sorts why a program did not start.
func startFailure(ctx context.Context, err error) *Failure {
	kind := iamops.Unexpected
	switch {
	case ctx.Err() != nil:
		kind = iamops.Canceled
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot),
		errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		kind = CommandMissing
	}
	return &Failure{Kind: kind, Err: fmt.Errorf("starting the command: %w", err)}
}

// PutBack can't be done: only who wrote the command knows what undoes it.
func (c *command) PutBack(context.Context, Credential) error {
	return &Failure{Kind: CannotPutBack, Err: ErrCannotPutBack}
}

// Settle has nothing to do.
func (c *command) Settle(context.Context, Credential) error { return nil }
