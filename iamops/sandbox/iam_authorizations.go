package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// What iam:GetAccountAuthorizationDetails can be asked for.
const (
	filterUser   = "User"
	filterRole   = "Role"
	filterPolicy = "AWSManagedPolicy"
)

// detailFilters are all that it can be asked for; the account has no groups and no
// managed policies of its own.
var detailFilters = []string{filterUser, filterRole, "Group", "LocalManagedPolicy", filterPolicy}

// The details of users, roles and policies in IAM's answer.
type (
	authorizationsXML struct {
		UserDetailList  list[userDetailXML]
		GroupDetailList list[struct{}]
		RoleDetailList  list[roleDetailXML]
		Policies        list[policyDetailXML]
		truncation
	}
	userDetailXML struct {
		Path                    string
		UserName                string
		UserId                  string //nolint:revive // AWS's spelling
		Arn                     string
		CreateDate              string
		UserPolicyList          list[inlinePolicyXML]
		GroupList               list[string]
		AttachedManagedPolicies list[attachedPolicyXML]
		Tags                    list[tag]
	}
	roleDetailXML struct {
		Path                     string
		RoleName                 string
		RoleId                   string //nolint:revive // AWS's spelling
		Arn                      string
		CreateDate               string
		AssumeRolePolicyDocument string
		InstanceProfileList      list[struct{}]
		RolePolicyList           list[inlinePolicyXML]
		AttachedManagedPolicies  list[attachedPolicyXML]
		Tags                     list[tag]
	}
	inlinePolicyXML   struct{ PolicyName, PolicyDocument string }
	attachedPolicyXML struct{ PolicyName, PolicyArn string }
	policyDetailXML   struct {
		PolicyName        string
		PolicyId          string //nolint:revive // AWS's spelling
		Arn               string
		Path              string
		DefaultVersionId  string //nolint:revive // AWS's spelling
		AttachmentCount   int
		IsAttachable      bool
		PolicyVersionList list[policyVersionXML]
	}
	policyVersionXML struct {
		Document         string
		VersionId        string //nolint:revive // AWS's spelling
		IsDefaultVersion bool
	}
)

// administratorAccess is AWS's own policy for those who may do everything.
var administratorAccess = attachedPolicyXML{"AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess"}

func (c *call) getAccountAuthorizationDetails() (any, *refusal) {
	wanted := members(c.form, "Filter", "")
	for _, f := range wanted {
		if !slices.Contains(detailFilters, f) {
			return nil, constraint(f, "filter",
				"Member must satisfy enum value set: ["+strings.Join(detailFilters, ", ")+"]")
		}
	}
	wants := func(filter string) bool { return len(wanted) == 0 || slices.Contains(wanted, filter) }

	// All that the pages are made of, in their order.
	var entities []string
	if wants(filterUser) {
		for _, name := range c.account.names {
			entities = append(entities, filterUser+"/"+name)
		}
	}
	if wants(filterRole) {
		for _, r := range roles {
			entities = append(entities, filterRole+"/"+r.name)
		}
	}
	if wants(filterPolicy) {
		entities = append(entities, filterPolicy+"/"+administratorAccess.PolicyName)
	}
	p, problem := c.page(len(entities),
		func(name string) int { return 1 + slices.Index(entities, name) },
		func(i int) string { return entities[i] })
	if problem != nil {
		return nil, problem
	}
	answer := authorizationsXML{truncation: p.truncation()}
	for _, e := range entities[p.from:p.to] {
		switch kind, name, _ := strings.Cut(e, "/"); kind {
		case filterUser:
			answer.UserDetailList.Member = append(answer.UserDetailList.Member, wireUserDetail(c.account.users[name]))
		case filterRole:
			detail := c.account.wireRoleDetail(roleNamed(name))
			answer.RoleDetailList.Member = append(answer.RoleDetailList.Member, detail)
		case filterPolicy:
			answer.Policies.Member = append(answer.Policies.Member, c.account.wirePolicyDetail())
		}
	}
	return answer, nil
}

func (u *user) mayDoEverything() bool {
	return u.policyNamed(administratorAccess.PolicyName, true) >= 0
}

// wireUserDetail is the user with its policies.
func wireUserDetail(u *user) userDetailXML {
	x := userDetailXML{
		Path: u.path, UserName: u.name, UserId: u.id, Arn: u.arn(), CreateDate: isoTime(u.created),
		Tags: list[tag]{u.tags},
	}
	for _, p := range u.policies {
		if p.managed {
			attached := attachedPolicyXML{p.name, "arn:aws:iam::aws:policy/" + p.name}
			x.AttachedManagedPolicies.Member = append(x.AttachedManagedPolicies.Member, attached)
			continue
		}
		x.UserPolicyList.Member = append(x.UserPolicyList.Member, inlinePolicyXML{p.name, encoded(p.document)})
	}
	return x
}

func (a *Account) wireRoleDetail(r *role) roleDetailXML {
	x := roleDetailXML{
		Path: "/", RoleName: r.name, RoleId: r.id, Arn: r.arn(),
		CreateDate: isoTime(a.root.created.Truncate(time.Second)),
		AssumeRolePolicyDocument: encoded(policyDocument(map[string]any{
			"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": map[string]string{"AWS": "arn:aws:iam::" + AccountID + ":root"},
		})),
	}
	if r.mayDoEverything {
		x.AttachedManagedPolicies.Member = []attachedPolicyXML{administratorAccess}
	}
	return x
}

func (a *Account) wirePolicyDetail() policyDetailXML {
	attached := 1 // to the role
	for _, u := range a.users {
		if u.mayDoEverything() {
			attached++
		}
	}
	return policyDetailXML{
		PolicyName: administratorAccess.PolicyName, PolicyId: "ANPAIWMBCKSKIEE64ZLYK",
		Arn:  administratorAccess.PolicyArn,
		Path: "/", DefaultVersionId: "v1", AttachmentCount: attached, IsAttachable: true,
		PolicyVersionList: list[policyVersionXML]{[]policyVersionXML{
			{encoded(allowDocument([]string{"*"}, "*")), "v1", true},
		}},
	}
}

func allowDocument(actions []string, resource string) string {
	return policyDocument(map[string]any{"Effect": "Allow", "Action": actions, "Resource": resource})
}

// policyDocument is a policy of one statement.
func policyDocument(statement map[string]any) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	if err != nil {
		panic("sandbox: a policy cannot be written: " + err.Error()) // a map of texts always can
	}
	return string(text)
}
