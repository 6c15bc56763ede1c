//go:build stories

package cli_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// turns are the verdicts, with the word of the table and of the JSON for each.
var turns = map[string]struct{ cell, json string }{
	"READY": {"ready", "ready"}, "WAIT": {"waiting", "waiting"}, "YOUR TURN": {"your turn", "yours"},
	"BLOCKED": {"blocked", "blocked"}, "ATTENTION": {"attention", "attention"},
}

var verdictLine = regexp.MustCompile(`(READY|WAIT|YOUR TURN|BLOCKED|ATTENTION)  (\S.*)`)

// teller is a rotation that is looked at through every face of keyturn.
type teller struct {
	*tmux
	served *endpoint
	env    []string
	user   string
	keyID  string
}

// agree holds what the guide says at a step against the list, its header, "in flight",
// `status` and `find`, and goes back to the guide.
func (x *teller) agree(step string) {
	x.t.Helper()
	guide := verdictLine.FindStringSubmatch(x.awaitThat("a verdict at "+step, verdictLine.MatchString))
	verdict := guide[1]
	want := turns[verdict]
	x.press("Escape")
	list := x.awaitThat("the list to say "+verdict+" at "+step, func(s string) bool {
		return strings.Contains(s, "by risk") && strings.Contains(line(s, x.keyID), verdict)
	})
	needs := verdict == "READY" || verdict == "YOUR TURN" || verdict == "ATTENTION"
	if told := strings.Contains(list, "waits for you") || strings.Contains(list, "nobody"); told != needs {
		x.t.Errorf("%s: the guide says %s, the header %q", step, verdict, line(list, "keys of"))
	}
	x.press("Tab")
	x.awaitThat("in flight to say "+want.cell+" at "+step, func(s string) bool {
		return strings.Contains(s, "WAITS FOR") && strings.Contains(line(s, " "+x.user+" "), want.cell)
	})
	var status struct {
		Rotations []struct {
			User  string
			Turn  string
			Waits string `json:"waits_for"`
		}
	}
	text, _ := child(x.t, x.env, "status", "--output", "json", "--endpoint-url", x.served.url).Output() // 5 where somebody has to act
	if err := json.Unmarshal(text, &status); err != nil || len(status.Rotations) != 1 {
		x.t.Fatalf("%s: status: %v: %s", step, err, text)
	}
	if r := status.Rotations[0]; r.User != x.user || r.Turn != want.json {
		x.t.Errorf("%s: the guide says %s %s, status %s: %s", step, verdict, guide[2], r.Turn, r.Waits)
	}
	found, err := child(x.t, x.env, "find", x.keyID, "--endpoint-url", x.served.url).Output()
	if err != nil || !strings.Contains(line(string(found), "in progress"), verdict) {
		x.t.Errorf("%s: the guide says %s, find: %s (%v)", step, verdict, line(string(found), "in progress"), err)
	}
	x.press("Escape")
	x.await("by risk")
	x.press("Enter")
	x.awaitThat("the guide", verdictLine.MatchString)
}

// newTeller opens a user's rotation in a terminal, at an endpoint.
func newTeller(t *testing.T, user, keyID string, args ...string) *teller {
	t.Helper()
	served := serve()
	t.Cleanup(served.close)
	credentials := filepath.Join(t.TempDir(), "operator.ini")
	if err := served.writeCredentials(credentials); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_SHARED_CREDENTIALS_FILE=" + credentials, "AWS_PROFILE=prod"}
	x := inTmux(t, env, append(append([]string{"rotate", user}, args...), "--endpoint-url", served.url)...)
	return &teller{tmux: x, served: served, env: append(isolated(x.root), env...), user: user, keyID: keyID}
}

// days lets time go by at AWS, and has the guide look.
func (x *teller) days(n int) {
	for range n {
		x.served.cloud.Advance(24 * time.Hour)
	}
	x.press("r")
}

// All faces say the same of a rotation, at each step at which it can be left.
func TestOneTruth(t *testing.T) {
	t.Parallel()
	t.Run("a rotation with a roll back", func(t *testing.T) {
		t.Parallel()
		x := newTeller(t, "Suzie", suziesKey)
		create(x.tmux)
		x.press("n")
		x.await("Is the secret stored?")
		x.press("Right", "Enter")
		x.await("Hand the new key to every application")
		x.agree("Distribute, in use")
		for _, app := range x.served.cloud.Applications() {
			if app.KeyID == suziesKey {
				if err := x.served.cloud.UpdateApplication(app.Name, x.newKey()); err != nil {
					t.Fatal(err)
				}
			}
		}
		x.days(8)
		x.await("READY  ")
		x.agree("Distribute, quiet")
		x.press("n")
		x.await("▸  Deactivate the old key")
		x.agree("Deactivate")
		x.press("n")
		x.await("Deactivate the old key?")
		x.press("Right", "Enter")
		x.await("Watch what breaks", "Inactive since")
		x.agree("Watch")
		x.press("R")
		x.await("Roll back: reactivate the old key?")
		x.press("Right", "Enter")
		x.await("Hand the new key to every application", "works again")
		x.agree("after the roll back")
		x.days(8)
		x.await("READY  ")
		x.press("n")
		x.await("▸  Deactivate the old key")
		x.press("n")
		x.await("Deactivate the old key?")
		x.press("Right", "Enter")
		x.await("Watch what breaks", "Inactive since")
		x.days(8)
		x.await("over since")
		x.agree("Watch, over")
		x.press("n")
		x.await("▸  Delete the old key")
		x.agree("Delete")
	})
	t.Run("a leaked key", func(t *testing.T) {
		t.Parallel()
		const leaked = "AKIAIOSFODNN7EXAMPLE"
		x := newTeller(t, "billing-cron", leaked, "--leaked")
		x.await("READY  ")
		x.press("n")
		x.await("▸  Deactivate the leaked key")
		x.press("n")
		x.await("Deactivate the leaked key?")
		x.press("Right", "Enter")
		x.await("See what the leaked key did")
		x.agree("Review")
		x.press("n")
		x.await("▸  Create the new key")
		x.agree("Create")
		x.press("n")
		x.await("Create the new key?")
		x.press("Right", "Enter")
		x.await("Put the new secret away", "Tried: it answered 5 times in a row")
		x.press("v")
		x.awaitThat("the secret", secretOnScreen.MatchString)
		x.press("n")
		x.await("Is the secret stored?")
		x.press("Right", "Enter")
		x.await("Hand the new key to every application")
		x.agree("Distribute")
		x.press("n")
		x.await("Delete the leaked key for good")
		x.agree("Delete")
	})
}

// newKey is the ID of the user's key that was made here.
func (x *teller) newKey() string {
	x.t.Helper()
	found := regexp.MustCompile(`NEW (AKIA[A-Z0-9]+)`).FindStringSubmatch(x.await("NEW AKIA"))
	if found == nil {
		x.t.Fatal("no new key")
	}
	return found[1]
}
