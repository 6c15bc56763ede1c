package delivery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"keyturn/iamops"
)

// ErrNoClipboard says that the system's clipboard can't be reached: the terminal's
// own way, OSC 52, is left.
var ErrNoClipboard = errors.New("no program for the system's clipboard was found")

const (
	clipboardPeriod   = 45 * time.Second // how long a secret stays
	clipboardPatience = 5 * time.Second  // how long a clipboard program may take
)

// clipboardTool is how one system's clipboard is written, read and cleared. The
// secret goes to the standard input.
type clipboardTool struct {
	display            string // the variable without which it has no display to go to; "" is none
	copy, paste, clear []string
}

var clipboardTools = []clipboardTool{
	{"WAYLAND_DISPLAY", []string{"wl-copy"}, []string{"wl-paste", "--no-newline"}, []string{"wl-copy", "--clear"}},
	{
		"DISPLAY",
		[]string{"xclip", "-selection", "clipboard", "-in"},
		[]string{"xclip", "-selection", "clipboard", "-out"},
		[]string{"xclip", "-selection", "clipboard", "-in"},
	},
	{
		"DISPLAY",
		[]string{"xsel", "--clipboard", "--input"},
		[]string{"xsel", "--clipboard", "--output"},
		[]string{"xsel", "--clipboard", "--clear"},
	},
	{"", []string{"pbcopy"}, []string{"pbpaste"}, []string{"pbcopy"}},
	{
		"",
		[]string{"clip.exe"},
		[]string{"powershell.exe", "-NoProfile", "-Command", "Get-Clipboard"},
		[]string{"clip.exe"},
	},
}

// Clipboard is the system's. A secret that is copied to it is cleared after 45
// seconds, and by Clear when the program ends, if it is there still. Programs that
// keep a history of the clipboard keep it all the same.
type Clipboard struct {
	tool clipboardTool
	run  func(ctx context.Context, argv []string, stdin io.Reader, stdout io.Writer) error

	mu     sync.Mutex
	holds  bool
	digest [sha256.Size]byte // of what was copied
	timer  *time.Timer
	copies int
}

// FindClipboard looks on PATH for a program that reads and writes the system's
// clipboard. Without one the error is ErrNoClipboard.
func FindClipboard(env Env) (*Clipboard, error) {
	for _, tool := range clipboardTools {
		if tool.display != "" && (env.Getenv == nil || env.Getenv(tool.display) == "") {
			continue
		}
		_, err1 := exec.LookPath(tool.copy[0])
		_, err2 := exec.LookPath(tool.paste[0])
		if err1 == nil && err2 == nil {
			return &Clipboard{tool: tool, run: runTool}, nil
		}
	}
	return nil, ErrNoClipboard
}

// Name is the program's: "clipboard (wl-copy)".
func (c *Clipboard) Name() string { return "clipboard (" + c.tool.copy[0] + ")" }

// Copy puts the secret on the clipboard, and clears it 45 seconds later, unless
// something else was copied by then. cleared is called with what Clear returns at
// that time; it is not called if Clear or Copy comes first.
func (c *Clipboard) Copy(ctx context.Context, secret iamops.Secret, cleared func(bool, error)) error {
	text := secret.Reveal()
	if text == "" {
		return about(c.Name(), &Failure{Kind: BadCredential, Err: errors.New("there is no secret to copy")})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// Whether the copy works or not, from here on the secret may be there.
	c.holds, c.digest = true, sha256.Sum256([]byte(text))
	c.copies++
	copied := c.copies
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(clipboardPeriod, func() {
		c.mu.Lock()
		if c.copies != copied || !c.holds {
			c.mu.Unlock()
			return
		}
		was, err := c.clear(context.WithoutCancel(ctx))
		c.mu.Unlock()
		cleared(was, err)
	})
	if err := c.run(ctx, c.tool.copy, strings.NewReader(text), nil); err != nil {
		return c.failure(err)
	}
	return nil
}

// Clear empties the clipboard if the secret is there, and reports whether it was.
// It is to be called before the program ends, too.
func (c *Clipboard) Clear(ctx context.Context) (cleared bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clear(ctx)
}

func (c *Clipboard) clear(ctx context.Context) (cleared bool, err error) {
	if !c.holds {
		return false, nil
	}
	c.timer.Stop()
	var now output
	err = c.run(ctx, c.tool.paste, strings.NewReader(""), &now)
	if err == nil && sha256.Sum256(bytes.TrimSpace(now.text)) != c.digest {
		c.holds = false // somebody has copied something else
		return false, nil
	}
	// A clipboard that can't be read is better emptied than left.
	if err := c.run(ctx, c.tool.clear, strings.NewReader(""), nil); err != nil {
		return false, c.failure(err)
	}
	c.holds = false
	return true, nil
}

// failure sorts what a clipboard program did. The secret may be there.
func (c *Clipboard) failure(err error) error {
	f := &Failure{Target: c.Name(), Kind: CommandFailed, MayHold: true, ExitCode: -1, Err: err}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		f.ExitCode = exit.ExitCode()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		f.Kind = iamops.TimedOut
	}
	return f
}

// runTool runs a clipboard program. One that stays in the background to serve the
// clipboard keeps its output open: only where it is wanted is it waited for.
func runTool(ctx context.Context, argv []string, stdin io.Reader, stdout io.Writer) error {
	ctx, stop := context.WithTimeout(ctx, clipboardPatience)
	defer stop()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // one of clipboardTools
	cmd.Stdin, cmd.Stdout = stdin, stdout
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w", argv[0], errors.Join(err, ctx.Err()))
	}
	return nil
}
