package runner

import (
	"context"
	"fmt"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// carryOut begins what the machine asked for. The caller holds the turn.
func (r *Runner) carryOut(intents []rotation.Intent) {
	for _, intent := range intents {
		switch intent := intent.(type) {
		case rotation.List:
			r.list(intent)
		case rotation.LookUpUse:
			r.work.Go(func() { r.lookUpUse(intent.KeyIDs) })
		case rotation.Try:
			r.try(intent)
		case rotation.Forget:
			r.forget()
		case rotation.Hand:
			r.hand(intent.Spec)
		case rotation.TakeBack:
			r.takeBack(intent.Spec)
		case rotation.Settle:
			r.settle(intent.Spec)
		case rotation.Resign:
			r.work.Go(r.resign)
		case rotation.Make:
			r.begin(intent)
		case rotation.FindTargets:
			r.work.Go(r.findTargets)
		case rotation.JudgeTargets:
			r.work.Go(r.judgeTargets)
		case rotation.AskPermissions:
			r.askPermissions()
		case rotation.ReadQuarantine:
			r.work.Go(r.readQuarantine)
		case rotation.ReadHistory:
			r.lookNow = true
		case rotation.Describe:
			r.describe()
		}
	}
}

func (r *Runner) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret.Forget()
}

// list reads the user's keys. One list is under way at a time: a newer request
// replaces an older one, whose answer would be older than the question.
func (r *Runner) list(intent rotation.List) {
	r.stopList()
	ctx, stop := context.WithCancel(r.ctx)
	r.stopList = stop
	r.listNumber++
	number, user := r.listNumber, r.state.User
	r.work.Go(func() {
		defer stop()
		if !iamops.Sleep(ctx, intent.After) {
			return
		}
		asked := r.parts.Clock.Now()
		keys, err := r.parts.Account.Keys(ctx, user)
		r.turn.Lock()
		defer r.turn.Unlock()
		if number != r.listNumber || r.closed {
			return
		}
		r.noticeSigner()
		// A list is as old as its question.
		_ = r.takeLocked(rotation.Listed{At: asked, Keys: keys, Problem: iamops.AsProblem(err)})
	})
}

// resign resolves the credentials again. It may wait for the operator, who is asked for
// a code.
func (r *Runner) resign() {
	err := error(&iamops.Problem{
		Kind:    iamops.NoCredentials,
		Message: "there is nothing here to resolve credentials from",
	})
	if r.parts.Renew != nil {
		err = r.parts.Renew(r.ctx)
	}
	r.take(rotation.Signed{At: r.parts.Clock.Now(), Caller: r.parts.Account.Caller(), Problem: iamops.AsProblem(err)})
}

// noticeSigner tells the machine when the credentials were resolved again elsewhere. The
// caller holds the turn.
func (r *Runner) noticeSigner() {
	caller := r.parts.Account.Caller()
	if caller.SigningKeyID != r.state.Caller.SigningKeyID || caller.ARN != r.state.Caller.ARN {
		_ = r.takeLocked(rotation.Signed{At: r.parts.Clock.Now(), Caller: caller})
	}
}

func (r *Runner) lookUpUse(keyIDs []string) {
	for _, id := range keyIDs {
		use, _, err := r.parts.Account.LastUsed(r.ctx, id)
		if r.ctx.Err() != nil {
			return
		}
		if err != nil {
			use = iamops.LastUse{State: iamops.UseUnknown, AsOf: r.parts.Clock.Now(), Problem: iamops.AsProblem(err)}
		}
		r.take(rotation.UseSeen{At: r.parts.Clock.Now(), KeyID: id, Use: use})
	}
}

// try makes one round of the new key's trial, at the endpoints of the account's
// region and of the old key's last use. The caller holds the turn.
func (r *Runner) try(intent rotation.Try) {
	keyID, secret := r.state.New.ID, r.secret
	var regions []string
	if region := r.state.Old.LastUse.Region; iamops.IsRegion(region) {
		regions = append(regions, region)
	}
	r.work.Go(func() {
		if !iamops.Sleep(r.ctx, intent.After) {
			return
		}
		requestIDs, err := r.parts.Account.Try(r.ctx, keyID, secret, regions)
		if r.ctx.Err() == nil {
			r.take(rotation.Tried{At: r.parts.Clock.Now(), RequestIDs: requestIDs, Problem: iamops.AsProblem(err)})
		}
	})
}

// begin starts a change in its own goroutine. The caller holds the turn.
func (r *Runner) begin(intent rotation.Make) {
	deed := rotation.Deed{
		Kind: rotation.DeedAnnounced, Plan: r.state.Plan, Step: r.state.Step,
		Change: intent.Change.Kind, KeyID: intent.Change.KeyID, Evidence: r.gate(intent.Change),
	}
	r.work.Go(func() { r.change(intent.Change, deed) })
}

// gate is what is known of a key that is about to be switched off or deleted; nil for
// other changes.
func (r *Runner) gate(change iamops.Change) *rotation.GateFacts {
	if change.Kind != iamops.Deactivate && change.Kind != iamops.Delete {
		return nil
	}
	facts := rotation.GateFactsOf(r.state, r.parts.Settings, r.parts.Clock.Now())
	return &facts
}

// change records the intent, makes the call, records the outcome, and tells the
// machine. Every line of it runs, whatever happens to the rest of the program,
// unless the process dies.
func (r *Runner) change(change iamops.Change, announced rotation.Deed) {
	var outcome iamops.Outcome
	permit, err := iamops.RecordFirst(change, func() error { return r.announce(announced) })
	if err != nil {
		outcome = iamops.Outcome{Change: change, Effect: iamops.NoEffect, Problem: noRecord(err)}
	} else {
		outcome = r.call(permit, change)
	}
	if outcome.Secret.Held() {
		r.keep(outcome.Secret)
	}
	r.take(rotation.Answered{
		At: r.parts.Clock.Now(), Effect: outcome.Effect, Key: outcome.Key, Problem: outcome.Problem,
		RequestID: outcome.RequestID, Gate: announced.Evidence,
	})
}

// keep holds the secret that has arrived.
func (r *Runner) keep(secret iamops.Secret) {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

// call makes the change. A panic below it must not take the outcome along: it is
// then unclear, and the panic's value, which could be anything, is not printed.
func (r *Runner) call(permit iamops.Permit, change iamops.Change) (outcome iamops.Outcome) {
	defer func() {
		if p := recover(); p != nil {
			outcome = iamops.Outcome{Change: change, Effect: iamops.Unclear, Problem: &iamops.Problem{
				Kind:    iamops.Unexpected,
				Action:  change.Kind.Action(),
				Message: fmt.Sprintf("a defect in keyturn (panic of type %T)", p),
			}}
		}
	}()
	return r.parts.Account.Change(context.Background(), permit)
}
