package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"keyturn/iamops/audit"
	"keyturn/ui/report"
)

func (a *App) auditCommand(f *flags, reach reach) *cobra.Command {
	return &cobra.Command{
		Use:   "audit",
		Short: "Print every access key of the account: age, use, and what should be done",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.audit(cmd.Context(), *f, reach)
		},
	}
}

func (a *App) audit(ctx context.Context, f flags, reach reach) (err error) {
	p, err := reach(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = a.leave(p, err) }()
	inventory := audit.NewInventory(f.thresholds())
	if err := audit.Load(ctx, p.account, inventory.Apply); err != nil {
		return fmt.Errorf("reading the keys: %w", err)
	}
	result := report.New(p.account.Info(), p.profile, inventory, p.clock.Now())
	if err := report.Table(a.Out, result); err != nil {
		return fmt.Errorf("printing the audit: %w", err)
	}
	if result.Partial() {
		return errPartial
	}
	return nil
}

// leave ends the rotations of a place, and then the place.
func (a *App) leave(p *place, err error) error {
	err = a.rotations.close(err)
	return errors.Join(err, p.leave())
}
