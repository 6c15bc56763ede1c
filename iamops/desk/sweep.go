package desk

import (
	"context"
	"path/filepath"

	"keyturn/iamops/delivery"
	"keyturn/iamops/rotation"
)

// Sweep removes what writes that were cut off left beside the targets: it may hold a secret. A
// desk that only reads sweeps nothing, and neither does one whose journal can't be read.
func (d *Desk) Sweep() {
	if records, _, err := d.Records(); err == nil {
		d.sweep(records)
	}
}

func (d *Desk) sweep(records []rotation.Record) {
	targets := d.options.Parts.Targets
	if d.options.ReadOnly || targets == nil {
		return
	}
	folders := map[string]bool{d.options.Folder: true}
	specs := append([]string{"profile:default"}, d.options.Configured...)
	for _, r := range records {
		specs = append(specs, r.Target)
	}
	for _, spec := range specs {
		if target, err := targets.Parse(spec); err == nil {
			folders[target.Folder()] = true
		}
	}
	delete(folders, "")
	for folder := range folders {
		_, _ = delivery.Sweep(filepath.Clean(folder)) // what can't be removed now is the next time
	}
}

// cleanUp does at the start of a rotation what an earlier run may not have come to: it removes
// what is left beside the targets, and what was kept for the way back to keys of the user that
// are deleted. What it can't do it leaves for the next time: it must not hold up a rotation.
func (d *Desk) cleanUp(records []rotation.Record, user string) {
	d.sweep(records)
	if d.options.ReadOnly || d.options.Parts.Targets == nil {
		return
	}
	for _, m := range rotation.Memories(records) {
		if m.User == user && m.Step == rotation.Finished && rotation.PlanOf(m.Plan).Target == rotation.OldKey {
			d.settle(m)
		}
	}
}

// settle removes what the deliveries of a rotation that is over kept for the way back.
// Done twice it is the same as done once.
func (d *Desk) settle(m rotation.Memory) {
	for _, made := range m.Deliveries {
		if made.State != rotation.DeliveryMade || made.Settled {
			continue
		}
		if target, err := d.options.Parts.Targets.Parse(made.Spec); err == nil {
			_ = target.Settle(context.Background(), delivery.Credential{
				KeyID:    m.New.ID,
				OldKeyID: m.Old.ID,
				User:     m.User,
			})
		}
	}
}
