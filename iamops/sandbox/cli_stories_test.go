//go:build stories

package sandbox_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// cli is the AWS CLI on a served account: the judge of the wire format.
type cli struct {
	program, endpoint, home string
}

// serve starts an account and finds the AWS CLI.
func serve(t *testing.T) (*faults.Account, cli) {
	t.Helper()
	t.Parallel()              // the CLI takes a second to start
	program := "/usr/bin/aws" // Debian's, should another stand before it in PATH
	if _, err := os.Stat(program); err != nil {
		program = must[string](t)(exec.LookPath("aws"))
	}
	a := newAccount()
	served := httptest.NewServer(a)
	t.Cleanup(served.Close)
	return a, cli{program: program, endpoint: served.URL, home: t.TempDir()}
}

// run runs a command with credentials, in an environment of its own, and returns
// what it printed on stdout and stderr, and whether it went well.
func (c cli) run(t *testing.T, with sandbox.Credentials, args ...string) (stdout, stderr string, ok bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.program, append(args, "--endpoint-url", c.endpoint, "--output", "json")...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=" + with.KeyID, "AWS_SECRET_ACCESS_KEY=" + with.Secret,
	}
	if with.SessionToken != "" {
		cmd.Env = append(cmd.Env, "AWS_SESSION_TOKEN="+with.SessionToken)
	}
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), problems.String(), err == nil
}

// answer runs a command that must go well, and reads its answer.
func answer[T any](t *testing.T, c cli, with sandbox.Credentials, args ...string) T {
	t.Helper()
	stdout, stderr, ok := c.run(t, with, args...)
	if !ok {
		t.Fatalf("aws %s: %s", strings.Join(args, " "), stderr)
	}
	var v T
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields() // the fields are the articles', and no others
	if err := d.Decode(&v); err != nil {
		t.Fatalf("aws %s: %v in %s", strings.Join(args, " "), err, stdout)
	}
	return v
}

// silent runs a command that must go well and print nothing.
func (c cli) silent(t *testing.T, with sandbox.Credentials, args ...string) {
	t.Helper()
	if stdout, stderr, ok := c.run(t, with, args...); !ok || stdout != "" {
		t.Fatalf("aws %s: printed %q, %s", strings.Join(args, " "), stdout, stderr)
	}
}

// refused runs a command that must fail with one of AWS's codes.
func (c cli) refused(t *testing.T, with sandbox.Credentials, code, operation, message string, args ...string) {
	t.Helper()
	_, stderr, ok := c.run(t, with, args...)
	want := fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s", code, operation, message)
	if ok || !strings.Contains(stderr, want) {
		t.Errorf("aws %s:\ngot  %s\nwant %s", strings.Join(args, " "), strings.TrimSpace(stderr), want)
	}
}

// The answers, as the articles on rotation show them.
type (
	keyAnswer struct {
		UserName, AccessKeyId, Status string //nolint:revive // AWS's spelling
		CreateDate                    time.Time
	}
	keysAnswer struct {
		AccessKeyMetadata []keyAnswer
	}
	newKeyAnswer struct {
		AccessKey struct {
			keyAnswer
			SecretAccessKey string
		}
	}
	lastUsedAnswer struct {
		UserName          string
		AccessKeyLastUsed struct {
			Region, ServiceName string
			LastUsedDate        time.Time
		}
	}
	userAnswer struct {
		Path, UserName, UserId, Arn  string //nolint:revive // AWS's spelling
		CreateDate, PasswordLastUsed time.Time
	}
)

