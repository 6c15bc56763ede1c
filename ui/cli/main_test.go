package cli_test

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"keyturn/iamops/sandbox"
	"keyturn/ui/cli"
)

// TestMain lets the test binary be keyturn itself, for children of the tests: in
// scripts, and wherever PATH is searched for "keyturn".
//
// The tests of this room wait for terminals and lists more than they work.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "32"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"keyturn": func() {
			app := cli.App{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, Version: "of the tests"}
			os.Exit(cli.ExitCode(app.Run(os.Args[1:])))
		},
		// keyturn with a defect, which ctrl+g brings to light.
		"keyturn-brittle": func() {
			app := cli.App{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, Version: "of the tests"}
			app.BreakOn("ctrl+g", "canary")
			os.Exit(cli.ExitCode(app.Run(os.Args[1:])))
		},
	})
}

// TestScripts runs the commands as a shell would, each script with a home of its own
// and an AWS endpoint of its own: $ENDPOINT, and a credentials file for it at
// $OPERATOR. "exits N COMMAND" runs a command that must end with exit code N, "allow
// ACTION…" leaves the operator no other actions at that endpoint.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/scripts",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			served := serve()
			e.Defer(served.close)
			operator := filepath.Join(e.WorkDir, "operator.ini")
			e.Values[endpointValue] = served
			e.Vars = append(e.Vars, isolated(e.WorkDir)...)
			e.Vars = append(e.Vars, "ENDPOINT="+served.url, "OPERATOR="+operator)
			return served.writeCredentials(operator)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "allow": allow},
	})
}

// exits runs a command, and fails if its exit code is not the one asked for.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

const endpointValue = "endpoint"

// allow leaves the operator only the actions that are named.
func allow(ts *testscript.TestScript, neg bool, args []string) {
	served, ok := ts.Value(endpointValue).(*endpoint)
	if neg || !ok {
		ts.Fatalf("usage: allow [ACTION…]")
	}
	served.cloud.Allow(sandbox.OperatorUser, args...)
}
