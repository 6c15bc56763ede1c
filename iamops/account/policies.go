package account

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// awsOwnPolicy is in the ARN of a policy that AWS manages, in every partition.
const awsOwnPolicy = ":iam::aws:policy/"

// AttachedPolicies are the names of AWS's own policies that are attached to a user
// (iam:ListAttachedUserPolicies), the quarantine of a leaked key among them: what the account
// named so itself is none. Its errors are Problems.
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
			if strings.Contains(aws.ToString(p.PolicyArn), awsOwnPolicy) {
				names = append(names, text(p.PolicyName))
			}
		}
		if !out.IsTruncated {
			return names, nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return nil, err
		}
	}
}
