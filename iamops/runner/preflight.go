package runner

import (
	"slices"

	"keyturn/iamops/policy"
	"keyturn/iamops/rotation"
)

// preflight asks what the operator is allowed, before anything is made: at the beginning,
// and again when the plan or who signs has changed, or when the operator looks again. The
// caller holds the lock.
func (r *Runner) preflight(before, next rotation.State, again bool) {
	if r.parts.Simulator == nil || next.Step != rotation.Check && next.Step != rotation.Create {
		return
	}
	if !again && before.Plan == next.Plan && before.Caller.SigningKeyID == next.Caller.SigningKeyID {
		return
	}
	r.preflightNumber++
	number, jobs := r.preflightNumber, r.jobs(next.Plan)
	r.work.Go(func() {
		permissions, problem := policy.Preflight(r.ctx, r.parts.Simulator, next.Caller, next.User, jobs...)
		if r.ctx.Err() != nil {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if number == r.preflightNumber {
			r.applyLocked(rotation.Preflighted{At: r.parts.Clock.Now(), Permissions: permissions, Problem: problem})
		}
	})
}

// jobs are what a plan needs permissions for.
func (r *Runner) jobs(name rotation.PlanName) []policy.Job {
	plan := rotation.PlanOf(name)
	jobs := []policy.Job{policy.Retire}
	if slices.Contains(plan.Steps, rotation.Create) {
		jobs = []policy.Job{policy.Rotate}
	}
	if plan.OffFirst() {
		jobs = append(jobs, policy.Leaked)
	}
	if r.parts.Describer != nil {
		jobs = append(jobs, policy.Tag)
	}
	return jobs
}
