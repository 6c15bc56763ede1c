package runner

import (
	"context"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Policies reads the policies attached to a user.
type Policies interface {
	AttachedPolicies(ctx context.Context, user string) ([]string, error)
}

// readQuarantine looks whether AWS has put the user into quarantine, which is how AWS says
// that it has seen a key leak.
func (r *Runner) readQuarantine() {
	if r.parts.Policies == nil {
		return
	}
	names, err := r.parts.Policies.AttachedPolicies(r.ctx, r.Snapshot().State.User)
	if r.ctx.Err() == nil {
		r.take(rotation.QuarantineSeen{
			At:      r.parts.Clock.Now(),
			Policy:  iamops.QuarantineOf(names),
			Problem: iamops.AsProblem(err),
		})
	}
}
