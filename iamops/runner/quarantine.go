package runner

import (
	"context"
	"strings"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Policies tells of the policies attached to a user.
type Policies interface {
	AttachedPolicies(ctx context.Context, user string) ([]string, error)
}

// readQuarantine looks, once, whether AWS has put the user of a leaked key into
// quarantine.
func (r *Runner) readQuarantine(before, next rotation.State) {
	if r.parts.Policies == nil || rotation.PlanOf(before.Plan).OffFirst() || !rotation.PlanOf(next.Plan).OffFirst() {
		return
	}
	user := next.User
	r.reads.Go(func() {
		names, err := r.parts.Policies.AttachedPolicies(r.ctx, user)
		if r.ctx.Err() != nil {
			return
		}
		seen := rotation.QuarantineSeen{At: r.parts.Clock.Now(), Problem: iamops.AsProblem(err)}
		for _, name := range names {
			if strings.HasPrefix(name, quarantine) {
				seen.Policy = name
			}
		}
		r.apply(seen)
	})
}

// quarantine begins the names of the policies that AWS attaches to a user whose key has
// leaked.
const quarantine = "AWSCompromisedKeyQuarantine"
