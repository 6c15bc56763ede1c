package runner

import (
	"context"
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
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
	r.turn.Lock()
	defer r.turn.Unlock()
	if r.closed {
		return ErrClosed
	}
	return r.takeLocked(rotation.Found{At: r.parts.Clock.Now(), Targets: []rotation.Delivery{described(target)}})
}

// judgeTargets looks at the places that hold the old key before the new one is made: what is
// wrong with one can still be corrected then.
func (r *Runner) judgeTargets() {
	notes := []string{}
	if s := r.Snapshot().State; r.parts.Targets != nil {
		_, found, err := r.parts.Targets.Find(s.User, s.Old.ID)
		notes = append(notes, found...)
		if err != nil {
			notes = append(notes, err.Error())
		}
	}
	r.take(rotation.Found{At: r.parts.Clock.Now(), Notes: notes})
}

// findTargets looks for targets when there is something to deliver.
func (r *Runner) findTargets() {
	if r.parts.Targets == nil {
		return
	}
	s := r.Snapshot().State
	targets, notes, err := r.parts.Targets.Find(s.User, s.Old.ID)
	found := rotation.Found{Notes: notes}
	if err != nil {
		found.Problem = notDelivered(err)
	}
	for _, t := range targets {
		ctx, stop := iamops.WithBound(r.ctx, pinTimeout)
		pinned, pinning := delivery.Pin(ctx, t)
		stop()
		d := described(pinned)
		if pinning != nil {
			why := delivery.AsFailure(pinning).Err
			d.Warnings = append(d.Warnings, "its account could not be found out: "+why.Error())
		}
		found.Targets = append(found.Targets, d)
	}
	found.At = r.parts.Clock.Now()
	r.take(found)
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
// after, and awaited by Close. The caller holds the turn.
func (r *Runner) hand(spec string) {
	secret := r.secret
	deliver := func(ctx context.Context, t delivery.Target, c delivery.Credential) error {
		c.Secret = secret
		return t.Deliver(ctx, c)
	}
	r.atTarget(spec, rotation.DeedDelivering, deliver, func(e ended) rotation.Event {
		return rotation.Delivered{At: e.at, Spec: spec, Problem: e.problem, Failure: e.failure, MayHold: e.mayHold}
	})
}

// takeBack restores what was at a target before. The caller holds the turn.
func (r *Runner) takeBack(spec string) {
	putBack := func(ctx context.Context, t delivery.Target, c delivery.Credential) error {
		return t.PutBack(ctx, c)
	}
	r.atTarget(spec, rotation.DeedPuttingBack, putBack, func(e ended) rotation.Event {
		return rotation.PutBack{At: e.at, Spec: spec, Problem: e.problem, Failure: e.failure}
	})
}

// settle removes what a target kept for the way back. The caller holds the turn.
func (r *Runner) settle(spec string) {
	r.atTarget(spec, rotation.DeedSettling, func(ctx context.Context, t delivery.Target, c delivery.Credential) error {
		return t.Settle(ctx, c)
	}, func(e ended) rotation.Event {
		return rotation.Settled{At: e.at, Spec: spec, Problem: e.problem, Failure: e.failure}
	})
}

// ended is how something at a target ended.
type ended struct {
	at      time.Time
	problem *iamops.Problem // nil: as it was meant
	failure string          // its kind, where the target names one
	mayHold bool            // the secret may be there all the same
}

// atTarget does something at a target, in a goroutine that Close waits for, with a
// record before and after it, and tells the machine how it ended.
func (r *Runner) atTarget(
	spec string, before rotation.DeedKind,
	do func(context.Context, delivery.Target, delivery.Credential) error, event func(ended) rotation.Event,
) {
	s := r.state
	deed := rotation.Deed{Kind: before, Plan: s.Plan, Step: s.Step, Target: spec}
	credential := delivery.Credential{KeyID: s.New.ID, OldKeyID: s.Old.ID, User: s.User}
	r.work.Go(func() {
		var end ended
		target, err := r.parts.Targets.Parse(spec)
		if err == nil {
			err = r.announce(deed)
		}
		if err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), deliveryTimeout)
			err = do(ctx, target, credential)
			cancel()
			if failure := delivery.AsFailure(err); err != nil && failure != nil {
				end.failure, end.mayHold = string(failure.Kind), failure.MayHold
			}
		}
		if err != nil {
			end.problem = notDelivered(err)
		}
		end.at = r.parts.Clock.Now()
		r.take(event(end))
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
