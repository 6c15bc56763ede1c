package account

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const newKeyXML = "<AccessKey><UserName>Suzie</UserName><AccessKeyId>AKIANEW</AccessKeyId><Status>Active</Status>" +
	"<SecretAccessKey>" + newSecret + "</SecretAccessKey><CreateDate>2026-11-20T12:00:00Z</CreateDate></AccessKey>"

const newSecret = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"

// actions are the IAM actions of the four changes, as they stand on the wire.
var actions = map[iamops.ChangeKind]string{
	iamops.Create: "CreateAccessKey", iamops.Deactivate: "UpdateAccessKey",
	iamops.Reactivate: "UpdateAccessKey", iamops.Delete: "DeleteAccessKey",
}

func good(kind iamops.ChangeKind) reply {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		result := ""
		if kind == iamops.Create {
			result = newKeyXML
		}
		answer(w, actions[kind], result)
	}
}

func TestChangeDone(t *testing.T) {
	for kind, action := range actions {
		t.Run(string(kind), func(t *testing.T) {
			s := newServer()
			s.on(action, good(kind))
			var log calls
			a := s.at(t, Options{OnCall: log.on})
			out := a.Change(t.Context(), permit(t, change(kind)))
			if out.Effect != iamops.Done || out.Problem != nil || out.Sends != 1 || out.RequestID != "request-of-"+action {
				t.Fatalf("outcome %+v", out)
			}
			got := s.requests(action)[0]
			if got.Form["UserName"] != "Suzie" || got.Form["AccessKeyId"] != change(kind).KeyID {
				t.Errorf("asked for %v", got.Form)
			}
			if status := map[iamops.ChangeKind]string{iamops.Deactivate: "Inactive", iamops.Reactivate: "Active"}[kind]; got.Form["Status"] != status {
				t.Errorf("status %q, want %q", got.Form["Status"], status)
			}
			if !strings.Contains(got.UserAgent, "app/keyturn-r1") {
				t.Errorf("user agent %q has no app/keyturn-r1", got.UserAgent)
			}
			if kind == iamops.Create && (out.Key.ID != "AKIANEW" || out.Key.Status != iamops.Active || out.Secret.Reveal() != newSecret) {
				t.Errorf("key %+v, secret held: %v", out.Key, out.Secret.Held())
			}
			if kind != iamops.Create && out.Secret.Held() {
				t.Error("a secret from nowhere")
			}
			if c := log.last(); c.Action != kind.Action() || c.Outcome != "ok" || c.Attempts != 1 {
				t.Errorf("logged %+v", c)
			}
		})
	}
}

func TestChangeIsSentOnce(t *testing.T) {
	faults := []struct {
		name   string
		reply  reply
		effect iamops.Effect
		kind   iamops.ProblemKind
	}{
		{"500", refusing(500, "ServiceFailure"), iamops.Unclear, iamops.ServiceFault},
		{"503", refusing(503, "ServiceUnavailable"), iamops.Unclear, iamops.ServiceFault},
		{"500 without an error", func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, iamops.Unclear, iamops.ServiceFault},
		{"reset", drop(true), iamops.Unclear, iamops.Lost},
		{"EOF", drop(false), iamops.Unclear, iamops.Lost},
		{"cut body", cut(answerText("CreateAccessKey", newKeyXML)), iamops.Unclear, iamops.Lost},
		{"a redirect", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		}, iamops.Unclear, iamops.Malformed},
		{"a proxy's page", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, "<html><body>no<br></body></html>")
		}, iamops.Unclear, iamops.Malformed},
		{"an unknown refusal", refusing(400, "NeverHeardOf"), iamops.Unclear, iamops.Rejected},
		{"quota", refusing(409, "LimitExceeded"), iamops.NoEffect, ""},
		{"denied", refusing(403, "AccessDenied"), iamops.NoEffect, iamops.AccessDenied},
		{"no such user", refusing(404, "NoSuchEntity"), iamops.NoEffect, iamops.NotFound},
		{"expired", refusing(403, "ExpiredToken"), iamops.NoEffect, iamops.ExpiredCredentials},
		{"bad key", refusing(403, "InvalidClientTokenId"), iamops.NoEffect, iamops.BadCredentials},
		{"bad signature", refusing(403, "SignatureDoesNotMatch"), iamops.NoEffect, iamops.BadCredentials},
		{"invalid", refusing(400, "ValidationError"), iamops.NoEffect, iamops.Rejected},
	}
	for kind, action := range actions {
		for _, f := range faults {
			t.Run(string(kind)+"/"+f.name, func(t *testing.T) {
				s := newServer()
				s.on(action, f.reply)
				out := s.at(t, Options{}).Change(t.Context(), permit(t, change(kind)))
				if n := s.count(action); n != 1 || out.Sends != 1 {
					t.Fatalf("%d requests arrived, %d counted, want 1", n, out.Sends)
				}
				if out.Effect != f.effect {
					t.Errorf("effect %q, want %q: %v", out.Effect, f.effect, out.Problem)
				}
				wantKind := f.kind
				if f.name == "quota" {
					wantKind = iamops.Rejected
					if kind == iamops.Create {
						wantKind = iamops.KeyLimit
					}
				}
				want(t, out.Problem, wantKind)
				if text := fmt.Sprintf("%+v %#v", out.Problem, out.Problem.Err); strings.Contains(text, newSecret[:8]) {
					t.Errorf("the problem holds the secret: %s", text)
				}
				if out.Secret.Held() {
					t.Error("a secret is held")
				}
			})
		}
	}
}

