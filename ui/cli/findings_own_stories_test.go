//go:build stories

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// newcomer is an engineer whom an administrator has made with the AWS CLI, at a sandbox that
// listens, with what `keyturn policy --self` prints and one access key.
type newcomer struct {
	t         *testing.T
	endpoint  string
	env       []string // the engineer's
	keyID     string
	credsFile string
}

var exported = regexp.MustCompile(`(?m)^export ([A-Z_]+)=(.+)$`)

func newNewcomer(t *testing.T, name string) *newcomer {
	t.Helper()
	server := child(t, isolated(t.TempDir()), "sandbox", "--listen", "127.0.0.1:0")
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	var settings []string
	for lines := bufio.NewScanner(stdout); len(settings) < 5 && lines.Scan(); {
		if m := exported.FindStringSubmatch(lines.Text()); m != nil {
			settings = append(settings, m[1]+"="+m[2])
		}
	}
	root := t.TempDir()
	n := &newcomer{t: t, endpoint: strings.TrimPrefix(settings[0], "AWS_ENDPOINT_URL="), credsFile: filepath.Join(root, "aws-credentials")}
	admin := append(isolated(root), settings...)
	text, err := child(t, admin, "policy", "--self").Output()
	if err != nil {
		t.Fatal(err)
	}
	document := filepath.Join(root, "self.json")
	if err := os.WriteFile(document, text, 0o600); err != nil {
		t.Fatal(err)
	}
	n.aws(admin, "create-user", "--user-name", name)
	n.aws(admin, "put-user-policy", "--user-name", name, "--policy-name", "own-keys", "--policy-document", "file://"+document)
	var made struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string } //nolint:revive // AWS's names
	}
	if err := json.Unmarshal([]byte(n.aws(admin, "create-access-key", "--user-name", name)), &made); err != nil {
		t.Fatal(err)
	}
	var got struct{ PolicyDocument any }
	if err := json.Unmarshal([]byte(n.aws(admin, "get-user-policy", "--user-name", name, "--policy-name", "own-keys")), &got); err != nil || got.PolicyDocument == nil {
		t.Errorf("the policy is %v (%v)", got, err)
	}
	n.keyID = made.AccessKey.AccessKeyId
	text = []byte("[" + name + "]\naws_access_key_id = " + n.keyID + "\naws_secret_access_key = " + made.AccessKey.SecretAccessKey + "\n")
	if err := os.WriteFile(n.credsFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	n.env = append(isolated(root), "AWS_SHARED_CREDENTIALS_FILE="+n.credsFile, "AWS_PROFILE="+name, "AWS_ENDPOINT_URL="+n.endpoint)
	n.days(100)
	return n
}

