// Package iamops is the vocabulary of keyturn: the things of AWS IAM that a
// rotation is about, in AWS's own words.
//
// A [Caller] is who signs. A [User] has up to two [AccessKey]s, Active or
// Inactive, each with a [LastUse]. The [Secret] of a key is had once, when the
// key is created. A [Change] is one of the four calls that alter a key; it
// needs a [Permit], which only a written record can give, and ends in an
// [Outcome]. Whatever goes wrong is a [Problem], sorted by what an operator can
// do about it.
//
// Three rules hold for everything here:
//
//   - Unknown is a value of its own. It is never read as "no", "never" or "fine".
//   - A secret is held behind a pointer and prints as a placeholder.
//   - No SDK, no input or output: the rooms below import this one and nothing else
//     of ours.
//
// Times are instants of the account's clock, in UTC.
package iamops

import (
	"context"
	"time"
)

// Clock tells the account's time. On AWS this is the time that AWS's answers carry; in the
// sandbox it can be moved on.
type Clock interface {
	Now() time.Time
}

// Drift is how far clocks are apart that should agree. What is within minutes is zero.
type Drift struct {
	// Machine is how far this machine's clock is ahead of AWS's; negative: behind.
	Machine time.Duration
	// Services is how far the times of AWS's services are apart, and Earliest the service
	// whose time counts.
	Services time.Duration
	Earliest string
	// Doubtful is how far ahead a time is that Claimant, a host, tells and that does not
	// count, since nothing confirms it.
	Doubtful time.Duration
	Claimant string
}

// WallClock is the machine's clock, in UTC.
type WallClock struct{}

// Now returns the current time in UTC.
func (WallClock) Now() time.Time { return time.Now().UTC() }

// Sleep waits for d of real time or until ctx ends, and reports whether it
// waited all of d.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
