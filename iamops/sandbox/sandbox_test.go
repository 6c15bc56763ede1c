package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

const suzieKey = "AKIAI44QH8DHBEXAMPLE"

// config is what the SDK needs to reach the account in process. It sends each
// request once, so that what arrives is what a test sent.
func config(a *faults.Account, c sandbox.Credentials, region string) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String("http://sandbox.test"),
		Credentials:  credentials.NewStaticCredentialsProvider(c.KeyID, c.Secret, c.SessionToken),
		HTTPClient:   a.Client(),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func iamAs(a *faults.Account, c sandbox.Credentials) *iam.Client {
	return iam.NewFromConfig(config(a, c, "eu-west-1"))
}

func stsAs(a *faults.Account, c sandbox.Credentials, region string) *sts.Client {
	return sts.NewFromConfig(config(a, c, region))
}

func newAccount() *faults.Account { return faults.New(sandbox.Options{Seed: 1}) }

// must stops the test on an error.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// errorOf is the error of a call whose answer does not matter.
func errorOf[T any](_ T, err error) error { return err }

// wantCode checks AWS's error code and HTTP status.
func wantCode(t *testing.T, err error, code string, status int) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if api.ErrorCode() != code {
		t.Fatalf("got %s: %s, want %s", api.ErrorCode(), api.ErrorMessage(), code)
	}
	var response interface{ HTTPStatusCode() int }
	if !errors.As(err, &response) || response.HTTPStatusCode() != status {
		t.Fatalf("got %v, want HTTP status %d", err, status)
	}
}

// wantMessage checks a part of AWS's message.
func wantMessage(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("got %v, want %q in it", err, part)
	}
}

// newKey creates a key and returns its credentials.
func newKey(t *testing.T, a *faults.Account, user string) sandbox.Credentials {
	t.Helper()
	out := must[*iam.CreateAccessKeyOutput](t)(iamAs(a, a.Operator()).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user}))
	return sandbox.Credentials{KeyID: *out.AccessKey.AccessKeyId, Secret: *out.AccessKey.SecretAccessKey}
}

// works reports whether credentials are accepted in a region.
func works(t *testing.T, a *faults.Account, c sandbox.Credentials, region string) bool {
	t.Helper()
	_, err := stsAs(a, c, region).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		wantCode(t, err, "InvalidClientTokenId", http.StatusForbidden)
	}
	return err == nil
}

// inBubble runs a test on a clock of its own.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// pass lets time go by in a bubble.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}

func TestTheClockIsTheWiresAndAnOffset(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		start := a.Now()
		pass(time.Minute)
		a.Advance(48 * time.Hour)
		a.Advance(-time.Hour)
		if got, want := a.Now().Sub(start), 48*time.Hour+time.Minute; got != want {
			t.Errorf("the account's clock moved by %v, want %v", got, want)
		}
		if a.Now().Location() != time.UTC {
			t.Errorf("the account's time zone is %v", a.Now().Location())
		}
		// Signatures go by the wire clock, which did not move with it.
		must[*sts.GetCallerIdentityOutput](t)(stsAs(a, a.Operator(), "eu-west-1").GetCallerIdentity(t.Context(), nil))
	})
}

func TestASeedMakesTheSameAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		same := func(a, b sandbox.Options) bool {
			one, two := faults.New(a), faults.New(b)
			return one.Operator() == two.Operator() && newKey(t, one, "bob") == newKey(t, two, "bob")
		}
		if !same(sandbox.Options{Seed: 7, Users: 50}, sandbox.Options{Seed: 7, Users: 50}) {
			t.Error("one seed made two accounts")
		}
		if same(sandbox.Options{Seed: 7}, sandbox.Options{Seed: 8}) {
			t.Error("two seeds made the same account")
		}
		if same(sandbox.Options{}, sandbox.Options{}) {
			t.Error("an account without a seed came out twice")
		}
	})
}

func TestGeneratedUsers(t *testing.T) {
	a := faults.New(sandbox.Options{Users: 1000, Seed: 3})
	client := iamAs(a, a.Operator())
	users, withKeys := 0, 0
	pages := iam.NewListUsersPaginator(client, &iam.ListUsersInput{MaxItems: aws.Int32(1000)})
	for pages.HasMorePages() {
		page := must[*iam.ListUsersOutput](t)(pages.NextPage(t.Context()))
		for _, u := range page.Users {
			users++
			keys := must[*iam.ListAccessKeysOutput](t)(client.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: u.UserName}))
			if len(keys.AccessKeyMetadata) > 0 {
				withKeys++
			}
			for _, k := range keys.AccessKeyMetadata {
				if k.CreateDate.Before(*u.CreateDate) || k.CreateDate.After(a.Now()) {
					t.Errorf("key %s of %s was created at %v, its user at %v", *k.AccessKeyId, *u.UserName, k.CreateDate, u.CreateDate)
				}
			}
		}
	}
	if users != 1000 {
		t.Errorf("%d users, want 1000", users)
	}
	if share := float64(withKeys) / float64(users); share < 0.75 || share > 0.85 {
		t.Errorf("%.2f of the users have keys, want four in five", share)
	}
}

func TestRequestsAreCountedAndBounded(t *testing.T) {
	a := faults.New(sandbox.Options{Seed: 1})
	client := iamAs(a, a.Operator())
	names := append([]string{"alice", "bob"}, slices.Repeat([]string{"Suzie"}, 998)...)
	for _, name := range append(names, "ci-deploy") {
		must[*iam.GetUserOutput](t)(client.GetUser(t.Context(), &iam.GetUserInput{UserName: &name}))
	}
	requests := a.Requests()
	if len(requests) != 1000 || requests[0].User != "bob" || requests[999].User != "ci-deploy" {
		t.Fatalf("kept %d, want the newest thousand", len(requests))
	}
	last := requests[999]
	if last.Action != "iam:GetUser" || last.KeyID != a.Operator().KeyID || last.Region != "eu-west-1" || !strings.Contains(last.UserAgent, "aws-sdk-go-v2") {
		t.Errorf("noted %+v", last)
	}
	if a.Sent("iam:GetUser") != 1001 || a.Sent("") != 1001 || a.Sent("sts:*") != 0 {
		t.Errorf("counted %d, %d, %d; want 1001, 1001, 0", a.Sent("iam:GetUser"), a.Sent(""), a.Sent("sts:*"))
	}
}

func TestARequestEndsWithItsContext(t *testing.T) {
	a := newAccount()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := must[*http.Request](t)(http.NewRequestWithContext(ctx, http.MethodGet, "http://sandbox.test/", nil))
	resp, err := a.Client().Do(req)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it canceled", err)
	}
	if err == nil {
		_ = resp.Body.Close()
	}
	if len(a.Requests()) != 0 {
		t.Error("the request arrived all the same")
	}
}

func BenchmarkListUsersPage(b *testing.B) {
	a := faults.New(sandbox.Options{Users: 5000, Seed: 1})
	client := iamAs(a, a.Operator())
	for b.Loop() {
		if _, err := client.ListUsers(b.Context(), &iam.ListUsersInput{MaxItems: aws.Int32(100)}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew5000(b *testing.B) {
	for b.Loop() {
		faults.New(sandbox.Options{Users: 5000, Seed: 1})
	}
}
