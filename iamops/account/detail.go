package account

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops"
	"keyturn/iamops/clean"
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
		out, err := get(ctx, a, action, a.region, a.iam.GetAccountAuthorizationDetails, in)
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

// authorizations is what the pages have told. A page is large, with the text of every
// policy: of the users only what is wanted of them is kept.
type authorizations struct {
	found    []authorization
	groups   map[string]types.GroupDetail // by name
	managed  map[string]bool              // policies by ARN: whether they make an administrator
	tags     map[string]map[string]string // sets of them, by their text
	policies map[string]bool              // names of a user's policies, used again for each
}

// authorization is a user with the user's own policies, those of the groups left out.
type authorization struct {
	user     iamops.UserDetail // an administrator if a policy written into it makes one
	attached []types.AttachedPolicy
}

func newAuthorizations() *authorizations {
	return &authorizations{
		groups: map[string]types.GroupDetail{}, managed: map[string]bool{},
		tags: map[string]map[string]string{}, policies: map[string]bool{},
	}
}

func (f *authorizations) add(page *iam.GetAccountAuthorizationDetailsOutput) {
	f.found = slices.Grow(f.found, len(page.UserDetailList))
	for _, d := range page.UserDetailList {
		f.found = append(f.found, f.user(d))
	}
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

func (f *authorizations) user(d types.UserDetail) authorization {
	u := iamops.UserDetail{Name: text(d.UserName), Tags: f.tagsOf(d.Tags), Groups: slices.Clone(d.GroupList)}
	clear(f.policies)
	u.Administrator = f.grants(d.UserPolicyList, nil)
	u.Policies = slices.Collect(maps.Keys(f.policies))
	return authorization{u, slices.Clone(d.AttachedManagedPolicies)}
}

// tagsOf are tags as a map, nil if there are none. Those of a team's users are often the
// same: they share it.
func (f *authorizations) tagsOf(list []types.Tag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	tags, all := make(map[string]string, len(list)), ""
	for _, t := range list {
		name, value := text(t.Key), text(t.Value)
		tags[name] = value
		all += strconv.Quote(name) + strconv.Quote(value)
	}
	if known, ok := f.tags[all]; ok {
		return known
	}
	f.tags[all] = tags
	return tags
}

func (f *authorizations) users() []iamops.UserDetail {
	users := make([]iamops.UserDetail, 0, len(f.found))
	for _, own := range f.found {
		u := own.user
		clear(f.policies)
		for _, name := range u.Policies {
			f.policies[name] = true
		}
		u.Administrator = f.grants(nil, own.attached) || u.Administrator
		u.Quarantine = quarantine(own.attached)
		for _, name := range u.Groups {
			g := f.groups[name]
			u.Administrator = f.grants(g.GroupPolicyList, g.AttachedManagedPolicies) || u.Administrator
		}
		for i, name := range u.Groups {
			u.Groups[i] = clean.Text(name)
		}
		u.Policies = slices.Sorted(maps.Keys(f.policies))
		users = append(users, u)
	}
	return users
}

// quarantine is the name of AWS's own quarantine policy among those that are attached.
// Somebody else's policy of that name is none.
func quarantine(attached []types.AttachedPolicy) string {
	for _, p := range attached {
		if strings.Contains(aws.ToString(p.PolicyArn), awsOwnPolicy+"AWSCompromisedKeyQuarantine") {
			return aws.ToString(p.PolicyName)
		}
	}
	return ""
}

// grants notes the names of the policies and reports whether one makes an administrator.
func (f *authorizations) grants(inline []types.PolicyDetail, attached []types.AttachedPolicy) bool {
	administrator := false
	for _, p := range inline {
		f.policies[text(p.PolicyName)] = true
		administrator = administrator || allowsEverything(aws.ToString(p.PolicyDocument))
	}
	for _, p := range attached {
		f.policies[text(p.PolicyName)] = true
		arn := aws.ToString(p.PolicyArn)
		administrator = administrator || f.managed[arn] || isAdministratorAccess(arn)
	}
	return administrator
}
