package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/clean"
	"keyturn/ui/report"
	"keyturn/ui/words"
)

// accountsAtOnce is how many accounts one audit reads at the same time.
const accountsAtOnce = 4

// auditFlags are the flags of the audit alone.
type auditFlags struct {
	output, failOn, diff string
	reportOnly           bool
}

// auditTask is what they ask for.
type auditTask struct {
	format     report.Format
	failOn     []audit.Finding
	diff       string
	reportOnly bool
}

func (a *App) auditCommand(f *flags, reach reach) *cobra.Command {
	var given auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Print every access key of the account: age, use, and what should be done",
		Long: `audit prints every access key: its age, its status, its last use, what is to be said
about it, and what to do. It reads the credential report where AWS has one, and the live
values behind it. Several profiles, as in --profile a,b,c, make one audit.

Root's keys are in the credential report alone. Where it does not tell, root is unknown,
and --fail-on root-key ends with 1. A rotation in progress excuses overdue and
second-active, while the newer key has been used or is younger than 7 days, and for 30 days
at most. It excuses nothing else.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			task, err := given.task()
			if err != nil {
				return usageError{err}
			}
			return a.audit(cmd.Context(), *f, reach, task)
		},
	}
	cmd.Flags().StringVar(&given.output, "output", string(report.AsTable), "table, json, csv or markdown")
	cmd.Flags().StringVar(&given.failOn, "fail-on", "", "exit with 3 if a key has one of these findings, as in overdue,unused")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", completeFindings) // it fails of a flag that is not there
	cmd.Flags().StringVar(&given.diff, "diff", "", "print what has changed since an earlier audit's JSON file")
	cmd.Flags().BoolVar(&given.reportOnly, "report-only", false, "read the credential report alone: quick, and up to four hours old")
	return cmd
}

// completeFindings completes the last of several names, and says what each means.
func completeFindings(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndex(typed, ",")+1]
	var all []cobra.Completion
	for _, f := range audit.All() {
		all = append(all, cobra.CompletionWithDesc(before+f.String(), f.About()))
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

func (f auditFlags) task() (t auditTask, err error) {
	t.diff, t.reportOnly = f.diff, f.reportOnly
	if t.format, err = report.ParseFormat(f.output); err != nil {
		return t, fmt.Errorf("--output: %w", err)
	}
	if f.failOn != "" {
		if t.failOn, err = report.ParseFindings(f.failOn); err != nil {
			return t, fmt.Errorf("--fail-on: %w", err)
		}
	}
	return t, nil
}

// audit reads the accounts of the profiles and prints them as one.
func (a *App) audit(ctx context.Context, f flags, reach reach, task auditTask) error {
	audits := a.readAccounts(ctx, f, reach, task)
	if ctx.Err() != nil {
		return errInterrupted
	}
	if len(audits) == 1 && audits[0].Problem != nil {
		return profileError{audits[0].Problem, audits[0].Profile}
	}
	if err := a.print(audits, task); err != nil {
		return err
	}
	return a.verdict(audits, task)
}

// readAccounts reads the account of each profile, a few at once. What fails of one is
// its own; an account that is reached twice is read once, and that is said.
func (a *App) readAccounts(ctx context.Context, f flags, reach reach, task auditTask) []report.Audit {
	profiles := strings.Split(f.profile, ",")
	audits := make([]report.Audit, len(profiles))
	var group errgroup.Group
	group.SetLimit(accountsAtOnce)
	for i, profile := range profiles {
		group.Go(func() error {
			one := f
			one.profile = strings.TrimSpace(profile)
			audits[i] = a.readAccount(ctx, one, reach, task)
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	var all []report.Audit
	profileOf := map[string]string{}
	for _, one := range audits {
		if earlier, twice := profileOf[one.Account.ID]; twice && one.Account.ID != "" {
			a.say("keyturn: the profiles %s and %s lead to the same account, %s: it is told once", earlier, one.Profile, one.Account.DisplayID())
			continue
		}
		profileOf[one.Account.ID] = one.Profile
		all = append(all, one)
	}
	return all
}

// readAccount reads the account of one profile.
func (a *App) readAccount(ctx context.Context, f flags, reach reach, task auditTask) report.Audit {
	p, err := reach(ctx, f, a.atTerminal())
	if err != nil {
		return report.Audit{Profile: a.profileName(f), At: iamops.WallClock{}.Now(), Thresholds: f.thresholds(), Problem: iamops.AsProblem(err)}
	}
	inventory := audit.NewInventory(f.thresholds())
	inventory.SetRules(f.rules())
	bar := a.progress()
	err = audit.Loader{Source: p.account, Clock: p.clock, ReportOnly: task.reportOnly, Own: p.account.Caller().User()}.Load(ctx, func(e audit.Event) {
		inventory.Apply(e)
		bar(inventory.Progress())
	})
	a.sayDrift(p)
	result := report.New(p.account.Info(), p.profile, inventory, p.clock.Now())
	result.Caller = p.account.Caller()
	if err = errors.Join(err, p.leave()); err != nil {
		result.Problem = iamops.AsProblem(err)
	}
	return result
}

// print writes the audits, or what has changed since an earlier one.
func (a *App) print(audits []report.Audit, task auditTask) error {
	if task.diff == "" {
		if err := report.Write(a.Out, task.format, audits...); err != nil {
			return fmt.Errorf("printing the audit: %w", err)
		}
		return nil
	}
	earlier, err := os.Open(task.diff)
	if err != nil {
		return usageError{fmt.Errorf("--diff: %w", err)}
	}
	changes, err := report.Diff(earlier, audits...)
	if err = errors.Join(err, earlier.Close()); err != nil {
		return usageError{fmt.Errorf("--diff %s: %w", task.diff, err)}
	}
	if err := report.WriteChanges(a.Out, task.format, changes); err != nil {
		return fmt.Errorf("printing the changes: %w", err)
	}
	return nil
}

// verdict is the error that the exit code comes from. A partial result comes before
// what --fail-on found, and so does that it could not be looked for.
func (a *App) verdict(audits []report.Audit, task auditTask) error {
	found := false
	var partial error
	for _, one := range audits {
		if one.Partial() {
			partial = errPartial
		}
		if one.Problem != nil {
			a.sayLines(words.Problem(one.Problem, one.Profile).Lines())
		}
		found = found || len(one.FailOn(task.failOn)) > 0
		for _, f := range task.failOn {
			if err := f.Unclear(one.Progress); err != nil && one.Problem == nil && len(one.FailOn([]audit.Finding{f})) == 0 {
				a.say("keyturn: --fail-on %s does not pass: %s", f, clean.Text(err.Error()))
				partial = errPartial
			}
		}
	}
	if len(audits) == 1 && audits[0].NothingListed() {
		return profileError{audits[0].Progress.UsersProblem, audits[0].Profile}
	}
	switch {
	case partial != nil:
		return partial
	case found:
		return errFound
	}
	return nil
}

// progress shows on stderr how far a load has come, if that is a terminal.
func (a *App) progress() func(audit.Progress) {
	file, ok := a.Err.(*os.File)
	if !ok || !term.IsTerminal(file.Fd()) {
		return func(audit.Progress) {}
	}
	last := ""
	return func(p audit.Progress) {
		text := fmt.Sprintf("\r%d of %d users, %d of %d keys", p.UsersListed, p.Users, p.KeysLookedUp, p.Keys)
		if p.Complete() {
			text = "\r\x1b[K"
		}
		if text != last && (p.Complete() || (p.UsersListed+p.KeysLookedUp)%10 == 0) {
			_, _ = fmt.Fprint(a.Err, text)
			last = text
		}
	}
}
