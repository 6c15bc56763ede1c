package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func sessionOf(c *types.Credentials) sandbox.Credentials {
	return sandbox.Credentials{KeyID: *c.AccessKeyId, Secret: *c.SecretAccessKey, SessionToken: *c.SessionToken}
}

// session gets a session of the operator, with or without MFA.
func session(t *testing.T, a *faults.Account, mfa bool) sandbox.Credentials {
	t.Helper()
	input := &sts.GetSessionTokenInput{}
	if mfa {
		input.SerialNumber, input.TokenCode = aws.String(sandbox.MFASerial), aws.String(sandbox.MFACode)
	}
	out := must[*sts.GetSessionTokenOutput](t)(stsAs(a, a.Operator(), "eu-west-1").GetSessionToken(t.Context(), input))
	return sessionOf(out.Credentials)
}

// assumeAdmin gets a session of the role.
func assumeAdmin(t *testing.T, a *faults.Account) sandbox.Credentials {
	t.Helper()
	out := must[*sts.AssumeRoleOutput](t)(stsAs(a, a.Operator(), "eu-west-1").AssumeRole(t.Context(),
		&sts.AssumeRoleInput{RoleArn: aws.String(sandbox.AdminRoleARN), RoleSessionName: aws.String("night-shift")}))
	return sessionOf(out.Credentials)
}

func TestCallerIdentity(t *testing.T) {
	a := newAccount()
	for _, c := range []struct {
		name string
		with sandbox.Credentials
		arn  string
	}{
		{"a key", a.Operator(), "arn:aws:iam::111122223333:user/operator"},
		{"a session", session(t, a, false), "arn:aws:iam::111122223333:user/operator"},
		{"a role", assumeAdmin(t, a), "arn:aws:sts::111122223333:assumed-role/key-admin/night-shift"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := must[*sts.GetCallerIdentityOutput](t)(stsAs(a, c.with, "eu-west-1").GetCallerIdentity(t.Context(), nil))
			if *out.Arn != c.arn || *out.Account != "111122223333" || *out.UserId == "" {
				t.Errorf("got %s, account %s, ID %s", *out.Arn, *out.Account, *out.UserId)
			}
		})
	}
}

func TestSessions(t *testing.T) {
	a := newAccount()
	ctx := t.Context()
	plain, mfa, role := session(t, a, false), session(t, a, true), assumeAdmin(t, a)
	for _, s := range []sandbox.Credentials{plain, mfa, role} {
		if !strings.HasPrefix(s.KeyID, "ASIA") || len(s.KeyID) != 20 {
			t.Errorf("a session's key ID is %s", s.KeyID)
		}
	}
	_, err := iamAs(a, plain).ListUsers(ctx, nil)
	wantCode(t, err, "InvalidClientTokenId", http.StatusForbidden)
	must[*iam.ListUsersOutput](t)(iamAs(a, mfa).ListUsers(ctx, nil))
	must[*iam.ListUsersOutput](t)(iamAs(a, role).ListUsers(ctx, nil))

	_, err = stsAs(a, mfa, "eu-west-1").GetSessionToken(ctx, nil)
	wantCode(t, err, "AccessDenied", http.StatusForbidden)
	_, err = stsAs(a, mfa, "eu-west-1").GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String(suzieKey)})
	wantCode(t, err, "AccessDenied", http.StatusForbidden)
	must[*sts.AssumeRoleOutput](t)(stsAs(a, plain, "eu-west-1").AssumeRole(ctx,
		&sts.AssumeRoleInput{RoleArn: aws.String(sandbox.AdminRoleARN), RoleSessionName: aws.String("me")}))

	for name, token := range map[string]string{"no token": "", "a wrong token": "x" + role.SessionToken[1:]} {
		bad := role
		bad.SessionToken = token
		if works(t, a, bad, "eu-west-1") {
			t.Errorf("a session works with %s", name)
		}
	}
	odd := a.Operator()
	odd.SessionToken = role.SessionToken
	if works(t, a, odd, "eu-west-1") {
		t.Error("a long-term key works with a session's token")
	}
}

func TestASessionEndsByTheWireClock(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		s := assumeAdmin(t, a)
		a.Advance(30 * 24 * time.Hour) // the account's clock has nothing to do with it
		pass(time.Hour - time.Second)
		if !works(t, a, s, "eu-west-1") {
			t.Fatal("it ended early")
		}
		pass(time.Second)
		_, err := stsAs(a, s, "eu-west-1").GetCallerIdentity(t.Context(), nil)
		wantCode(t, err, "ExpiredToken", http.StatusForbidden)
	})
}

