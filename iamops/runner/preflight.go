package runner

import (
	"slices"

	"keyturn/iamops/policy"
	"keyturn/iamops/rotation"
)

// askPermissions asks what the operator is allowed, before anything is made. The caller holds
// the turn.
func (r *Runner) askPermissions() {
	if r.parts.Simulator == nil {
		return
	}
	s := r.state
	r.preflightNumber++
	number, jobs := r.preflightNumber, r.jobs(s.Plan)
	r.work.Go(func() {
		permissions, problem := policy.Preflight(r.ctx, r.parts.Simulator, s.Caller, s.User, jobs...)
		if r.ctx.Err() != nil {
			return
		}
		r.turn.Lock()
		defer r.turn.Unlock()
		if number == r.preflightNumber {
			_ = r.takeLocked(rotation.Preflighted{At: r.parts.Clock.Now(), Permissions: permissions, Problem: problem})
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
