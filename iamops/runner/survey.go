package runner

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Standing is where a rotation under way stands, by what AWS shows now.
type Standing struct {
	Memory rotation.Memory
	State  rotation.State
	At     rotation.Standing
	// Problem is why the keys could not be read; nil if they were. The rest then tells
	// how it was left.
	Problem *iamops.Problem
}

// surveyed is how many rotations are looked at at once.
const surveyed = 8

// Survey looks at rotations under way. It changes nothing.
func Survey(ctx context.Context, account Account, clock iamops.Clock, set rotation.Settings, memories []rotation.Memory) []Standing {
	standings := make([]Standing, len(memories))
	var group errgroup.Group
	group.SetLimit(surveyed)
	for i, m := range memories {
		group.Go(func() error {
			standings[i] = stand(ctx, account, clock.Now(), set, m)
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	return standings
}

// stand lets the machine see the keys and their last use once.
func stand(ctx context.Context, account Account, now time.Time, set rotation.Settings, m rotation.Memory) Standing {
	s, _ := rotation.Reopen(m.Kept, account.Caller(), now)
	keys, err := account.Keys(ctx, m.User)
	see := func(ev rotation.Event) {
		if next, _, err := rotation.Next(s, ev, set); err == nil {
			s = next
		}
	}
	see(rotation.Listed{At: now, Keys: keys, Problem: iamops.AsProblem(err)})
	for _, id := range []string{s.Old.ID, s.New.ID} {
		if _, there := iamops.FindKey(keys, id); there {
			use, _, err := account.LastUsed(ctx, id)
			if err != nil {
				use = iamops.LastUse{AsOf: now, Problem: iamops.AsProblem(err)}
			}
			see(rotation.UseSeen{At: now, KeyID: id, Use: use})
		}
	}
	return Standing{Memory: m, State: s, At: rotation.StandingOf(s, set, now), Problem: s.Problem}
}
