package faults

import (
	"slices"
	"strings"
	"time"

	"keyturn/iamops/sandbox"
)

// Request is what arrived at the wire, whatever became of it.
type Request struct {
	At time.Time // by the wire clock
	sandbox.Request
}

// requestsKept is how many of the newest requests are kept.
const requestsKept = 1000

// requestLog keeps the newest requests, and counts all.
type requestLog struct {
	newest []Request // a ring once it is full; start is its oldest
	start  int
	sent   map[string]int // by the actions that there are
}

func newRequestLog() requestLog {
	l := requestLog{sent: map[string]int{}}
	for _, action := range sandbox.Actions() {
		l.sent[action] = 0
	}
	return l
}

func (l *requestLog) add(r Request) {
	if _, known := l.sent[r.Action]; known {
		l.sent[r.Action]++
	}
	if len(l.newest) < requestsKept {
		l.newest = append(l.newest, r)
		return
	}
	l.newest[l.start] = r
	l.start = (l.start + 1) % requestsKept
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

// actionMatches reports whether a pattern means the action: "" and "*" mean any,
// "iam:*" any of a service.
func actionMatches(pattern, action string) bool {
	if pattern == "" || pattern == "*" {
		return true
	}
	if service, all := strings.CutSuffix(pattern, "*"); all {
		return strings.HasPrefix(action, service)
	}
	return pattern == action
}

func mustKnowAction(pattern string) {
	if !slices.ContainsFunc(sandbox.Actions(), func(name string) bool { return actionMatches(pattern, name) }) {
		panic("sandbox: there is no action \"" + pattern + "\"")
	}
}
