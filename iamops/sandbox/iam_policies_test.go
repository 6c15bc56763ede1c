package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// putPolicy attaches an inline policy over the wire, as the operator.
func putPolicy(t *testing.T, a *faults.Account, user, name, document string) error {
	t.Helper()
	return errorOf(iamAs(a, a.Operator()).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: &user, PolicyName: &name, PolicyDocument: &document,
	}))
}

// joiner is a user made over the wire, with a key that works.
func joiner(t *testing.T, a *faults.Account, name string) sandbox.Credentials {
	t.Helper()
	admin := iamAs(a, a.Operator())
	must[*iam.CreateUserOutput](t)(admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name, Path: aws.String("/eng/")}))
	key := must[*iam.CreateAccessKeyOutput](t)(admin.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})).AccessKey
	a.Advance(time.Minute)
	return sandbox.Credentials{KeyID: *key.AccessKeyId, Secret: *key.SecretAccessKey}
}

func document(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

func TestUserPoliciesAreEvaluated(t *testing.T) {
	const own = `"arn:aws:iam::*:user/*/${aws:username}"`
	keys := func(user string) string { return "iam:ListAccessKeys " + user }
	for name, tc := range map[string]struct {
		document string
		allowed  []string // of all
		denied   []string // explicitly
	}{
		"nothing": {document(`{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}`), nil, nil},
		"all":     {document(`{"Effect": "Allow", "Action": "*", "Resource": "*"}`), []string{"iam:ListUsers", keys("dev"), keys("Suzie")}, nil},
		"one statement without a list": {
			`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "IAM:list*", "Resource": "*"}}`,
			[]string{"iam:ListUsers", keys("dev"), keys("Suzie")}, nil,
		},
		"oneself":            {document(`{"Effect": "Allow", "Action": ["iam:ListAccessKeys", "iam:ListUsers"], "Resource": ` + own + `}`), []string{keys("dev")}, nil},
		"oneself by ID":      {document(`{"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": ["nobody", "${aws:username}"]}}}`), []string{"iam:ListUsers", keys("dev"), keys("Suzie")}, nil},
		"a variable of 2008": {`{"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": ` + own + `}]}`, nil, nil},
		"the case of an ARN": {document(`{"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/suzie"}`), nil, nil},
		"a question mark":    {document(`{"Effect": "Allow", "Action": "iam:ListAccessKey?", "Resource": "arn:aws:iam::111122223333:user/S???e"}`), []string{keys("Suzie")}, nil},
		"all but":            {document(`{"Effect": "Allow", "NotAction": "iam:ListUsers", "Resource": "*"}`), []string{keys("dev"), keys("Suzie")}, nil},
		"all but somebody":   {document(`{"Effect": "Allow", "Action": "iam:*", "NotResource": "arn:aws:iam::*:user/Suzie"}`), []string{"iam:ListUsers", keys("dev")}, nil},
		"a denial beats":     {document(`{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:ListAccessKeys", "Resource": "arn:aws:iam::111122223333:user/Suzie"}`), []string{"iam:ListUsers", keys("dev")}, []string{keys("Suzie")}},
		"a condition's key that is not there": {
			document(`{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2099-01-01T00:00:00Z"}}}`),
			[]string{"iam:ListUsers", keys("dev"), keys("Suzie")}, nil,
		},
		"another user": {document(`{"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": {"StringLike": {"aws:username": "d?v-*"}}}`), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount()
			key := joiner(t, a, "dev")
			if err := putPolicy(t, a, "dev", "p", tc.document); err != nil {
				t.Fatal(err)
			}
			dev := iamAs(a, key)
			for what, call := range map[string]func() error{
				"iam:ListUsers": func() error { return errorOf(dev.ListUsers(t.Context(), nil)) },
				keys("dev"): func() error {
					return errorOf(dev.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("dev")}))
				},
				keys("Suzie"): func() error {
					return errorOf(dev.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("Suzie")}))
				},
			} {
				err := call()
				want := "implicitDeny"
				switch {
				case slices.Contains(tc.allowed, what):
					want = "allowed"
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
				case slices.Contains(tc.denied, what):
					want = "explicitDeny"
					wantCode(t, err, "AccessDenied", http.StatusForbidden)
					if !strings.Contains(err.Error(), "with an explicit deny in an identity-based policy") {
						t.Errorf("%s: %v", what, err)
					}
				default:
					wantCode(t, err, "AccessDenied", http.StatusForbidden)
					if !strings.Contains(err.Error(), "because no identity-based policy allows the") {
						t.Errorf("%s: %v", what, err)
					}
				}
				if got := simulated(t, a, what); got != want {
					t.Errorf("the simulation of %s says %s, want %s", what, got, want)
				}
			}
		})
	}
}

