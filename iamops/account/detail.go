package account

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops"
)

// detailsPerPage is the most that iam:GetAccountAuthorizationDetails gives at once; it
// may give fewer.
const detailsPerPage = 1000

// Details are the tags, groups and policies of all users
// (iam:GetAccountAuthorizationDetails), in AWS's order. The pages tell of users, groups
// and policies one after the other, so that nothing is complete before all have come.
func (a *Account) Details(ctx context.Context) ([]iamops.UserDetail, error) {
	const action = "iam:GetAccountAuthorizationDetails"
	in := &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{
			types.EntityTypeUser, types.EntityTypeGroup, types.EntityTypeLocalManagedPolicy,
		},
		MaxItems: aws.Int32(detailsPerPage),
	}
	found := newAuthorizations()
	for {
		var out *iam.GetAccountAuthorizationDetailsOutput
		err := a.read(ctx, action, func(ctx context.Context) (err error) {
			out, err = a.iam.GetAccountAuthorizationDetails(ctx, in)
			return err //nolint:wrapcheck // read sorts it
		})
		if err != nil {
			return nil, err
		}
		if out.UserDetailList == nil && out.GroupDetailList == nil && out.Policies == nil {
			return nil, malformed(action, "the answer holds no list")
		}
		found.add(out)
		if !out.IsTruncated {
			return found.users(), nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return nil, err
		}
	}
}

// authorizations is what the pages have told.
type authorizations struct {
	details  []types.UserDetail
	groups   map[string]types.GroupDetail // by name
	managed  map[string]bool              // policies by ARN: whether they make an administrator
	policies map[string]bool              // names of a user's policies, used again for each
}

func newAuthorizations() *authorizations {
	return &authorizations{groups: map[string]types.GroupDetail{}, managed: map[string]bool{}, policies: map[string]bool{}}
}

func (f *authorizations) add(page *iam.GetAccountAuthorizationDetailsOutput) {
	f.details = append(f.details, page.UserDetailList...)
	for _, g := range page.GroupDetailList {
		f.groups[aws.ToString(g.GroupName)] = g
	}
	for _, p := range page.Policies {
		for _, v := range p.PolicyVersionList {
			if v.IsDefaultVersion {
				f.managed[aws.ToString(p.Arn)] = allowsEverything(aws.ToString(v.Document))
			}
		}
	}
}

func (f *authorizations) users() []iamops.UserDetail {
	users := make([]iamops.UserDetail, 0, len(f.details))
	for _, d := range f.details {
		u := iamops.UserDetail{Name: aws.ToString(d.UserName), Groups: slices.Clone(d.GroupList)}
		if len(d.Tags) > 0 {
			u.Tags = make(map[string]string, len(d.Tags))
			for _, t := range d.Tags {
				u.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
		}
		clear(f.policies)
		u.Administrator = f.grants(d.UserPolicyList, d.AttachedManagedPolicies)
		for _, name := range d.GroupList {
			g := f.groups[name]
			u.Administrator = f.grants(g.GroupPolicyList, g.AttachedManagedPolicies) || u.Administrator
		}
		for name := range f.policies {
			u.Policies = append(u.Policies, name)
		}
		slices.Sort(u.Policies)
		users = append(users, u)
	}
	return users
}

// grants notes the names of the policies and reports whether one makes an administrator.
func (f *authorizations) grants(inline []types.PolicyDetail, attached []types.AttachedPolicy) bool {
	administrator := false
	for _, p := range inline {
		f.policies[aws.ToString(p.PolicyName)] = true
		administrator = administrator || allowsEverything(aws.ToString(p.PolicyDocument))
	}
	for _, p := range attached {
		f.policies[aws.ToString(p.PolicyName)] = true
		arn := aws.ToString(p.PolicyArn)
		administrator = administrator || f.managed[arn] || isAdministratorAccess(arn)
	}
	return administrator
}