func TestChangeIsSentAgainAfterAThrottle(t *testing.T) {
	for _, tc := range []struct {
		code   string
		times  int // that it is throttled
		sends  int
		effect iamops.Effect
	}{
		{"Throttling", 1, 2, iamops.Done},
		{"ThrottlingException", 2, 3, iamops.Done},
		{"TooManyRequestsException", 1, 2, iamops.Done},
		{"Throttling", 100, 5, iamops.NoEffect},
		{"SlowDown", 1, 1, iamops.Unclear}, // not among those that IAM gives before any effect
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.on("CreateAccessKey", func(n int, w http.ResponseWriter, r *http.Request) {
				if n <= tc.times {
					refuse(w, 400, tc.code, "Rate exceeded")
					return
				}
				good(iamops.Create)(n, w, r)
			})
			out := s.inBubble(t, Options{}).Change(t.Context(), permit(t, change(iamops.Create)))
			if n := s.count("CreateAccessKey"); n != tc.sends || out.Sends != tc.sends || out.Effect != tc.effect {
				t.Errorf("%s: %d requests, outcome %+v", tc.code, n, out)
			}
			if tc.effect != iamops.Done {
				want(t, out.Problem, iamops.Throttled)
			}
		})
	}
}

// TestChangeAfterAThrottleIsUnclearAgain: it is the last attempt that counts.
func TestChangeAfterAThrottleIsUnclearAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.on("DeleteAccessKey", func(n int, w http.ResponseWriter, _ *http.Request) {
			if n == 1 {
				refuse(w, 400, "Throttling", "Rate exceeded")
				return
			}
			refuse(w, 500, "ServiceFailure", "no idea")
		})
		out := s.inBubble(t, Options{}).Change(t.Context(), permit(t, change(iamops.Delete)))
		if out.Sends != 2 || out.Effect != iamops.Unclear {
			t.Errorf("outcome %+v", out)
		}
	})
}

// TestThrottledAndThenUnreachable: what was throttled had no effect, and the
// second attempt was not sent.
func TestThrottledAndThenUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.on("DeleteAccessKey", refusing(400, "Throttling"))
		a := s.inBubble(t, Options{})
		a.onceClient.Transport = wire{dyingAfterOne(inProcess{s})}
		out := a.Change(t.Context(), permit(t, change(iamops.Delete)))
		want(t, out.Problem, iamops.Unreachable)
		if out.Sends != 1 || out.Effect != iamops.NoEffect {
			t.Errorf("outcome %+v", out)
		}
	})
}

// dyingAfterOne lets one request through, and refuses every further connection.
func dyingAfterOne(base http.RoundTripper) http.RoundTripper {
	n := 0
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if n++; n > 1 {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		return base.RoundTrip(r)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestChangeIsBounded: an answer that never comes ends after ChangeTimeout, and
// leaves the effect open.
func TestChangeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.on("DeleteAccessKey", func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		a := s.inBubble(t, Options{})
		began := time.Now()
		out := a.Change(t.Context(), permit(t, change(iamops.Delete)))
		if took := time.Since(began); took != iamops.ChangeTimeout {
			t.Errorf("took %s", took)
		}
		want(t, out.Problem, iamops.TimedOut)
		if out.Sends != 1 || out.Effect != iamops.Unclear {
			t.Errorf("outcome %+v", out)
		}
	})
}

