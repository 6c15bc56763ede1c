//go:build stories

package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
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
	x.press("v")
	x.await("Hides itself in")
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
	for range 3 {
		asked := regexp.MustCompile(`▸  It works: \S+ \S+`).FindString(x.await("Watch what breaks", "▸  It works: "))
		x.press("Enter")
		x.awaitThat("the next to be asked about", func(s string) bool { return !strings.Contains(s, asked) })
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
	x.await("Back to the list", "is gone", "Reason: nobody answers for it", "w write the summary")
	x.press("w")
	x.await("written: " + x.root)
	found, err := filepath.Glob(filepath.Join(x.root, "keyturn-billing-cron-*-summary.md"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the summary: %v, %v", found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range []string{
		"# The access key of billing-cron was replaced", "Deactivated " + billingsKey, "Reactivated " + billingsKey, "Deleted " + billingsKey,
		"nobody answers for it", "NOT seen on the new key", "works without it, the operator said", "Said that it works without the old key: aws-cli 2.9 at 10.7.3.200",
		"data events, such as reading S3 objects",
	} {
		if !strings.Contains(strings.ReplaceAll(string(text), `\`, ""), told) {
			t.Errorf("the summary does not tell %q:\n%s", told, text)
		}
	}
	if info, err := os.Stat(found[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode: %v, %v", info.Mode(), err)
	}
	x.press("Enter")
	x.await("The next key with a finding", "▸  To the list")
	x.press("Enter")
	x.await("enter rotate", "by risk")
	x.press("q")
	x.await("it ended with 0")
}

// A key that has leaked: found by its ID, off at once, what it made and the session that
// outlives it are told, and a new one is delivered.
func TestALeakedKey(t *testing.T) {
	t.Parallel()
	const leaked = "AKIAJ5QK3ZEXAMPLEC45"
	served := serve()
	t.Cleanup(served.close)
	served.cloud.Configure(func(b *sandbox.Behavior) { b.TrailDelay = 0 })
	served.cloud.Allow("ci-deploy", "iam:CreateUser")
	stolen, err := served.cloud.KeyOf("image-build")
	if err != nil {
		t.Fatal(err)
	}
	thief := append(isolated(t.TempDir()), "AWS_ACCESS_KEY_ID="+stolen.KeyID, "AWS_SECRET_ACCESS_KEY="+stolen.Secret, "AWS_REGION=eu-west-1")
	askAWS[any](t, thief, served.url, "create-user", "--user-name", "backup-svc")
	askService[any](t, "sts", thief, served.url, "get-session-token")

	operator := served.cloud.Operator()
	env := []string{
		"AWS_ACCESS_KEY_ID=" + operator.KeyID, "AWS_SECRET_ACCESS_KEY=" + operator.Secret, "AWS_REGION=eu-west-1",
	}
	found, err := child(t, append(isolated(t.TempDir()), env...), "find", leaked, "--endpoint-url", served.url).Output()
	if err != nil || !strings.Contains(string(found), "ci-deploy") || !strings.Contains(string(found), "keyturn rotate ci-deploy --key "+leaked+" --leaked") {
		t.Fatalf("found: %v: %s", err, found)
	}
	config := filepath.Join(t.TempDir(), "config")
	if err := os.MkdirAll(filepath.Join(config, "keyturn"), 0o700); err != nil {
		t.Fatal(err)
	}
	target := "[[target]]\nuser = \"ci-*\"\nspec = \"secretsmanager:id=" + sandbox.KeyIDField + ",secret=" + sandbox.SecretField + ":" + sandbox.SecretName + "\"\n"
	if err := os.WriteFile(filepath.Join(config, "keyturn", "config.toml"), []byte(target), 0o600); err != nil {
		t.Fatal(err)
	}
	x := inTmux(t, append(env, "XDG_CONFIG_HOME="+config), "rotate", "ci-deploy", "--leaked", "--key", leaked, "--endpoint-url", served.url)
	x.await("Check before anything changes", "has leaked: it goes Inactive first", "no quarantine policy")
	x.press("n")
	x.await("Deactivate the leaked key", "▸  Deactivate the leaked key")
	x.press("n")
	x.await("Deactivate the leaked key?", "--status Inactive")
	x.press("Right", "Enter")
	x.await("See what the leaked key did", "aws:TokenIssueTime", "iam CreateUser", "backup-svc", "ASIA", "goes on until", "aws-cli")
	x.press("n")
	x.await("▸  Create the new key", "No new key is needed")
	x.press("n")
	x.await("Create the new key?")
	x.press("Right", "Enter")
	x.await("Put the new secret away", "secretsmanager ci/deploy", "not delivered yet", "Tried: it answered 5 times in a row")
	x.press("Enter")
	x.await("Deliver the secret?", "secretsmanager ci/deploy")
	x.press("Right", "Enter")
	x.await("ci/deploy: delivered")
	x.press("n")
	x.await("Is the secret stored?")
	x.press("Right", "Enter")
	x.await("Hand the new key to every application", "they fail until")
	x.press("n")
	x.await("Delete the leaked key for good", "no sooner than 5 minutes")
	served.cloud.Advance(7 * time.Hour)
	for _, app := range served.cloud.Applications() {
		if app.Name == "image-build" && !app.OK {
			t.Errorf("the application that reads the secret does not work: %+v", app)
		}
	}
	x.press("r")
	x.await("Delete the leaked key for good", "✓ new key in use")
	x.press("q")
	x.await("it ended with 0")
}
