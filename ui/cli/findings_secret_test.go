package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// suzies is the key of Suzie in the endpoint's account.
const suzies = "AKIAI44QH8DHBEXAMPLE"

// lineByLine is a keyturn with --plain in a terminal.
type lineByLine struct {
	*terminal
	served *endpoint
	env    []string
	read   int // how much of what was printed was waited for
}

// byLine starts a rotation of Suzie's key, line by line, in a terminal. Profile "billing" of
// the credentials file holds the key.
func byLine(t *testing.T) *lineByLine {
	t.Helper()
	served := serve()
	t.Cleanup(served.close)
	return lineByLineAt(t, served, "rotate", "Suzie", "--plain")
}

func lineByLineAt(t *testing.T, served *endpoint, args ...string) *lineByLine {
	t.Helper()
	term, env := inTerminal(t, served, args...)
	return &lineByLine{terminal: term, served: served, env: env}
}

// inTerminal starts a keyturn in a terminal, as open does, where profile "billing" of the
// credentials file holds Suzie's key.
func inTerminal(t *testing.T, served *endpoint, args ...string) (*terminal, []string) {
	t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	credentials := filepath.Join(root, "operator.ini")
	if err := served.writeCredentials(credentials); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(credentials, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString("\n[billing]\naws_access_key_id = " + suzies + "\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY\n")
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials}
	return openIn(t, program, root, env, append(args, "--profile", "prod", "--endpoint-url", served.url)...), env
}

// hear waits until a text was printed after what was waited for before, and returns what was
// printed on the way.
func (p *lineByLine) hear(text string) string {
	p.t.Helper()
	from := p.read
	p.until("waited for "+text, func() bool {
		at := strings.Index(p.printed()[p.read:], text)
		if at >= 0 {
			p.read += at + len(text)
		}
		return at >= 0
	})
	return p.printed()[from:p.read]
}

func (p *lineByLine) printed() string {
	return strings.ReplaceAll(ansi.Strip(p.output()), "\r", "")
}

// say types a line, and waits for what it brings.
func (p *lineByLine) say(line, expect string) string {
	p.t.Helper()
	p.press(line + "\r")
	return p.hear(expect)
}

// created leads to a new key that was tried. It returns its ID.
func (p *lineByLine) created() string {
	p.t.Helper()
	p.hear("Answer with a word")
	p.say("go", "Answer with a word")
	p.say("create", "Type yes.")
	said := p.say("yes", "answered 5 times in a row")
	p.hear("Answer with a word")
	return regexp.MustCompile(`secret of (AKIA[A-Z0-9]{16})`).FindStringSubmatch(said)[1]
}

// delivered leads to a new key that profile billing holds.
func (p *lineByLine) delivered() string {
	p.t.Helper()
	key := p.created()
	p.say("deliver", "Type yes.")
	p.say("yes", "profile billing: delivered")
	p.hear("Answer with a word")
	if text := p.credentials(); !strings.Contains(text, key) {
		p.t.Fatalf("the file does not hold %s", key)
	}
	return key
}

func (p *lineByLine) credentials() string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.root, "operator.ini"))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// after runs another keyturn at the same place, over pipes, and returns what it printed and
// its exit code.
func (p *lineByLine) after(input string, args ...string) (string, int) {
	p.t.Helper()
	return runAt(p.t, p.root, p.env, p.served, input, args...)
}

func runAt(t *testing.T, root string, env []string, served *endpoint, input string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "keyturn", append(args, "--profile", "prod", "--endpoint-url", served.url)...)
	cmd.Env = append(isolated(root), env...)
	cmd.Stdin = strings.NewReader(input)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return out.String(), exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return out.String(), 0
}

// notLost checks that a delivered secret is not called lost, nor the key to be given up at
// once.
func notLost(t *testing.T, where, said string) {
	t.Helper()
	for _, wrong := range []string{
		"and is lost", "in memory only", "nobody is known to have the secret", "It can't be had again", "to give the key up",
		"Leaving now would lose it",
	} {
		if strings.Contains(said, wrong) {
			t.Errorf("%s: %q of a delivered secret:\n%s", where, wrong, said)
		}
	}
}

func TestFindingsSecretDelivered(t *testing.T) {
	for name, end := range map[string]func(*lineByLine){
		"TERM":   func(p *lineByLine) { p.signal(syscall.SIGTERM) },
		"leave":  func(p *lineByLine) { p.say("leave", "Answer with a word"); p.signal(syscall.SIGTERM) },
		"ctrl+c": func(p *lineByLine) { p.press("\x03"); p.hear("\n"); p.press("\x03") },
	} {
		t.Run("small-1.1/"+name, func(t *testing.T) {
			t.Parallel()
			p := byLine(t)
			key := p.delivered()
			from := p.read
			end(p)
			if code := p.exit(); code == 5 {
				t.Errorf("exit code %d; on stderr: %s", code, p.stderr())
			}
			notLost(t, "at the end", p.printed()[from:]+p.stderr())

			said, code := p.after("", "status")
			notLost(t, "status", said)
			if code != 0 || !strings.Contains(said, key) {
				t.Errorf("status: exit code %d:\n%s", code, said)
			}

			said, _ = p.after("have\nyes\nleave\n", "rotate", "Suzie", "--plain")
			notLost(t, "the next start", said)
			if !strings.Contains(said, "profile billing") || !strings.Contains(said, "Step 4 of 8") {
				t.Errorf("the next start does not go on with the delivered key:\n%s", said)
			}
		})
	}
	t.Run("S2-7", func(t *testing.T) {
		t.Parallel()
		served := serve()
		t.Cleanup(served.close)
		term, _ := inTerminal(t, served, "rotate", "Suzie")
		term.await("Go on to create the new key")
		term.await(suzies)
		term.press("n")
		term.await("Create a second key")
		term.press("n")
		term.await("Create the new key?")
		term.press("\x1b[C\r")
		term.await("answered 5 times in a row")
		term.await("[x] profile billing")
		term.press("\r")
		term.await("Deliver the secret?")
		term.press("\x1b[C\r")
		term.await("profile billing: delivered")
		term.press("q")
		term.await("The secret is not put away")
		dialog := ""
		term.awaitThat("the dialog", func(drawn string) bool {
			dialog = drawn
			return strings.Contains(drawn, "It is stored: forget it here") && strings.Contains(drawn, "Stay")
		})
		notLost(t, "the dialog", dialog)
		// The first choice after Stay says that it is stored.
		term.press("\x1b[C\r")
		term.await("Hand the new key to every application")
		term.signal(syscall.SIGTERM)
		term.exit()
	})
}
