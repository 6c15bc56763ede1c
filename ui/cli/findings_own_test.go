package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// engineer is an IAM user who may manage its own keys and nothing else, with a profile
// "mine" and a role "deploy" that may not even do that.
type engineer struct {
	t      *testing.T
	served *endpoint
	env    []string
	keyID  string
}

func newEngineer(t *testing.T) *engineer {
	t.Helper()
	served := serve()
	t.Cleanup(served.close)
	served.cloud.Allow(sandbox.OperatorUser, "cloudtrail:LookupEvents", "account:ListRegions", "sts:AssumeRole")
	served.cloud.AllowSelf(sandbox.OperatorUser, "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed",
		"iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:SimulatePrincipalPolicy")
	root := t.TempDir()
	key := served.cloud.Operator()
	e := &engineer{t: t, served: served, keyID: key.KeyID}
	config, credentials := filepath.Join(root, "aws-config"), filepath.Join(root, "aws-credentials")
	e.env = append(isolated(root), "AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE="+credentials, "AWS_PROFILE=mine")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(credentials, fmt.Sprintf("[mine]\naws_access_key_id = %s\naws_secret_access_key = %s\n", key.KeyID, key.Secret))
	write(config, "[profile mine]\n\n[profile deploy]\nrole_arn = "+sandbox.AdminRoleARN+"\nsource_profile = mine\n")
	return e
}

