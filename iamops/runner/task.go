package runner

import (
	"context"
	"errors"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// MetBy reports whether a rotation is the one that the task asks for. Giving up a new
// key is a part of the rotation that made it. The plan for a leaked key is met by that for
// the same key alone.
func (t Task) MetBy(s rotation.State) bool {
	if t.User != s.User {
		return false
	}
	if t.leaks() {
		return rotation.PlanOf(s.Plan).OffFirst() && (t.KeyID == "" || s.LeaksAlready(t.KeyID))
	}
	samePlan := !rotation.PlanOf(s.Plan).OffFirst() && (t.Plan == rotation.Retire) == (s.Plan == rotation.Retire)
	return samePlan && (t.KeyID == "" || t.KeyID == s.Old.ID || t.KeyID == s.New.ID)
}

func (t Task) leaks() bool { return rotation.PlanOf(t.Plan).OffFirst() }

// GoesBefore reports whether a rotation goes before any other task of its user: it is not
// over, and has something to be remembered. A user has one rotation at a time.
func GoesBefore(s rotation.State) bool { return !s.Over() && !s.Droppable() }

// Yields reports whether what a journal remembers gives way to a task that it does not
// meet: nothing of it has to be remembered.
func (t Task) Yields(m rotation.Memory, caller iamops.Caller, now time.Time) bool {
	s, _ := rotation.Reopen(m.Kept, caller, now)
	return s.Droppable() && !t.MetBy(s)
}

// LeakWait is how long a change in flight, and what else is under way, is awaited before
// a leaked key's plan is turned to.
const LeakWait = 2 * time.Minute

// leakPause is how often it is seen whether that is over.
const leakPause = 200 * time.Millisecond

// Take brings the rotation to what the task asks for, where that is a leaked key: it waits
// for what is under way, and turns to the plan for that key. Any other task is left as it
// is. It returns a *rotation.Refusal if the rotation can't turn to it.
func (r *Runner) Take(ctx context.Context, t Task) error {
	if !t.leaks() {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, LeakWait)
	defer stop()
	for {
		s := r.Snapshot().State
		if t.MetBy(s) {
			return nil
		}
		err := r.Decide(s.Turn, rotation.Decide{Decision: rotation.Leak, KeyID: t.KeyID})
		var refusal *rotation.Refusal
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrOutdated):
		case errors.As(err, &refusal) && passes(refusal.Reason):
			if p := r.Snapshot().State.Problem; p != nil && s.ListedAt.IsZero() {
				return p
			}
		default:
			return err
		}
		if !iamops.Sleep(ctx, leakPause) {
			return err
		}
	}
}

// passes reports whether a refusal is over by itself.
func passes(r rotation.Reason) bool {
	switch r {
	case rotation.ChangeInFlight, rotation.StillLooking, rotation.DeliveryRuns, rotation.NotListed:
		return true
	default:
		return false
	}
}
