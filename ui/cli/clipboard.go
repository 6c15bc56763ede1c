package cli

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
	"keyturn/ui/words"
)

// clipboard is the system's, where a program for it is found, else the terminal's.
type clipboard struct {
	system   *delivery.Clipboard // nil if there is none
	terminal io.Writer
}

func (a *App) clipboard(p *place) clipboard {
	system, err := delivery.FindClipboard(p.targets.env)
	if err != nil {
		system = nil // the terminal's has to do
	}
	return clipboard{system, a.Out}
}

// send puts the secret on the clipboard, and says what that means.
func (c clipboard) send(secret iamops.Secret) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), clipboardBound)
	defer cancel()
	if c.system != nil {
		if err := c.system.Copy(ctx, secret, func(bool, error) {}); err != nil {
			return "", fmt.Errorf("copying with %s: %w", c.system.Name(), err)
		}
		return words.OnSystemClipboard, nil
	}
	// OSC 52. It answers nothing.
	if _, err := fmt.Fprintf(c.terminal, "\x1b]52;c;%s\a", base64.StdEncoding.EncodeToString([]byte(secret.Reveal()))); err != nil {
		return "", fmt.Errorf("sending to the terminal: %w", err)
	}
	return words.OnTerminalClipboard, nil
}

// clear takes the secret off the system's clipboard, if it is there still.
func (c clipboard) clear() {
	if c.system == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), clipboardBound)
	defer cancel()
	_, _ = c.system.Clear(ctx) // what can't be cleared at the end can't be told either
}

// clipboardBound is how long a clipboard's program may take.
const clipboardBound = 5 * time.Second
