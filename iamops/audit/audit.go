// Package audit answers the first question of keyturn: which users have access
// keys, how old is each, is it used, and which break the rule?
//
// Terms:
//
//   - A [Finding] is one thing that is to be said about a key. A key has a set of
//     them, from one pure function, [Assess], of the user's keys, the [Thresholds]
//     and the time.
//   - A key's verdict is the gravest of its findings, and the [Next] step is what
//     takes care of that one.
//   - The credential [Report] tells in two calls of every user's keys, as they were when
//     it was made, by [Slot]s that have no key IDs. The live values, a call a user and a
//     call a key, take their place as they arrive. Each value has its [Provenance].
//   - An [Inventory] is what is known so far of an account: it takes [Event]s, in
//     whatever order the answers arrive, and yields [Row]s in an order that does not
//     depend on it. Its [Rules] say who is exempt and which tags name the owner.
//   - A [Loader] asks AWS, and a [Stream] hands its events on in batches.
//   - [Find] goes the other way: from a key ID to its user.
//
// Rules:
//
//   - Unknown is never "never used" and never "unused". A look-up that failed, was
//     throttled or was not made leaves the last use unknown. What is said of the
//     key's age stands.
//   - A failure belongs to the row that it is about, and to no other.
//   - A slot's last use is given to a key only where that key alone can be the slot's.
//     Until a user has been listed live, that the report shows no key proves nothing.
//   - Ages count from the creation date that iam:ListAccessKeys tells; the report's date,
//     which moves when a status changes, stands until then. All times are instants in UTC
//     on the account's clock, which is handed in as "now".
//   - Rotations under way and exemptions mark findings and hide none. What counts against
//     an account is what they leave: [Row.Counted].
package audit

import "time"

const day = 24 * time.Hour

// Thresholds are the periods that findings are measured with.
type Thresholds struct {
	MaxAge    time.Duration // an Active key may not be older
	DueWithin time.Duration // this long before MaxAge a key is due
	Unused    time.Duration // an Active key has to have been used within it
}

// DefaultThresholds are those of the CIS AWS Foundations Benchmark: rotation
// within 90 days, no key unused for 45 days. Due keys are named 14 days ahead.
func DefaultThresholds() Thresholds {
	return Thresholds{MaxAge: 90 * day, DueWithin: 14 * day, Unused: 45 * day}
}
