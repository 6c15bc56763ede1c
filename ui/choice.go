package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/audit"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// chosen goes to what the operator wants to do about a key of the list.
func (p *Program) chosen(msg inventory.Chosen) tea.Cmd {
	task := runner.Task{Plan: rotation.Rotate, User: msg.User, KeyID: msg.KeyID}
	if msg.Leaked {
		task.Plan = rotation.Leaked
		return p.open(task)
	}
	switch msg.Next {
	case audit.AsRoot:
		return kit.Warn(words.RootKey)
	case audit.Retire, audit.Delete: // an inactive key is retired, too: from its deletion on there is no way back
		if msg.KeyID == "" {
			return kit.Warn(words.NoKeyID(msg.User))
		}
		task.Plan = rotation.Retire
	case audit.Leaked:
		if msg.KeyID == "" {
			return kit.Warn(words.NoKeyID(msg.User))
		}
		task.Plan = rotation.Leaked
	case audit.Rotate, audit.LookAgain, audit.GoOn, audit.Nothing:
	}
	return p.open(task)
}

// taskOf is the task of going on with a rotation. Should it have come to its end
// meanwhile, it is the task that it began with.
func taskOf(s rotation.State) runner.Task {
	task := runner.Task{Plan: rotation.Rotate, User: s.User, KeyID: s.Old.ID}
	switch {
	case s.Plan == rotation.Retire:
		task.Plan = rotation.Retire
	case rotation.PlanOf(s.Plan).OffFirst():
		task.Plan = rotation.Leaked
	}
	return task
}