// simulated is what the simulation says of an action of dev's.
func simulated(t *testing.T, a *faults.Account, what string) string {
	t.Helper()
	action, user, about := strings.Cut(what, " ")
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String("arn:aws:iam::111122223333:user/eng/dev"), ActionNames: []string{action}}
	if about {
		u := must[*iam.GetUserOutput](t)(iamAs(a, a.Operator()).GetUser(t.Context(), &iam.GetUserInput{UserName: &user}))
		in.ResourceArns = []string{*u.User.Arn}
	}
	out := must[*iam.SimulatePrincipalPolicyOutput](t)(iamAs(a, a.Operator()).SimulatePrincipalPolicy(t.Context(), in))
	return string(out.EvaluationResults[0].EvalDecision)
}

// The deny by which sessions are ended: it strikes those from before its date alone.
func TestADenialOfOlderSessions(t *testing.T) {
	a := newAccount()
	key := joiner(t, a, "dev")
	if err := putPolicy(t, a, "dev", "keys", document(`{"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}`)); err != nil {
		t.Fatal(err)
	}
	begin := func() sandbox.Credentials {
		out := must[*sts.GetSessionTokenOutput](t)(stsAs(a, key, "eu-west-1").GetSessionToken(t.Context(), nil))
		return sessionOf(out.Credentials)
	}
	asks := func(with sandbox.Credentials) error {
		return errorOf(secretsmanager.NewFromConfig(config(a, with, "eu-west-1")).ListSecrets(t.Context(), nil))
	}
	older := begin()
	a.Advance(10 * time.Minute)
	limit := a.Now().UTC().Format(time.RFC3339)
	a.Advance(10 * time.Minute)
	younger := begin()
	deny := document(`{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:TokenIssueTime": "` + limit + `"}}}`)
	if err := putPolicy(t, a, "dev", "end-sessions", deny); err != nil {
		t.Fatal(err)
	}
	if err := asks(older); err == nil || !strings.Contains(err.Error(), "explicit deny") {
		t.Errorf("a session from before: %v", err)
	}
	if err := asks(younger); err != nil {
		t.Error(err)
	}
	if err := asks(key); err != nil {
		t.Error(err)
	}
}

func TestUserPoliciesThatAreRefused(t *testing.T) {
	a := newAccount()
	allow := func(more string) string {
		return document(`{"Effect": "Allow", "Action": "iam:*", "Resource": "*"` + more + `}`)
	}
	for name, tc := range map[string]struct {
		document string
		code     string
		says     string
	}{
		"no JSON":               {`{"Version": `, "MalformedPolicyDocument", "Syntax errors in policy."},
		"no statement":          {`{"Version": "2012-10-17"}`, "MalformedPolicyDocument", "Syntax errors in policy."},
		"another version":       {`{"Version": "2020-01-01", "Statement": []}`, "MalformedPolicyDocument", "must be version 2012-10-17"},
		"no action":             {document(`{"Effect": "Allow", "Resource": "*"}`), "MalformedPolicyDocument", "must contain actions"},
		"no resource":           {document(`{"Effect": "Allow", "Action": "iam:*"}`), "MalformedPolicyDocument", "must contain resources"},
		"no effect":             {document(`{"Action": "iam:*", "Resource": "*"}`), "MalformedPolicyDocument", "Syntax errors"},
		"an action of nobody":   {document(`{"Effect": "Allow", "Action": "ListUsers", "Resource": "*"}`), "MalformedPolicyDocument", "prefaced by a vendor"},
		"no ARN":                {document(`{"Effect": "Allow", "Action": "iam:*", "Resource": "user/dev"}`), "MalformedPolicyDocument", "must be in ARN format"},
		"a principal":           {allow(`, "Principal": "*"`), "MalformedPolicyDocument", "principal"},
		"an unknown member":     {allow(`, "Resources": "*"`), "MalformedPolicyDocument", "Syntax errors"},
		"an ID twice":           {document(`{"Sid": "A", "Effect": "Allow", "Action": "iam:*", "Resource": "*"}, {"Sid": "A", "Effect": "Deny", "Action": "iam:*", "Resource": "*"}`), "MalformedPolicyDocument", "must be unique"},
		"an operator":           {allow(`, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`), "UnsupportedBySandbox", "the condition operator IpAddress"},
		"an operator's variant": {allow(`, "Condition": {"StringLikeIfExists": {"aws:username": "dev"}}`), "UnsupportedBySandbox", "StringLikeIfExists"},
		"a condition's key":     {allow(`, "Condition": {"StringLike": {"aws:PrincipalTag/team": "x"}}`), "UnsupportedBySandbox", "the condition key aws:PrincipalTag/team"},
		"a variable":            {document(`{"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:PrincipalTag/team}"}`), "UnsupportedBySandbox", "the policy variable ${aws:PrincipalTag/team}"},
	} {
		t.Run(name, func(t *testing.T) {
			err := putPolicy(t, a, "bob", "p", tc.document)
			wantCode(t, err, tc.code, http.StatusBadRequest)
			if !strings.Contains(err.Error(), tc.says) {
				t.Error(err)
			}
		})
	}
	long := document(`{"Effect": "Allow", "Action": ["` + strings.Repeat(`iam:ListUsers", "`, 70) + `iam:ListUsers"], "Resource": "*"}`)
	if err := putPolicy(t, a, "bob", "one", long); err != nil {
		t.Error(err)
	}
	if err := putPolicy(t, a, "bob", "one", long); err != nil {
		t.Errorf("in its own place: %v", err)
	}
	wantCode(t, putPolicy(t, a, "bob", "two", long), "LimitExceeded", http.StatusConflict)
	wantCode(t, putPolicy(t, a, "nobody", "one", allow("")), "NoSuchEntity", http.StatusNotFound)
	wantCode(t, putPolicy(t, a, "bob", "a name", allow("")), "ValidationError", http.StatusBadRequest)
}

