package account

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

func TestTryAsksEachRegionOnce(t *testing.T) {
	s := newServer()
	a := s.at(t, Options{})
	before := s.count("GetCallerIdentity")
	ids, err := a.Try(t.Context(), "AKIANEW", iamops.NewSecret(newSecret), []string{"eu-west-1", "", "eu-central-1", "us-west-2", "eu-west-1"})
	if err != nil || len(ids) != 3 || ids[0] == "" {
		t.Fatalf("requests %q, %v", ids, err)
	}
	var regions []string
	for _, q := range s.requests("GetCallerIdentity")[before:] {
		if q.KeyID != "AKIANEW" {
			t.Errorf("signed with %s", q.KeyID)
		}
		regions = append(regions, q.Region)
	}
	if got := strings.Join(regions, " "); got != "eu-central-1 eu-west-1 us-west-2" {
		t.Errorf("asked in %s", got)
	}
}

// TestTryAtRegionalEndpoints: a new key works at one endpoint and not yet at the
// next, so each region's own is asked.
func TestTryAtRegionalEndpoints(t *testing.T) {
	s := newServer()
	at := endpoint("")
	at.Region = ""
	a, err := At(t.Context(), at, Options{HTTPClient: s.client()})
	if err != nil {
		t.Fatal(err)
	}
	s.on("GetCallerIdentity", func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Host == "sts.eu-west-1.amazonaws.com" {
			refuse(w, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
			return
		}
		answer(w, "GetCallerIdentity", "<Account>"+testAccount+"</Account><Arn>arn:aws:iam::"+testAccount+":user/Suzie</Arn>")
	})
	_, err = a.Try(t.Context(), "AKIANEW", iamops.NewSecret(newSecret), []string{"us-east-1", "eu-west-1"})
	p := want(t, err, iamops.BadCredentials)
	if !strings.Contains(p.Message, "region eu-west-1") {
		t.Errorf("message %q does not say where", p.Message)
	}
	var hosts []string
	for _, q := range s.requests("GetCallerIdentity")[1:] {
		hosts = append(hosts, q.Host)
	}
	if got := strings.Join(hosts, " "); got != "sts.amazonaws.com sts.us-east-1.amazonaws.com sts.eu-west-1.amazonaws.com" {
		t.Errorf("asked %s", got)
	}
}

func TestTryOfAnotherAccountsKey(t *testing.T) {
	s := newServer()
	s.callers["AKIANEW"] = "arn:aws:iam::444455556666:user/Suzie"
	_, err := s.at(t, Options{}).Try(t.Context(), "AKIANEW", iamops.NewSecret(newSecret), nil)
	want(t, err, iamops.WrongAccount)
}

func TestTryIsSentOnceAndBounded(t *testing.T) {
	for name, tc := range map[string]struct {
		reply reply
		kind  iamops.ProblemKind
		took  time.Duration
	}{
		"throttled": {refusing(400, "Throttling"), iamops.Throttled, 0},
		"fault":     {refusing(500, "InternalFailure"), iamops.ServiceFault, 0},
		"silence":   {func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, iamops.TimedOut, tryTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				a := s.inBubble(t, Options{})
				s.on("GetCallerIdentity", tc.reply)
				began := time.Now()
				_, err := a.Try(t.Context(), "AKIANEW", iamops.NewSecret(newSecret), []string{"eu-west-1"})
				want(t, err, tc.kind)
				if took := time.Since(began); took != tc.took {
					t.Errorf("took %s, want %s", took, tc.took)
				}
				if n := s.count("GetCallerIdentity") - 1; n != 1 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}
