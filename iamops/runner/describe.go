package runner

import (
	"context"

	"keyturn/iamops"
	"keyturn/iamops/journal"
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
		r.mu.Lock()
		r.undescribed = iamops.AsProblem(err)
		r.publish()
		r.mu.Unlock()
		return
	}
	r.apply(rotation.Described{At: r.parts.Clock.Now(), Texts: texts})
}

// describe writes the keys' descriptions when a rotation that has left something at AWS
// has come to another step. A description is no change of a key: it is written after the
// step, may fail without harm, and is then said. The caller holds the lock.
func (r *Runner) describe(before, next rotation.State) {
	if r.parts.Describer == nil || r.looksOn() || before.Step == next.Step || next.Untouched() {
		return
	}
	about := iamops.Change{Rotation: next.ID, Account: next.Account, User: next.User}
	descriptions := rotation.DescriptionsOf(next, r.parts.Clock.Now())
	record := r.record(next, journal.Described)
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
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.undescribed = problem; problem != nil {
			record.Problem = problemName(problem)
		}
		r.appendOrOwe(record)
		r.publish()
	})
}

func (r *Runner) overtaken(number int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return number != r.describeNumber
}