func TestUserPoliciesAreListedAndDeleted(t *testing.T) {
	a := newAccount()
	ctx, admin := t.Context(), iamAs(a, a.Operator())
	bob := aws.String("bob")
	want := make([]string, 0, 5)
	text := document(`{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}`) + " + blanks & signs: ü"
	wantCode(t, putPolicy(t, a, "bob", "p", text), "MalformedPolicyDocument", http.StatusBadRequest)
	text = document(`{"Sid": "A1", "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "arn:aws:iam::*:user/a+b@c,d=e"}`)
	for i := range 5 {
		want = append(want, fmt.Sprintf("p%d", i))
		if err := putPolicy(t, a, "bob", want[i], text); err != nil {
			t.Fatal(err)
		}
	}
	a.Quarantine("bob") // a managed one is not among them
	var names []string
	pages := iam.NewListUserPoliciesPaginator(admin, &iam.ListUserPoliciesInput{UserName: bob, MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		names = append(names, must[*iam.ListUserPoliciesOutput](t)(pages.NextPage(ctx)).PolicyNames...)
	}
	if !slices.Equal(names, want) {
		t.Errorf("the policies are %v, want %v", names, want)
	}
	got := must[*iam.GetUserPolicyOutput](t)(admin.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: bob, PolicyName: aws.String("p3")}))
	if plain, err := url.PathUnescape(*got.PolicyDocument); err != nil || plain != text || *got.UserName != "bob" || *got.PolicyName != "p3" || strings.ContainsAny(*got.PolicyDocument, `"+ {`) {
		t.Errorf("the policy is %q (%v)", *got.PolicyDocument, err)
	}
	for _, name := range []string{"p6", faults.Quarantine} {
		err := errorOf(admin.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: bob, PolicyName: &name}))
		wantCode(t, err, "NoSuchEntity", http.StatusNotFound)
		wantCode(t, errorOf(admin.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: bob, PolicyName: &name})), "NoSuchEntity", http.StatusNotFound)
	}
	if err := errorOf(admin.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: bob, PolicyName: aws.String("p3")})); err != nil {
		t.Error(err)
	}
	left := must[*iam.ListUserPoliciesOutput](t)(admin.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: bob}))
	if slices.Contains(left.PolicyNames, "p3") || len(left.PolicyNames) != 4 {
		t.Errorf("left are %v", left.PolicyNames)
	}
	joiner(t, a, "dev")
	if err := putPolicy(t, a, "dev", "p", text); err != nil {
		t.Fatal(err)
	}
	keys := must[*iam.ListAccessKeysOutput](t)(admin.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("dev")}))
	must[*iam.DeleteAccessKeyOutput](t)(admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("dev"), AccessKeyId: keys.AccessKeyMetadata[0].AccessKeyId}))
	wantCode(t, errorOf(admin.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("dev")})), "DeleteConflict", http.StatusConflict)
}
