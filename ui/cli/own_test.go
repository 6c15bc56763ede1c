package cli_test

import (
	"strings"
	"testing"

	"keyturn/iamops/sandbox"
)

// The sandbox evaluates every policy that keyturn prints, with and without targets that are
// encrypted, and the engineer in it has the one for one's own keys.
func TestTheSandboxTakesThePoliciesThatArePrinted(t *testing.T) {
	t.Parallel()
	served := serve()
	t.Cleanup(served.close)
	env := isolated(t.TempDir())
	printed := func(args ...string) string {
		t.Helper()
		text, err := child(t, env, append([]string{"policy"}, args...)...).Output()
		if err != nil {
			t.Fatalf("policy %v: %v", args, err)
		}
		return string(text)
	}
	for _, args := range []string{"--audit", "--rotate", "--self", "--leaked", "--self --leaked --tag", "--audit --rotate --leaked --tag", "--audit --self"} {
		served.cloud.Attach("bob", "printed", printed(strings.Fields(args)...)) // panics on one that it can't evaluate
	}
	if self := printed("--self"); self != engineerPolicy {
		t.Errorf("the engineer in the sandbox may do %s, and what is printed is %s", engineerPolicy, self)
	}
}

// The sandbox's account ends with keyturn: nothing is said to go on at the next start.
func TestTheSandboxPromisesNothingForTheNextStart(t *testing.T) {
	t.Parallel()
	for answers, ends := range map[string]int{"go\nleave\n": 0, "go\n": 0, "go\ncreate\nyes\n": 5} {
		cmd := child(t, isolated(t.TempDir()), "sandbox", "rotate", "Suzie", "--plain")
		cmd.Stdin = strings.NewReader(answers)
		said, _ := cmd.CombinedOutput()
		text := string(said)
		if code := cmd.ProcessState.ExitCode(); code != ends || strings.Contains(text, "tart keyturn again") || strings.Contains(text, "stays as it is") ||
			!strings.Contains(text, "The sandbox's account ends with keyturn.") {
			t.Errorf("after %q: exit code %d, %s", answers, code, text)
		}
	}
}

// Who is at work in the sandbox by --as has that user's own rights.
func TestTheSandboxAsSomebody(t *testing.T) {
	t.Parallel()
	env := isolated(t.TempDir())
	for _, args := range [][]string{
		{"sandbox", "audit", "--as", "nobody"}, {"sandbox", "audit", "--as", "bob"}, {"sandbox", "--as", "nobody", "--listen", "127.0.0.1:0"}, {"sandbox", "rotate", "--plain", "--as", "nobody"},
	} {
		cmd := child(t, env, args...)
		said, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.HasPrefix(string(said), `keyturn: --as: the sandbox has no IAM user "`) {
			t.Errorf("%v: exit code %d, %s", args, code, said)
		}
	}
	run := func(answers string, args ...string) string {
		t.Helper()
		cmd := child(t, env, append([]string{"sandbox"}, args...)...)
		cmd.Stdin = strings.NewReader(answers)
		text, err := cmd.Output()
		if err != nil {
			t.Errorf("%v: %v: %s", args, err, text)
		}
		return string(text)
	}
	if table := run("", "audit", "--as", sandbox.EngineerUser); !strings.Contains(table, "1 key of 1 user, 1 overdue") || !strings.Contains(table, "iam:ListUsers") {
		t.Errorf("the engineer's audit is %s", table)
	}
	if table := run("", "audit"); !strings.Contains(table, "\n"+sandbox.EngineerUser+" ") {
		t.Errorf("the operator's audit is %s", table)
	}
	if said := run("leave\n", "rotate", "--plain", "--as", sandbox.EngineerUser); !strings.Contains(said, "rotate dana.") || !strings.Contains(said, "your own key") {
		t.Errorf("rotate says %s", said)
	}
	// Another user, with no rights at all: AWS's refusal, not the operator's answer.
	cmd := child(t, env, "sandbox", "audit", "--as", "Suzie")
	said, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(said), "user/Suzie is not authorized to perform: iam:ListAccessKeys") {
		t.Errorf("as Suzie: exit code %d, %s", code, said)
	}
}
