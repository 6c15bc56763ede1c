package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func createFor(ctx context.Context, client *iam.Client, user string) error {
	return errorOf(client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user}))
}

// breaks are the ways to fail, with what the client must see of each.
var breaks = []struct {
	name  string
	fails faults.Break
	seen  func(t *testing.T, err error)
}{
	{"500", faults.InternalError, seenCode("InternalFailure", 500)},
	{"503", faults.Unavailable, seenCode("ServiceUnavailable", 503)},
	{"reset", faults.ConnectionReset, seenError(syscall.ECONNRESET)},
	{"EOF", faults.ConnectionEOF, seenError(io.EOF)},
	{"cut body", faults.CutBody, seenError(io.ErrUnexpectedEOF)},
}

func seenCode(code string, status int) func(*testing.T, error) {
	return func(t *testing.T, err error) { t.Helper(); wantCode(t, err, code, status) }
}

func seenError(want error) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestBrokenRequests(t *testing.T) {
	for _, b := range breaks {
		for at, keys := range map[faults.Moment]int{faults.BeforeEffect: 0, faults.AfterEffect: 1} {
			t.Run(b.name, func(t *testing.T) {
				a := newAccount()
				served := httptest.NewServer(a)
				defer served.Close()
				overTheWire := config(a, a.Operator(), "eu-west-1")
				overTheWire.HTTPClient = http.DefaultClient
				overTheWire.BaseEndpoint = &served.URL
				inProcess := config(a, a.Operator(), "eu-west-1")

				for user, c := range map[string]aws.Config{"bob": overTheWire, "external-auditor": inProcess} {
					i := a.Inject(faults.Fault{Action: "iam:CreateAccessKey", Break: b.fails, At: at, Times: 1})
					sent := a.Sent("iam:CreateAccessKey")
					b.seen(t, createFor(t.Context(), iam.NewFromConfig(c), user))
					if n := len(listKeys(t, a, user)); n != keys {
						t.Errorf("%d keys of %s, want %d", n, user, keys)
					}
					if n := a.Sent("iam:CreateAccessKey") - sent; n != 1 || i.Struck() != 1 {
						t.Errorf("%d requests, %d of them struck, want 1", n, i.Struck())
					}
				}
			})
		}
	}
}

func TestForcedRefusals(t *testing.T) {
	for _, c := range []struct {
		fails faults.Break
		code  string
		http  int
	}{
		{faults.Throttle, "Throttling", 400},
		{faults.Deny, "AccessDenied", 403},
		{faults.Expire, "ExpiredToken", 403},
	} {
		t.Run(c.code, func(t *testing.T) {
			a := newAccount()
			a.Inject(faults.Fault{Action: "iam:CreateAccessKey", Break: c.fails, At: faults.AfterEffect, Times: 1})
			client := iamAs(a, a.Operator())
			wantCode(t, createFor(t.Context(), client, "bob"), c.code, c.http)
			if n := len(listKeys(t, a, "bob")); n != 0 {
				t.Errorf("%d keys after a refusal", n)
			}
			if err := createFor(t.Context(), client, "bob"); err != nil {
				t.Errorf("the second request: %v", err)
			}
		})
	}
}

func TestWhichRequestsAFaultStrikes(t *testing.T) {
	a := newAccount()
	client := iamAs(a, a.Operator())
	ctx := t.Context()
	list := func(user string) bool {
		_, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &user})
		return err == nil
	}
	i := a.Inject(faults.Fault{Action: "iam:ListAccessKeys", User: "alice", Skip: 1, Times: 2, Break: faults.InternalError})
	var got []bool
	for _, user := range []string{"alice", "bob", "alice", "bob", "alice", "alice"} {
		got = append(got, list(user))
	}
	for n, want := range []bool{true, true, false, true, false, true} {
		if got[n] != want {
			t.Errorf("request %d went well: %v, want %v", n, got[n], want)
		}
	}
	if i.Struck() != 2 {
		t.Errorf("struck %d, want 2", i.Struck())
	}

	always := a.Inject(faults.Fault{Action: "iam:*", Break: faults.Unavailable})
	for range 3 {
		if list("bob") {
			t.Error("a fault without Times lets a request pass")
		}
	}
	if !works(t, a, a.Operator(), "eu-west-1") {
		t.Error("a fault for IAM strikes STS")
	}
	always.Remove()
	if !list("bob") {
		t.Error("a removed fault strikes")
	}
}

