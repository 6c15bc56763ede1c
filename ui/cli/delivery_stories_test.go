//go:build stories

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A key in a credentials file is replaced where it stands: the AWS CLI, with that
// profile, signs with the new key after the delivery, and with the old one again after
// it was taken back.
func TestTheAWSCLIFollowsADelivery(t *testing.T) {
	served := serve()
	defer served.close()
	home := t.TempDir()
	operator := served.cloud.Operator()
	env := append(isolated(home), "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1")
	asOperator := append(env, "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret)

	type created struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string } //nolint:revive // AWS's names
	}
	askAWS[any](t, asOperator, served.url, "create-user", "--user-name", "mover")
	first := askAWS[created](t, asOperator, served.url, "create-access-key", "--user-name", "mover").AccessKey
	path := filepath.Join(home, "home", ".aws", "credentials")
	before := "# keys\r\n[mover]\r\naws_access_key_id=" + first.AccessKeyId + "\r\naws_secret_access_key=" + first.SecretAccessKey + "\r\n"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	served.cloud.Allow("mover", "iam:ListUsers")
	works := func(with string) {
		t.Helper()
		askAWS[any](t, append(env, "AWS_PROFILE=mover"), served.url, "list-users", "--max-items", "1")
		requests := served.cloud.Requests()
		if got := requests[len(requests)-1].KeyID; got != with {
			t.Errorf("signed with %s, want %s", got, with)
		}
	}
	converse := func(answers ...string) string {
		t.Helper()
		keyturn := child(t, asOperator, "rotate", "mover", "--plain", "--endpoint-url", served.url)
		keyturn.Stdin = strings.NewReader(strings.Join(answers, "\n") + "\n")
		said, err := keyturn.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		return string(said)
	}

	said := converse("go", "change", "yes", "deliver", "yes", "stored", "yes", "leave")
	keys := askAWS[struct {
		AccessKeyMetadata []struct{ AccessKeyId string } //nolint:revive // AWS's name
	}](t, asOperator, served.url, "list-access-keys", "--user-name", "mover").AccessKeyMetadata
	if len(keys) != 2 {
		t.Fatalf("%d keys after: %s", len(keys), said)
	}
	second := keys[1].AccessKeyId
	if second == first.AccessKeyId {
		second = keys[0].AccessKeyId
	}
	works(second)
	for _, secret := range served.given() {
		if strings.Contains(said, secret) {
			t.Error("a secret was printed")
		}
	}

	converse("give-up", "yes", "take-back", "yes", "leave")
	works(first.AccessKeyId)
	after, err := os.ReadFile(path)
	if err != nil || string(after) != before {
		t.Errorf("the credentials file is not as it was: %v", err)
	}
	if n := served.cloud.Sent("iam:CreateAccessKey"); n != 2 {
		t.Errorf("%d keys created", n)
	}
}
