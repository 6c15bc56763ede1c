package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// Targets are the places where the secret of a user's new key can go.
type Targets interface {
	// Find returns those that hold the old key now, and those that are configured. The
	// notes are about places that hold the old key and are none of them.
	Find(user, oldKeyID string) (targets []delivery.Target, notes []string, err error)
	// Parse makes a target from its spec.
	Parse(spec string) (delivery.Target, error)
}

// AddTarget takes up the target that the spec describes. Its error says what is wrong
// with the spec.
func (r *Runner) AddTarget(spec string) error {
	if r.parts.Targets == nil {
		return fmt.Errorf("adding the target %s: there are none here", spec)
	}
	target, err := r.parts.Targets.Parse(spec)
	if err != nil {
		return fmt.Errorf("adding a target: %w", err)
	}
	ctx, stop := iamops.WithBound(r.ctx, pinTimeout)
	defer stop()
	if target, err = delivery.Pin(ctx, target); err != nil {
		return fmt.Errorf("adding a target: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	r.applyLocked(rotation.Found{At: r.parts.Clock.Now(), Targets: []rotation.Delivery{described(target)}})
	return nil
}

// judgeTargets looks at the places that hold the old key before the new one is made: what is
// wrong with one can still be corrected then. The caller holds the lock.
func (r *Runner) judgeTargets(before, next rotation.State, again bool) {
	fresh := again || before.ListedAt.IsZero() || before.Old.ID != next.Old.ID || before.Plan != next.Plan
	makes := slices.Contains(rotation.PlanOf(next.Plan).Steps, rotation.Store)
	if r.parts.Targets == nil || next.Step != rotation.Check || !makes || next.ListedAt.IsZero() || next.Old.ID == "" || !fresh {
		return
	}
	user, oldKeyID := next.User, next.Old.ID
	r.state.Judging = true
	r.work.Go(func() {
		_, notes, err := r.parts.Targets.Find(user, oldKeyID)
		if err != nil {
			notes = append(notes, err.Error())
		}
		r.apply(rotation.Found{At: r.parts.Clock.Now(), Notes: append([]string{}, notes...)})
	})
}

// findTargets looks for targets when there is something to deliver. The caller holds
// the lock.
func (r *Runner) findTargets(before, next rotation.State) {
	if r.parts.Targets == nil || before.Step == next.Step || next.Step != rotation.Store {
		return
	}
	user, oldKeyID := next.User, next.Old.ID
	r.work.Go(func() {
		targets, notes, err := r.parts.Targets.Find(user, oldKeyID)
		found := rotation.Found{Notes: notes}
		for _, t := range targets {
			ctx, stop := iamops.WithBound(r.ctx, pinTimeout)
			pinned, pinning := delivery.Pin(ctx, t)
			stop()
			d := described(pinned)
			if pinning != nil {
				d.Warnings = append(d.Warnings, "its account could not be found out: "+delivery.AsFailure(pinning).Err.Error())
			}
			found.Targets = append(found.Targets, d)
		}
		found.At = r.parts.Clock.Now()
		r.mu.Lock()
		defer r.mu.Unlock()
		if err != nil {
			r.state.Problem = notDelivered(err)
		}
		r.applyLocked(found)
	})
}

// nameTargets gives recalled deliveries the names of their targets.
func (r *Runner) nameTargets(deliveries []rotation.Delivery) {
	for i := range deliveries {
		if r.parts.Targets == nil {
			return
		}
		if t, err := r.parts.Targets.Parse(deliveries[i].Spec); err == nil {
			deliveries[i].Name = t.Name()
		}
	}
}

func described(t delivery.Target) rotation.Delivery {
	return rotation.Delivery{Spec: t.Spec(), Name: t.Name(), Warnings: t.Warnings()}
}

// hand delivers the secret to one target. Like a change it is on record before and
// after, and awaited by Close. The caller holds the lock.
func (r *Runner) hand(spec string) {
	state, secret := r.state, r.secret
	r.atTarget(spec, journal.Delivering, journal.Delivered, state, func(ctx context.Context, t delivery.Target, c delivery.Credential) error {
		c.Secret = secret
		return t.Deliver(ctx, c)
	}, func(failure *delivery.Failure, p *iamops.Problem) rotation.Event {
		return rotation.Delivered{At: r.parts.Clock.Now(), Spec: spec, Problem: p, MayHold: failure != nil && failure.MayHold}
	})
}

// takeBack restores what was at a target before. The caller holds the lock.
func (r *Runner) takeBack(spec string) {
	r.atTarget(spec, journal.PuttingBack, journal.PutBack, r.state, func(ctx context.Context, t delivery.Target, c delivery.Credential) error {
		return t.PutBack(ctx, c)
	}, func(_ *delivery.Failure, p *iamops.Problem) rotation.Event {
		return rotation.PutBack{At: r.parts.Clock.Now(), Spec: spec, Problem: p}
	})
}

// settle removes what a target kept for the way back. The caller holds the lock.
func (r *Runner) settle(spec string) {
	r.atTarget(spec, journal.Settling, journal.Settled, r.state, func(ctx context.Context, t delivery.Target, c delivery.Credential) error {
		return t.Settle(ctx, c)
	}, func(_ *delivery.Failure, p *iamops.Problem) rotation.Event {
		if p != nil {
			return rotation.Delivered{At: r.parts.Clock.Now(), Spec: spec, Problem: p, MayHold: true}
		}
		return rotation.Tick{At: r.parts.Clock.Now()}
	})
}

// atTarget does something at a target, in a goroutine that Close waits for, with a
// record before and after it, and tells the machine how it ended.
func (r *Runner) atTarget(
	spec string, before, after journal.Kind, state rotation.State,
	do func(context.Context, delivery.Target, delivery.Credential) error,
	event func(*delivery.Failure, *iamops.Problem) rotation.Event,
) {
	record := r.record(state, before)
	record.Target = spec
	credential := delivery.Credential{KeyID: state.New.ID, OldKeyID: state.Old.ID, User: state.User}
	r.work.Go(func() {
		var failure *delivery.Failure
		var problem *iamops.Problem
		target, err := r.parts.Targets.Parse(spec)
		if err == nil {
			err = r.appendAlone(record)
		}
		if err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), deliveryTimeout)
			err = do(ctx, target, credential)
			cancel()
			if err != nil {
				failure = delivery.AsFailure(err)
			}
		}
		if err != nil {
			problem = notDelivered(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		record.At, record.Kind = r.parts.Clock.Now(), after
		if failure != nil {
			record.Problem, record.MayHold = string(failure.Kind), failure.MayHold
		} else if problem != nil {
			record.Problem = string(problem.Kind)
		}
		r.appendOrOwe(record)
		r.applyLocked(event(failure, problem))
	})
}

// pinTimeout bounds the look which account a target is in, but for the time in which a code
// is asked for.
const pinTimeout = 10 * time.Second

// deliveryTimeout bounds a delivery; a command has a bound of its own, which is less.
const deliveryTimeout = iamops.ChangeTimeout + iamops.ChangeTimeout

func notDelivered(err error) *iamops.Problem {
	text := err.Error()
	if failure := delivery.AsFailure(err); failure != nil && failure.Output != "" {
		text += "\n" + failure.Output
	}
	return &iamops.Problem{Kind: iamops.NotDelivered, Message: text, Err: err}
}
