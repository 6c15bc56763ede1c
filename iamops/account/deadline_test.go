package account

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

// movable is a clock that a test moves on.
type movable struct {
	mu  sync.Mutex
	now time.Time
}

func (m *movable) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *movable) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func deletionBefore(at time.Time) iamops.Change {
	c := change(iamops.Delete)
	c.SendBefore = at
	return c
}

func TestSendBefore(t *testing.T) {
	for name, tc := range map[string]struct {
		waited time.Duration // while AWS is asked who signs
		effect iamops.Effect
		sends  int
	}{
		"in time":        {0, iamops.Done, 1},
		"just in time":   {10 * time.Second, iamops.Done, 1},
		"just too late":  {10*time.Second + 1, iamops.NoEffect, 0},
		"long too late ": {time.Hour, iamops.NoEffect, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := &movable{now: noon}
				s := newServer()
				s.on("DeleteAccessKey", good(iamops.Delete))
				a := s.inBubble(t, Options{Clock: clock})
				whoami := s.replies["GetCallerIdentity"]
				s.on("GetCallerIdentity", func(n int, w http.ResponseWriter, r *http.Request) {
					clock.advance(tc.waited)
					whoami(n, w, r)
				})
				out := a.Change(t.Context(), permit(t, deletionBefore(noon.Add(10*time.Second))))
				if out.Effect != tc.effect || out.Sends != tc.sends || s.count("DeleteAccessKey") != tc.sends {
					t.Errorf("%d requests, outcome %+v", s.count("DeleteAccessKey"), out)
				}
				if tc.effect == iamops.NoEffect {
					if p := want(t, out.Problem, iamops.TooLate); p.Action != "iam:DeleteAccessKey" {
						t.Errorf("problem %+v", p)
					}
				}
			})
		})
	}
}

// TestSendBeforeWhileConnecting: the instant passes after the request was handed
// to the transport, while the connection is made.
func TestSendBeforeWhileConnecting(t *testing.T) {
	clock := &movable{now: noon}
	s := newServer()
	s.on("DeleteAccessKey", good(iamops.Delete))
	a := s.at(t, Options{Clock: clock})
	tr, ok := a.onceClient.Transport.(wire).base.(*http.Transport)
	if !ok {
		t.Fatal("the client for changes has no transport of its own")
	}
	tr.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		clock.advance(time.Minute)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	out := a.Change(t.Context(), permit(t, deletionBefore(noon.Add(10*time.Second))))
	want(t, out.Problem, iamops.TooLate)
	if out.Effect != iamops.NoEffect || out.Sends != 0 || s.count("DeleteAccessKey") != 0 {
		t.Errorf("%d requests, outcome %+v", s.count("DeleteAccessKey"), out)
	}
	if out := a.Change(t.Context(), permit(t, deletionBefore(noon.Add(time.Hour)))); out.Effect != iamops.Done || out.Sends != 1 {
		t.Errorf("in time: %+v", out)
	}
}

// TestSendBeforeIsNotSentAgain: what was seen before the throttle is older after
// it.
func TestSendBeforeIsNotSentAgain(t *testing.T) {
	s := newServer()
	s.on("DeleteAccessKey", refusing(400, "Throttling"))
	a := s.at(t, Options{Clock: clockAt(noon)})
	out := a.Change(t.Context(), permit(t, deletionBefore(noon.Add(10*time.Second))))
	want(t, out.Problem, iamops.Throttled)
	if out.Effect != iamops.NoEffect || out.Sends != 1 || s.count("DeleteAccessKey") != 1 {
		t.Errorf("outcome %+v", out)
	}
}