func TestCreateWithoutItsSecretIsUnclear(t *testing.T) {
	for name, tc := range map[string]struct{ result, keyID string }{
		"no secret": {"<AccessKey><AccessKeyId>AKIANEW</AccessKeyId></AccessKey>", "AKIANEW"},
		"no key ID": {"<AccessKey><SecretAccessKey>x</SecretAccessKey></AccessKey>", ""},
		"nothing":   {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			s.on("CreateAccessKey", func(_ int, w http.ResponseWriter, _ *http.Request) { answer(w, "CreateAccessKey", tc.result) })
			out := s.at(t, Options{}).Change(t.Context(), permit(t, change(iamops.Create)))
			if out.Effect != iamops.Unclear || out.Key.ID != tc.keyID || out.Secret.Held() {
				t.Errorf("outcome %+v", out)
			}
			want(t, out.Problem, iamops.Malformed)
		})
	}
}

func TestChangeIsRefusedUnsent(t *testing.T) {
	const session = "ASIAIOSFODNN7EXAMPLE"
	other := change(iamops.Create)
	other.Account = "444455556666"
	own := change(iamops.Deactivate)
	own.KeyID, own.User = testKey, "alice"
	ownDelete := own
	ownDelete.Kind = iamops.Delete
	sessions := own
	sessions.KeyID = "AKIAI44QH8DHBEXAMPLE"

	for name, tc := range map[string]struct {
		change  iamops.Change
		options Options
		signsAs string            // another key than at the start
		callers map[string]string // as AWS sees them at the time of the change
		sources []string
		kind    iamops.ProblemKind
	}{
		"read-only":             {change: change(iamops.Create), options: Options{ReadOnly: true}, kind: iamops.ReadOnly},
		"another account":       {change: other, kind: iamops.WrongAccount},
		"the account has moved": {change: change(iamops.Create), callers: map[string]string{testKey: "arn:aws:iam::444455556666:user/alice"}, kind: iamops.WrongAccount},
		"and so has the change": {change: other, callers: map[string]string{testKey: "arn:aws:iam::444455556666:user/alice"}, kind: iamops.WrongAccount},
		"root":                  {change: change(iamops.Reactivate), callers: map[string]string{testKey: "arn:aws:iam::" + testAccount + ":root"}, kind: iamops.RootCaller},
		"own key":               {change: own, kind: iamops.OwnKey},
		"own key, delete":       {change: ownDelete, kind: iamops.OwnKey},
		"session of own key":    {change: own, signsAs: session, sources: []string{testKey}, kind: iamops.OwnKey},
		"session of the user":   {change: sessions, signsAs: session, kind: iamops.OwnKey},
		"no change of ours":     {change: change("rename"), kind: iamops.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			a := s.at(t, tc.options)
			if tc.callers != nil {
				s.callers = tc.callers
			}
			if tc.signsAs != "" {
				a.signer.set(static{aws.Credentials{AccessKeyID: tc.signsAs, SecretAccessKey: "s", SessionToken: "t"}}, origin{keyIDs: tc.sources}.of(a.Caller()))
			}
			out := a.Change(t.Context(), permit(t, tc.change))
			want(t, out.Problem, tc.kind)
			if out.Effect != iamops.NoEffect || out.Sends != 0 {
				t.Errorf("outcome %+v", out)
			}
			for _, action := range actions {
				if s.count(action) != 0 {
					t.Errorf("%s was sent", action)
				}
			}
		})
	}
}

// TestOwnKeyMayBeReactivatedAndCreated: neither switches off what signs.
func TestOwnKeyMayBeReactivatedAndCreated(t *testing.T) {
	s := newServer()
	s.on("UpdateAccessKey", good(iamops.Reactivate))
	c := change(iamops.Reactivate)
	c.User, c.KeyID = "alice", testKey
	if out := s.at(t, Options{}).Change(t.Context(), permit(t, c)); out.Effect != iamops.Done {
		t.Errorf("outcome %+v", out)
	}
}

func TestPermitIsSpent(t *testing.T) {
	s := newServer()
	s.on("CreateAccessKey", good(iamops.Create))
	a := s.at(t, Options{})
	p := permit(t, change(iamops.Create))
	a.Change(t.Context(), p)
	for name, p := range map[string]iamops.Permit{"spent": p, "none": {}} {
		out := a.Change(t.Context(), p)
		want(t, out.Problem, iamops.NoRecord)
		if out.Effect != iamops.NoEffect || out.Sends != 0 {
			t.Errorf("%s: outcome %+v", name, out)
		}
	}
	if n := s.count("CreateAccessKey"); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestChangeOutlivesItsCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newServer()
	s.on("DeleteAccessKey", func(n int, w http.ResponseWriter, r *http.Request) {
		cancel()
		good(iamops.Delete)(n, w, r)
	})
	a := s.at(t, Options{})
	if out := a.Change(ctx, permit(t, change(iamops.Delete))); out.Effect != iamops.Done {
		t.Errorf("outcome %+v", out)
	}
	out := a.Change(ctx, permit(t, change(iamops.Delete)))
	want(t, out.Problem, iamops.Canceled)
	if out.Effect != iamops.NoEffect || s.count("DeleteAccessKey") != 1 {
		t.Errorf("begun after its caller had gone: %+v", out)
	}
}

