package account

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops"
)

// Simulate asks which of the actions the policies of a principal allow
// (iam:SimulatePrincipalPolicy). The answers stand in no order, and carry the action, the
// verdict and what was missing. Policies of the organization are evaluated, those of a
// session are not. Its errors are Problems.
func (a *Account) Simulate(ctx context.Context, q iamops.Simulation) ([]iamops.Permission, error) {
	const action = "iam:SimulatePrincipalPolicy"
	in := &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(q.Principal),
		ActionNames:     q.Actions,
		ResourceArns:    []string{q.Resource},
		ContextEntries:  contextOf(q),
	}
	var all []iamops.Permission
	for {
		out, err := get(ctx, a, action, a.region, a.iam.SimulatePrincipalPolicy, in)
		if err != nil {
			return nil, err
		}
		for _, r := range out.EvaluationResults {
			missing := slices.Clone(r.MissingContextValues)
			for _, of := range r.ResourceSpecificResults {
				missing = append(missing, of.MissingContextValues...)
			}
			all = append(all, iamops.Permission{
				Action:  aws.ToString(r.EvalActionName),
				Verdict: verdictOf(r, missing),
				Missing: missing,
			})
		}
		if !out.IsTruncated {
			return all, nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return nil, err
		}
	}
}

func contextOf(q iamops.Simulation) []types.ContextEntry {
	var entries []types.ContextEntry
	if q.UserName != "" {
		entries = append(entries, types.ContextEntry{
			ContextKeyName:   aws.String("aws:username"),
			ContextKeyType:   types.ContextKeyTypeEnumString,
			ContextKeyValues: []string{q.UserName},
		})
	}
	if q.MFAKnown {
		entries = append(entries, types.ContextEntry{
			ContextKeyName:   aws.String("aws:MultiFactorAuthPresent"),
			ContextKeyType:   types.ContextKeyTypeEnumBoolean,
			ContextKeyValues: []string{strconv.FormatBool(q.MFA)},
		})
	}
	return entries
}

// verdictOf reads one result. A verdict that could be another if AWS had been told more
// is none.
func verdictOf(r types.EvaluationResult, missing []string) iamops.Verdict {
	switch {
	case len(missing) > 0:
		return iamops.NotKnown
	case r.EvalDecision == types.PolicyEvaluationDecisionTypeAllowed:
		return iamops.Allowed
	case r.OrganizationsDecisionDetail != nil && !r.OrganizationsDecisionDetail.AllowedByOrganizations:
		return iamops.DeniedByOrg
	case r.PermissionsBoundaryDecisionDetail != nil &&
		!r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary:
		return iamops.DeniedByBound
	case r.EvalDecision == types.PolicyEvaluationDecisionTypeExplicitDeny:
		return iamops.DeniedByOne
	case r.EvalDecision == types.PolicyEvaluationDecisionTypeImplicitDeny:
		return iamops.DeniedByNone
	}
	return iamops.NotKnown
}

// RoleARN is the ARN of a role with its path (iam:GetRole), which the ARN of a session
// does not tell. Its errors are Problems.
func (a *Account) RoleARN(ctx context.Context, role string) (string, error) {
	const action = "iam:GetRole"
	out, err := get(ctx, a, action, a.region, a.iam.GetRole, &iam.GetRoleInput{RoleName: aws.String(role)})
	if err != nil {
		return "", err
	}
	if out.Role == nil {
		return "", malformed(action, "the answer names no role")
	}
	return aws.ToString(out.Role.Arn), nil
}

// UserARN is the ARN of a user with its path (iam:GetUser). Its errors are Problems.
func (a *Account) UserARN(ctx context.Context, user string) (string, error) {
	const action = "iam:GetUser"
	out, err := get(ctx, a, action, a.region, a.iam.GetUser, &iam.GetUserInput{UserName: aws.String(user)})
	if err != nil {
		return "", err
	}
	if out.User == nil {
		return "", malformed(action, "the answer names no user")
	}
	return aws.ToString(out.User.Arn), nil
}
