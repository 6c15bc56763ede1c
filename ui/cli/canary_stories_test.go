//go:build stories

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

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
				x.press("c")
				x.await("sent to the clipboard")
				c.clipboard = ansi.SetSystemClipboard(secret)
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
			if asked := x.awaitThat("a question", asks); strings.Contains(asked, reasonAsked) {
				x.press("a story", "Enter")
			}
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
				if err != nil || !strings.Contains(string(said), "nobody has said that the secret of AKIA") || strings.Contains(string(said), "canary") {
					t.Errorf("on stderr: %s, %v", said, err)
				}
			}
		})
	}
}
