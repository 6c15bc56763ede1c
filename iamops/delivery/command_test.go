//go:build linux || darwin

package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

// script is a shell command line as a target: the shell is the operator's choice.
func (h home) script(format, text string, timeout time.Duration) delivery.Target {
	h.t.Helper()
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text)
	env := h.env()
	env.CommandTimeout = timeout
	target, err := delivery.Parse(`command:`+format+`:["sh","-c","`+text+`","name","`+h.path+`"]`, env)
	if err != nil {
		h.t.Fatal(err)
	}
	return target
}

func TestCommandIsGivenTheCredential(t *testing.T) {
	for format, want := range map[string]string{
		"json": shapes["json"], "dotenv": shapes["dotenv"], "secret": newSecret,
		"json+ses=us-gov-west-1": shapes["json+ses=us-gov-west-1"], "secret+ses=eu-west-1": smtp("eu-west-1"),
	} {
		t.Run(format, func(t *testing.T) {
			h := newHome(t, "")
			t.Setenv("KEPT", "the operator's own")
			target := h.script(format, `cat >"$1/got"; env >"$1/env"; echo "$0" "$@" "$KEPT" >"$1/args"`, 0)
			deliver(t, target)
			if got := h.read("got"); got != want {
				t.Errorf("it was given:\n%s", got)
			}
			keepsSecret(t, h.read("env")+h.read("args")+target.Name()+target.Spec())
			if got := h.read("args"); got != "name "+h.path+" the operator's own\n" {
				t.Errorf("its arguments: %q", got)
			}
			if strings.Contains(h.read("env"), newID) {
				t.Error("its environment has the key ID")
			}
			if err := target.Settle(t.Context(), credential()); err != nil {
				t.Error(err)
			}
			f := failure(t, target.PutBack(t.Context(), credential()), delivery.CannotPutBack)
			if !f.MayHold || !errors.Is(f, delivery.ErrCannotPutBack) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestCommandThatDoesNotRead(t *testing.T) {
	h := newHome(t, "")
	for _, text := range []string{"exit 0", "exec <&-", "sleep 30 & exit 0"} {
		if err := h.script("json", text, 0).Deliver(t.Context(), credential()); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestCommandOutput: what a failed command printed is told, and never a secret,
// in whatever shape.
func TestCommandOutput(t *testing.T) {
	leftOut := "(a line that shows the secret is left out)"
	for name, tc := range map[string]struct {
		format, text string
		exit         int
		output       string
	}{
		"both streams":       {"json", "echo one; echo two >&2; exit 7", 7, "one\ntwo"},
		"silence":            {"json", "exit 1", 1, ""},
		"a signal":           {"json", "echo x; kill -9 $$", -1, "x"},
		"the secret":         {"secret", "echo said: $(cat); echo well; exit 1", 1, leftOut + "\nwell"},
		"all of it":          {"dotenv", "cat; exit 1", 1, "AWS_ACCESS_KEY_ID=" + newID + "\n" + leftOut},
		"on stderr":          {"json", "cat >&2; exit 1", 1, "{\n  \"AccessKeyId\": \"" + newID + "\",\n" + leftOut + "\n}"},
		"6 characters":       {"secret", "cut -c 4-9; exit 1", 1, leftOut},
		"the SMTP password":  {"secret+ses=eu-west-1", "cut -c 10-20; exit 1", 1, leftOut},
		"base64":             {"dotenv", "base64 | tr -d '\\n'; exit 1", 1, leftOut},
		"base64, shifted":    {"secret", "(printf x; cat) | base64 -w 0; exit 1", 1, leftOut},
		"base64, for URLs":   {"secret", "(printf xy; cat) | base64 -w 0 | tr +/ -_; exit 1", 1, leftOut},
		"hexadecimal":        {"secret", "od -An -v -tx1 | tr -d ' \\n' | tr a-f A-F; exit 1", 1, leftOut},
		"wrapped":            {"secret", "fold -w 5; exit 1", 1, "(the output shows the secret and is left out)"},
		"terminal sequences": {"secret", "printf '\\033]0;title\\007\\033[31mred\\r\\n'; exit 1", 1, "]0;title[31mred"},
		"behind sequences":   {"secret", "fold -w 3 | tr '\\n' '\\033'; exit 1", 1, leftOut},
		"not UTF-8":          {"json", "printf 'caf\\351'; exit 1", 1, "caf?"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, "")
			f := failure(t, h.script(tc.format, tc.text, 0).Deliver(t.Context(), credential()), delivery.CommandFailed)
			if f.ExitCode != tc.exit || f.Output != tc.output || !f.MayHold {
				t.Errorf("exit code %d, may hold %v, output %q", f.ExitCode, f.MayHold, f.Output)
			}
		})
	}
}

func TestCommandFloods(t *testing.T) {
	h := newHome(t, "")
	f := failure(t, h.script("json", "head -c 5000000 /dev/zero | tr '\\0' x; cat; exit 3", 0).Deliver(t.Context(), credential()), delivery.CommandFailed)
	if f.ExitCode != 3 || len(f.Output) > 65<<10 || len(f.Output) < 64<<10 || !strings.HasSuffix(f.Output, "(the rest is left out)") {
		t.Errorf("exit code %d, %d bytes of output", f.ExitCode, len(f.Output))
	}
	f = failure(t, h.script("json", "yes", 200*time.Millisecond).Deliver(t.Context(), credential()), iamops.TimedOut)
	if len(f.Output) > 65<<10 || !f.MayHold {
		t.Errorf("may hold %v, %d bytes of output", f.MayHold, len(f.Output))
	}
}

func TestCommandHangs(t *testing.T) {
	h := newHome(t, "")
	f := failure(t, h.script("json", "echo begun; sleep 1000", 200*time.Millisecond).Deliver(t.Context(), credential()), iamops.TimedOut)
	if !f.MayHold || f.Output != "begun" && f.Output != "" || !errors.Is(f, context.DeadlineExceeded) {
		t.Errorf("%+v", f)
	}
}

// TestCommandIsStoppedWhole: what the command has started ends with it. A pipe's
// other end tells: it is at its end when nobody can write to it any more.
func TestCommandIsStoppedWhole(t *testing.T) {
	h := newHome(t, "")
	if err := syscall.Mkfifo(h.at("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read := make(chan string)
	go func() {
		pipe, err := os.Open(h.at("pipe")) // until the grandchild has it open
		if err != nil {
			read <- err.Error()
			return
		}
		cancel()
		text, err := io.ReadAll(pipe)
		if err = errors.Join(err, pipe.Close()); err != nil {
			text = []byte(err.Error())
		}
		read <- string(text)
	}()
	err := h.script("json", `(sleep 1000; echo alive) >"$1/pipe" & wait`, 0).Deliver(ctx, credential())
	if f := failure(t, err, iamops.Canceled); !f.MayHold {
		t.Errorf("%+v", f)
	}
	if got := <-read; got != "" {
		t.Errorf("the pipe says %q", got)
	}
}

func TestCommandMissing(t *testing.T) {
	h := newHome(t, "")
	h.write("text", "no program")
	if err := os.Symlink("nowhere", h.at("dangling")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"keyturn-no-such-program", h.at("none"), h.at("text"), h.at("dangling"), h.path} {
		f := failure(t, h.target("command:json:"+name).Deliver(t.Context(), credential()), delivery.CommandMissing)
		if f.MayHold {
			t.Errorf("%s: it never ran: %+v", name, f)
		}
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if f := failure(t, h.target("command:json:cat").Deliver(canceled, credential()), iamops.Canceled); f.MayHold {
		t.Errorf("it never ran: %+v", f)
	}
}

// TestCommandsAtOnce: each has its own credential and its own output.
func TestCommandsAtOnce(t *testing.T) {
	h := newHome(t, "")
	const many = 8
	outputs := make(chan string)
	for range many {
		go func() {
			f := delivery.AsFailure(h.script("json", "grep AccessKeyId; exit 1", 0).Deliver(context.Background(), credential()))
			outputs <- f.Output
		}()
	}
	var all bytes.Buffer
	for range many {
		all.WriteString(<-outputs)
	}
	if got := strings.Count(all.String(), newID); got != many {
		t.Errorf("%d of %d", got, many)
	}
}
