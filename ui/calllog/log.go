package calllog

import (
	"strings"
	"sync"
	"time"

	"keyturn/iamops"
)

// keptCalls is how many calls the log keeps: the last ones.
const keptCalls = 5000

// Call is one AWS call, as the log tells it. It holds nothing of what was asked or
// answered.
type Call struct {
	Action    string             // iam:ListUsers
	Region    string             // that signed
	Start     time.Time          // by the account's clock, in UTC
	Duration  time.Duration      // with all attempts and the waits between them
	Attempts  int                // 0 if it failed before the first
	Outcome   string             // "ok", AWS's error code, or the kind of problem
	Problem   iamops.ProblemKind // "" if it went well
	RequestID string             // AWS's, "" if there was no answer
}

// Log keeps the last AWS calls. It is filled from many goroutines.
type Log struct {
	mu     sync.Mutex
	calls  []Call // a ring once it is full
	total  int    // calls so far
	failed int
	ended  iamops.ProblemKind
}

// NewLog returns an empty log.
func NewLog() *Log { return &Log{} }

// Add takes a call up.
func (l *Log) Add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) < keptCalls {
		l.calls = append(l.calls, c)
	} else {
		l.calls[l.total%keptCalls] = c
	}
	l.total++
	switch {
	case c.Problem == iamops.ExpiredCredentials, c.Problem == iamops.ExpiredSSO:
		l.ended = c.Problem
	case c.Problem == "" && strings.HasPrefix(c.Action, "iam:"):
		l.ended = "" // sts may be called with another key, a new one that is tried
	}
	if c.Problem != "" {
		l.failed++
	}
}

// SessionEnded is how calls fail because the session has ended, "" if they don't.
func (l *Log) SessionEnded() iamops.ProblemKind {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

// Renewed forgets that the session had ended.
func (l *Log) Renewed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = ""
}

// Total is how many calls there were, and how many of them failed.
func (l *Log) Total() (calls, failed int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total, l.failed
}

// numbered is a call with its place among all, from 1.
type numbered struct {
	Call
	number int
}

// newest are the calls that are kept, the newest first.
func (l *Log) newest() []numbered {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := make([]numbered, 0, len(l.calls))
	for n := l.total; n > l.total-len(l.calls); n-- {
		calls = append(calls, numbered{l.calls[(n-1)%keptCalls], n})
	}
	return calls
}
