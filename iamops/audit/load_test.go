package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

// source answers each call after a while, and counts the calls in flight.
type source struct {
	users    int
	delay    time.Duration
	keysOf   func(user string) ([]iamops.AccessKey, error)
	useOf    func(keyID string) (iamops.LastUse, error)
	usersErr error // after the first page
	page     int   // users a page; 0 is 10
	names    []string

	mu             sync.Mutex
	inFlight, most int
	begun          []string // the calls, by what they ask for
}

func (s *source) call(ctx context.Context, what string) error {
	s.mu.Lock()
	s.begun = append(s.begun, what)
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight--
		s.mu.Unlock()
	}()
	if !iamops.Sleep(ctx, s.delay) {
		return ctx.Err()
	}
	return nil
}

func (s *source) Users(ctx context.Context, page func([]iamops.User) error) error {
	size := cmp.Or(s.page, 10)
	for first := 0; first < s.users; first += size {
		if err := s.call(ctx, "users"); err != nil {
			return err
		}
		var users []iamops.User
		for i := first; i < min(first+size, s.users); i++ {
			name := fmt.Sprintf("user-%03d", i)
			if s.names != nil {
				name = s.names[i]
			}
			users = append(users, iamops.User{Name: name})
		}
		if err := page(users); err != nil {
			return err
		}
		if s.usersErr != nil {
			return s.usersErr
		}
	}
	return nil
}

func (s *source) Keys(ctx context.Context, user string) ([]iamops.AccessKey, error) {
	if err := s.call(ctx, "keys"); err != nil {
		return nil, err
	}
	return s.keysOf(user)
}

func (s *source) LastUsed(ctx context.Context, keyID string) (iamops.LastUse, string, error) {
	if err := s.call(ctx, "use"); err != nil {
		return iamops.LastUse{}, "", err
	}
	use, err := s.useOf(keyID)
	return use, "", err
}

func load(ctx context.Context, s Source, emit func(Event)) error {
	return Loader{Source: s}.Load(ctx, emit)
}

func oneKey(user string) ([]iamops.AccessKey, error) {
	return []iamops.AccessKey{key("AKIA-"+user, 100*day, iamops.Active)}, nil
}

func usedToday(string) (iamops.LastUse, error) { return used(time.Hour), nil }

func TestLoadAsksForEverythingAtMost16AtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{users: 95, delay: 60 * time.Millisecond, keysOf: oneKey, useOf: usedToday}
		inv := NewInventory(DefaultThresholds())
		start := time.Now()
		if err := load(t.Context(), s, inv.Apply); err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		if p := inv.Progress(); !p.Complete() || p.Failed() || p.KeysLookedUp != 95 {
			t.Errorf("progress is %+v", p)
		}
		if s.most != MaxInFlight {
			t.Errorf("%d calls were in flight, want %d", s.most, MaxInFlight)
		}
		if len(s.begun) != 10+95+95 {
			t.Errorf("%d calls were made, want 200", len(s.begun))
		}
		// 200 calls, 16 at a time, and the pages of users one after the other.
		if least, most := 13*s.delay, 17*s.delay; took < least || took > most {
			t.Errorf("the load took %v, want %v to %v", took, least, most)
		}
	})
}

func TestLoadListsBeforeItLooksUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const users = 200
		s := &source{users: users, page: users, delay: time.Millisecond, keysOf: oneKey, useOf: usedToday}
		if err := load(t.Context(), s, func(Event) {}); err != nil {
			t.Fatal(err)
		}
		// Calls that are given out together may begin in any order.
		first := slices.Index(s.begun, "use")
		for i, kind := range s.begun {
			if kind == "keys" && i > first+MaxInFlight {
				t.Fatalf("call %d lists keys, and call %d was a look-up", i, first)
			}
		}
		if len(s.begun) != 1+2*users {
			t.Errorf("%d calls were made", len(s.begun))
		}
	})
}

