package runner

import (
	"context"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// readDescriptions asks once for what the keys are described as: without the journal,
// that is where a colleague's rotation shows.
func (r *Runner) readDescriptions() {
	if r.parts.Describer == nil {
		return
	}
	texts, err := r.parts.Describer.Descriptions(r.ctx, r.Snapshot().State.User)
	if r.ctx.Err() != nil {
		return
	}
	if err != nil {
		r.turn.Lock()
		defer r.turn.Unlock()
		r.notDescribed(iamops.AsProblem(err))
		r.publish()
		return
	}
	r.take(rotation.Described{At: r.parts.Clock.Now(), Texts: texts})
}

// notDescribed keeps why descriptions could not be read or written. The caller holds the turn.
func (r *Runner) notDescribed(p *iamops.Problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.undescribed = p
}

// describe writes the keys' descriptions. A description is no change of a key: it is written
// after the step, may fail without harm, and is then said. The caller holds the turn.
func (r *Runner) describe() {
	if r.parts.Describer == nil {
		return
	}
	s := r.state
	about := iamops.Change{Rotation: s.ID, Account: s.Account, User: s.User}
	descriptions := rotation.DescriptionsOf(s, r.parts.Clock.Now())
	deed := rotation.Deed{Kind: rotation.DeedDescribed, Plan: s.Plan, Step: s.Step}
	r.describeNumber++
	number := r.describeNumber
	r.work.Go(func() {
		// One at a time, and none that a later step has overtaken: the last word stands.
		r.describing <- struct{}{}
		defer func() { <-r.describing }()
		if r.overtaken(number) {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), iamops.ChangeTimeout)
		defer cancel()
		var problem *iamops.Problem
		for _, d := range descriptions {
			if err := r.parts.Describer.Describe(ctx, about, d.KeyID, d.Text); err != nil {
				problem = iamops.AsProblem(err)
			}
		}
		r.turn.Lock()
		defer r.turn.Unlock()
		r.notDescribed(problem)
		deed.Problem = rotation.ProblemName(problem)
		r.appendOrOwe(deed, r.state)
		r.publish()
	})
}

func (r *Runner) overtaken(number int) bool {
	r.turn.Lock()
	defer r.turn.Unlock()
	return number != r.describeNumber
}
