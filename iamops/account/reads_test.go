package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func userXML(name string) string {
	return "<member><UserName>" + name + "</UserName><UserId>AIDA" + name + "</UserId><Path>/eng/</Path>" +
		"<Arn>arn:aws:iam::" + testAccount + ":user/eng/" + name + "</Arn><CreateDate>2026-11-20T12:00:00Z</CreateDate></member>"
}

func TestUsersOfAllPages(t *testing.T) {
	s := newServer()
	s.on("ListUsers", func(n int, w http.ResponseWriter, _ *http.Request) {
		more := "<IsTruncated>false</IsTruncated>"
		if n < 3 {
			more = fmt.Sprintf("<IsTruncated>true</IsTruncated><Marker>m%d</Marker>", n)
		}
		answer(w, "ListUsers", "<Users>"+userXML(fmt.Sprintf("user%d", n))+"</Users>"+more)
	})
	a := s.at(t, Options{})
	var users []iamops.User
	err := a.Users(t.Context(), func(page []iamops.User) error {
		users = append(users, page...)
		return nil
	})
	if err != nil || len(users) != 3 {
		t.Fatalf("users %v, error %v", users, err)
	}
	first := iamops.User{Name: "user1", ID: "AIDAuser1", Path: "/eng/", ARN: "arn:aws:iam::" + testAccount + ":user/eng/user1", Created: noon}
	if users[0] != first {
		t.Errorf("got %+v, want %+v", users[0], first)
	}
	for i, q := range s.requests("ListUsers") {
		wantMarker := ""
		if i > 0 {
			wantMarker = fmt.Sprintf("m%d", i)
		}
		if q.Form["MaxItems"] != "1000" || q.Form["Marker"] != wantMarker {
			t.Errorf("request %d: %v", i+1, q.Form)
		}
	}
	enough := errors.New("enough")
	if err := a.Users(t.Context(), func([]iamops.User) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("error %v, want that of the page", err)
	}
}

func TestKeys(t *testing.T) {
	key := func(id, status string) string {
		return "<member><UserName>Suzie</UserName><AccessKeyId>" + id + "</AccessKeyId><Status>" + status + "</Status><CreateDate>2026-11-20T12:00:00Z</CreateDate></member>"
	}
	s := newServer()
	s.on("ListAccessKeys", func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			answer(w, "ListAccessKeys", "<AccessKeyMetadata>"+key("AKIA1", "Active")+"</AccessKeyMetadata><IsTruncated>true</IsTruncated><Marker>m</Marker>")
			return
		}
		answer(w, "ListAccessKeys", "<AccessKeyMetadata>"+key("AKIA2", "Suspended")+"</AccessKeyMetadata><IsTruncated>false</IsTruncated>")
	})
	a := s.at(t, Options{})
	keys, err := a.Keys(t.Context(), "Suzie")
	if err != nil {
		t.Fatal(err)
	}
	wantKeys := []iamops.AccessKey{
		{UserName: "Suzie", ID: "AKIA1", Status: iamops.Active, Created: noon},
		{UserName: "Suzie", ID: "AKIA2", Status: "Suspended", Created: noon},
	}
	if len(keys) != 2 || keys[0] != wantKeys[0] || keys[1] != wantKeys[1] {
		t.Errorf("got %+v, want %+v", keys, wantKeys)
	}
	if got := s.requests("ListAccessKeys")[0].Form["UserName"]; got != "Suzie" {
		t.Errorf("asked for the keys of %q", got)
	}
	_, err = a.Keys(t.Context(), "")
	want(t, err, iamops.Rejected)
	if n := s.count("ListAccessKeys"); n != 2 {
		t.Errorf("%d requests; without a user's name AWS would tell of the signer", n)
	}
}

func TestNoKeysIsAList(t *testing.T) {
	s := newServer()
	s.on("ListAccessKeys", func(_ int, w http.ResponseWriter, _ *http.Request) {
		answer(w, "ListAccessKeys", "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>")
	})
	keys, err := s.at(t, Options{}).Keys(t.Context(), "Suzie")
	if err != nil || keys == nil || len(keys) != 0 {
		t.Errorf("keys %v, error %v", keys, err)
	}
}

// TestAnEmptyAnswerIsNoList: an answer without a list does not say that there is
// nothing, and a list that goes on in the same place is not followed.
func TestAnEmptyAnswerIsNoList(t *testing.T) {
	for name, reply := range map[string]reply{
		"no body":   func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) },
		"no list":   func(_ int, w http.ResponseWriter, r *http.Request) { answer(w, r.Form.Get("Action"), "") },
		"not XML":   func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) },
		"no marker": truncated(""),
		"stuck":     truncated("<Marker>same</Marker>"),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			s.on("ListUsers", reply)
			s.on("ListAccessKeys", reply)
			a := s.at(t, Options{})
			_, err := a.Keys(t.Context(), "Suzie")
			want(t, err, iamops.Malformed)
			want(t, a.Users(t.Context(), func([]iamops.User) error { return nil }), iamops.Malformed)
		})
	}
}

