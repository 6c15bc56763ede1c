package cli_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops/sandbox"
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
	config := filepath.Join(root, "operator.config")
	err = os.WriteFile(config, []byte("[profile tgt]\nrole_arn = arn:aws:iam::"+sandbox.AccountID+":role/key-admin\nsource_profile = prod\nmfa_serial = "+sandbox.MFASerial+"\nregion = eu-west-1\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials, "AWS_CONFIG_FILE=" + config}
	if !slices.Contains(args, "--profile") {
		args = append(args, "--profile", "prod")
	}
	args = append(args, "--endpoint-url", served.url)
	// What it says on stderr is seen in the terminal too.
	return openIn(t, "/bin/sh", root, env, append([]string{"-c", `exec "$0" "$@" 2>&1`, program}, args...)...), env
}

// hear waits until a text was printed after what was waited for before, and returns what was
// printed on the way.
func (p *lineByLine) hear(text string) string {
	p.t.Helper()
	from, heard := p.read, -1
	p.until("waited for "+text, func() bool {
		output := p.output()
		if len(output) == heard { // nothing new
			return false
		}
		heard = len(output)
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
	t.Parallel()
	for name, end := range map[string]func(*lineByLine){
		"TERM": func(p *lineByLine) { p.signal(syscall.SIGTERM) },
		"leave_and_ctrl+c": func(p *lineByLine) {
			p.say("leave", "Answer with a word")
			from := len(p.output())
			p.press("\x03")
			p.until("waited for what ctrl+c brings", func() bool {
				said := p.output()[from:]
				return strings.Contains(said, "Answer with a word") || strings.Contains(said, "keyturn: ")
			})
			_, _ = p.pty.WriteString("\x03") // it may have ended
		},
	} {
		t.Run("small-1.1/"+name, func(t *testing.T) {
			t.Parallel()
			p := byLine(t)
			key := p.delivered()
			from := p.read
			end(p)
			if code := p.exit(); code == 5 {
				t.Errorf("exit code %d", code)
			}
			notLost(t, "at the end", p.printed()[from:])

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
}

// codeTarget is a target behind a role that needs an MFA code.
const codeTarget = "ssm:as=json,profile=tgt:/monitoring/aws"

// The same in the full screen.
func TestFindingsSecretFullScreen(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	term, _ := inTerminal(t, served, "rotate", "Suzie")
	term.await("Go on to create the new key")
	term.await(suzies)
	term.take("n", "Create a second key")
	term.take("n", "Create the new key?")
	term.press("\x1b[C\r")
	term.await("answered 5 times in a row")
	term.await("[x] profile billing")
	t.Run("B4", func(t *testing.T) {
		term.press("a")
		term.await("Where should it go?")
		term.press(codeTarget + "\t\x1b[C\r")
		asked := ""
		term.awaitThat("the question for a code", func(drawn string) bool {
			asked = drawn
			return strings.Contains(drawn, "needs a code")
		})
		if !strings.Contains(asked, "The profile tgt needs a code") {
			t.Errorf("the question names another profile:\n%s", asked)
		}
		term.press("\x1b")
		term.awaitThat("the question's end", func(drawn string) bool {
			asked = drawn
			return strings.Contains(drawn, "Put the new secret away") && !strings.Contains(drawn, "needs a code")
		})
		if strings.Contains(asked, "Where should it go?") { // the target is kept
			term.press("\x1b")
			term.awaitThat("the question's end", func(drawn string) bool {
				return strings.Contains(drawn, "Put the new secret away") && !strings.Contains(drawn, "Where should it go?")
			})
		}
	})
	t.Run("S2-7", func(t *testing.T) {
		term.take("\r", "Deliver the secret?")
		term.press("\x1b[C\r")
		term.await("profile billing: delivered")
		term.press("q")
		dialog := ""
		term.awaitThat("the dialog", func(drawn string) bool {
			dialog = drawn
			return strings.Contains(drawn, "The secret is not put away") && strings.Contains(drawn, "Stay")
		})
		notLost(t, "the dialog", dialog)
		if !regexp.MustCompile(`Stay +It is stored: forget it here`).MatchString(dialog) {
			t.Errorf("it does not offer to say that it is stored:\n%s", dialog)
		}
	})
}

// shown asks for the secret, and checks that it is still there.
func (p *lineByLine) shown(t *testing.T) {
	t.Helper()
	p.say("show", "Type yes.")
	said := p.say("yes", "Answer with a word")
	if !slices.ContainsFunc(p.served.given(), func(secret string) bool { return strings.Contains(said, secret) }) {
		t.Errorf("the secret is not there any more:\n%s", said)
	}
}

// One ctrl+c or ctrl+d on a terminal loses nothing; the second ends it.
func TestFindingsSecretOneKeyLosesNothing(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"ctrl+c": "\x03", "ctrl+d": "\x04"} {
		t.Run("small-1.2/"+name, func(t *testing.T) {
			t.Parallel()
			p := byLine(t)
			p.created()
			p.press(key)
			p.hear("Answer with a word")
			p.shown(t)
		})
		t.Run("small-1.2/"+name+"_at_a_question", func(t *testing.T) {
			t.Parallel()
			p := byLine(t)
			p.created()
			p.say("show", "Type yes.")
			p.press(key)
			if said := p.hear("Answer with a word"); strings.Contains(said, p.served.given()[0]) {
				t.Error("the secret was printed")
			}
			p.shown(t)
		})
	}
	t.Run("small-1.2/twice", func(t *testing.T) {
		t.Parallel()
		p := byLine(t)
		p.created()
		for _, key := range []string{"\x03", "\x04", "\x03"} {
			p.press(key)
			p.hear("Answer with a word")
			p.shown(t) // after an answer it takes two again
		}
		p.press("\x03")
		p.hear("Answer with a word")
		p.press("\x03")
		if code := p.exit(); code != 5 {
			t.Errorf("exit code %d", code)
		}
	})
}

// What is typed after the question for a code is the code, and nothing else is.
func TestFindingsRotationCode(t *testing.T) {
	t.Parallel()
	t.Run("R3_B3_ctrl+c_at_the_code", func(t *testing.T) {
		t.Parallel()
		p := byLine(t)
		p.created()
		if said := p.say("add "+codeTarget, "Code:"); !strings.Contains(said, "profile tgt") {
			t.Errorf("the question does not name the profile: %s", said)
		}
		p.press("\x03")
		p.hear("Answer with a word")
		p.shown(t)
		if n := p.served.cloud.Sent("sts:AssumeRole"); n != 0 {
			t.Errorf("STS was asked %d times without a code", n)
		}
	})
	t.Run("R3_B2_code_reaches_STS", func(t *testing.T) {
		t.Parallel()
		p := byLine(t)
		p.created()
		p.say("add "+codeTarget, "Code:")
		said := p.say(sandbox.MFACode, "/monitoring/aws")
		said += p.hear("Answer with a word")
		if n := p.served.cloud.Sent("sts:AssumeRole"); n == 0 || strings.Contains(said, "not one of the words") {
			t.Errorf("the code did not reach STS, which was asked %d times:\n%s", n, said)
		}
		p.shown(t) // an answer is an answer
	})
}

// A secret that went nowhere is stored by a reason alone, which is on record.
func TestFindingsSecretStored(t *testing.T) {
	t.Parallel()
	t.Run("small-1.5", func(t *testing.T) {
		t.Parallel()
		p := byLine(t)
		p.created()
		p.say("stored", "\n")
		p.press("I wrote it down\r")
		p.press("yes\r")
		p.hear("Step 4 of 8")
		p.signal(syscall.SIGTERM)
		p.exit()
		text, err := os.ReadFile(filepath.Join(p.root, "state", "keyturn", "aws-"+sandbox.AccountID+".jsonl"))
		if err != nil || !regexp.MustCompile(`"decision":"stored".*"reason":"I wrote it down"`).Match(text) {
			t.Errorf("the reason is not on record (%v):\n%s", err, text)
		}
	})
}

// listing is the account with its lists of keys changed. They come as what stands before the
// first key, and each key up to the next.
func listing(served *endpoint, change func(parts []string) []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		served.cloud.ServeHTTP(answer, r)
		body := answer.Body.String()
		if before, rest, found := strings.Cut(body, "<AccessKeyMetadata>"); found {
			keys, after, _ := strings.Cut(rest, "</AccessKeyMetadata>")
			body = before + "<AccessKeyMetadata>" + strings.Join(change(strings.SplitAfter(keys, "</member>")), "") + "</AccessKeyMetadata>" + after
		}
		for name, values := range answer.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write([]byte(body))
	})
}

// hiding is the account without one key in its lists.
func hiding(served *endpoint, keyID string) http.Handler {
	return listing(served, func(keys []string) []string {
		return slices.DeleteFunc(keys, func(k string) bool { return strings.Contains(k, keyID) })
	})
}

// A user with several keys: each is told with its age and use, and chosen by its number.
func TestFindingsPlainSeveralKeys(t *testing.T) {
	t.Parallel()
	aKey := regexp.MustCompile(`AKIA[A-Z0-9]{16}, (?:Active|Inactive), [^\n]* old, (?:used|never used)[^\n]*`)
	for name, c := range map[string]struct {
		user   string
		change func([]string) []string
		keys   int
	}{
		"R9_small-1.8_two_keys": {"data-pipeline", func(keys []string) []string { return keys }, 2},
		"R9_three_keys": {"data-pipeline", func(keys []string) []string {
			third := regexp.MustCompile(`AKIA[A-Z0-9]{16}`).ReplaceAllString(keys[0], "AKIATHIRDKEYEXAMPLE0")
			return append([]string{third}, keys...)
		}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := serve()
			t.Cleanup(served.close)
			server := httptest.NewServer(listing(served, c.change))
			t.Cleanup(server.Close)
			root := t.TempDir()
			credentials := filepath.Join(root, "operator.ini")
			if err := served.writeCredentials(credentials); err != nil {
				t.Fatal(err)
			}
			at := &endpoint{cloud: served.cloud, url: server.URL}
			env := []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials}
			said, _ := runAt(t, root, env, at, "2\nleave\n", "rotate", c.user, "--plain")
			if strings.Contains(said, "the last use of one is not known") || strings.Contains(said, "3 of 2 taken") {
				t.Errorf("the keys are told wrongly:\n%s", said)
			}
			told := map[string]bool{}
			for _, line := range aKey.FindAllString(said, -1) {
				told[line[:20]] = true
			}
			// Of the third one nobody knows a use.
			if len(told) < 2 {
				t.Errorf("%d keys are told with age and use:\n%s", len(told), said)
			}
			if strings.Contains(said, "not one of the words") || !strings.Contains(said, "without a new key") && !strings.Contains(said, "Deactivate the key") {
				t.Errorf("the key is not chosen by its number:\n%s", said)
			}
		})
	}
}

// That a secret is in memory is said only by the process that holds it.
func TestFindingsSecretInMemory(t *testing.T) {
	t.Parallel()
	t.Run("R6", func(t *testing.T) {
		t.Parallel()
		p := byLine(t)
		key := p.created()
		p.signal(syscall.SIGKILL)
		if err := <-p.ended; err == nil {
			t.Error("it was not killed")
		}
		server := httptest.NewServer(hiding(p.served, key))
		t.Cleanup(server.Close)
		program, err := exec.LookPath("keyturn")
		if err != nil {
			t.Fatal(err)
		}
		again := &lineByLine{terminal: openIn(t, program, p.root, p.env, "rotate", "Suzie", "--plain", "--profile", "prod", "--endpoint-url", server.URL)}
		again.hear("Step ")
		said := again.hear("\n") + again.hear("\n")
		if strings.Contains(said, "is in memory, and nowhere else") {
			t.Errorf("a process that never had the secret says:\n%s", said)
		}
	})
}
