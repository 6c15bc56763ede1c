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
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

// canary watches a terminal with keyturn in it: every byte that is written to the terminal,
// and the argument lists and environments of every process that there is.
type canary struct {
	*tmux
	bytes string // the file with the terminal's bytes

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

// nowhereElse checks that the terminal had the secret between from and to alone, that the
// files that hold it are those that match a pattern, and that no process was started
// with it.
func (c *canary) nowhereElse(when, secret string, from, to int, sentTo ...string) {
	c.t.Helper()
	text := c.written()
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

// store is a program that takes a secret, and writes down what it was started with.
const store = `#!/bin/sh
cat /proc/$$/cmdline /proc/$$/environ > "ROOT/home/started"
cat > "ROOT/home/stored.json"
echo stored
`

// mailRegion is where the SMTP password of these stories is for.
const mailRegion = "eu-west-1"

// A whole rotation through each target: the secret is where it was sent, and on the
// terminal while it was shown, and nowhere else.
func TestTheSecretIsWhereItWasSent(t *testing.T) {
	traces := []string{"TEA_TRACE=ROOT/home/trace.log", "TEA_DEBUG=1"}
	for _, story := range []struct {
		name, user string
		flags, env []string
		targets    []string // to add; ROOT is the story's folder
		delivers   string   // the name of a target that is delivered to; "" if there is none
		at         []string // patterns of the files that then hold it, one for each
		reads      string   // the application that reads it from where it was delivered
		mail       string   // the file that holds the SMTP password; "" if none does
		clipboard  bool
	}{
		{name: "screen", user: "Suzie"},
		{name: "profile", user: "web-frontend", delivers: "web-frontend", at: []string{`tmp/keyturn-sandbox-\d+/\.aws/credentials`}},
		{name: "Secrets Manager", user: "ci-deploy", delivers: "secretsmanager ci/deploy", reads: "image-build"},
		{name: "SSM, with TEA_TRACE and TEA_DEBUG", user: "monitoring", delivers: "ssm /monitoring/aws", reads: "metrics-scrape", env: traces},
		{
			name: "files, with --debug", user: "Suzie", flags: []string{"--debug"}, delivers: "file ",
			targets: []string{"file:csv:ROOT/home/new.csv", "file:json:ROOT/home/new.json", "file:dotenv+ses=" + mailRegion + ":ROOT/home/mail.env"},
			at:      []string{`home/new\.csv`, `home/new\.json`, `home/mail\.env`}, mail: `home/mail\.env`,
		},
		{name: "command", user: "Suzie", targets: []string{"command:json:ROOT/home/store"}, delivers: "command ", at: []string{`home/stored\.json`}},
		{name: "clipboard", user: "Suzie", clipboard: true},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			x := inTmuxBy(t, build(t), story.env, append([]string{"sandbox", "rotate", story.user}, story.flags...)...)
			c := watch(x)
			script := strings.ReplaceAll(store, "ROOT", x.root)
			if err := os.WriteFile(filepath.Join(x.root, "home", "store"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
				t.Fatal(err)
			}
			old := keyInLine.FindString(line(x.await("Check before anything changes", "Go on to create the new key", "OLD AKIA"), "OLD AKIA"))
			newKey(x)
			secret, from, to := c.learn()
			smtp := delivery.SMTPPassword(iamops.NewSecret(secret), mailRegion).Reveal()
			for _, target := range story.targets {
				x.press("a")
				x.await("Add a target for the secret")
				x.press(strings.ReplaceAll(target, "ROOT", x.root), "Enter")
				x.awaitThat("the target added", func(s string) bool { return !asks(s) })
			}
			if story.delivers != "" {
				x.await(story.delivers, "▸  Deliver the secret")
				x.press("Enter")
				x.await("Deliver the secret?")
				x.press("Right", "Enter")
				x.awaitThat("all delivered", func(s string) bool { return strings.Count(s, ": delivered") == max(1, len(story.targets)) })
			}
			if story.clipboard {
				before := len(c.written())
				x.press("c")
				x.await("sent to the clipboard")
				to = len(c.written())
				if !strings.Contains(string(c.written()[before:to]), base64.StdEncoding.EncodeToString([]byte(secret))) {
					t.Error("the clipboard was not sent the secret")
				}
			}
			c.nowhereElse("once it was delivered", secret, from, to, story.at...)
			c.nowhereElse("once it was delivered, the SMTP password", smtp, 0, 0, story.mail)
			if held := c.files(secret); len(held) != len(story.at) {
				t.Errorf("these files hold the secret: %v, want %v", held, story.at)
			}
			if held := c.files(smtp); (len(held) > 0) != (story.mail != "") {
				t.Errorf("these files hold the SMTP password: %v", held)
			}
			if _, err := os.Stat(filepath.Join(x.root, "home", "started")); (err == nil) != (story.name == "command") {
				t.Errorf("what the command was started with: %v", err)
			}
			x.press("n")
			x.await("Is the secret stored?")
			x.press("Right", "Enter")
			x.await("Hand the new key to every application")
			toTheEnd(x, old)
			if story.reads != "" { // the old key is gone: whatever works has the new one
				if fine := outcome(x, story.reads); !strings.Contains(fine, "fine") {
					t.Errorf("the secret did not arrive: %s", fine)
				}
			}
			x.press("q")
			x.await("it ended with 0")
			kept := story.at
			if story.name == "profile" {
				kept = nil // the sandbox is gone, and its folder with it
			}
			c.nowhereElse("at the end", secret, from, to, kept...)
			c.nowhereElse("at the end, the SMTP password", smtp, 0, 0, story.mail)
			if form := holds([]byte(x.scrollback()), secret); form != "" {
				t.Errorf("the scrollback holds %d characters of the secret", len(form))
			}
			c.noTraces()
			if logs, _ := filepath.Glob(filepath.Join(x.root, "state", "keyturn", "debug-*.log")); (len(logs) == 1) != (len(story.flags) > 0) {
				t.Errorf("debug logs: %v", logs)
			}
		})
	}
}

// newKey goes from Check to a new key that has been tried.
func newKey(x *tmux) {
	x.t.Helper()
	x.await("Check before anything changes", "Go on to create the new key")
	x.press("n")
	x.await("▸  Create the new key")
	x.press("n")
	x.await("Create the new key?")
	x.press("Right", "Enter")
	x.await("Put the new secret away", "Tried: it answered 5 times in a row")
}

const reasonAsked = "Why do it all the same?"

// asks reports whether a dialog is open.
func asks(screen string) bool { return strings.Contains(screen, "Cancel") }

var offered = regexp.MustCompile(`▸  (.*?)(?:   |\n)`)

// offer is what would be taken at the step in hand, "" while nothing can be.
func offer(screen string) string {
	if found := offered.FindStringSubmatch(screen); found != nil {
		return found[1]
	}
	return ""
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

// toTheEnd goes from Distribute to the end, by whatever the guards ask for.
func toTheEnd(x *tmux, old string) {
	x.t.Helper()
	day(x)
	x.press("n")
	x.await("Deactivate the old key", "What is known")
	x.press("n")
	if asked := x.awaitThat("a question", func(s string) bool {
		return strings.Contains(s, reasonAsked) || strings.Contains(s, "Deactivate the old key?")
	}); strings.Contains(asked, reasonAsked) {
		x.press("a story", "Enter")
		x.await("Deactivate the old key?")
	}
	x.press("Right", "Enter")
	x.await("Watch what breaks", "Inactive since")
	for range 8 {
		day(x)
	}
	x.await("over since")
	// Users of the old key that CloudTrail tells of are asked about, each by an offer of its
	// own. Every offer and every question is answered once, and has to be gone before the
	// next key: what is pressed twice goes to what comes after it.
	for {
		s := x.awaitThat("a question, an offer, or the step of deletion", func(s string) bool { return asks(s) || offer(s) != "" })
		switch {
		case !asks(s) && strings.Contains(s, "Delete the old key for good"):
			x.await("Delete the old key for good", "▸  Delete the old key")
			x.press("n")
			x.await("To confirm, type the last 4 characters")
			x.press(old[len(old)-4:], "Enter")
			x.await("Back to the list", "is gone")
			return
		case strings.Contains(s, reasonAsked):
			x.press("a story", "Enter")
			x.awaitThat("the reason taken", func(s string) bool { return !strings.Contains(s, reasonAsked) })
		case asks(s):
			x.press("Right", "Enter")
			x.awaitThat("the question closed", func(s string) bool { return !asks(s) })
		default:
			taken := offer(s)
			x.press("n")
			x.awaitThat("an answer to "+taken, func(s string) bool { return asks(s) || offer(s) != taken })
		}
	}
}

// keyturn is ended by a defect of its own, or killed outright, while it holds a secret:
// what it leaves behind does not tell it.
func TestADefectDoesNotTellTheSecret(t *testing.T) {
	brittle, err := exec.LookPath("keyturn-brittle")
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(*tmux){
		"a panic": func(x *tmux) { x.press("C-g") },
		"killed":  func(x *tmux) { x.signal(9) },
		"aborted": func(x *tmux) { x.signal(6) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := []string{"GOTRACEBACK=all", "TEA_TRACE=ROOT/home/trace.log", "TEA_DEBUG=1"}
			x := inTmuxBy(t, brittle, env, "sandbox", "rotate", "Suzie", "--debug")
			c := watch(x)
			newKey(x)
			secret, from, to := c.learn()
			end(x)
			x.await("it ended with")
			c.nowhereElse("after "+name, secret, from, to)
			c.noTraces()
			if name == "a panic" {
				said, err := os.ReadFile(x.stderr)
				if err != nil || !strings.Contains(string(said), "was not put away, and is lost") || strings.Contains(string(said), "canary") {
					t.Errorf("on stderr: %s, %v", said, err)
				}
			}
		})
	}
}
