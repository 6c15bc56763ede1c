package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/ui/report"
	"keyturn/ui/words"
)

// errFound says that --fail-on found what it was to look for.
var errFound = errors.New("found what --fail-on names")

func (a *App) statusCommand(f *flags, reach reach) *cobra.Command {
	var output, failOn, user string
	var done bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print the rotations under way, and what each waits for",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format := report.Format(output)
			valid := []report.Format{report.AsTable, report.AsJSON, report.AsMarkdown}
			if done && slices.Contains(valid, format) && failOn == "" {
				return a.summaries(cmd.Context(), *f, reach, user, format)
			}
			switch {
			case done && failOn != "":
				return usageError{errors.New("--fail-on is about rotations under way: leave it out, or --done")}
			case done:
				return usageError{fmt.Errorf("--output %q: valid with --done are table, json and markdown", output)}
			case user != "":
				return usageError{errors.New("--user goes with --done")}
			case output != "table" && output != "json":
				return usageError{fmt.Errorf("--output %q: valid are table and json, and with --done markdown", output)}
			case failOn != "" && failOn != "waiting":
				return usageError{fmt.Errorf("--fail-on %q: valid is waiting", failOn)}
			}
			return a.status(cmd.Context(), *f, reach, format, failOn != "")
		},
	}
	cmd.Flags().StringVar(&output, "output", "table", "table or json; with --done also markdown, for a ticket")
	cmd.Flags().BoolVar(&done, "done", false, "past rotations: who did what when, on what evidence, and against which guards")
	cmd.Flags().StringVar(&user, "user", "", "with --done: those of one user alone")
	cmd.Flags().StringVar(&failOn, "fail-on", "", "waiting: exit with 3 if a rotation waits for you")
	return cmd
}

func (a *App) status(ctx context.Context, f flags, reach reach, format report.Format, failOnWaiting bool) (err error) {
	p, err := reach(ctx, f, a.atTerminal())
	if err != nil {
		return err
	}
	defer func() {
		a.sayDrift(p)
		err = a.leave(p, err)
	}()
	rotations, damages, err := p.desk().Rotations(ctx)
	if err != nil {
		return err
	}
	a.sayDamages(damages)
	if ctx.Err() != nil {
		return errInterrupted
	}
	rows := statusRows(rotations, p.clock.Now())
	if err := report.WriteStatus(a.Out, format, p.account.Info(), rows, p.ownKeys(ctx), p.clock.Now()); err != nil {
		return fmt.Errorf("printing the status: %w", err)
	}
	if p.cloud != nil && len(rows) == 0 {
		a.say("keyturn: the sandbox's account is new at each start, and no rotation outlives it")
	}
	waiting := false
	var urgent []string
	for _, s := range rotations {
		if s.Problem != nil {
			err = errPartial
		}
		waiting = waiting || s.At.NeedsYou()
		if s.At.Turn == rotation.TurnAttention {
			urgent = append(urgent, clean.Sprintf("%s needs attention now: waits for %s", s.State.User, words.Waits(s.State, s.At, p.clock.Now())))
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

// errEnough ends a list of which no more is wanted.
var errEnough = errors.New("enough")

// ownKeys are the caller's own keys, where it is an IAM user who may not list the others;
// nil where it may, and where even these can't be had.
func (p *place) ownKeys(ctx context.Context) []report.OwnKey {
	caller := p.account.Caller()
	if caller.UserName() == "" {
		return nil
	}
	err := p.account.Users(ctx, func([]iamops.User) error { return errEnough })
	var problem *iamops.Problem
	if !errors.As(err, &problem) || problem.Kind != iamops.AccessDenied {
		return nil
	}
	keys, err := p.account.Keys(ctx, caller.UserName())
	if err != nil {
		return nil
	}
	var own []report.OwnKey
	for _, k := range keys {
		own = append(own, report.OwnKey{
			KeyID: k.ID, Status: string(k.Status), Created: k.Created, You: caller.SignsWith(k.UserName, k.ID) == iamops.DependsOnKey,
		})
	}
	return own
}

// summaries prints the rotations that have come to their end, the latest first.
func (a *App) summaries(ctx context.Context, f flags, reach reach, user string, format report.Format) (err error) {
	p, err := reach(ctx, f, a.atTerminal())
	if err != nil {
		return err
	}
	defer func() {
		a.sayDrift(p)
		err = a.leave(p, err)
	}()
	records, damages, err := p.desk().Records()
	if err != nil {
		return err
	}
	a.sayDamages(damages)
	var past []rotation.Summary
	for _, s := range slices.Backward(rotation.Summaries(records)) {
		if s.Ended != nil && (user == "" || s.User == user) {
			past = append(past, s)
		}
	}
	if err := report.WriteSummaries(a.Out, format, p.account.Info(), past, p.clock.Now()); err != nil {
		return fmt.Errorf("printing the summaries: %w", err)
	}
	return nil
}

// sayDamages tells what of the journal could not be read.
func (a *App) sayDamages(damages []journal.Damage) {
	for _, d := range damages {
		a.say("keyturn: the journal's line %d was passed over: %s", d.Line, d.Why)
	}
}

// statusRows puts into words where rotations stand.
func statusRows(rotations []desk.Rotation, now time.Time) []report.UnderWay {
	var rows []report.UnderWay
	for _, st := range rotations {
		s := st.State
		row := report.UnderWay{
			Rotation: s.ID, User: s.User, Plan: string(s.Plan), Step: words.StepName(s.Step), OldKeyID: s.Old.ID, NewKeyID: s.New.ID,
			Begun: s.Begun, Last: st.Last, By: st.By, Waits: words.Waits(s, st.At, now), Turn: string(st.At.Turn), Holder: st.At.Holder, Yours: st.At.NeedsYou(),
		}
		if !st.At.Until.IsZero() {
			row.Until = &st.At.Until
		}
		if st.Problem != nil {
			row.Problem = words.ProblemName(st.Problem.Kind)
		}
		rows = append(rows, row)
	}
	return rows
}