func TestCLIRotatesSuziesKey(t *testing.T) {
	a, c := serve(t)
	operator := a.Operator()

	listed := answer[keysAnswer](t, c, operator, "iam", "list-access-keys", "--user-name", "Suzie").AccessKeyMetadata
	if len(listed) != 1 || listed[0].AccessKeyId != suzieKey || listed[0].UserName != "Suzie" || listed[0].Status != "Active" || listed[0].CreateDate.IsZero() {
		t.Fatalf("Suzie's keys: %+v", listed)
	}
	created := answer[newKeyAnswer](t, c, operator, "iam", "create-access-key", "--user-name", "Suzie").AccessKey
	if created.UserName != "Suzie" || created.Status != "Active" || len(created.AccessKeyId) != 20 || len(created.SecretAccessKey) != 40 || created.CreateDate.IsZero() {
		t.Errorf("created %+v", created.keyAnswer)
	}
	c.refused(t, operator, "LimitExceeded", "CreateAccessKey", "Cannot exceed quota for AccessKeysPerUser: 2", "iam", "create-access-key", "--user-name", "Suzie")

	used := answer[lastUsedAnswer](t, c, operator, "iam", "get-access-key-last-used", "--access-key-id", suzieKey)
	if used.UserName != "Suzie" || used.AccessKeyLastUsed.ServiceName != "s3" || used.AccessKeyLastUsed.Region != "eu-west-1" || used.AccessKeyLastUsed.LastUsedDate.IsZero() {
		t.Errorf("last used: %+v", used)
	}
	status := func(want ...string) {
		t.Helper()
		var got []string
		for _, k := range answer[keysAnswer](t, c, operator, "iam", "list-access-keys", "--user-name", "Suzie").AccessKeyMetadata {
			got = append(got, k.Status)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the keys are %v, want %v", got, want)
		}
	}
	for _, to := range []string{"Inactive", "Active", "Inactive"} {
		c.silent(t, operator, "iam", "update-access-key", "--access-key-id", suzieKey, "--status", to, "--user-name", "Suzie")
		status(to, "Active")
	}
	c.silent(t, operator, "iam", "delete-access-key", "--access-key-id", suzieKey, "--user-name", "Suzie")
	status("Active")
	c.refused(t, operator, "NoSuchEntity", "DeleteAccessKey", "The Access Key with id "+suzieKey+" cannot be found.",
		"iam", "delete-access-key", "--access-key-id", suzieKey, "--user-name", "Suzie")

	a.Advance(time.Minute)
	c.refused(t, sandbox.Credentials{KeyID: created.AccessKeyId, Secret: operator.Secret}, "SignatureDoesNotMatch", "GetCallerIdentity", "The request signature we calculated",
		"sts", "get-caller-identity")
	identity := answer[struct{ UserId, Account, Arn string }](t, c, //nolint:revive // AWS's spelling
		sandbox.Credentials{KeyID: created.AccessKeyId, Secret: created.SecretAccessKey}, "sts", "get-caller-identity")
	if identity.Account != sandbox.AccountID || identity.Arn != "arn:aws:iam::111122223333:user/Suzie" {
		t.Errorf("the new key is %+v", identity)
	}
}

func TestCLIListsUsers(t *testing.T) {
	a, c := serve(t)
	operator := a.Operator()
	users := answer[struct{ Users []userAnswer }](t, c, operator, "iam", "list-users").Users
	names := answer[[]string](t, c, operator, "iam", "list-users", "--query", "Users[*].UserName", "--page-size", "5")
	if len(users) != 16 || len(names) != 16 || !slices.Contains(names, "Suzie") {
		t.Errorf("%d users, named %v", len(users), names)
	}
	if u := users[0]; u.Path != "/" || u.UserId == "" || !strings.HasSuffix(u.Arn, ":user/"+u.UserName) || u.CreateDate.IsZero() {
		t.Errorf("a user is %+v", u)
	}
}

func TestCLIMakesAUserAndAReport(t *testing.T) {
	a, c := serve(t)
	operator := a.Operator()
	made := answer[struct{ User userAnswer }](t, c, operator, "iam", "create-user", "--user-name", "dora").User
	if made.UserName != "dora" || made.Arn != "arn:aws:iam::111122223333:user/dora" {
		t.Errorf("created %+v", made)
	}

	c.refused(t, operator, "ReportNotPresent", "GetCredentialReport", "", "iam", "get-credential-report")
	type state struct{ State, Description string }
	if s := answer[state](t, c, operator, "iam", "generate-credential-report"); s.State != "STARTED" || s.Description == "" {
		t.Errorf("the report is %+v", s)
	}
	a.Advance(time.Minute)
	if s := answer[state](t, c, operator, "iam", "generate-credential-report"); s.State != "COMPLETE" {
		t.Errorf("the report is %+v", s)
	}
	report := answer[struct {
		Content       []byte
		ReportFormat  string
		GeneratedTime time.Time
	}](t, c, operator, "iam", "get-credential-report")
	rows := must[[][]string](t)(csv.NewReader(bytes.NewReader(report.Content)).ReadAll())
	if len(rows) != 1+1+17 || rows[1][0] != "<root_account>" || report.ReportFormat != "text/csv" || report.GeneratedTime.IsZero() {
		t.Errorf("a report in %s with %d rows", report.ReportFormat, len(rows))
	}

	c.silent(t, operator, "iam", "delete-user", "--user-name", "dora")
	c.refused(t, operator, "NoSuchEntity", "DeleteUser", "The user with name dora cannot be found.", "iam", "delete-user", "--user-name", "dora")
}

