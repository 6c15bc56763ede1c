package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// chosen goes to what the operator wants to do about a key of the list.
func (p *Program) chosen(msg inventory.Chosen) tea.Cmd {
	if msg.User == audit.RootName || msg.Next == audit.AsRoot {
		return kit.Warn(words.RootKey)
	}
	task := runner.Task{Plan: rotation.Rotate, User: msg.User, KeyID: msg.KeyID}
	if msg.Leaked {
		task.Plan = rotation.Leaked
		return p.askLeaked(task)
	}
	switch msg.Next {
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
	case audit.Rotate, audit.LookAgain, audit.GoOn, audit.Nothing, audit.AsRoot:
	}
	return p.open(task)
}

// askLeaked asks which of a user's keys has leaked, where there are several.
func (p *Program) askLeaked(task runner.Task) tea.Cmd {
	var state rotation.State
	if g := p.guides[task.User]; g != nil {
		state = g.State()
	}
	if !state.ListedAt.IsZero() {
		state.Others = state.Listed
	} else {
		state.Others, state.OtherUses = p.options.List.KeysOf(task.User)
	}
	if len(state.Others) < iamops.MaxKeys {
		return p.open(task)
	}
	var choices []kit.Choice
	for _, id := range iamops.KeyIDs(state.Others) {
		choices = append(choices, kit.Choice{ID: id, Label: words.LeakLabel(state, id, p.common.Clock.Now()), Danger: true})
	}
	p.own.Ask(kit.NewDialog(p.common, words.LeakTitle(task.User), words.LeakBody(), choices...).Then(func(a kit.Answer) tea.Cmd {
		task.KeyID = a.Choice
		return p.open(task)
	}))
	return nil
}

// taskOf is the task of going on with a rotation. Should it have come to its end
// meanwhile, it is the task that it began with.
func taskOf(s rotation.State) runner.Task {
	task := runner.Task{Plan: rotation.Rotate, User: s.User, KeyID: s.Old.ID}
	switch {
	case s.Plan == rotation.Retire:
		task.Plan = rotation.Retire
	case rotation.PlanOf(s.Plan).OffFirst():
		task.Plan, task.KeyID = rotation.Leaked, s.Target().ID
	}
	return task
}
