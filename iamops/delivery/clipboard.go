package delivery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"keyturn/iamops"
)

// ErrNoClipboard says that the system's clipboard can't be reached: the terminal's
// own way, OSC 52, is left.
var ErrNoClipboard = errors.New("no program for the system's clipboard was found")

const (
	clipboardPeriod  = 45 * time.Second // how long a secret stays
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
	{"DISPLAY", []string{"xclip", "-selection", "clipboard", "-in"}, []string{"xclip", "-selection", "clipboard", "-out"}, []string{"xclip", "-selection", "clipboard", "-in"}},
	{"DISPLAY", []string{"xsel", "--clipboard", "--input"}, []string{"xsel", "--clipboard", "--output"}, []string{"xsel", "--clipboard", "--clear"}},
	{"", []string{"pbcopy"}, []string{"pbpaste"}, []string{"pbcopy"}},
	{"", []string{"clip.exe"}, []string{"powershell.exe", "-NoProfile", "-Command", "Get-Clipboard"}, []string{"clip.exe"}},
}

// Clipboard is the system's. A secret that is copied to it is cleared after 45
// seconds, and by Clear when the program ends, if it is there still. Programs that
// keep a history of the clipboard keep it all the same.
type Clipboard struct {
	tool clipboardTool
	run  func(ctx context.Context, argv []string, input string) (output string, err error)

	mu      sync.Mutex
	holds   bool
	print   [sha256.Size]byte // of what was copied
	timer   *time.Timer
	lastErr error // of the clearing that nobody waited for
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

// Copy puts the secret on the clipboard, and clears it 45 seconds later.
func (c *Clipboard) Copy(ctx context.Context, secret iamops.Secret) error {
	text := secret.Reveal()
	if text == "" {
		return about(c.Name(), &Failure{Kind: BadCredential, Err: errors.New("there is no secret to copy")})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// Whether it worked or not, from here on the secret may be there.
	c.holds, c.print = true, sha256.Sum256([]byte(text))
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(clipboardPeriod, func() {
		_, err := c.Clear(context.WithoutCancel(ctx))
		c.mu.Lock()
		defer c.mu.Unlock()
		c.lastErr = err
	})
	if _, err := c.run(ctx, c.tool.copy, text); err != nil {
		return about(c.Name(), toolFailure(err))
	}
	return nil
}

// Clear empties the clipboard if the secret is there, and reports whether it was.
// It is called before the program ends, too.
func (c *Clipboard) Clear(ctx context.Context) (cleared bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.holds {
		return false, nil
	}
	c.timer.Stop()
	now, err := c.run(ctx, c.tool.paste, "")
	if err == nil && sha256.Sum256(bytes.TrimSpace([]byte(now))) != c.print {
		c.holds = false // somebody has copied something else
		return false, nil
	}
	// Where the clipboard can't be read, it is better emptied than left.
	if _, err := c.run(ctx, c.tool.clear, ""); err != nil {
		return false, about(c.Name(), toolFailure(err))
	}
	c.holds = false
	return true, nil
}