func TestCLIPrintsAWSsErrors(t *testing.T) {
	a, c := serve(t)
	operator := a.Operator()
	inactive := newKey(t, a, "bob")
	a.Advance(time.Minute)
	a.Allow("bob", "*")
	setStatus(t, a, "bob", inactive.KeyID, "Inactive")

	const invalid = "The security token included in the request is invalid."
	c.refused(t, sandbox.Credentials{KeyID: operator.KeyID, Secret: inactive.Secret}, "SignatureDoesNotMatch", "ListUsers",
		"The request signature we calculated does not match the signature you provided.", "iam", "list-users")
	c.refused(t, inactive, "InvalidClientTokenId", "ListUsers", invalid, "iam", "list-users")
	c.refused(t, inactive, "InvalidClientTokenId", "GetCallerIdentity", invalid, "sts", "get-caller-identity")
	c.refused(t, operator, "NoSuchEntity", "ListAccessKeys", "The user with name nobody cannot be found.", "iam", "list-access-keys", "--user-name", "nobody")
	c.refused(t, operator, "NoSuchEntity", "GetAccessKeyLastUsed", "The Access Key with id AKIAZZZZZZZZZZZZZZZZ cannot be found.",
		"iam", "get-access-key-last-used", "--access-key-id", "AKIAZZZZZZZZZZZZZZZZ")
	c.refused(t, operator, "NoSuchEntity", "UpdateAccessKey", "The Access Key with id AKIAZZZZZZZZZZZZZZZZ cannot be found.",
		"iam", "update-access-key", "--user-name", "Suzie", "--access-key-id", "AKIAZZZZZZZZZZZZZZZZ", "--status", "Inactive")
	c.refused(t, operator, "EntityAlreadyExists", "CreateUser", "User with name Suzie already exists.", "iam", "create-user", "--user-name", "Suzie")
	c.refused(t, operator, "DeleteConflict", "DeleteUser", "Cannot delete entity, must delete access keys first.", "iam", "delete-user", "--user-name", "Suzie")

	a.Allow(sandbox.OperatorUser, "sts:*")
	c.refused(t, operator, "AccessDenied", "ListUsers", "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: iam:ListUsers on resource:", "iam", "list-users")
}

func TestCLIWithSessionCredentials(t *testing.T) {
	a, c := serve(t)
	type sessionAnswer struct {
		Credentials struct {
			AccessKeyId, SecretAccessKey, SessionToken string //nolint:revive // AWS's spelling
			Expiration                                 time.Time
		}
	}
	get := func(args ...string) sandbox.Credentials {
		t.Helper()
		s := answer[sessionAnswer](t, c, a.Operator(), append([]string{"sts", "get-session-token"}, args...)...).Credentials
		if s.Expiration.IsZero() || !strings.HasPrefix(s.AccessKeyId, "ASIA") {
			t.Errorf("the session %s ends at %v", s.AccessKeyId, s.Expiration)
		}
		return sandbox.Credentials{KeyID: s.AccessKeyId, Secret: s.SecretAccessKey, SessionToken: s.SessionToken}
	}
	session := get()
	identity := answer[struct{ UserId, Account, Arn string }](t, c, session, "sts", "get-caller-identity") //nolint:revive // AWS's spelling
	if identity.Arn != "arn:aws:iam::111122223333:user/operator" {
		t.Errorf("the session is %+v", identity)
	}
	c.refused(t, session, "InvalidClientTokenId", "ListUsers", "The security token included in the request is invalid.", "iam", "list-users")
	withMFA := get("--serial-number", sandbox.MFASerial, "--token-code", sandbox.MFACode)
	if users := answer[struct{ Users []userAnswer }](t, c, withMFA, "iam", "list-users").Users; len(users) != 16 {
		t.Errorf("%d users with MFA, want 16", len(users))
	}
}
