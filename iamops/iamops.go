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

// Clock tells the account's time. On AWS this is the wall clock; in the sandbox
// it can be moved on.
type Clock interface {
	Now() time.Time
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
