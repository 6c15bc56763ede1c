//go:build stories

package cli_test

import (
	"strings"
	"testing"
)

const billingsKey = "AKIAIOSFODNN7EXAMPLE"

// toDistribute leads from Check to Distribute, with the secret said to be stored.
func toDistribute(x *tmux) {
	x.t.Helper()
	x.press("n")
	x.await("Create a second key")
	x.press("n")
	x.await("Create the new key?")
	x.press("Right", "Enter")
	x.await("Put the new secret away", "Tried: it answered 5 times in a row", "NEW AKIA")
	x.press("n")
	x.await("Is the secret stored?")
	x.press("Right", "Enter")
	x.await("Hand the new key to every application")
}

// Three applications share a key, and one of them is forgotten: it stays named, going on
// without it asks for a reason, it fails where only its own log tells, rolling back mends
// it, and when it has the new key the rotation ends with a summary of all this.
func TestAForgottenApplication(t *testing.T) {
	t.Parallel()
	const rollup, dashboard, archive = "billing-rollup", "cost-dashboard", "month-end-archive"
	x := inTmux(t, nil, "sandbox", "rotate", "billing-cron")
	x.await("Check before anything changes", "OLD "+billingsKey)
	toDistribute(x)
	x.await("uses the old key  boto3 1.34 at 10.2.0.14", "aws-sdk-go-v2 1.30 at 10.2.0.19", "aws-cli 2.9 at 10.7.3.200", "5 of 5 regions read")
	update(x, rollup)
	update(x, dashboard)
	day(x)
	day(x)
	left := x.awaitThat("two that have moved", func(s string) bool { return strings.Count(s, "✓ has moved") == 2 })
	if !strings.Contains(line(left, "10.7.3.200"), "uses the old key") {
		t.Errorf("the forgotten one is not named:\n%s", left)
	}
	x.press("n")
	x.await("Deactivate the old key", "and came back: asks")
	x.press("n")
	x.await("Why do it all the same?", "silent for 7 days before")
	x.press("nobody answers for it", "Enter")
	x.await("Deactivate the old key?", "--status Inactive")
	x.press("Right", "Enter")
	x.await("Watch what breaks", "look at", "10.7.3.200", "its cron mail and log")
	for range 5 {
		day(x)
	}
	if fails := outcome(x, archive); !strings.Contains(fails, "fails") {
		t.Errorf("the forgotten application does not fail: %s", fails)
	}
	if silent := x.screen(); strings.Contains(silent, "InvalidClientTokenId") || !strings.Contains(silent, "calls signed with an Inactive key: AWS counts them nowhere") {
		t.Errorf("AWS is not silent about it, or that is not said:\n%s", silent)
	}
	x.press("R")
	x.await("Roll back: reactivate the old key?")
	x.press("Right", "Enter")
	x.await("Hand the new key to every application", "works again")
	update(x, archive)
	for range 9 {
		day(x)
	}
	if fine := outcome(x, archive); !strings.Contains(fine, "fine") {
		t.Errorf("with the new key it does not work: %s", fine)
	}
	x.awaitThat("all three moved", func(s string) bool { return strings.Count(s, "✓ has moved") == 3 })
	x.press("n")
	x.await("▸  Deactivate the old key")
	x.press("n")
	x.await("Deactivate the old key?")
	x.press("Right", "Enter")
	for _, user := range []string{"", "", ""} {
		x.await("Watch what breaks", "▸  It works: "+user)
		x.press("Enter")
	}
	x.awaitThat("all asked about", func(s string) bool { return strings.Count(s, "✓ works") == 3 })
	for range 8 {
		day(x)
	}
	x.await("over since")
	x.press("n")
	x.await("Delete the old key for good", "▸  Delete the old key")
	x.press("n")
	x.await("To confirm, type the last 4 characters of its ID: MPLE")
	x.press("MPLE", "Enter")
	x.await("Back to the list", "is gone", "Reason: nobody answers for it")
	x.press("Enter")
	x.await("q quit")
	x.press("q")
	x.await("it ended with 0")
}

// A key that has leaked: found by its ID, off at once, what it did and the session that
// outlives it are told, and a new one is delivered.
func TestALeakedKey(t *testing.T) {
	t.Parallel()
	x := inTmux(t, nil, "sandbox", "rotate", "ci-deploy", "--leaked")
	x.await("Check before anything changes", "has leaked: it goes Inactive first", "no quarantine policy")
	x.press("n")
	x.await("Deactivate the leaked key", "▸  Deactivate the leaked key")
	x.press("n")
	x.await("Deactivate the leaked key?", "--status Inactive")
	x.press("Right", "Enter")
	x.await("See what the leaked key did", "aws:TokenIssueTime", "ecr GetAuthorizationToken", "github-actions")
	x.press("n")
	x.await("▸  Create the new key", "No new key is needed")
	x.press("n")
	x.await("Create the new key?")
	x.press("Right", "Enter")
	x.await("Put the new secret away", "secretsmanager ci/deploy: can be delivered to", "Tried: it answered 5 times in a row")
	x.press("Enter")
	x.await("Deliver the secret?", "secretsmanager ci/deploy")
	x.press("Right", "Enter")
	x.await("secretsmanager ci/deploy: delivered")
	x.press("n")
	x.await("Is the secret stored?")
	x.press("Right", "Enter")
	x.await("Hand the new key to every application", "they fail until")
	day(x)
	if fine := outcome(x, "image-build"); !strings.Contains(fine, "fine") {
		t.Errorf("the application that reads the secret does not work: %s", fine)
	}
	x.press("n")
	x.await("Delete the leaked key for good", "▸  Delete the leaked key")
	x.press("n")
	x.await("To confirm, type the last 4 characters")
	x.press("EC45"[len("EC45")-4:], "Enter")
	x.await("Back to the list", "is gone")
}
