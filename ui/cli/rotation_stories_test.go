//go:build stories

package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Suzie's key, and what is known of her applications.
const (
	suziesKey = "AKIAI44QH8DHBEXAMPLE"
	photoSync = "photo-sync"
	nightly   = "nightly-export"
)

// A whole rotation by keyboard in the sandbox: an application that was not updated
// breaks after Deactivate, Reactivate mends it, and after it has been updated the
// rotation goes through.
func TestAWholeRotationInATerminal(t *testing.T) {
	t.Parallel()
	x := inTmux(t, nil, "sandbox")
	list := x.await("SANDBOX", "Suzie", "billing-cron", "412 d", "report-mailer", "monitoring", "97 d")
	if line(list, "Suzie") == "" || !strings.Contains(line(list, "Suzie"), suziesKey) {
		t.Errorf("the list has no key of Suzie:\n%s", list)
	}
	x.press("/", "Suzie")
	x.awaitThat("Suzie alone", func(s string) bool { return strings.Contains(s, suziesKey) && !strings.Contains(s, "billing-cron") })
	x.press("Enter", "Enter")

	secret := create(x)
	x.press("n")
	x.await("Is the secret stored?", "Way back: none.")
	x.press("Right", "Enter")
	if screen := x.await("Hand the new key to every application", "OLD "+suziesKey, "Active"); strings.Contains(screen, secret) {
		t.Error("the secret is on screen after it was stored")
	}

	update(x, photoSync)
	x.press("n")
	x.await("Deactivate the old key", "asks for a reason")
	x.press("n")
	x.await("Why do it all the same?")
	x.press("the owner says that all is updated", "Enter")
	x.await("Deactivate the old key?", "--status Inactive", "acme-sandbox")
	x.press("Right", "Enter")
	x.await("Watch what breaks", "Inactive since")
	day(x)
	if fails := outcome(x, nightly); !strings.Contains(fails, "fails") {
		t.Errorf("an application with a deactivated key does not fail: %s", fails)
	}
	if fine := outcome(x, photoSync); !strings.Contains(fine, "fine") {
		t.Errorf("an application with the new key does not work: %s", fine)
	}

	x.press("R")
	x.await("Roll back: reactivate the old key?", "--status Active")
	x.press("Right", "Enter")
	x.await("Hand the new key to every application", "works again")
	day(x)
	if fine := outcome(x, nightly); !strings.Contains(fine, "fine") {
		t.Errorf("rolling back did not mend it: %s", fine)
	}

	update(x, nightly)
	for range 3 {
		day(x)
	}
	x.awaitThat("an old key that is quiet", func(s string) bool {
		return strings.Contains(s, "old key quiet") && !strings.Contains(s, "asks for a reason")
	})
	x.press("n")
	x.await("▸  Deactivate the old key") // the lists have proven the reactivation
	x.press("n")
	x.await("Deactivate the old key?")
	x.press("Right", "Enter")
	x.await("Watch what breaks", "Inactive since")
	for range 8 {
		day(x)
	}
	x.await("over since", "▸  Go on to delete the old key")
	x.press("n")
	x.await("Delete the old key for good", "▸  Delete the old key")
	x.press("n")
	x.await("To confirm, type the last 4 characters of its ID: MPLE")
	x.press("MPLE", "Enter")
	done := x.await("Back to the list", "is gone", "Reason: the owner")
	if !strings.Contains(done, "The old key "+suziesKey+" is gone.") {
		t.Errorf("the end does not tell of the old key:\n%s", done)
	}
	for _, app := range []string{photoSync, nightly} {
		if fine := outcome(x, app); !strings.Contains(fine, "fine") {
			t.Errorf("at the end: %s", fine)
		}
	}
	x.press("Enter")
	x.await("The next key with a finding", "▸  To the list")
	x.press("Enter")
	x.await("Suzie", "by risk")
	x.press("q")
	x.await("it ended with 0")
	if said := nowhere(x, secret); said != "" {
		t.Errorf("on stderr: %s", said)
	}
	if left, err := os.ReadDir(filepath.Join(x.root, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("the sandbox left %v behind (%v)", left, err)
	}
}

// On an AWS endpoint there is a journal: the secret is not in it either.
func TestTheSecretOnAnEndpoint(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	credentials := filepath.Join(t.TempDir(), "operator.ini")
	if err := served.writeCredentials(credentials); err != nil {
		t.Fatal(err)
	}
	x := inTmux(t, []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials}, "rotate", "Suzie", "--profile", "prod", "--endpoint-url", served.url)
	secret := create(x)
	if given := served.given(); len(given) != 1 || given[0] != secret {
		t.Fatalf("the secret on screen is not the one of the %d that were given out", len(given))
	}
	if screen := x.screen(); strings.Contains(screen, "SANDBOX") || strings.Contains(screen, "next day") {
		t.Errorf("keyturn takes the endpoint for its sandbox:\n%s", screen)
	}
	x.press("c")
	x.await("sent to the clipboard")
	x.press("n")
	x.await("Is the secret stored?")
	x.press("Right", "Enter")
	x.await("Hand the new key to every application")
	x.press("v")
	x.await("there is no secret here")
	x.press("q")
	x.await("it ended with 0")
	if _, err := os.Stat(filepath.Join(x.root, "state", "keyturn", "aws-111122223333.jsonl")); err != nil {
		t.Error(err)
	}
	if said := nowhere(x, secret); said != "" {
		t.Errorf("on stderr: %s", said)
	}
}

