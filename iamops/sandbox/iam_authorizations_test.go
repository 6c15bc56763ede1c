package sandbox_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// details asks for all pages.
func details(t *testing.T, a *faults.Account, perPage int32, filter ...types.EntityType) (all iam.GetAccountAuthorizationDetailsOutput, pages int) {
	t.Helper()
	in := &iam.GetAccountAuthorizationDetailsInput{Filter: filter}
	if perPage > 0 {
		in.MaxItems = aws.Int32(perPage)
	}
	for {
		out := must[*iam.GetAccountAuthorizationDetailsOutput](t)(iamAs(a, a.Operator()).GetAccountAuthorizationDetails(t.Context(), in))
		all.UserDetailList = append(all.UserDetailList, out.UserDetailList...)
		all.RoleDetailList = append(all.RoleDetailList, out.RoleDetailList...)
		all.GroupDetailList = append(all.GroupDetailList, out.GroupDetailList...)
		all.Policies = append(all.Policies, out.Policies...)
		pages++
		if !out.IsTruncated {
			return all, pages
		}
		in.Marker = out.Marker
	}
}

func userDetail(t *testing.T, users []types.UserDetail, name string) types.UserDetail {
	t.Helper()
	i := slices.IndexFunc(users, func(u types.UserDetail) bool { return aws.ToString(u.UserName) == name })
	if i < 0 {
		t.Fatalf("there is no %s among %d users", name, len(users))
	}
	return users[i]
}

func TestAuthorizationDetailsTellWhatIsAllowed(t *testing.T) {
	a := newAccount()
	a.Allow("ci-deploy", "iam:ListUsers", "sts:*")
	a.AllowSelf("ci-deploy", "iam:ListAccessKeys")
	all, _ := details(t, a, 0)
	if len(all.UserDetailList) != 16 || len(all.RoleDetailList) != 2 || len(all.Policies) != 1 || len(all.GroupDetailList) != 0 {
		t.Fatalf("%d users, %d roles, %d policies", len(all.UserDetailList), len(all.RoleDetailList), len(all.Policies))
	}
	suzie := userDetail(t, all.UserDetailList, "Suzie")
	tags := map[string]string{}
	for _, tag := range suzie.Tags {
		tags[*tag.Key] = *tag.Value
	}
	if tags["owner"] != "photo-team" || tags[suzieKey] != "photo buckets" || len(suzie.AttachedManagedPolicies)+len(suzie.UserPolicyList) != 0 || suzie.CreateDate.IsZero() {
		t.Errorf("Suzie is %+v with the tags %v", suzie, tags)
	}
	operator := userDetail(t, all.UserDetailList, sandbox.OperatorUser)
	if len(operator.AttachedManagedPolicies) != 1 || *operator.AttachedManagedPolicies[0].PolicyArn != "arn:aws:iam::aws:policy/AdministratorAccess" {
		t.Errorf("the operator is %+v", operator)
	}
	if p := all.Policies[0]; *p.AttachmentCount != 2 || !p.PolicyVersionList[0].IsDefaultVersion {
		t.Errorf("the policy is %+v", p)
	}
	var documents []string
	for _, p := range userDetail(t, all.UserDetailList, "ci-deploy").UserPolicyList {
		documents = append(documents, must[string](t)(url.PathUnescape(*p.PolicyDocument)))
	}
	if len(documents) != 2 || !strings.Contains(documents[0], `["iam:ListUsers","sts:*"]`) || !strings.Contains(documents[1], `:user/ci-deploy"`) {
		t.Errorf("the policies of ci-deploy are %q", documents)
	}
}

func TestAuthorizationDetailsByFilterAndPage(t *testing.T) {
	a := newAccount()
	all, pages := details(t, a, 5, types.EntityTypeUser, types.EntityTypeGroup)
	if len(all.UserDetailList) != 16 || len(all.RoleDetailList)+len(all.Policies) != 0 || pages != 4 {
		t.Errorf("%d users and %d roles on %d pages", len(all.UserDetailList), len(all.RoleDetailList), pages)
	}
	all, pages = details(t, a, 7)
	if len(all.UserDetailList) != 16 || len(all.RoleDetailList) != 2 || len(all.Policies) != 1 || pages != 3 {
		t.Errorf("%d users, %d roles and %d policies on %d pages", len(all.UserDetailList), len(all.RoleDetailList), len(all.Policies), pages)
	}
	_, err := iamAs(a, a.Operator()).GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{"Everything"},
	})
	wantCode(t, err, "ValidationError", http.StatusBadRequest)

	a.Allow(sandbox.OperatorUser, "iam:List*")
	_, err = iamAs(a, a.Operator()).GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{})
	wantCode(t, err, "AccessDenied", http.StatusForbidden)
}
