package cli

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
	"keyturn/iamops/policy"
)

// policyFlags are what a policy is to allow.
type policyFlags struct {
	audit, rotate, self, leaked, targets bool
	partition, account                   string
}

func (a *App) policyCommand(f *flags) *cobra.Command {
	var p policyFlags
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print the least IAM policy for what you want to do with keyturn",
		Long: `Prints a complete IAM policy document, which allows what the flags name and no more.
It asks AWS nothing.

Where the keys that encrypt a target's secret are AWS's own, its statements about KMS
can be left out.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.policy(*f, p) },
	}
	s := cmd.Flags()
	s.BoolVar(&p.audit, "audit", false, "see all users' keys, and find the owner of one")
	s.BoolVar(&p.rotate, "rotate", false, "rotate and retire the keys of all users")
	s.BoolVar(&p.self, "self", false, "rotate one's own keys, and no others")
	s.BoolVar(&p.leaked, "leaked", false, "what the rotation of a leaked key shows more of")
	s.BoolVar(&p.targets, "targets", false, "deliver to the targets of the configuration that are in AWS")
	s.StringVar(&p.partition, "partition", "aws", "aws, aws-us-gov or aws-cn")
	s.StringVar(&p.account, "account", "*", "the 12 digits of the account that it is for")
	return cmd
}

func (a *App) policy(f flags, p policyFlags) error {
	switch {
	case !p.audit && !p.rotate && !p.self && !p.leaked && !p.targets:
		return usageError{errors.New("say what the policy is for: --audit, --rotate, --self, --leaked, --targets, or several of them")}
	case p.rotate && p.self:
		return usageError{errors.New("--rotate allows all users' keys, and one's own with them: leave --self out, or --rotate")}
	case !slices.Contains([]string{"aws", "aws-us-gov", "aws-cn"}, p.partition):
		return usageError{fmt.Errorf("--partition: %q is none of aws, aws-us-gov, aws-cn", p.partition)}
	case p.account != "*" && !iamops.IsAccountID(p.account):
		return usageError{fmt.Errorf("--account: %q is no account ID: it has 12 digits", p.account)}
	}
	where := policy.Where{Partition: p.partition, Account: p.account, Self: p.self}
	var jobs []policy.Job
	for _, job := range []struct {
		asked bool
		name  policy.Job
	}{{p.rotate || p.self || p.leaked, policy.Rotate}, {p.leaked, policy.Leaked}, {f.tag, policy.Tag}} {
		if job.asked {
			jobs = append(jobs, job.name)
		}
	}
	document := policy.For(where)
	if p.audit { // it reads all users, also with --self
		document = policy.For(policy.Where{Partition: p.partition, Account: p.account}, policy.Audit)
	}
	document = document.With(policy.For(where, jobs...))
	if p.targets {
		targets, err := a.forTargets(f, where)
		if err != nil {
			return err
		}
		document = document.With(targets)
	}
	if len(document.Statement) == 0 {
		return usageError{errors.New("no [[target]] of the configuration is in AWS: it takes no permission to deliver to them")}
	}
	if _, err := fmt.Fprint(a.Out, document.JSON()); err != nil {
		return fmt.Errorf("printing the policy: %w", err)
	}
	return nil
}

// forTargets is the least document for the configured targets that are in AWS. Those with a
// profile of their own are named on stderr: it is that profile that needs what is printed
// for them.
func (a *App) forTargets(f flags, where policy.Where) (policy.Document, error) {
	document := policy.For(where)
	var seen []iamops.Place
	for _, c := range f.config.Targets {
		target, err := delivery.Parse(c.Spec, delivery.Env{})
		if err != nil {
			return document, usageError{fmt.Errorf("a target of the configuration: %w", err)}
		}
		place, inAWS := delivery.PlaceOf(target)
		if !inAWS || slices.ContainsFunc(seen, func(p iamops.Place) bool { return reflect.DeepEqual(p, place) }) {
			continue
		}
		seen = append(seen, place)
		own := policy.ForPlace(where, len(seen), place)
		document = document.With(own)
		if place.Profile != "" {
			a.say("keyturn: it is the profile %s that needs the statements %s for %s", place.Profile, strings.Join(own.Sids(), ", "), place.Name)
		}
	}
	return document, nil
}
