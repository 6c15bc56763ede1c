package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/plain"
	"keyturn/ui/words"
)

func (a *App) rotateCommand(f *flags, reach reach) *cobra.Command {
	task := &runner.Task{Plan: rotation.Rotate}
	cmd := a.guidedCommand(f, reach, task)
	cmd.Use, cmd.Short = "rotate [USER]", "Go straight to the guided rotation of one user's key, or of your own"
	cmd.Args = atMostOneUser
	var leaked bool
	cmd.Flags().BoolVar(&leaked, "leaked", false, "the key has leaked: switch it off first, then see what it did, then replace it")
	cmd.PreRun = func(*cobra.Command, []string) {
		if leaked {
			task.Plan = rotation.Leaked
		}
	}
	return cmd
}

func (a *App) retireCommand(f *flags, reach reach) *cobra.Command {
	cmd := a.guidedCommand(f, reach, &runner.Task{Plan: rotation.Retire})
	cmd.Use, cmd.Short = "retire USER", "Take a key that nobody uses out of use, without a new one"
	return cmd
}

// guidedCommand goes straight to one user, by the plan of a task.
func (a *App) guidedCommand(f *flags, reach reach, task *runner.Task) *cobra.Command {
	var asPlain bool
	cmd := &cobra.Command{
		Args: oneUser,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				task.User = args[0]
			}
			if asPlain {
				return a.converse(cmd.Context(), *f, reach, *task)
			}
			return a.screens(cmd.Context(), *f, reach, task)
		},
	}
	cmd.Flags().BoolVar(&asPlain, "plain", false, "ask line by line, with no full screen")
	cmd.Flags().StringVar(&task.KeyID, "key", "", "the access key ID, if the user has several")
	return cmd
}

// converse leads a rotation as questions and answers.
func (a *App) converse(ctx context.Context, f flags, reach reach, task runner.Task) (err error) {
	p, err := reach(ctx, f, a.atTerminal())
	if err != nil {
		return err
	}
	defer func() { err = a.leave(p, err) }()
	if err := ofCaller(&task, p); err != nil {
		return err
	}
	run, err := p.start(task)
	if err != nil {
		return err
	}
	if state := run.Snapshot().State; runner.GoesBefore(state) && !task.MetBy(state) {
		a.say("%s", words.GoesFirst(state))
	}
	_, damages, err := p.desk().Records()
	if err != nil {
		return err
	}
	a.sayDamages(damages)
	session := plain.Session{
		Rotation: run, Clock: p.clock, Drift: p.drift, Account: p.account.Info(), Profile: p.profile, Input: a.input(), Out: a.Out,
		Files: files{p.targets.env.Home}, Summary: p.summary,
	}
	if p.cloud != nil {
		session.Sandbox = controls{p.cloud}
	}
	session.Choose = func(st rotation.State, keyID string) (plain.Rotation, error) {
		task.KeyID, task.Plan = keyID, st.Plan
		if st.Plan == rotation.Rotate { // with this many keys no other can be made
			task.Plan = rotation.Retire
		}
		chosen, err := p.start(task)
		if err == nil {
			run = chosen
		}
		return chosen, err
	}
	err = session.Run(ctx)
	if err != nil && (ctx.Err() != nil || errors.Is(err, plain.ErrInterrupted)) {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	return impossible(run.Snapshot(), p)
}

// ofCaller makes a task that names nobody one of the caller, which has to be an IAM user.
func ofCaller(task *runner.Task, p *place) error {
	if task.User != "" {
		return nil
	}
	caller := p.account.Caller()
	if task.User = caller.UserName(); task.User == "" {
		return usageError{fmt.Errorf("you sign as %s, which is no IAM user. Name the one whose key is meant: keyturn rotate USER. "+
			"If you know only the key: keyturn find KEYID", caller.ShortARN())}
	}
	return nil
}
