package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/clean"
	"keyturn/ui/words"
)

func (a *App) findCommand(f *flags, reach reach) *cobra.Command {
	return &cobra.Command{
		Use:   "find KEYID",
		Short: "Whose key is this: account, user, status, age, last use, and what to do",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one access key ID, as in `keyturn find AKIAI44QH8DHBEXAMPLE`")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.find(cmd.Context(), *f, reach, args[0])
		},
	}
}

func (a *App) find(ctx context.Context, f flags, reach reach, keyID string) (err error) {
	p, err := reach(ctx, f, a.atTerminal())
	if err != nil {
		return err
	}
	defer func() {
		a.sayDrift(p)
		err = a.leave(p, err)
	}()
	found, err := audit.Find(ctx, p.account, keyID, p.clock)
	if err != nil {
		return usageError{err}
	}
	now := p.clock.Now()
	row, judged := found.Row(f.thresholds(), now)
	lines := words.Found(found, row, judged, p.cloud != nil, now)
	if found.User != "" {
		if r, there, err := p.desk().Of(ctx, found.User); err != nil {
			lines = append(lines, words.NotInProgress(err))
		} else if there {
			lines = append(lines, words.InProgress(r.State, r.At, now))
		}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(a.Out, clean.Text(line)); err != nil {
			return fmt.Errorf("printing what was found: %w", err)
		}
	}
	for _, problem := range []*iamops.Problem{found.AccountProblem, cmp.Or(found.Problem, found.LastUse.Problem)} {
		if problem != nil {
			err = errPartial
			a.sayLines(words.Problem(problem, p.profile).Lines())
		}
	}
	return err
}
