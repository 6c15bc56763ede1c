package rotation

import (
	"time"

	"keyturn/iamops"
)

// WaitKind says what a rotation waits for.
type WaitKind string

// The operator's next decision; that the target has been quiet for long enough; that
// the watch is over; that lists show how a change ended. Or for nothing: it is over.
const (
	WaitDecision WaitKind = "decision"
	WaitQuiet    WaitKind = "quiet"
	WaitWatch    WaitKind = "watch"
	WaitLook     WaitKind = "look"
	WaitNothing  WaitKind = ""
)

// Wait is what a rotation waits for, and whether that is over, so that it is the
// operator's turn.
type Wait struct {
	Kind  WaitKind
	Since time.Time // since when it stands at its step, as far as is known; else zero
	Until time.Time // when the wait ends if nothing comes between; zero: not known
	Over  bool
}

// WaitOf tells what a rotation waits for.
func WaitOf(s State, set Settings, now time.Time) Wait {
	target := s.Target()
	switch {
	case s.Over():
		return Wait{}
	case s.Phase == Unclear, s.Reconciling && s.unsure():
		return Wait{Kind: WaitLook, Over: true}
	case s.Orphan() && PlanOf(s.Plan).has(Create), s.ListedAt.IsZero(), s.Secret == SecretHeld:
		return Wait{Kind: WaitDecision, Since: s.New.Created, Over: true}
	}
	switch s.Step {
	case Distribute, Deactivate:
		if !PlanOf(s.Plan).Gated || target.Status != iamops.Active {
			break
		}
		gate := GateOf(s, set, now)
		return Wait{Kind: WaitQuiet, Since: s.StoredAt, Until: gate.Opens(), Over: gate.Open()}
	case Watch:
		ends, known := s.WatchEnds(set)
		return Wait{Kind: WaitWatch, Since: target.InactiveSince, Until: ends, Over: !known || !now.Before(ends)}
	case Delete:
		earliest := target.deleteFrom()
		return Wait{Kind: WaitDecision, Since: target.InactiveSince, Until: earliest, Over: !now.Before(earliest)}
	case Check, Create, Store, Review, Finished:
	}
	return Wait{Kind: WaitDecision, Over: true}
}
