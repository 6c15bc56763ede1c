package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/report"
	"keyturn/ui/words"
)

// errFound says that --fail-on found what it was to look for.
var errFound = errors.New("found what --fail-on names")

func (a *App) statusCommand(f *flags, reach reach) *cobra.Command {
	var output, failOn string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print the rotations under way, and what each waits for",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "table" && output != "json" {
				return usageError{fmt.Errorf("--output %q: valid are table and json", output)}
			}
			if failOn != "" && failOn != "waiting" {
				return usageError{fmt.Errorf("--fail-on %q: valid is waiting", failOn)}
			}
			return a.status(cmd.Context(), *f, reach, output, failOn != "")
		},
	}
	cmd.Flags().StringVar(&output, "output", "table", "table or json")
	cmd.Flags().StringVar(&failOn, "fail-on", "", "waiting: exit with 3 if a rotation waits for you")
	return cmd
}

func (a *App) status(ctx context.Context, f flags, reach reach, output string, failOnWaiting bool) (err error) {
	p, err := reach(ctx, f, a.atTerminal())
	if err != nil {
		return err
	}
	defer func() { err = a.leave(p, err) }()
	memories, damages, err := p.underWay()
	if err != nil {
		return err
	}
	a.sayDamages(damages)
	standings := runner.Survey(ctx, p.account, p.clock, f.settings(), memories)
	if ctx.Err() != nil {
		return errInterrupted
	}
	rows := statusRows(standings, p.clock.Now())
	write := report.StatusTable
	if output == "json" {
		write = report.StatusJSON
	}
	if err := write(a.Out, p.account.Info(), rows, p.clock.Now()); err != nil {
		return fmt.Errorf("printing the status: %w", err)
	}
	waiting := false
	var urgent []string
	for _, s := range standings {
		if s.Problem != nil {
			err = errPartial
		}
		waiting = waiting || s.Wait.Over
		if s.State.Orphan() || s.State.Phase == rotation.Unclear {
			urgent = append(urgent, fmt.Sprintf("%s needs attention now: waits for %s", s.State.User, words.Waits(s.State, s.Wait, p.clock.Now())))
		}
	}
	if len(urgent) > 0 {
		return attentionError{strings.Join(urgent, "\n")}
	}
	if err == nil && failOnWaiting && waiting {
		return errFound
	}
	return err
}

// sayDamages tells what of the journal could not be read.
func (a *App) sayDamages(damages []journal.Damage) {
	for _, d := range damages {
		a.say("keyturn: the journal's line %d was passed over: %s", d.Line, d.Why)
	}
}

// statusRows puts standings into words.
func statusRows(standings []runner.Standing, now time.Time) []report.UnderWay {
	var rows []report.UnderWay
	for _, st := range standings {
		s := st.State
		row := report.UnderWay{
			Rotation: s.ID, User: s.User, Plan: string(s.Plan), Step: words.StepName(s.Step), OldKeyID: s.Old.ID, NewKeyID: s.New.ID,
			Begun: s.Begun, Last: st.Memory.Last, By: st.Memory.By, Waits: words.Waits(s, st.Wait, now), Yours: st.Wait.Over,
		}
		if !st.Wait.Until.IsZero() {
			row.Until = &st.Wait.Until
		}
		if st.Problem != nil {
			row.Problem = words.ProblemName(st.Problem.Kind)
		}
		rows = append(rows, row)
	}
	return rows
}