// TestChangeWithOneCredential: the credential that was asked about is the one
// that signs the change, even if the provider has turned to another meanwhile.
func TestChangeWithOneCredential(t *testing.T) {
	s := newServer()
	s.on("DeleteAccessKey", good(iamops.Delete))
	a := s.at(t, Options{})
	taken := 0
	a.signer.set(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		taken++
		return aws.Credentials{AccessKeyID: fmt.Sprintf("AKIANUMBER%d", taken), SecretAccessKey: "s"}, nil
	}), a.Caller())
	if out := a.Change(t.Context(), permit(t, change(iamops.Delete))); out.Effect != iamops.Done {
		t.Fatalf("outcome %+v", out)
	}
	asked, made := s.requests("GetCallerIdentity"), s.requests("DeleteAccessKey")
	if taken != 1 || asked[len(asked)-1].KeyID != "AKIANUMBER1" || made[0].KeyID != "AKIANUMBER1" {
		t.Errorf("taken %d times; asked about %s, signed with %s", taken, asked[len(asked)-1].KeyID, made[0].KeyID)
	}
}

func TestNoCredentialNoEffect(t *testing.T) {
	s := newServer()
	a := s.at(t, Options{})
	a.signer.set(named{aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, fmt.Errorf("gone")
	})}, a.Caller())
	out := a.Change(t.Context(), permit(t, change(iamops.Create)))
	want(t, out.Problem, iamops.NoCredentials)
	if out.Effect != iamops.NoEffect {
		t.Errorf("outcome %+v", out)
	}
}

// TestNoConnectionNoEffect: the identity was asked over a connection that still
// stood, and the change finds that nobody listens any more.
func TestNoConnectionNoEffect(t *testing.T) {
	s := newServer()
	for name, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
		"refused": func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(closedPort(ctx, t), "http://"))
		},
		"cut before the first byte could be written": func(context.Context, string, string) (net.Conn, error) {
			return nil, net.ErrClosed
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.at(t, Options{})
			tr, ok := a.onceClient.Transport.(wire).base.(*http.Transport)
			if !ok {
				t.Fatal("the client for changes has no transport of its own")
			}
			tr.DialContext = dial
			out := a.Change(t.Context(), permit(t, change(iamops.Create)))
			want(t, out.Problem, iamops.Unreachable)
			if out.Effect != iamops.NoEffect || out.Sends != 0 {
				t.Errorf("outcome %+v", out)
			}
		})
	}
}

// TestChangesKeepNoConnection: each change has a connection of its own. On a kept
// one net/http would send the request again when it finds that one closed.
func TestChangesKeepNoConnection(t *testing.T) {
	s := newServer()
	var from []string
	s.on("DeleteAccessKey", func(n int, w http.ResponseWriter, r *http.Request) {
		from = append(from, r.RemoteAddr)
		good(iamops.Delete)(n, w, r)
	})
	a := s.at(t, Options{})
	for range 3 {
		if out := a.Change(t.Context(), permit(t, change(iamops.Delete))); out.Effect != iamops.Done {
			t.Fatalf("outcome %+v", out)
		}
	}
	if from[0] == from[1] || from[1] == from[2] {
		t.Errorf("connections are kept: %v", from)
	}
}

// TestOwnTransportIsNotTouched: a client that was handed in stays as it was.
func TestOwnTransportIsNotTouched(t *testing.T) {
	tr := &http.Transport{}
	s := newServer()
	s.on("DeleteAccessKey", drop(false))
	a := s.at(t, Options{HTTPClient: &http.Client{Transport: tr}})
	t.Cleanup(tr.CloseIdleConnections)
	if out := a.Change(t.Context(), permit(t, change(iamops.Delete))); out.Effect != iamops.Unclear || s.count("DeleteAccessKey") != 1 {
		t.Errorf("outcome %+v", out)
	}
	if tr.DisableKeepAlives {
		t.Error("the transport was changed")
	}
}