func TestAFailureIsItsRowsAlone(t *testing.T) {
	denied := &iamops.Problem{Kind: iamops.AccessDenied, Action: "iam:ListAccessKeys"}
	s := &source{
		users: 20,
		keysOf: func(user string) ([]iamops.AccessKey, error) {
			if user == "user-003" {
				// Keys beside an error are not to be believed.
				return []iamops.AccessKey{key("AKIA-HALF", day, iamops.Active)}, fmt.Errorf("listing: %w", denied)
			}
			return oneKey(user)
		},
		useOf: func(keyID string) (iamops.LastUse, error) {
			if keyID == "AKIA-user-007" {
				return never, errors.New("throttled") // nor is a value
			}
			return used(time.Hour), nil
		},
	}
	inv := NewInventory(DefaultThresholds())
	if err := load(t.Context(), s, inv.Apply); err != nil {
		t.Fatal(err)
	}
	for _, r := range inv.AppendRows(nil, now) {
		switch r.User.Name {
		case "user-003":
			if r.HasKey() || r.KeysProblem != denied || r.Findings != SetOf(Unknown) || r.Awaited() {
				t.Errorf("the row whose listing failed is %+v", r)
			}
		case "user-007":
			if r.LastUse.State != iamops.UseUnknown || r.Findings != SetOf(Overdue, Unknown) ||
				r.Problem().Kind != iamops.Unexpected || r.Awaited() {
				t.Errorf("the row whose look-up failed is %+v", r)
			}
		default:
			if r.Findings != SetOf(Overdue) || r.Problem() != nil {
				t.Errorf("another row is %+v", r)
			}
		}
	}
}

func TestTheListOfUsersBreaksOff(t *testing.T) {
	s := &source{users: 30, keysOf: oneKey, useOf: usedToday, usersErr: &iamops.Problem{Kind: iamops.Throttled}}
	inv := NewInventory(DefaultThresholds())
	if err := load(t.Context(), s, inv.Apply); err != nil {
		t.Fatal(err)
	}
	p := inv.Progress()
	if p.UsersProblem == nil || p.AllUsers || p.KeysLookedUp != 10 || !p.Complete() || !p.Failed() {
		t.Errorf("progress is %+v", p)
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 90 * time.Millisecond, 400 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			s := &source{users: 500, delay: 60 * time.Millisecond, keysOf: oneKey, useOf: usedToday}
			inv := NewInventory(DefaultThresholds())
			if err := load(ctx, s, inv.Apply); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after %v the load ends with %v", after, err)
			}
			if p := inv.Progress(); p.Failed() || p.Complete() {
				t.Errorf("after %v the end of the load counts as an answer: %+v", after, p)
			}
		})
	}
}

// TestLookUpsCutShortAreNoFailures ends a load again and again while look-ups are
// under way: what they return then is not an answer.
func TestLookUpsCutShortAreNoFailures(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			s := &source{users: 20, delay: 60 * time.Millisecond, keysOf: oneKey, useOf: usedToday}
			inv := NewInventory(DefaultThresholds())
			if err := load(ctx, s, inv.Apply); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the load ends with %v", err)
			}
			if p := inv.Progress(); p.Keys == p.KeysLookedUp || p.Failed() {
				t.Errorf("progress is %+v", p)
			}
		})
	}
}

func TestStreamHandsEverythingOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{users: 40, delay: time.Millisecond, keysOf: oneKey, useOf: usedToday}
		stream := Loader{Source: s}.Start(t.Context())
		synctest.Wait()
		inv, batches := NewInventory(DefaultThresholds()), 0
		for ended := false; !ended; batches++ {
			b := stream.Next()
			for _, e := range b.Events {
				inv.Apply(e)
			}
			if ended = b.Ended; b.Err != nil {
				t.Error(b.Err)
			}
		}
		if p := inv.Progress(); !p.Complete() || p.KeysLookedUp != 40 {
			t.Errorf("progress is %+v", p)
		}
		if batches < 2 {
			t.Error("everything came at once")
		}
	})
}

func TestASlowTakerGetsMoreAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{users: 40, keysOf: oneKey, useOf: usedToday}
		stream := Loader{Source: s}.Start(t.Context())
		synctest.Wait() // the load ends without anybody taking its events
		if b := stream.Next(); len(b.Events) != 4+1+40+40 || !b.Ended {
			t.Errorf("the batch has %d events, ended %v", len(b.Events), b.Ended)
		}
	})
}

func TestStreamOfOneUser(t *testing.T) {
	s := &source{users: 40, keysOf: oneKey, useOf: usedToday}
	inv := NewInventory(DefaultThresholds())
	inv.Apply(UsersFound{Users: []iamops.User{{Name: "user-001"}}})
	stream := Loader{Source: s}.StartUser(t.Context(), "user-001")
	for ended := false; !ended; {
		b := stream.Next()
		for _, e := range b.Events {
			inv.Apply(e)
		}
		ended = b.Ended
	}
	if got := keysOf(inv, "user-001"); len(got) != 1 || got[0].LastUse.State != iamops.Used || len(s.begun) != 2 {
		t.Errorf("after %d calls the keys are %+v", len(s.begun), got)
	}
}
