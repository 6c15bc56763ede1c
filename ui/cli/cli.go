// Package cli is the command line: the commands and their flags, what each needs,
// and how each ends. It is the only room that puts the parts together.
//
// # The way of a command
//
// A command reads its flags, reaches a [place] (an AWS account, or the sandbox),
// does its work there, and returns an error or nil. [App.Run] puts the error into
// words on stderr, and [ExitCode] into a number. Results go to stdout, everything
// else to stderr.
//
// # Ending
//
// INT, TERM, HUP, QUIT and PIPE are caught for the life of the process: the first ends what
// runs, later ones change nothing. A conversation on a terminal takes INT as an answer: it
// asks before it ends. Whatever ends a command, [App.Await] waits for a
// change in flight and its record before the process goes.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"keyturn/ui/plain"
)

// App is one run of the program.
type App struct {
	In  *os.File
	Out *os.File
	Err io.Writer
	// Env looks a variable of the environment up.
	Env     func(string) (string, bool)
	Version string

	typed   *plain.Input
	command string // the command that ran, as it is called: "keyturn sandbox audit"
	debug   debugLog
	hears   func(tea.Msg) // is told of each message to the screens, by tests; nil: nobody is
}

// Run runs the command that args name. It reports what went wrong on Err, and
// returns it for ExitCode.
func (a *App) Run(args []string) error {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	a.typed = nil
	typed := a.input()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	go func() {
		for s := range signals {
			if s == os.Interrupt && typed.Interrupt() {
				continue // the conversation asks first
			}
			if s != syscall.SIGPIPE { // a write that goes nowhere says so itself
				stop(errInterrupted)
			}
		}
	}()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	ran, err := root.ExecuteContextC(ctx)
	a.command = ran.CommandPath()
	if err != nil && errors.Is(context.Cause(ctx), errInterrupted) && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	a.explain(err)
	a.endDebug(err)
	return err
}

// input is the one reader of what is typed.
func (a *App) input() *plain.Input {
	if a.typed == nil {
		a.typed = plain.NewInput(a.In, term.IsTerminal(a.In.Fd()))
	}
	return a.typed
}

func (a *App) root() *cobra.Command {
	var f flags
	root := &cobra.Command{
		Use:   "keyturn",
		Short: "Rotate AWS access keys, a step at a time, with nothing broken and nothing lost",
		Long: `keyturn shows the access keys of an AWS account, how old each is and whether it is
used, and takes a key from old to new: create, store, distribute, deactivate, watch,
delete. Each change is shown and confirmed first; until it is deleted, a key can be
reactivated. ` + "`keyturn sandbox`" + ` shows it all on an embedded account, without AWS.`,
		Args: noArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.beginDebug(cmd, f); err != nil {
				return err
			}
			if err := a.readConfig(cmd, &f); err != nil {
				return err
			}
			return f.check()
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       a.Version,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.screens(cmd.Context(), f, a.connect, nil)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f.add(root)
	root.AddCommand(a.sandboxCommand(&f), a.auditCommand(&f, a.connect), a.rotateCommand(&f, a.connect),
		a.retireCommand(&f, a.connect), a.statusCommand(&f, a.connect), a.findCommand(&f, a.connect), a.policyCommand(&f), a.manCommand())
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.Args, cmd.RunE = noArgs, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{errUnknown(args[0])}
	}
	return nil
}

func atMostOneUser(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageError{errors.New("name one IAM user, as in `keyturn rotate Suzie`, or none: then it is you")}
	}
	return nil
}

func oneUser(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{errors.New("name one IAM user, as in `keyturn retire Suzie`")}
	}
	return nil
}
