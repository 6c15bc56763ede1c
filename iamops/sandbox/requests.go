package sandbox

import (
	"slices"
	"strings"
	"time"
)

// Request is what arrived at the wire, whatever became of it.
type Request struct {
	At        time.Time // by the wire clock
	Action    string    // as in "iam:CreateAccessKey"; "" if it could not be read
	User      string    // its UserName; "" if it has none
	KeyID     string    // the access key ID that it says it was signed with
	Region    string    // the region that it was signed for
	UserAgent string
}

// requestLog keeps the newest requests, and counts all.
type requestLog struct {
	keep   int
	newest []Request // a ring once it is full; start is its oldest
	start  int
	sent   map[string]int
}

func (l *requestLog) add(r Request) {
	if _, known := actions[r.Action]; known {
		l.sent[r.Action]++
	}
	if len(l.newest) < l.keep {
		l.newest = append(l.newest, r)
		return
	}
	l.newest[l.start] = r
	l.start = (l.start + 1) % l.keep
}

// clip bounds what is kept of a request's text.
func clip(text string) string {
	const kept = 512
	return strings.Clone(text[:min(len(text), kept)])
}

// Disguise makes the calls that do sends over the wire show another user agent in
// CloudTrail, as if another program had made them.
func (a *Account) Disguise(agent string, do func()) {
	set := func(to string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.disguise = to
	}
	set(agent)
	defer set("")
	do()
}

// Requests returns the newest requests that arrived, oldest first.
func (a *Account) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := &a.requests
	return slices.Concat(l.newest[l.start:], l.newest[:l.start])
}

// Sent is how often requests for the action arrived, as in
// "iam:CreateAccessKey"; "" counts those for every action. It panics if the
// account does not know the action.
func (a *Account) Sent(action string) int {
	mustKnowAction(action)
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for name, count := range a.requests.sent {
		if actionMatches(action, name) {
			n += count
		}
	}
	return n
}
