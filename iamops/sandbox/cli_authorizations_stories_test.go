//go:build stories

package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
)

// policyText is a policy document as the AWS CLI prints it, decoded.
type policyText struct {
	Version   string
	Statement []struct {
		Effect           string
		Action, Resource any
		Principal        any
	}
}

func TestCLIReadsAuthorizationDetails(t *testing.T) {
	a, c := serve(t)
	operator := a.Operator()
	a.Allow("ci-deploy", "iam:ListUsers")
	type attached struct{ PolicyName, PolicyArn string }
	type inline struct {
		PolicyName     string
		PolicyDocument policyText
	}
	type tagged struct{ Key, Value string }
	type details struct {
		UserDetailList []struct {
			Path, UserName, UserId, Arn string //nolint:revive // AWS's spelling
			CreateDate                  time.Time
			UserPolicyList              []inline
			GroupList                   []string
			AttachedManagedPolicies     []attached
			Tags                        []tagged
		}
		GroupDetailList []struct{}
		RoleDetailList  []struct {
			Path, RoleName, RoleId, Arn string //nolint:revive // AWS's spelling
			CreateDate                  time.Time
			AssumeRolePolicyDocument    policyText
			InstanceProfileList         []struct{}
			RolePolicyList              []inline
			AttachedManagedPolicies     []attached
			Tags                        []tagged
		}
		Policies []struct {
			PolicyName, PolicyId, Arn, Path, DefaultVersionId string //nolint:revive // AWS's spelling
			AttachmentCount                                   int
			IsAttachable                                      bool
			PolicyVersionList                                 []struct {
				Document         policyText
				VersionId        string //nolint:revive // AWS's spelling
				IsDefaultVersion bool
			}
		}
	}
	// Pages of three: the CLI puts them together.
	all := answer[details](t, c, operator, "iam", "get-account-authorization-details", "--page-size", "3")
	if len(all.UserDetailList) != 16 || len(all.RoleDetailList) != 2 || len(all.Policies) != 1 {
		t.Fatalf("%d users, %d roles, %d policies", len(all.UserDetailList), len(all.RoleDetailList), len(all.Policies))
	}
	if p := all.Policies[0].PolicyVersionList[0].Document; len(p.Statement) != 1 || p.Statement[0].Effect != "Allow" || p.Statement[0].Resource != "*" {
		t.Errorf("the policy says %+v", p)
	}
	if r := all.RoleDetailList[0]; r.Arn != sandbox.AdminRoleARN || len(r.AssumeRolePolicyDocument.Statement) != 1 || len(r.AttachedManagedPolicies) != 1 {
		t.Errorf("the role is %+v", r)
	}
	for _, u := range all.UserDetailList {
		if !strings.HasSuffix(u.Arn, ":user/"+u.UserName) || u.UserId == "" || u.CreateDate.IsZero() {
			t.Errorf("a user is %+v", u)
		}
		switch u.UserName {
		case "Suzie":
			if len(u.Tags) != 3 {
				t.Errorf("Suzie has the tags %+v", u.Tags)
			}
		case "ci-deploy":
			if len(u.UserPolicyList) != 1 || u.UserPolicyList[0].PolicyDocument.Version == "" {
				t.Errorf("ci-deploy has the policies %+v", u.UserPolicyList)
			}
		}
	}
	users := answer[details](t, c, operator, "iam", "get-account-authorization-details", "--filter", "User")
	if len(users.UserDetailList) != 16 || len(users.RoleDetailList)+len(users.Policies) != 0 {
		t.Errorf("users alone are %d users and %d roles", len(users.UserDetailList), len(users.RoleDetailList))
	}
	a.Allow(sandbox.OperatorUser, "iam:ListUsers")
	c.refused(t, operator, "AccessDenied", "GetAccountAuthorizationDetails",
		"User: arn:aws:iam::111122223333:user/operator is not authorized to perform: iam:GetAccountAuthorizationDetails on resource: *",
		"iam", "get-account-authorization-details")
}
