package account

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"keyturn/iamops"
)

const newerKey = "AKIANEWERKEY"

// TestRenewReadsTheProfileAgain: what the profile holds by then signs, also behind a role.
func TestRenewReadsTheProfileAgain(t *testing.T) {
	const role = "[default]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = base\n"
	profile := func(name, keyID string) string {
		return fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\nregion = eu-west-1\n", name, keyID, testSecret)
	}
	for name, tc := range map[string]struct{ config, profile string }{
		"a profile": {profile: "default"},
		"a role":    {config: role, profile: "base"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := isolate(t)
			writeFile(t, dir+"/config", tc.config)
			writeFile(t, dir+"/credentials", profile(tc.profile, testKey))
			s := newServer()
			s.on("AssumeRole", func(n int, w http.ResponseWriter, _ *http.Request) {
				answer(w, "AssumeRole", sessionXML(fmt.Sprintf("ASIA%d", n)))
			})
			a, err := Connect(t.Context(), Options{EndpointURL: s.listen(t)})
			if err != nil {
				t.Fatal(err)
			}
			if got := a.Caller().SignsWith("alice", testKey); got != iamops.DependsOnKey {
				t.Errorf("before: %v by %+v", got, a.Caller())
			}
			writeFile(t, dir+"/credentials", profile(tc.profile, newerKey))
			if err := a.Renew(t.Context()); err != nil {
				t.Fatal(err)
			}
			c := a.Caller()
			if c.SignsWith("alice", testKey) != iamops.Independent || c.SignsWith("alice", newerKey) != iamops.DependsOnKey {
				t.Errorf("after: %+v", c)
			}
			s.on("DeleteAccessKey", good(iamops.Delete))
			own := change(iamops.Delete)
			own.KeyID = newerKey
			want(t, a.Change(t.Context(), permit(t, own)).Problem, iamops.OwnKey)
			own.KeyID = testKey
			if out := a.Change(t.Context(), permit(t, own)); out.Effect != iamops.Done {
				t.Errorf("deleting what does not sign any more: %+v", out)
			}
		})
	}
}

// TestRenewStaysInTheAccount: another account's credentials, or none, change nothing.
func TestRenewStaysInTheAccount(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/credentials", "[default]\n"+staticProfile)
	s := newServer()
	a, err := Connect(t.Context(), Options{EndpointURL: s.listen(t)})
	if err != nil {
		t.Fatal(err)
	}
	before := a.Caller()
	s.callers[testKey] = "arn:aws:iam::444455556666:user/alice"
	want(t, a.Renew(t.Context()), iamops.WrongAccount)
	writeFile(t, dir+"/credentials", "")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	want(t, a.Renew(t.Context()), iamops.NoCredentials)
	if c := a.Caller(); c.SigningKeyID != before.SigningKeyID || c.Account != before.Account {
		t.Errorf("caller %+v, was %+v", c, before)
	}
}

// TestACodeIsAskedForOnlyOnRenewal: a call in an ended session fails; Renew asks.
func TestACodeIsAskedForOnlyOnRenewal(t *testing.T) {
	dir := isolate(t)
	writeFile(t, dir+"/credentials", "[default]\n"+staticProfile)
	s := newServer()
	s.on("GetSessionToken", func(n int, w http.ResponseWriter, _ *http.Request) {
		answer(w, "GetSessionToken", sessionXML(fmt.Sprintf("ASIA%d", n)))
	})
	asked := 0
	o := Options{EndpointURL: s.listen(t), MFASerial: "device", MFAToken: func(context.Context) (string, error) {
		asked++
		return "123456", nil
	}}
	a, err := Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	before := asked
	a.signer.set(expired(t, o), a.Caller())
	_, err = a.Keys(t.Context(), "Suzie")
	want(t, err, iamops.ExpiredCredentials)
	if asked != before {
		t.Error("a call asked for a code")
	}
	if err := a.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if asked != before+1 || !slices.Equal(a.Caller().SourceKeyIDs, []string{testKey}) {
		t.Errorf("asked %d times, caller %+v", asked-before, a.Caller())
	}
}

// expired is the provider of an MFA session that has ended, with its prompt closed.
func expired(t *testing.T, o Options) aws.CredentialsProvider {
	t.Helper()
	asking := &prompt{ask: o.MFAToken}
	return named{mfaSession{code: asking.code}}
}

// TestAKeyIsNotCreatedAtTheEndOfASession: there must be time to put its secret away.
func TestAKeyIsNotCreatedAtTheEndOfASession(t *testing.T) {
	for left, kind := range map[time.Duration]iamops.ProblemKind{SessionLeft - time.Second: iamops.ExpiresSoon, SessionLeft + time.Minute: ""} {
		s := newServer()
		s.on("CreateAccessKey", good(iamops.Create))
		s.on("UpdateAccessKey", good(iamops.Deactivate))
		a := s.at(t, Options{})
		a.signer.set(static{aws.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t", CanExpire: true, Expires: iamops.WallClock{}.Now().Add(left)}}, a.Caller())
		out := a.Change(t.Context(), permit(t, change(iamops.Create)))
		if kind == "" {
			if out.Effect != iamops.Done {
				t.Errorf("%v left: %+v", left, out)
			}
			continue
		}
		want(t, out.Problem, kind)
		if len(s.requests("CreateAccessKey")) != 0 {
			t.Error("it was sent")
		}
		if out := a.Change(t.Context(), permit(t, change(iamops.Deactivate))); out.Effect != iamops.Done {
			t.Errorf("a change without a secret, %v left: %+v", left, out)
		}
	}
}