func TestLatency(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Inject(faults.Fault{Latency: 60 * time.Millisecond})
		a.Inject(faults.Fault{Action: "sts:*", Latency: 20 * time.Millisecond})
		start := a.Now()
		works(t, a, a.Operator(), "eu-west-1")
		if took := a.Now().Sub(start); took != 80*time.Millisecond {
			t.Errorf("it took %v, want the sum of both", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Millisecond)
		defer cancel()
		if err := createFor(ctx, iamAs(a, a.Operator()), "bob"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want it out of time", err)
		}
		if n := len(listKeys(t, a, "bob")); n != 0 {
			t.Errorf("%d keys by a request that was given up", n)
		}
	})
}

func TestHeldRequests(t *testing.T) {
	for at, keys := range map[faults.Moment]int{faults.BeforeEffect: 0, faults.AfterEffect: 1} {
		inBubble(t, func(t *testing.T) {
			a := newAccount()
			hold := a.Inject(faults.Fault{Action: "iam:CreateAccessKey", Hold: true, At: at})
			done := make(chan error, 1)
			go func() { done <- createFor(t.Context(), iamAs(a, a.Operator()), "bob") }()
			<-hold.Held()
			if n := len(listKeys(t, a, "bob")); n != keys {
				t.Errorf("%d keys while it is held, want %d", n, keys)
			}
			hold.Release()
			hold.Release()
			if err := <-done; err != nil {
				t.Errorf("released: %v", err)
			}
			if n := len(listKeys(t, a, "bob")); n != 1 {
				t.Errorf("%d keys after the release, want 1", n)
			}
		})
	}
}

func TestAHeldRequestIsGivenUp(t *testing.T) {
	for at, keys := range map[faults.Moment]int{faults.BeforeEffect: 0, faults.AfterEffect: 1} {
		a := newAccount()
		served := httptest.NewServer(a)
		c := config(a, a.Operator(), "eu-west-1")
		c.HTTPClient, c.BaseEndpoint = http.DefaultClient, &served.URL
		hold := a.Inject(faults.Fault{Action: "iam:CreateAccessKey", Hold: true, At: at})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- createFor(ctx, iam.NewFromConfig(c), "bob") }()
		<-hold.Held()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want it canceled", err)
		}
		served.Close() // waits for the request to end
		if n := len(listKeys(t, a, "bob")); n != keys {
			t.Errorf("%d keys, want %d", n, keys)
		}
	}
}

func TestTokenBucket(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Configure(func(b *sandbox.Behavior) { b.Rate, b.Burst = 20, 100 })
		client := iamAs(a, a.Operator())
		answered := func(requests int) (n int) {
			t.Helper()
			for range requests {
				_, err := client.ListAccountAliases(t.Context(), nil)
				if err == nil {
					n++
					continue
				}
				wantCode(t, err, "Throttling", http.StatusBadRequest)
				wantMessage(t, err, "Rate exceeded")
			}
			return n
		}
		if n := answered(150); n != 100 {
			t.Errorf("%d of a burst are answered, want 100", n)
		}
		if !works(t, a, a.Operator(), "eu-west-1") {
			t.Error("STS is limited too")
		}
		a.Advance(24 * time.Hour) // fills nothing: the bucket goes by the wire clock
		if n := answered(1); n != 0 {
			t.Error("advancing the account's clock filled the bucket")
		}
		for range 10 {
			pass(time.Second)
			if n := answered(30); n != 20 {
				t.Errorf("%d a second, want 20", n)
			}
		}
		pass(time.Hour)
		if n := answered(150); n != 100 {
			t.Errorf("%d after a rest, want 100", n)
		}
		a.Configure(func(b *sandbox.Behavior) { b.Rate = 0 })
		if n := answered(300); n != 300 {
			t.Errorf("%d of 300 without a limit", n)
		}
	})
}
