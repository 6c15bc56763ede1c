package desk

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// Rotation is one that is in progress, and where it stands.
type Rotation struct {
	rotation.Memory
	State rotation.State
	At    rotation.Standing
	// Live says that this process is at work on it.
	Live bool
	// Problem is why the keys could not be read; nil if they were. The rest then tells
	// how it was left.
	Problem *iamops.Problem
}

// surveyed is how many rotations are looked at at once.
const surveyed = 8

// Rotations are those in progress, the last of each user, in the order in which they were
// begun, and what of the journal could not be read. It changes nothing.
func (d *Desk) Rotations(ctx context.Context) ([]Rotation, []journal.Damage, error) {
	records, damages, err := d.Records()
	if err != nil {
		return nil, nil, err
	}
	return d.standing(ctx, records, func(string) bool { return true }), damages, nil
}

// Of is the rotation of a user that is in progress, if there is one.
func (d *Desk) Of(ctx context.Context, user string) (Rotation, bool, error) {
	records, _, err := d.Records()
	if err != nil {
		return Rotation{}, false, err
	}
	for _, r := range d.standing(ctx, records, func(name string) bool { return name == user }) {
		return r, true, nil
	}
	return Rotation{}, false, nil
}

// standing are the rotations in progress of the users that are meant.
func (d *Desk) standing(ctx context.Context, records []rotation.Record, meant func(user string) bool) []Rotation {
	last := map[string]rotation.Memory{}
	var users []string
	for _, m := range rotation.Memories(records) {
		if _, known := last[m.User]; !known {
			users = append(users, m.User)
		}
		last[m.User] = m
	}
	users = slices.DeleteFunc(users, func(user string) bool { return !last[user].AtStake() || !meant(user) })
	rotations := make([]Rotation, len(users))
	var group errgroup.Group
	group.SetLimit(surveyed)
	for i, user := range users {
		group.Go(func() error {
			rotations[i] = d.stand(ctx, last[user])
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	return rotations
}

// stand is where one rotation stands: as the live one says, else by the keys.
func (d *Desk) stand(ctx context.Context, m rotation.Memory) Rotation {
	d.mu.Lock()
	h := d.live[m.User]
	d.mu.Unlock()
	now := d.options.Parts.Clock.Now()
	// One that only looks on knows how it was left when that began: the holder's records tell more.
	if h != nil && h.lock != nil && h.run.Snapshot().State.ID == m.ID {
		snapshot := h.run.Snapshot()
		return Rotation{
			Memory: m, State: snapshot.State, At: snapshot.Standing(now),
			Live: true, Problem: unlisted(snapshot.State),
		}
	}
	set := d.options.Parts.Settings
	s := d.look(ctx, set, m)
	r := Rotation{Memory: m, State: s, At: rotation.StandingOf(s, set, now), Problem: unlisted(s)}
	caller := d.options.Parts.Account.Caller()
	if holder, held := journal.HolderOf(d.options.State, caller.Partition, caller.Account, m.User); held {
		r.At = r.At.Held(d.options.Holder(holder))
		if m.Secret == rotation.SecretHeld { // their process has it still, and stands where it recorded that
			r.State.Secret, r.State.Step = m.Secret, m.Step
		}
	}
	return r
}

// unlisted is why the keys are not known, nil if they are.
func unlisted(s rotation.State) *iamops.Problem {
	if s.ListedAt.IsZero() {
		return s.Problem
	}
	return nil
}

// look lets the machine see the keys and their last use once.
func (d *Desk) look(ctx context.Context, set rotation.Settings, m rotation.Memory) rotation.State {
	account, now := d.options.Parts.Account, d.options.Parts.Clock.Now()
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
	return s
}
