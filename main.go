// keyturn takes AWS access keys from old to new, a step at a time, with nothing broken
// and nothing lost. README.md is the place to begin, docs/architecture.md the place to
// go on.
package main

import (
	"os"
	"runtime/debug"

	"keyturn/ui/cli"
)

func main() {
	app := cli.App{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, Version: version()}
	// Run returns only when a change in flight has been answered and recorded.
	os.Exit(cli.ExitCode(app.Run(os.Args[1:])))
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
