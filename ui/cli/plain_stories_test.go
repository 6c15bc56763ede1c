//go:build stories

package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// conversation is a rotation by questions and answers, over pipes.
type conversation struct {
	t       *testing.T
	answers io.Writer
	heard   chan string // pieces of what is printed; closed at the end
	printed string      // all so far
	read    int         // how much of that was waited for
}

// expect waits until the texts were printed, in their order, after what was waited
// for before. It returns what was printed on the way.
func (c *conversation) expect(texts ...string) string {
	c.t.Helper()
	from := c.read
	end := time.NewTimer(time.Minute)
	defer end.Stop()
	for _, text := range texts {
		for {
			if at := strings.Index(c.printed[c.read:], text); at >= 0 {
				c.read += at + len(text)
				break
			}
			select {
			case piece, more := <-c.heard:
				if !more {
					c.t.Fatalf("it ended before %q:\n%s", text, c.printed[from:])
				}
				c.printed += piece
			case <-end.C:
				c.t.Fatalf("waited in vain for %q:\n%s", text, c.printed[from:])
			}
		}
	}
	return c.printed[from:c.read]
}

// answer types a line, and waits for what it brings.
func (c *conversation) answer(line string, expect ...string) string {
	c.t.Helper()
	if _, err := io.WriteString(c.answers, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
	return c.expect(expect...)
}

// days lets days go by in the sandbox, one after the other.
func (c *conversation) days(n int) {
	c.t.Helper()
	for range n {
		c.answer("day", "It is a day later: ")
	}
}

// The same rotation as by keyboard, as questions and answers.
func TestAWholeRotationInPlainWords(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	cmd := child(t, isolated(root), "sandbox", "rotate", "Suzie", "--plain")
	var said bytes.Buffer
	cmd.Stderr = &said
	answers, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &conversation{t: t, answers: answers, heard: make(chan string, 1024)}
	go func() {
		defer close(c.heard)
		buf := make([]byte, 4096)
		for {
			n, err := stdout.Read(buf)
			c.heard <- string(buf[:n])
			if err != nil {
				return
			}
		}
	}()

	c.expect("Step 1 of 8", "old key: "+suziesKey+", Active, 97 d old", "Answer with a word")
	c.answer("go", "Step 2 of 8", "Answer with a word")
	c.answer("change", "aws iam create-access-key --user-name Suzie", "Type yes.")
	c.answer("yes", "Step 3 of 8", "answered 5 times in a row", "Answer with a word")
	if strings.Contains(c.printed, "secret access key  ") {
		t.Error("the secret is printed unasked")
	}
	c.answer("leave", "would lose it for good", "Answer with a word")
	c.answer("show", "Type yes.")
	shown := c.answer("yes", "secret access key", "Answer with a word")
	found := regexp.MustCompile(`secret access key +([A-Za-z0-9+/]{40})\n`).FindStringSubmatch(shown)
	if found == nil {
		t.Fatalf("there is no secret in %s", shown)
	}
	c.answer("stored", "Type yes.")
	c.answer("yes", "Step 4 of 8", "Answer with a word")
	c.answer("update "+photoSync, photoSync+" now has the newest key of Suzie.")

	c.answer("go", "Step 5 of 8", "Answer with a word")
	c.answer("change", "--status Inactive", "! ", "give the reason")
	c.answer("the owner says that all is updated", "Type yes.")
	c.answer("yes", "Step 6 of 8", "Answer with a word")
	c.days(1)
	c.answer("apps", nightly+" (Suzie, key "+suziesKey+"): InvalidClientTokenId")

	c.answer("roll-back", "--status Active", "Type yes.")
	c.answer("yes", "Step 4 of 8", "Answer with a word")
	c.days(1)
	c.answer("apps", nightly+" (Suzie, key "+suziesKey+"): exported yesterday's photos")
	c.answer("update "+nightly, nightly+" now has the newest key of Suzie.")
	c.days(3)
	c.answer("look", "Answer with a word")

	c.answer("go", "Step 5 of 8", "Answer with a word")
	if asked := c.answer("change", "Type yes."); strings.Contains(asked, "give the reason") {
		t.Errorf("a reason is asked for: %s", asked)
	}
	c.answer("yes", "Step 6 of 8", "Answer with a word")
	c.days(8)
	c.answer("go", "Step 7 of 8", "Answer with a word")
	c.answer("change", "aws iam delete-access-key --user-name Suzie --access-key-id "+suziesKey, "type the last 4 characters of its ID: MPLE")
	c.answer("MPLE", "Done.", "The old key "+suziesKey+" is gone.", `Reason: "the owner says that all is updated"`)

	for range c.heard { // until it ends
		continue
	}
	if err := cmd.Wait(); err != nil || said.Len() > 0 {
		t.Errorf("it ended with %v and said %q", err, said.String())
	}
	if n := strings.Count(c.printed, found[1]); n != 1 {
		t.Errorf("the secret was printed %d times, and asked for once", n)
	}
	if left, err := os.ReadDir(filepath.Join(root, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("the sandbox left %v behind (%v)", left, err)
	}
}