// aws runs a command of the AWS CLI on IAM, which has to go well.
func (n *newcomer) aws(env []string, args ...string) string {
	n.t.Helper()
	program := "/usr/bin/aws" // Debian's, should another stand before it in PATH
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("aws"); err != nil {
			n.t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(n.t.Context(), program, append(append([]string{"iam"}, args...), "--endpoint-url", n.endpoint, "--output", "json")...)
	cmd.Env = append(env, "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_PAGER=", "PATH="+os.Getenv("PATH"))
	text, err := cmd.CombinedOutput()
	if err != nil {
		n.t.Fatalf("aws iam %s: %v: %s", strings.Join(args, " "), err, text)
	}
	return string(text)
}

// days lets days go by in the account.
func (n *newcomer) days(count int) {
	n.t.Helper()
	for range count {
		request, err := http.NewRequestWithContext(n.t.Context(), http.MethodPost, n.endpoint+"/_keyturn/advance?days=1", nil)
		if err != nil {
			n.t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			n.t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			n.t.Fatalf("a day later: %s", answer.Status)
		}
	}
}

// keyturn runs a command that must go well.
func (n *newcomer) keyturn(args ...string) string {
	n.t.Helper()
	cmd := child(n.t, n.env, args...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		n.t.Fatalf("keyturn %v: %v: %s", args, err, text)
	}
	return string(text)
}

// looksAround runs audit and status, which show the engineer's own keys.
func (n *newcomer) looksAround(keyIDs ...string) {
	n.t.Helper()
	for _, command := range []string{"audit", "status"} {
		text := n.keyturn(command)
		for _, want := range append(keyIDs, "iam:ListUsers", "you") {
			if !strings.Contains(text, want) {
				n.t.Errorf("%s does not say %s: %s", command, want, text)
			}
		}
	}
}

// profile is the credentials file of the engineer.
func (n *newcomer) profile() string {
	n.t.Helper()
	text, err := os.ReadFile(n.credsFile)
	if err != nil {
		n.t.Fatal(err)
	}
	return string(text)
}

// talk begins a conversation with keyturn.
func (n *newcomer) talk(args ...string) (*conversation, func() error) {
	n.t.Helper()
	cmd := child(n.t, n.env, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	answers, err := cmd.StdinPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	c := &conversation{t: n.t, answers: answers, heard: make(chan string, 1024)}
	go func() {
		defer close(c.heard)
		buf := make([]byte, 4096)
		for {
			read, err := stdout.Read(buf)
			c.heard <- string(buf[:read])
			if err != nil {
				return
			}
		}
	}()
	return c, func() error {
		for range c.heard { // until it ends
			continue
		}
		_, _ = io.Copy(io.Discard, stdout)
		return cmd.Wait()
	}
}

// The ordinary engineer, whom the program is for: an administrator makes the user with the
// AWS CLI and what `keyturn policy --self` prints, and nothing more is needed.
func TestFindingsOwnStories(t *testing.T) {
	t.Parallel()
	t.Run("R4_rotation_in_plain_words", func(t *testing.T) {
		t.Parallel()
		n := newNewcomer(t, "eve")
		n.looksAround(n.keyID)
		const menu = "Answer with a word"
		c, wait := n.talk("rotate", "--plain")
		c.expect("Step 1 of 8", n.keyID, menu)
		c.answer("go", "Step 2 of 8", menu)
		c.answer("change", "Type yes.")
		c.answer("yes", "Step 3 of 8", "answered 5 times in a row", menu)
		c.answer("deliver", "profile eve", "Type yes.")
		c.answer("yes", "profile eve: delivered", menu)
		c.answer("stored", "Type yes.")
		c.answer("yes", "Step 4 of 8", menu)
		if text := n.profile(); strings.Contains(text, "[eve]\naws_access_key_id = "+n.keyID) {
			t.Errorf("the profile has the old key still: %s", text)
		}
		c.answer("sign-afresh", menu)
		n.days(3)
		c.answer("look", menu)
		c.answer("go", "Step 5 of 8", menu)
		c.deactivate()
		c.answer("roll-back", "--status Active", "Type yes.")
		c.answer("yes", "Step 4 of 8", menu)
		n.looksAround(n.keyID)
		n.days(3)
		c.answer("look", menu)
		c.answer("go", "Step 5 of 8", menu)
		c.deactivate()
		n.days(8)
		c.answer("look", menu)
		c.reasoned("go", "Step 7 of 8")
		c.expect(menu)
		c.answer("change", "type the last 4 characters of its ID")
		c.answer(n.keyID[len(n.keyID)-4:], "Done.", "The old key "+n.keyID+" is gone.")
		if err := wait(); err != nil {
			t.Error(err)
		}
		if keys := n.aws(n.env, "list-access-keys", "--user-name", "eve"); strings.Contains(keys, n.keyID) || strings.Count(keys, "AKIA") != 1 {
			t.Errorf("the keys at the end are %s", keys)
		}
		n.looksAround()
	})
	t.Run("R4_rotation_in_a_terminal", func(t *testing.T) {
		t.Parallel()
		n := newNewcomer(t, "fay")
		x := inTmux(t, n.env)
		list := x.await("1 key of yours", n.keyID, "fay you", "iam:ListUsers", "rotate")
		if strings.Contains(list, "partial") || strings.Contains(list, "Nothing is known") {
			t.Errorf("the list is said to lack something:\n%s", list)
		}
		x.press("Enter")
		x.await("Check before anything changes", "your own key", "▸  Go on to create the new key")
		x.press("n")
		x.await("▸  Create the new key")
		x.press("n")
		x.confirm("Create the new key?")
		x.await("answered 5 times in a row", "profile fay: not delivered yet", "▸  Deliver the secret")
		x.press("Enter")
		x.confirm("Deliver the secret?")
		x.await("▸  It is stored: forget it here")
		x.press("n")
		x.confirm("Is the secret stored?")
		x.await("Hand the new key to every application", "who signs")
		x.take("Sign with what the profile holds now")
		x.awaitThat("signing with the new key", func(s string) bool {
			return strings.Contains(s, "Hand the new key to every application") && !strings.Contains(s, "Sign with what the profile holds now")
		})
		off := func() {
			n.days(3)
			x.take("Look again")
			x.goOnTo("Deactivate the old key?")
			if strings.Contains(x.screen(), "Why do it all the same?") {
				x.press("nothing but my laptop uses it", "Enter")
			}
			x.confirm("Deactivate the old key?", "--status Inactive")
			x.await("Watch what breaks", "Inactive since")
		}
		off()
		x.press("R")
		x.confirm("Roll back: reactivate the old key?", "--status Active")
		x.await("Hand the new key to every application", "works again")
		n.looksAround(n.keyID)
		off()
		n.days(8)
		x.take("Look again")
		x.await("over since", "Go on to delete the old key")
		x.goOnTo("▸  Delete the old key")
		if strings.Contains(x.screen(), "Why do it all the same?") {
			x.press("nothing but my laptop uses it", "Enter")
			x.await("▸  Delete the old key")
		}
		x.press("n")
		x.await("To confirm, type the last 4 characters of its ID")
		x.press(n.keyID[len(n.keyID)-4:], "Enter")
		x.await("The old key " + n.keyID + " is gone.")
		x.press("q")
		x.await("it ended with 0")
		n.looksAround()
	})
}

// confirm takes what a question asks for.
func (x *tmux) confirm(texts ...string) {
	x.t.Helper()
	x.await(append(texts, "▸  Cancel")...)
	x.press("Right", "Enter")
}

// goOnTo goes on, as soon as keyturn has read what is new, until it shows a text or asks for
// a reason.
func (x *tmux) goOnTo(text string) {
	x.t.Helper()
	polls := 0
	x.awaitThat(text+", or a reason", func(s string) bool {
		if strings.Contains(s, text) || strings.Contains(s, "Why do it all the same?") {
			return true
		}
		if polls++; polls%20 == 0 { // a key that is pressed meanwhile is not taken
			x.press("n")
		}
		return false
	})
}

// take takes an action, wherever it stands among the others.
func (x *tmux) take(action string) {
	x.t.Helper()
	x.awaitThat(action+" selected", func(s string) bool {
		if strings.Contains(s, "▸  "+action) {
			return true
		}
		x.press("Right")
		return false
	})
	x.press("Enter")
}

// deactivate switches the old key off.
func (c *conversation) deactivate() {
	c.t.Helper()
	c.reasoned("change", "Type yes.")
	c.answer("yes", "Step 6 of 8", "Answer with a word")
}

// reasoned answers with a line, and gives a reason where one is asked for: keyturn signs with
// the engineer's key, so that its uses may be no others'.
func (c *conversation) reasoned(line, want string) {
	c.t.Helper()
	const reason = "give the reason"
	if _, err := io.WriteString(c.answers, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
	from := c.read
	for !strings.Contains(c.printed[from:], want) && !strings.Contains(c.printed[from:], reason) {
		select {
		case piece, more := <-c.heard:
			if !more {
				c.t.Fatalf("it ended before %q:\n%s", want, c.printed[from:])
			}
			c.printed += piece
		case <-time.After(time.Minute):
			c.t.Fatalf("waited in vain for %q:\n%s", want, c.printed[from:])
		}
	}
	if !strings.Contains(c.printed[from:], want) {
		c.read = len(c.printed)
		c.answer("nothing but my laptop uses it", want)
		return
	}
	c.expect(want)
}
