package sandbox

import (
	"math"
	"time"
)

// Behavior is how the account behaves where AWS is slow, limits its callers, or
// is not documented. Durations are of the account clock; Rate is of the wire
// clock.
type Behavior struct {
	// Rate and Burst are one token bucket for all IAM requests: Rate tokens a
	// second, at most Burst of them. A request without a token is answered with
	// Throttling. Rate 0 is no limit. STS is not limited.
	Rate  float64
	Burst int

	// PageLimit makes IAM return at most this many members a page, fewer than were
	// asked for, with IsTruncated true; Secrets Manager and the Parameter Store look
	// at that many, so that a page of what a filter lets through can be empty. 0 is
	// no such limit.
	PageLimit int
	// StaleLists is how far ListAccessKeys lags behind.
	StaleLists time.Duration

	// NewKeyDelay passes before a new key works, other than in the regions that
	// NewKeyDelayIn names.
	NewKeyDelay   time.Duration
	NewKeyDelayIn map[string]time.Duration
	// DeactivateDelay is how long a deactivated or deleted key still works.
	DeactivateDelay time.Duration
	// ReactivateDelay passes before a reactivated key works again.
	ReactivateDelay time.Duration
	// DeleteActive says whether DeleteAccessKey works on an Active key; if not, it
	// is refused with DeleteConflict.
	DeleteActive bool

	// LastUsedDelay passes before a use shows in GetAccessKeyLastUsed.
	LastUsedDelay time.Duration
	// RefusedCounts says whether a request that was authenticated and then denied
	// counts as a use of its key.
	RefusedCounts bool

	// TrailDelay passes before an event shows in CloudTrail's LookupEvents.
	TrailDelay time.Duration
	// TrailShowsInactive says whether CloudTrail logs requests signed with a key that is
	// off. It is not documented.
	TrailShowsInactive bool
	// LookupLimit puts LookupEvents behind AWS's limit: 2 calls a second and region, by
	// the wire clock.
	LookupLimit bool

	// ReportTakes is how long a credential report takes to make.
	ReportTakes time.Duration
	// ReportDatesInactive says whether the report has a date for a key that is
	// Inactive. It is documented as N/A, and has been seen with a date.
	ReportDatesInactive bool
}

// DefaultBehavior is how an account behaves if its options say nothing else.
func DefaultBehavior() Behavior {
	return Behavior{
		NewKeyDelay:         3 * time.Second,
		DeleteActive:        true,
		RefusedCounts:       true,
		TrailDelay:          5 * time.Minute,
		LookupLimit:         true,
		ReportTakes:         4 * time.Second,
		ReportDatesInactive: true,
	}
}

// behave makes the account behave so from now on.
func (a *Account) behave(b Behavior) {
	if a.behavior.Rate != b.Rate || a.behavior.Burst != b.Burst {
		a.bucket = bucket{tokens: float64(b.Burst), filled: a.wire()}
	}
	a.behavior = b
}

// bucket is a token bucket. It starts full.
type bucket struct {
	tokens float64
	filled time.Time // when tokens was right, by the wire clock
}

// take takes a token, if there is one.
func (b *bucket) take(now time.Time, rate float64, burst int) bool {
	if rate <= 0 {
		return true
	}
	b.tokens = math.Min(float64(burst), b.tokens+now.Sub(b.filled).Seconds()*rate)
	b.filled = now
	// A token that a whole wait has earned may lack a rounding error.
	if b.tokens < 1-1e-9 {
		return false
	}
	b.tokens--
	return true
}
