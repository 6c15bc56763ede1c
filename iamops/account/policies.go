package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// AttachedPolicies are the names of the managed policies that are attached to a user
// (iam:ListAttachedUserPolicies), AWS's own quarantine of a leaked key among them. Its
// errors are Problems.
func (a *Account) AttachedPolicies(ctx context.Context, user string) ([]string, error) {
	const action = "iam:ListAttachedUserPolicies"
	in := &iam.ListAttachedUserPoliciesInput{UserName: aws.String(user)}
	var names []string
	for {
		out, err := get(ctx, a, action, a.region, a.iam.ListAttachedUserPolicies, in)
		if err != nil {
			return nil, err
		}
		for _, p := range out.AttachedPolicies {
			names = append(names, text(p.PolicyName))
		}
		if !out.IsTruncated {
			return names, nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return nil, err
		}
	}
}