func TestSessionsOutliveTheirKey(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		key := newKey(t, a, "bob")
		pass(time.Minute)
		out := must[*sts.GetSessionTokenOutput](t)(stsAs(a, key, "eu-west-1").GetSessionToken(t.Context(), nil))
		s := sessionOf(out.Credentials)
		setStatus(t, a, "bob", key.KeyID, iamtypes.StatusTypeInactive)
		deleteKey(t, a, "bob", key.KeyID)
		if !works(t, a, s, "eu-west-1") {
			t.Error("the session ended with its key")
		}
	})
}

func TestSTSRefusals(t *testing.T) {
	a := newAccount()
	ctx := t.Context()
	client := stsAs(a, a.Operator(), "eu-west-1")
	role := aws.String(sandbox.AdminRoleARN)
	name := aws.String("me")
	for _, c := range []struct {
		name string
		send func() error
		code string
		http int
	}{
		{"a wrong MFA code", func() error {
			return errorOf(client.GetSessionToken(ctx, &sts.GetSessionTokenInput{SerialNumber: aws.String(sandbox.MFASerial), TokenCode: aws.String("000000")}))
		}, "AccessDenied", 403},
		{"too short a session", func() error {
			return errorOf(client.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(899)}))
		}, "ValidationError", 400},
		{"too long a session", func() error {
			return errorOf(client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: name, DurationSeconds: aws.Int32(43201)}))
		}, "ValidationError", 400},
		{"an unknown role", func() error {
			return errorOf(client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/other"), RoleSessionName: name}))
		}, "AccessDenied", 403},
		{"a bad session name", func() error {
			return errorOf(client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role, RoleSessionName: aws.String("a b")}))
		}, "ValidationError", 400},
		{"a key of nobody", func() error {
			return errorOf(client.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAZZZZZZZZZZZZZZZZ")}))
		}, "ValidationError", 400},
	} {
		t.Run(c.name, func(t *testing.T) { wantCode(t, c.send(), c.code, c.http) })
	}
	out := must[*sts.GetAccessKeyInfoOutput](t)(client.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String(suzieKey)}))
	if *out.Account != sandbox.AccountID {
		t.Errorf("the key's account is %s", *out.Account)
	}
}

func TestPermissions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		ctx := t.Context()
		key := newKey(t, a, "bob")
		pass(time.Minute)
		bob := iamAs(a, key)
		listOf := func(user string) error {
			return errorOf(bob.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &user}))
		}

		err := listOf("bob")
		wantCode(t, err, "AccessDenied", http.StatusForbidden)
		wantMessage(t, err, "User: arn:aws:iam::111122223333:user/bob is not authorized to perform: iam:ListAccessKeys on resource: user bob because no identity-based policy allows the iam:ListAccessKeys action")
		_, err = bob.ListUsers(ctx, nil)
		wantMessage(t, err, "on resource: arn:aws:iam::111122223333:user/ because")
		_, err = bob.GenerateCredentialReport(ctx, nil)
		wantMessage(t, err, "on resource: * because")
		_, err = stsAs(a, key, "eu-west-1").AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(sandbox.AdminRoleARN), RoleSessionName: aws.String("me")})
		wantMessage(t, err, "on resource: "+sandbox.AdminRoleARN)
		if !works(t, a, key, "eu-west-1") {
			t.Error("GetCallerIdentity needs no permission")
		}

		a.AllowSelf("bob", "iam:ListAccessKeys")
		if err := listOf("bob"); err != nil {
			t.Errorf("bob may list his own keys: %v", err)
		}
		wantCode(t, listOf("alice"), "AccessDenied", http.StatusForbidden)
		a.Allow("bob", "iam:*")
		if err := listOf("alice"); err != nil {
			t.Errorf("bob may do all of IAM: %v", err)
		}

		a.Allow(sandbox.OperatorUser, "iam:ListUsers")
		operator := iamAs(a, a.Operator())
		must[*iam.ListUsersOutput](t)(operator.ListUsers(ctx, nil))
		_, err = operator.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("carol.ops")})
		wantCode(t, err, "AccessDenied", http.StatusForbidden)
	})
}

func TestAMisspeltActionIsAPanic(t *testing.T) {
	a := newAccount()
	for name, call := range map[string]func(){
		"Allow":      func() { a.Allow("bob", "ListUsers") },
		"Allow user": func() { a.Allow("nobody", "iam:ListUsers") },
		"Inject":     func() { a.Inject(faults.Fault{Action: "iam:CreateKey"}) },
		"Inject late": func() {
			a.Inject(faults.Fault{Break: faults.Throttle, Hold: true, At: faults.AfterEffect})
		},
		"Sent": func() { a.Sent("iam:Nothing") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}
