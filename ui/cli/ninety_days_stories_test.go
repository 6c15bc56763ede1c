//go:build stories

package cli_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The audit of the ninety-day article: list the users, list the keys of each, compare
// the dates. The AWS CLI and keyturn have to find the same keys with the same dates.
func TestTheNinetyDayAuditFindsWhatTheAWSCLIFinds(t *testing.T) {
	served := serve()
	defer served.close()
	operator := served.cloud.Operator()
	env := append(isolated(t.TempDir()),
		"AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret,
		"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1")

	type key struct {
		User, Status string
		Created      time.Time
	}
	byAWS := map[string]key{}
	for _, user := range askAWS[[]string](t, env, served.url, "list-users", "--query", "Users[*].UserName") {
		list := askAWS[struct {
			AccessKeyMetadata []struct {
				UserName, AccessKeyId, Status string //nolint:revive // AWS's name
				CreateDate                    time.Time
			}
		}](t, env, served.url, "list-access-keys", "--user-name", user)
		for _, k := range list.AccessKeyMetadata {
			byAWS[k.AccessKeyId] = key{k.UserName, k.Status, k.CreateDate.UTC()}
		}
	}

	audit := child(t, env, "audit", "--endpoint-url", served.url, "--output", "json")
	text, err := audit.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var told struct {
		Rows []struct {
			User    string    `json:"user"`
			KeyID   string    `json:"key_id"`
			Status  string    `json:"status"`
			Created time.Time `json:"created"`
			AgeDays int       `json:"age_days"`
			Root    bool      `json:"root"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	byKeyturn := map[string]key{}
	for _, row := range told.Rows {
		if row.Root {
			continue // the article's commands can't see root's keys
		}
		byKeyturn[row.KeyID] = key{row.User, row.Status, row.Created.UTC()}
		if days := int(served.cloud.Now().Sub(row.Created).Hours() / 24); row.AgeDays != days {
			t.Errorf("%s is %d days old, keyturn says %d", row.KeyID, days, row.AgeDays)
		}
	}
	if len(byAWS) < 15 {
		t.Fatalf("the AWS CLI found %d keys only", len(byAWS))
	}
	for id, want := range byAWS {
		if got := byKeyturn[id]; got.User != want.User || got.Status != want.Status || !got.Created.Equal(want.Created) {
			t.Errorf("%s: keyturn %+v, AWS CLI %+v", id, got, want)
		}
	}
	if len(byKeyturn) != len(byAWS) {
		t.Errorf("keyturn found %d keys, the AWS CLI %d", len(byKeyturn), len(byAWS))
	}
}

// askAWS runs a command of the AWS CLI and reads its answer.
func askAWS[T any](t *testing.T, env []string, url string, args ...string) T {
	t.Helper()
	return askService[T](t, "iam", env, url, args...)
}

// askService asks one of AWS's services by the AWS CLI.
func askService[T any](t *testing.T, service string, env []string, url string, args ...string) T {
	t.Helper()
	program := "/usr/bin/aws" // Debian's, should another stand before it in PATH
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("aws"); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, append(append([]string{service}, args...), "--endpoint-url", url, "--output", "json")...)
	cmd.Env = append(env, "AWS_PAGER=", "PATH="+os.Getenv("PATH"))
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("aws %s %s: %v", service, strings.Join(args, " "), err)
	}
	var answer T
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}
