package runner

import (
	"context"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Policies tells of the policies attached to a user.
type Policies interface {
	AttachedPolicies(ctx context.Context, user string) ([]string, error)
}

// readQuarantine looks whether AWS has put the user into quarantine, which is how AWS says
// that it has seen a key leak: at the beginning, whatever the plan, when the plan becomes one
// for a leaked key, and when the operator looks again.
func (r *Runner) readQuarantine(before, next rotation.State, again bool) {
	turned := rotation.PlanOf(next.Plan).OffFirst() && !rotation.PlanOf(before.Plan).OffFirst()
	if r.parts.Policies == nil || before.ID != "" && !turned && !again {
		return
	}
	user := next.User
	r.work.Go(func() {
		names, err := r.parts.Policies.AttachedPolicies(r.ctx, user)
		if r.ctx.Err() != nil {
			return
		}
		r.apply(rotation.QuarantineSeen{At: r.parts.Clock.Now(), Policy: iamops.QuarantineOf(names), Problem: iamops.AsProblem(err)})
	})
}
