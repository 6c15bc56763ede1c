//go:build stories

package cli_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// canary watches a terminal with keyturn in it: every byte that is written to the terminal,
// and the argument lists and environments of every process that there is.
type canary struct {
	*tmux
	bytes string // the file with the terminal's bytes

	clipboard string // what the terminal was sent once, for its clipboard; "" if nothing

	mu   sync.Mutex
	seen map[string]bool // argument lists and environments
}

func watch(x *tmux) *canary {
	x.t.Helper()
	c := &canary{tmux: x, bytes: filepath.Join(x.t.TempDir(), "bytes"), seen: map[string]bool{}}
	x.run("pipe-pane", "-o", "cat >> "+c.bytes)
	ctx, stop := context.WithCancel(context.WithoutCancel(x.t.Context()))
	var sampling sync.WaitGroup
	sampling.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				c.sample()
			}
		}
	})
	x.t.Cleanup(func() {
		stop()
		sampling.Wait()
	})
	return c
}

// sample takes up what processes were started with.
func (c *canary) sample() {
	for _, what := range []string{"cmdline", "environ"} {
		files, _ := filepath.Glob("/proc/[0-9]*/" + what) // the pattern is good
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil || len(text) == 0 {
				continue // it has ended, or is somebody else's
			}
			c.mu.Lock()
			c.seen[string(text)] = true
			c.mu.Unlock()
		}
	}
}

// written are the terminal's bytes so far, once no more come.
func (c *canary) written() []byte {
	c.t.Helper()
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	before := -1
	for range 100 {
		text, err := os.ReadFile(c.bytes)
		if err != nil {
			c.t.Fatal(err)
		}
		if len(text) == before {
			return text
		}
		before = len(text)
		<-tick.C
	}
	c.t.Fatal("the terminal does not come to rest")
	return nil
}

// learn has the secret shown and hidden again, and returns it with the part of the
// terminal's bytes in which it may be.
func (c *canary) learn() (secret string, from, to int) {
	c.t.Helper()
	from = len(c.written())
	c.press("v")
	secret = secretOnScreen.FindStringSubmatch(c.awaitThat("the secret", secretOnScreen.MatchString))[1]
	c.press("v")
	c.awaitThat("the secret hidden again", func(s string) bool { return !secretOnScreen.MatchString(s) })
	return secret, from, len(c.written())
}

// pieceLength is how many characters of a secret are too many.
const pieceLength = 12

// forms are the secret as it could be written, and every piece of it.
func forms(secret string) []string {
	inHex := hex.EncodeToString([]byte(secret))
	all := []string{secret, inHex, strings.ToUpper(inHex), strings.ReplaceAll(secret, "/", `\/`), url.QueryEscape(secret), url.PathEscape(secret)}
	for i := 0; i+pieceLength <= len(secret); i++ {
		all = append(all, secret[i:i+pieceLength])
	}
	// Within a longer text that is encoded, the secret begins at any of three places of a
	// group. The groups that it shares with its neighbours are left out.
	for before := range 3 {
		skip, whole := (3-before)%3, len(secret)-(3-before)%3
		part := []byte(secret[skip : skip+whole/3*3])
		all = append(all, base64.StdEncoding.EncodeToString(part), base64.URLEncoding.EncodeToString(part))
	}
	return all
}

// The search finds what it is for. The secret of these lines is AWS's example.
func TestTheCanaryFindsTheSecret(t *testing.T) {
	t.Parallel()
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for name, text := range map[string]string{
		"itself": "key=" + secret, "in hex": hex.EncodeToString([]byte(secret)), "in a query": url.QueryEscape("a b" + secret),
		"in base64": encoded(secret), "in base64, after one": encoded("a" + secret), "in base64, after two": encoded("ab" + secret + "c"),
		"for the clipboard": ansi.SetSystemClipboard(secret), "a piece": secret[5 : 5+pieceLength], "its end": secret[len(secret)-pieceLength:],
		"in two lines": secret[:20] + "\r\n" + secret[20:], "between escapes": secret[:8] + "\x1b[1m" + secret[8:16] + "\x1b[0m",
	} {
		if holds([]byte(text), secret) == "" {
			t.Errorf("%s: %q is not found", name, text)
		}
	}
	for name, text := range map[string]string{"nothing": "", "less than a piece": secret[:pieceLength-1], "another": strings.ToLower(secret)} {
		if form := holds([]byte(text), secret); form != "" {
			t.Errorf("%s: %q is found", name, form)
		}
	}
}

