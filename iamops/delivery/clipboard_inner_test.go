package delivery

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

// board is a clipboard with a program that copies, reads and clears it.
type board struct {
	mu     sync.Mutex
	text   string
	broken map[string]error // by program
	calls  []string
}

func (b *board) run(_ context.Context, argv []string, stdin io.Reader, stdout io.Writer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, argv[0])
	if err := b.broken[argv[0]]; err != nil {
		return err
	}
	switch argv[0] {
	case "copy":
		text, err := io.ReadAll(stdin)
		b.text = string(text)
		return err
	case "paste":
		_, err := io.WriteString(stdout, b.text+"\r\n")
		return err
	}
	b.text = ""
	return nil
}

func (b *board) holds() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text
}

func (b *board) fill(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = text
}

func newBoard() (*board, *Clipboard) {
	b := &board{broken: map[string]error{}}
	return b, &Clipboard{tool: clipboardTool{"", []string{"copy"}, []string{"paste"}, []string{"clear"}}, run: b.run}
}

const clipped = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// Time in the tests of the clipboard is that of their bubbles: a sleep takes none.

func TestClipboardIsCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := newBoard()
		var told atomic.Int32
		tell := func(cleared bool, err error) {
			told.Add(1)
			if !cleared || err != nil {
				t.Errorf("cleared %v: %v", cleared, err)
			}
		}
		secret := iamops.NewSecret(clipped)
		if err := c.Copy(t.Context(), secret, tell); err != nil || b.holds() != clipped {
			t.Fatalf("the clipboard holds %q: %v", b.holds(), err)
		}
		time.Sleep(30 * time.Second)
		if err := c.Copy(t.Context(), secret, tell); err != nil {
			t.Fatal(err)
		}
		secret.Forget() // it is known again by its digest
		time.Sleep(45*time.Second - time.Nanosecond)
		synctest.Wait()
		if b.holds() != clipped || told.Load() != 0 {
			t.Errorf("the clipboard holds %q, told %d times", b.holds(), told.Load())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if b.holds() != "" || told.Load() != 1 {
			t.Errorf("the clipboard holds %q, told %d times", b.holds(), told.Load())
		}
		if cleared, err := c.Clear(t.Context()); cleared || err != nil {
			t.Errorf("cleared twice: %v", err)
		}
	})
}

func TestClipboardAtExit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := newBoard()
		if cleared, err := c.Clear(t.Context()); cleared || err != nil || len(b.calls) != 0 {
			t.Errorf("nothing was copied: %v, %v, %q", cleared, err, b.calls)
		}
		tell := func(bool, error) { t.Error("cleared after the exit") }
		if err := c.Copy(t.Context(), iamops.NewSecret(clipped), tell); err != nil {
			t.Fatal(err)
		}
		if cleared, err := c.Clear(t.Context()); !cleared || err != nil || b.holds() != "" {
			t.Errorf("cleared %v: %v; it holds %q", cleared, err, b.holds())
		}
		time.Sleep(time.Hour)
	})
}

func TestClipboardWithSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := newBoard()
		var told atomic.Int32
		if err := c.Copy(t.Context(), iamops.NewSecret(clipped), func(cleared bool, err error) {
			told.Add(1)
			if cleared || err != nil {
				t.Errorf("cleared %v: %v", cleared, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		b.fill("a shopping list")
		time.Sleep(time.Minute)
		synctest.Wait()
		if b.holds() != "a shopping list" || told.Load() != 1 {
			t.Errorf("the clipboard holds %q, told %d times", b.holds(), told.Load())
		}
	})
}

func TestClipboardBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, c := newBoard()
		none := func(bool, error) { t.Error("cleared later") }
		secret := iamops.NewSecret(clipped)

		b.broken["copy"] = errors.New("no display")
		err := c.Copy(t.Context(), secret, none)
		if f := AsFailure(err); f == nil || f.Kind != CommandFailed || !f.MayHold || strings.Contains(err.Error(), clipped[:6]) {
			t.Errorf("copying: %v", err)
		}
		// One that can't be read is emptied.
		b.broken["paste"] = errors.New("no text")
		b.fill(clipped)
		if cleared, err := c.Clear(t.Context()); !cleared || err != nil || b.holds() != "" {
			t.Errorf("cleared %v: %v; it holds %q", cleared, err, b.holds())
		}

		delete(b.broken, "copy")
		if err := c.Copy(t.Context(), secret, none); err != nil {
			t.Fatal(err)
		}
		b.broken["clear"] = context.DeadlineExceeded
		_, err = c.Clear(t.Context())
		if f := AsFailure(err); f == nil || f.Kind != iamops.TimedOut || !f.MayHold {
			t.Errorf("clearing: %v", err)
		}
		delete(b.broken, "clear") // it can be tried again
		if cleared, err := c.Clear(t.Context()); !cleared || err != nil || b.holds() != "" {
			t.Errorf("cleared %v: %v; it holds %q", cleared, err, b.holds())
		}
		if err := c.Copy(t.Context(), iamops.Secret{}, none); AsFailure(err).Kind != BadCredential {
			t.Errorf("copying nothing: %v", err)
		}
	})
}
