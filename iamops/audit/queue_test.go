package audit

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

// TestTheOrderOfTheLiveWay: who is in view, whom the report shows with a key, the others.
func TestTheOrderOfTheLiveWay(t *testing.T) {
	q := newQueue()
	for _, user := range []string{"a", "b", "c", "d", "e"} {
		q.addUser(user, false)
	}
	q.addUser("d", true)
	q.addUser("c", true)
	q.addUser("c", false) // as the list of users does
	next := func() string {
		t, ok := q.next()
		if !ok {
			return ""
		}
		q.take(t)
		return t.user + t.keyID
	}
	got := []string{next()}
	q.addLookUps("d", true, "1", "2")
	q.addLookUps("f", true, "3")
	q.addLookUps("g", false, "4")
	q.prefer([]string{"e", "d", "stranger"})
	got = append(got, next(), next())
	q.prefer(nil)
	q.addUser("d", true) // again: it has been listed
	for s := next(); s != ""; s = next() {
		got = append(got, s)
	}
	if want := []string{"d", "e", "d1", "c", "a", "b", "g4", "d2", "f3"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}

func TestPreferredUsersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		s := &source{users: 300, page: 300, delay: 60 * time.Millisecond, useOf: usedToday}
		s.keysOf = func(user string) ([]iamops.AccessKey, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			order = append(order, user)
			return oneKey(user)
		}
		stream := Loader{Source: s}.Start(t.Context())
		stream.Next()
		stream.Prefer([]string{"user-250", "user-299"})
		for b := stream.Next(); !b.Ended; b = stream.Next() {
		}
		for _, user := range []string{"user-250", "user-299"} {
			if at := slices.Index(order, user); at > 3*MaxInFlight {
				t.Errorf("%s was listed as number %d", user, at)
			}
		}
		if len(order) != 300 {
			t.Errorf("%d users were listed", len(order))
		}
	})
}