func truncated(marker string) reply {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		answer(w, r.Form.Get("Action"), "<Users/><AccessKeyMetadata/><IsTruncated>true</IsTruncated>"+marker)
	}
}

func TestLastUsed(t *testing.T) {
	asOf := noon.Add(time.Hour)
	for name, tc := range map[string]struct {
		result string
		want   iamops.LastUse
		kind   iamops.ProblemKind
	}{
		"used": {
			result: "<LastUsedDate>2026-11-20T12:00:00Z</LastUsedDate><ServiceName>s3</ServiceName><Region>eu-west-1</Region>",
			want:   iamops.LastUse{State: iamops.Used, At: noon, Service: "s3", Region: "eu-west-1", AsOf: asOf},
		},
		"used somewhere": {
			result: "<LastUsedDate>2026-11-20T12:00:00Z</LastUsedDate><ServiceName>N/A</ServiceName><Region>N/A</Region>",
			want:   iamops.LastUse{State: iamops.Used, At: noon, AsOf: asOf},
		},
		"never": {
			result: "<ServiceName>N/A</ServiceName><Region>N/A</Region>",
			want:   iamops.LastUse{State: iamops.NeverUsed, AsOf: asOf},
		},
		"silent":           {result: "", kind: iamops.Malformed},
		"used at no time":  {result: "<ServiceName>s3</ServiceName><Region>eu-west-1</Region>", kind: iamops.Malformed},
		"used in nonsense": {result: "<LastUsedDate>yesterday</LastUsedDate><ServiceName>s3</ServiceName>", kind: iamops.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer()
			s.on("GetAccessKeyLastUsed", func(_ int, w http.ResponseWriter, _ *http.Request) {
				answer(w, "GetAccessKeyLastUsed", "<UserName>Suzie</UserName><AccessKeyLastUsed>"+tc.result+"</AccessKeyLastUsed>")
			})
			use, owner, err := s.at(t, Options{Clock: clockAt(asOf)}).LastUsed(t.Context(), "AKIA1")
			if tc.kind != "" {
				p := want(t, err, tc.kind)
				if use.State != iamops.UseUnknown || use.Problem == nil || *use.Problem != p || !use.AsOf.Equal(asOf) || owner != "" {
					t.Errorf("got %+v of %q", use, owner)
				}
				return
			}
			if err != nil || use != tc.want || owner != "Suzie" {
				t.Errorf("got %+v of %q, error %v; want %+v", use, owner, err, tc.want)
			}
		})
	}
}

func TestAliasIsBestEffort(t *testing.T) {
	s := newServer()
	s.on("ListAccountAliases", func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			refuse(w, 403, "AccessDenied", "no")
			return
		}
		answer(w, "ListAccountAliases", "<AccountAliases><member>acme</member></AccountAliases><IsTruncated>false</IsTruncated>")
	})
	a := s.at(t, Options{})
	want(t, a.LoadAlias(t.Context()), iamops.AccessDenied)
	if got := a.Info(); got != (iamops.Account{ID: testAccount, Partition: "aws"}) {
		t.Errorf("info %+v", got)
	}
	if err := a.LoadAlias(t.Context()); err != nil || a.Info().Alias != "acme" {
		t.Errorf("info %+v, error %v", a.Info(), err)
	}
}

// bucket is a token bucket of rate tokens a second, as IAM keeps one.
type bucket struct {
	mu     sync.Mutex
	rate   float64
	tokens float64
	burst  float64
	last   time.Time
}