// holds reports in which form a text holds the secret, "" if in none. What a terminal
// breaks into lines is joined.
func holds(text []byte, secret string) string {
	joined := strings.Join(strings.Fields(ansi.Strip(string(text))), "")
	for _, form := range forms(secret) {
		if bytes.Contains(text, []byte(form)) || strings.Contains(joined, form) {
			return form
		}
	}
	return ""
}

// files are the files below the story's root that hold the secret.
func (c *canary) files(secret string) []string {
	c.t.Helper()
	root, err := os.OpenRoot(c.root)
	if err != nil {
		c.t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // nothing was written
	var holding []string
	searched := 0
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		searched++
		text, err := root.ReadFile(path)
		if holds(text, secret) != "" {
			holding = append(holding, path)
		}
		return err
	})
	if err != nil || searched == 0 {
		c.t.Errorf("%d files were searched: %v", searched, err)
	}
	return holding
}

// terminalCommand matches what sets a title, a clipboard and the like, and shows nothing.
var terminalCommand = regexp.MustCompile(`\x1b[\]PX^_][^\x07\x1b]*`)

// nowhereElse checks that the terminal had the secret between from and to alone, that the
// files that hold it are those that match a pattern, and that no process was started
// with it.
func (c *canary) nowhereElse(when, secret string, from, to int, sentTo ...string) {
	c.t.Helper()
	text := c.written()
	if c.clipboard != "" {
		if n := bytes.Count(text, []byte(c.clipboard)); n != 1 {
			c.t.Errorf("%s: the terminal was sent the clipboard %d times", when, n)
		}
		text = bytes.ReplaceAll(text, []byte(c.clipboard), bytes.Repeat([]byte{' '}, len(c.clipboard)))
	}
	for _, command := range terminalCommand.FindAll(text, -1) { // also while the secret is shown
		if holds(command, secret) != "" {
			c.t.Errorf("%s: the terminal's title, or another of its settings, was given the secret", when)
		}
	}
	if from < to && !bytes.Contains(text[from:to], []byte(secret)) {
		c.t.Errorf("%s: the terminal's bytes are not all: the secret was shown", when)
	}
	for name, part := range map[string][]byte{"before": text[:from], "after": text[to:]} {
		if form := holds(part, secret); form != "" {
			c.t.Errorf("%s: %s it was shown, the terminal was sent %d characters of the secret", when, name, len(form))
		}
	}
	want := regexp.MustCompile("^(" + strings.Join(sentTo, "|") + ")$")
	for _, path := range c.files(secret) {
		if !want.MatchString(path) {
			c.t.Errorf("%s: the secret is in %s", when, path)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	arguments, environment := false, false
	for text := range c.seen {
		arguments = arguments || strings.Contains(text, "\x00sandbox\x00rotate\x00")
		environment = environment || strings.Contains(text, "\x00XDG_STATE_HOME="+c.root+"/")
		if holds([]byte(text), secret) != "" {
			c.t.Errorf("%s: the secret is in an argument list or an environment", when)
		}
	}
	if !arguments || !environment {
		c.t.Errorf("%s: keyturn's argument list was seen: %t, its environment: %t", when, arguments, environment)
	}
}

// noTraces checks that Bubble Tea wrote no files of its own.
func (c *canary) noTraces() {
	c.t.Helper()
	for _, pattern := range []string{"home/trace.log", "bubbletea-*", "home/bubbletea-*"} {
		if found, _ := filepath.Glob(filepath.Join(c.root, pattern)); len(found) > 0 { // the pattern is good
			c.t.Errorf("there are traces of the terminal: %v", found)
		}
	}
}