// keyturn is ended while the secret is in view: the terminal does not keep it, and it is
// told that keyturn does not either.
func TestTheSecretIsInViewAtTheEnd(t *testing.T) {
	t.Parallel()
	x := inTmux(t, nil, "sandbox", "rotate", "Suzie")
	secret := create(x)
	x.press("v")
	x.await(secret)
	x.terminate()
	x.await("it ended with 5")
	said := nowhere(x, secret)
	if !regexp.MustCompile(`^keyturn: Suzie: nobody has said that the secret of AKIA[A-Z0-9]+ is stored\. It was shown or copied here\.`).MatchString(said) {
		t.Errorf("on stderr: %s", said)
	}
}

var secretOnScreen = regexp.MustCompile(`secret +([A-Za-z0-9+/]{40})(?:[^A-Za-z0-9+/]|$)`)

// create leads from Check to a new key that has been tried, and returns its secret,
// which is shown and hidden again.
func create(x *tmux) string {
	x.t.Helper()
	x.await("Check before anything changes", "Go on to create the new key", "OLD "+suziesKey)
	x.press("n")
	x.await("Create a second key", "aws iam create-access-key --user-name Suzie")
	x.press("n")
	x.await("Create the new key?", "Cancel")
	x.press("Enter") // Cancel is chosen: a stray enter does nothing
	x.awaitThat("the question closed", func(s string) bool { return !strings.Contains(s, "Create the new key?") })
	x.press("n")
	x.await("Create the new key?")
	x.press("Right", "Enter")
	hidden := x.await("Put the new secret away", "Tried: it answered 5 times in a row", "NEW AKIA")
	if secretOnScreen.MatchString(hidden) {
		x.t.Fatalf("the secret is shown unasked:\n%s", hidden)
	}
	x.press("v")
	found := secretOnScreen.FindStringSubmatch(x.awaitThat("the secret", secretOnScreen.MatchString))
	x.press("q")
	x.await("The secret is not put away", "Stay")
	x.press("Enter")
	x.awaitThat("the secret hidden again", func(s string) bool {
		return !strings.Contains(s, "The secret is not put away") && !secretOnScreen.MatchString(s)
	})
	return found[1]
}

// day moves the sandbox's clock on, and waits until the screen tells the new date.
func day(x *tmux) {
	x.t.Helper()
	toast := regexp.MustCompile(`It is a day later: ([0-9-]+)`)
	date := func(screen string) string {
		if m := toast.FindStringSubmatch(screen); m != nil {
			return m[1]
		}
		return ""
	}
	before := date(x.screen())
	x.press("+")
	x.awaitThat("the next day", func(s string) bool { return date(s) != "" && date(s) != before })
}

// outcome is an application's line in the pane of applications.
func outcome(x *tmux, application string) string {
	x.t.Helper()
	x.press("A")
	screen := x.await("OUTCOME", "LAST RUN", application)
	x.press("Escape")
	x.awaitThat("the pane closed", func(s string) bool { return !strings.Contains(s, "LAST RUN") })
	return line(screen, application)
}

var keyInLine = regexp.MustCompile(`AKIA[A-Z0-9]{16}`)

// update gives an application its user's newest key.
func update(x *tmux, application string) {
	x.t.Helper()
	x.press("A")
	before := keyInLine.FindString(line(x.await("OUTCOME", application), application+" "))
	x.awaitThat(application+" selected", func(s string) bool {
		if strings.Contains(line(s, application), "▸") {
			return true
		}
		x.press("Down")
		return false
	})
	x.press("u")
	x.await("Update "+application+"?", "From its next run on")
	x.press("Right", "Enter")
	x.awaitThat(application+" with another key", func(s string) bool {
		return !strings.Contains(s, "From its next run on") && !strings.Contains(line(s, application+" "), before)
	})
	x.press("Escape")
	x.awaitThat("the pane closed", func(s string) bool { return !strings.Contains(s, "LAST RUN") })
}

// nowhere looks for the secret in what the terminal kept, in every file that keyturn
// may have written, and on stderr, which is one of them, and which it returns.
func nowhere(x *tmux, secret string) string {
	x.t.Helper()
	scrollback := x.scrollback()
	if !strings.Contains(scrollback, "it ended with") {
		x.t.Fatalf("this is not what the terminal kept:\n%s", scrollback)
	}
	// A line that is cut in two by the width would hide it.
	if strings.Contains(strings.Join(strings.Fields(scrollback), ""), secret) {
		x.t.Error("the secret is in the scrollback")
	}
	root, err := os.OpenRoot(x.root)
	if err != nil {
		x.t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // nothing was written
	files := 0
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		text, err := root.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			x.t.Errorf("the secret is in %s", path)
		}
		return err
	})
	if err != nil || files == 0 {
		x.t.Errorf("%d files were searched: %v", files, err)
	}
	said, err := os.ReadFile(x.stderr)
	if err != nil {
		x.t.Error(err)
	}
	return string(said)
}