// run runs keyturn with the answers on its standard input.
func (e *engineer) run(answers string, args ...string) (code int, stdout, stderr string) {
	e.t.Helper()
	cmd := child(e.t, e.env, append(args, "--endpoint-url", e.served.url)...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(answers), &out, &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		e.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

func TestFindingsOwn(t *testing.T) {
	t.Parallel()
	t.Run("R4_audit", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		code, stdout, stderr := e.run("", "audit", "--output", "json")
		var told struct {
			Partial  bool
			Accounts []struct {
				Keys     *int
				Failures []any
			}
			Rows []struct {
				User, Status string
				KeyID        string `json:"key_id"`
				You          bool
				LastUsed     struct{ State string } `json:"last_used"`
			}
		}
		if err := json.Unmarshal([]byte(stdout), &told); err != nil || code != 0 || stderr != "" {
			t.Fatalf("exit code %d, %v, on stderr %q, on stdout %s", code, err, stderr, stdout)
		}
		if root := told.Rows[0]; len(told.Rows) > 1 && root.User == "<root_account>" && root.KeyID == "" && root.Status == "" {
			told.Rows = told.Rows[1:] // root is unknown
		}
		if len(told.Rows) != 1 || told.Partial || len(told.Accounts) != 1 || len(told.Accounts[0].Failures) != 0 {
			t.Fatalf("told is %+v", told)
		}
		row := told.Rows[0]
		if row.User != sandbox.OperatorUser || row.KeyID != e.keyID || row.Status != "Active" || !row.You || row.LastUsed.State != "used" {
			t.Errorf("the row is %+v", row)
		}
		for _, format := range []string{"table", "markdown"} {
			code, stdout, _ := e.run("", "audit", "--output", format)
			why := slices.DeleteFunc(strings.Split(stdout, "\n"), func(l string) bool { return !strings.Contains(l, "iam:ListUsers") })
			if code != 0 || !strings.Contains(stdout, e.keyID) || len(why) != 1 || strings.Contains(stdout, "partial") {
				t.Errorf("as %s: exit code %d, %s", format, code, stdout)
			}
		}
	})
	t.Run("R4_audit_fail_on", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		if code, stdout, _ := e.run("", "audit", "--fail-on", "unused"); code != 0 {
			t.Errorf("of a key in use: exit code %d, %s", code, stdout)
		}
		if code, stdout, _ := e.run("", "audit", "--fail-on", "root-key"); code != 1 {
			t.Errorf("of root's keys, of which nothing is known: exit code %d, %s", code, stdout)
		}
		if code, stdout, _ := e.run("", "audit", "--fail-on", "due", "--max-age", "15d"); code != 3 {
			t.Errorf("of one that is due: exit code %d, %s", code, stdout)
		}
	})
	t.Run("R4_rotate", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		code, stdout, stderr := e.run("leave\n", "rotate", "--plain")
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Step 1 of 8") || !strings.Contains(stdout, e.keyID) {
			t.Errorf("exit code %d, on stderr %q, on stdout %s", code, stderr, stdout)
		}
	})
	t.Run("R4_own_leaked_key", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		code, stdout, stderr := e.run("go\nleave\n", "rotate", sandbox.OperatorUser, "--leaked", "--key", e.keyID, "--plain")
		if code != 1 || !strings.Contains(stderr, "keyturn rotate") || !strings.Contains(stderr, "you sign with this key") {
			t.Errorf("it is not told how to go on: exit code %d, on stderr %q, on stdout %s", code, stderr, stdout)
		}
		if n := e.served.cloud.Sent("iam:UpdateAccessKey"); n != 0 {
			t.Errorf("the key was switched off with itself, %d times", n)
		}
	})
	t.Run("R4_status", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		code, stdout, stderr := e.run("", "status")
		if code != 0 || stderr != "" || !strings.Contains(stdout, e.keyID) || !strings.Contains(stdout, "iam:ListUsers") {
			t.Errorf("exit code %d, on stderr %q, on stdout %s", code, stderr, stdout)
		}
		code, stdout, _ = e.run("", "status", "--output", "json")
		if code != 0 || !json.Valid([]byte(stdout)) || !strings.Contains(stdout, e.keyID) {
			t.Errorf("exit code %d, as JSON %s", code, stdout)
		}
	})
	t.Run("R11_audit_of_the_own_keys", func(t *testing.T) {
		t.Parallel()
		compromised := func(e *engineer) (count *int, next string, code int) {
			t.Helper()
			code, _, _ = e.run("", "audit", "--fail-on", "compromised")
			_, stdout, _ := e.run("", "audit", "--output", "json")
			var told auditTold
			if err := json.Unmarshal([]byte(stdout), &told); err != nil || len(told.Accounts) != 1 {
				t.Fatalf("%v in %s", err, stdout)
			}
			for _, r := range told.Rows {
				if r.User == sandbox.OperatorUser {
					next = orNone(r.Next)
				} else if r.Next != nil {
					t.Errorf("next for %s, of which nothing may be asked, is %s", r.User, *r.Next)
				}
			}
			return told.Accounts[0].Counts["compromised"], next, code
		}
		const right = "iam:ListAttachedUserPolicies"
		e := newEngineer(t)
		if n, _, code := compromised(e); n != nil || code != 1 {
			t.Errorf("without %s: %v are compromised, exit code %d", right, n, code)
		}
		if _, stdout, _ := e.run("", "audit"); !strings.Contains(stdout, right) {
			t.Errorf("that it is not known is not said: %s", stdout)
		}
		e.served.cloud.AllowSelf(sandbox.OperatorUser, right, "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed")
		if n, _, code := compromised(e); n == nil || *n != 0 || code != 0 {
			t.Errorf("with %s: %v are compromised, exit code %d", right, n, code)
		}
		if _, stdout, _ := e.run("", "audit"); strings.Contains(stdout, right) {
			t.Errorf("it is known, and said not to be: %s", stdout)
		}
		e.served.cloud.Quarantine(sandbox.OperatorUser)
		if n, next, code := compromised(e); n == nil || *n != 1 || next == "" || code != 3 {
			t.Errorf("in quarantine: %v are compromised, next is %q, exit code %d", n, next, code)
		}
	})
	t.Run("R4_find", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		code, stdout, stderr := e.run("", "find", e.keyID)
		account := regexp.MustCompile(`(?m)^account +1111-2222-3333$`)
		if code != 0 || stderr != "" || !account.MatchString(stdout) || !strings.Contains(stdout, sandbox.OperatorUser) || strings.Contains(stdout, "off at once, then") {
			t.Errorf("of the own key: exit code %d, on stderr %q, on stdout %s", code, stderr, stdout)
		}
		code, stdout, stderr = e.run("", "find", "AKIAIOSFODNN7EXAMPLE")
		if code != 1 || !strings.Contains(stdout, "none of your own keys") || strings.Contains(stdout, "again") ||
			!strings.Contains(stderr, "sts:GetAccessKeyInfo") || !strings.Contains(stderr, "iam:GetAccessKeyLastUsed") {
			t.Errorf("of another's: exit code %d, on stderr %q, on stdout %s", code, stderr, stdout)
		}
	})
	t.Run("R4_list", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		program, err := exec.LookPath("keyturn")
		if err != nil {
			t.Fatal(err)
		}
		term := openIn(t, program, t.TempDir(), e.env, "--endpoint-url", e.served.url)
		term.awaitThat("the own key, marked, and why no other", func(drawn string) bool {
			return strings.Contains(drawn, e.keyID) && strings.Contains(drawn, sandbox.OperatorUser+" you") && strings.Contains(drawn, "iam:ListUsers")
		})
		term.press("g")
		term.press("\r") // on root's row, of which nothing is known
		term.await("whether the root user has keys is not known")
		if drawn := term.output(); strings.Contains(drawn, "rotate <root_account>") {
			t.Error("a rotation of root's key is begun")
		}
		if drawn := term.output(); strings.Contains(drawn, "Nothing is known") || strings.Contains(drawn, "partial") {
			t.Error("the list is said to be none, or partial")
		}
		term.press("q")
	})
	t.Run("R4_a_role_is_told_what_it_can_do", func(t *testing.T) {
		t.Parallel()
		e := newEngineer(t)
		e.served.cloud.Inject(faults.Fault{Action: "iam:*", Break: faults.Deny})
		code, _, stderr := e.run("", "audit", "--profile", "deploy")
		if code != 4 || !strings.Contains(stderr, "iam:ListUsers") || !strings.Contains(stderr, "keyturn rotate USER") || !strings.Contains(stderr, "keyturn find KEYID") {
			t.Errorf("the audit: exit code %d, on stderr %q", code, stderr)
		}
		program, err := exec.LookPath("keyturn")
		if err != nil {
			t.Fatal(err)
		}
		term := openIn(t, program, t.TempDir(), e.env, "--endpoint-url", e.served.url, "--profile", "deploy")
		term.await("keyturn rotate USER")
		term.press("q")
		code, stdout, stderr := e.run("leave\n", "rotate", "--plain", "--profile", "deploy")
		if code != 2 || stdout != "" || !strings.Contains(stderr, "assumed-role/key-admin") || !strings.Contains(stderr, "keyturn rotate USER") {
			t.Errorf("rotate: exit code %d, on stderr %q, on stdout %s", code, stderr, stdout)
		}
	})
}