func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.burst, b.tokens+b.rate*now.Sub(b.last).Seconds())
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// TestReadsBehindABucket: 400 reads at once against 20 calls a second with a
// burst of 100. None fails, at most MaxInFlight are under way, and hardly more
// time goes by than the bucket needs. It would hang if a retryer span.
func TestReadsBehindABucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const reads, rate, burst = 400, 20, 100
		b := &bucket{rate: rate, burst: burst, tokens: burst, last: time.Now()}
		var mu sync.Mutex
		inFlight, most := 0, 0
		s := newServer()
		s.on("ListAccessKeys", func(_ int, w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			inFlight++
			most = max(most, inFlight)
			mu.Unlock()
			iamops.Sleep(context.Background(), 60*time.Millisecond)
			mu.Lock()
			inFlight--
			mu.Unlock()
			if !b.take() {
				refuse(w, 400, "Throttling", "Rate exceeded")
				return
			}
			answer(w, "ListAccessKeys", "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>")
		})
		a := s.inBubble(t, Options{})
		began := time.Now()
		var all sync.WaitGroup
		for i := range reads {
			all.Go(func() {
				if _, err := a.Keys(t.Context(), fmt.Sprintf("user%d", i)); err != nil {
					t.Errorf("user%d: %v", i, err)
				}
			})
		}
		all.Wait()
		took := time.Since(began)
		least := time.Duration(float64(reads-burst) / rate * float64(time.Second))
		t.Logf("%d requests for %d reads in %s, the bucket's least is %s; %d in flight", s.count("ListAccessKeys"), reads, took, least, most)
		if most > MaxInFlight {
			t.Errorf("%d in flight, want at most %d", most, MaxInFlight)
		}
		if took < least || took > least*5/4 {
			t.Errorf("took %s, the bucket's least is %s", took, least)
		}
	})
}

func TestReadsAreRetriedByWhatWentWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		reply    reply
		attempts int
		kind     iamops.ProblemKind
	}{
		"throttled":        {refusing(400, "Throttling"), throttledAttempts, iamops.Throttled},
		"service fault":    {refusing(500, "ServiceFailure"), faultAttempts, iamops.ServiceFault},
		"denied":           {refusing(403, "AccessDenied"), 1, iamops.AccessDenied},
		"bad key":          {refusing(403, "InvalidClientTokenId"), 1, iamops.BadCredentials},
		"two bad attempts": {failingTwice, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.on("ListAccessKeys", tc.reply)
				var log calls
				a := s.inBubble(t, Options{OnCall: log.on, Clock: clockAt(noon)})
				_, err := a.Keys(t.Context(), "Suzie")
				if tc.kind == "" && err != nil {
					t.Error(err)
				}
				if tc.kind != "" {
					want(t, err, tc.kind)
				}
				if n := s.count("ListAccessKeys"); n != tc.attempts {
					t.Errorf("%d requests, want %d", n, tc.attempts)
				}
				c := log.last()
				if c.Attempts != tc.attempts || c.Action != "iam:ListAccessKeys" || c.Region != "eu-central-1" || !c.Start.Equal(noon) || c.RequestID == "" {
					t.Errorf("logged %+v", c)
				}
				if tc.kind != "" && c.Outcome == "ok" || tc.kind == "" && c.Outcome != "ok" {
					t.Errorf("logged outcome %s", c.Outcome)
				}
			})
		})
	}
}

// TestLongListsLoseNoRow: the SDK's quota of retries, which 200 reads that each
// fail three times would exhaust, does not count here.
func TestLongListsLoseNoRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		var mu sync.Mutex
		failures := map[string]int{}
		s.on("ListAccessKeys", func(_ int, w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			user := r.Form.Get("UserName")
			if failures[user]++; failures[user] < faultAttempts {
				refuse(w, 503, "ServiceUnavailable", "later")
				return
			}
			answer(w, "ListAccessKeys", "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>")
		})
		a := s.inBubble(t, Options{})
		for i := range 200 {
			if _, err := a.Keys(t.Context(), fmt.Sprintf("user%d", i)); err != nil {
				t.Fatalf("user%d: %v", i, err)
			}
		}
	})
}

func failingTwice(n int, w http.ResponseWriter, _ *http.Request) {
	if n < 3 {
		refuse(w, 503, "ServiceUnavailable", "later")
		return
	}
	answer(w, "ListAccessKeys", "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>")
}

func TestReadIsCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.on("ListUsers", refusing(400, "Throttling"))
		a := s.inBubble(t, Options{})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		first, stop := context.WithCancel(ctx)
		stop()
		want(t, a.Users(first, func([]iamops.User) error { return nil }), iamops.Canceled)
		_, err := a.Keys(first, "Suzie")
		want(t, err, iamops.Canceled)
	})
}

// TestUnreachableFailsSoon counts attempts, of which each has its own limit.
func TestUnreachableFailsSoon(t *testing.T) {
	var log calls
	_, err := At(t.Context(), endpoint(closedPort(t.Context(), t)), Options{OnCall: log.on})
	p := want(t, err, iamops.Unreachable)
	if !strings.Contains(p.Message, "connection refused") || p.Action != "sts:GetCallerIdentity" {
		t.Errorf("problem %+v", p)
	}
	if c := log.last(); c.Attempts != unansweredAttempts || c.Outcome != string(iamops.Unreachable) {
		t.Errorf("logged %+v", c)
	}
}
