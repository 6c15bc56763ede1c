package audit

import "sync"

// queue is what is still to be asked about users and keys, in its order: the keys and
// then the last uses of users in view, then the keys of users whom the report shows with
// one, then those of all others, then the last uses of which nothing is known, then those
// that the report has told. But for prefer, it belongs to one goroutine.
type queue struct {
	mu        sync.Mutex
	preferred []string // users in view; guarded by mu

	waiting map[string]bool // users known: whether their keys are still to be listed
	withKey []string        // users the report shows with a key; some may be listed by now
	others  []string        // likewise

	lookUps map[string][]string // key IDs to look up, by user
	unknown []string            // users with look-ups; some may have none by now
	told    []string            // likewise, where the report has told the last use
}

// turn is a listing, or a look-up if there is a key ID.
type turn struct{ user, keyID string }

func newQueue() *queue {
	return &queue{waiting: map[string]bool{}, lookUps: map[string][]string{}}
}

// prefer says which users are in view, the first first.
func (q *queue) prefer(users []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.preferred = append(q.preferred[:0:0], users...)
}

// addUser takes up a user whose keys are to be listed, unless it was taken up before.
func (q *queue) addUser(user string, hasKey bool) {
	if wait, known := q.waiting[user]; known && (!wait || !hasKey) {
		return
	}
	q.waiting[user] = true
	if hasKey {
		q.withKey = append(q.withKey, user)
	} else {
		q.others = append(q.others, user)
	}
}

// addLookUps takes up a user's keys whose last use is to be looked up; told says that
// the report has told it of all of them.
func (q *queue) addLookUps(user string, told bool, keyIDs ...string) {
	q.lookUps[user] = append(q.lookUps[user], keyIDs...)
	if told {
		q.told = append(q.told, user)
	} else {
		q.unknown = append(q.unknown, user)
	}
}

// next is whose turn it is, without taking it.
func (q *queue) next() (turn, bool) {
	if t, ok := q.nextPreferred(); ok {
		return t, true
	}
	for _, list := range []*[]string{&q.withKey, &q.others} {
		for ; len(*list) > 0; *list = (*list)[1:] {
			if user := (*list)[0]; q.waiting[user] {
				return turn{user: user}, true
			}
		}
	}
	for _, list := range []*[]string{&q.unknown, &q.told} {
		for ; len(*list) > 0; *list = (*list)[1:] {
			if user := (*list)[0]; len(q.lookUps[user]) > 0 {
				return turn{user, q.lookUps[user][0]}, true
			}
		}
	}
	return turn{}, false
}

func (q *queue) nextPreferred() (turn, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, user := range q.preferred {
		if q.waiting[user] {
			return turn{user: user}, true
		}
	}
	for _, user := range q.preferred {
		if ids := q.lookUps[user]; len(ids) > 0 {
			return turn{user, ids[0]}, true
		}
	}
	return turn{}, false
}

// take takes a turn that next has named.
func (q *queue) take(t turn) {
	if t.keyID == "" {
		q.waiting[t.user] = false
		return
	}
	q.lookUps[t.user] = q.lookUps[t.user][1:]
}
