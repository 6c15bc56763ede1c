package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops"
)

// Simulator asks AWS what policies allow. Its errors are Problems.
type Simulator interface {
	Simulate(ctx context.Context, q iamops.Simulation) ([]iamops.Permission, error)
	// RoleARN and UserARN are the ARNs with their paths.
	RoleARN(ctx context.Context, role string) (string, error)
	UserARN(ctx context.Context, user string) (string, error)
}

// Preflight asks whether the caller is allowed what jobs need, for the keys of a user. The
// answers stand in the order of the grants. The problem is why something is not known, nil
// if nothing stood in the way of asking.
func Preflight(
	ctx context.Context, s Simulator, caller iamops.Caller, user string, jobs ...Job,
) ([]iamops.Permission, *iamops.Problem) {
	self := caller.UserName() == user
	needs := slices.DeleteFunc(GrantsOf(jobs...), func(g Grant) bool { return self && g.others })
	where := Where{Partition: caller.Partition, Account: caller.Account}
	answers := make([]iamops.Permission, len(needs))
	for i, g := range needs {
		answers[i] = iamops.Permission{
			Action:    g.Action,
			Verdict:   iamops.NotKnown,
			Optional:  g.Optional(),
			Without:   g.Without,
			Statement: g.Statement(where),
		}
	}
	principal, err := principalOf(ctx, s, caller)
	if err != nil {
		return answers, iamops.AsProblem(err)
	}
	about := iamops.Simulation{Principal: principal, UserName: caller.UserName(), MFAKnown: !caller.IsSession()}
	var problem *iamops.Problem
	for _, scope := range []Scope{Users, Everything, UsersAndRoles, Roles} {
		q := about
		q.Resource = resourceOf(ctx, s, scope, caller, principal, user)
		for _, g := range needs {
			if g.Scope == scope {
				q.Actions = append(q.Actions, g.Action)
			}
		}
		if len(q.Actions) == 0 {
			continue
		}
		results, err := s.Simulate(ctx, q)
		if err != nil {
			problem = iamops.AsProblem(err)
			continue
		}
		for i, g := range needs {
			at := slices.IndexFunc(results, func(p iamops.Permission) bool {
				return strings.EqualFold(p.Action, g.Action)
			})
			if g.Scope == scope && at >= 0 {
				answers[i].Verdict, answers[i].Missing = results[at].Verdict, results[at].Missing
			}
		}
	}
	return answers, problem
}

// principalOf is whom to simulate: the user, or the role behind a session, whose policies
// the session has.
func principalOf(ctx context.Context, s Simulator, caller iamops.Caller) (string, error) {
	if caller.UserName() != "" {
		return caller.ARN, nil
	}
	parts := strings.Split(caller.ShortARN(), "/")
	if len(parts) != 3 || parts[0] != "assumed-role" {
		return "", &iamops.Problem{
			Kind:    iamops.Rejected,
			Action:  "iam:SimulatePrincipalPolicy",
			Message: fmt.Sprintf("AWS simulates users and roles; %s is neither", caller.ShortARN()),
		}
	}
	return s.RoleARN(ctx, parts[1])
}

// resourceOf is what the actions of a scope are asked about. A user whose ARN can't be had
// is taken to have no path.
func resourceOf(ctx context.Context, s Simulator, scope Scope, caller iamops.Caller, principal, user string) string {
	switch scope {
	case Users:
		if caller.UserName() == user {
			return caller.ARN
		}
		if arn, err := s.UserARN(ctx, user); err == nil {
			return arn
		}
		return fmt.Sprintf("arn:%s:iam::%s:user/%s", caller.Partition, caller.Account, user)
	case UsersAndRoles:
		return principal
	case Roles:
		if caller.UserName() == "" {
			return principal
		}
		return fmt.Sprintf("arn:%s:iam::%s:role/*", caller.Partition, caller.Account)
	case Everything:
	}
	return "*"
}
