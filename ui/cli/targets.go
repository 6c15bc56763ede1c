package cli

import (
	"context"
	"fmt"
	"path"
	"path/filepath"

	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
	"keyturn/iamops/rotation"
	"keyturn/ui/words"
)

// targets are the places where secrets can go: the profiles of the credentials file
// that hold the old key, and what the operator names.
type targets struct {
	env        delivery.Env
	configured []config.Target
}

// Find returns the profiles that hold the old key, and what is configured for the user.
func (t targets) Find(user, oldKeyID string) ([]delivery.Target, []string, error) {
	var notes []string
	holders, err := delivery.FindProfiles(t.env, oldKeyID)
	if err != nil { // the configured targets may be all that is needed
		notes = append(notes, words.NotRead("credentials", delivery.AsFailure(err).Reason()))
	}
	if holders.Unread != nil {
		notes = append(notes, words.NotRead("config", delivery.AsFailure(holders.Unread).Reason()))
	}
	found := holders.Profiles
	for _, c := range t.configured {
		if match, err := path.Match(c.User, user); err != nil || !match {
			continue
		}
		target, err := t.Parse(c.Spec)
		if err != nil {
			return found, nil, err
		}
		found = append(found, target)
	}
	for _, target := range found {
		if failure := delivery.Judge(target, oldKeyID); failure != nil {
			notes = append(notes, words.NoTarget(target.Name(), failure.Reason()))
		}
	}
	for _, e := range holders.Elsewhere {
		notes = append(notes, words.HeldElsewhere(oldKeyID, e.Path, e.Line, e.Why))
	}
	return found, append(notes, words.Holders(t.env.ConfigFile(), holders.InConfig, holders.Inheriting)...), nil
}

// Parse makes the target that a spec describes.
func (t targets) Parse(spec string) (delivery.Target, error) {
	target, err := delivery.Parse(spec, t.env)
	if err != nil {
		return nil, fmt.Errorf("reading the target: %w", err)
	}
	return target, nil
}

// cleanUp does at the start of a rotation what an earlier run may not have come to:
// it removes what a write that was cut off left beside the targets, which may hold a
// secret, and what was kept for the way back to keys of the user that are deleted. What
// it can't do it leaves for the next time: it must not hold up a rotation.
func (t targets) cleanUp(ctx context.Context, records []rotation.Record, user string) {
	t.sweep(records)
	for _, m := range rotation.Memories(records) {
		if m.User == user && m.Step == rotation.Finished && rotation.PlanOf(m.Plan).Target == rotation.OldKey {
			t.settle(ctx, m)
		}
	}
}

// sweep removes what a write that was cut off left beside the targets: it may hold a secret.
func (t targets) sweep(records []rotation.Record) {
	folders := map[string]bool{filepath.Dir(t.env.CredentialsFile()): true}
	specs := []string{"profile:default"}
	for _, c := range t.configured {
		specs = append(specs, c.Spec)
	}
	for _, r := range records {
		specs = append(specs, r.Target)
	}
	for _, spec := range specs {
		if target, err := t.Parse(spec); err == nil {
			folders[target.Folder()] = true
		}
	}
	delete(folders, "")
	for folder := range folders {
		_, _ = delivery.Sweep(folder) // what can't be removed now is the next time
	}
}

// settle removes what the deliveries of a rotation that is over kept for the way back.
// Done twice it is the same as done once.
func (t targets) settle(ctx context.Context, m rotation.Memory) {
	for _, d := range m.Deliveries {
		if target, err := t.Parse(d.Spec); err == nil && d.State == rotation.DeliveryMade && !d.Settled {
			_ = target.Settle(ctx, delivery.Credential{KeyID: m.New.ID, OldKeyID: m.Old.ID, User: m.User})
		}
	}
}
