package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/calllog"
	"keyturn/ui/guide"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// front is the screen in front, nil if there is none yet.
func (p *Program) front() screen {
	if len(p.stack) == 0 {
		return nil
	}
	return p.stack[len(p.stack)-1]
}

// push puts a screen in front.
func (p *Program) push(s screen) tea.Cmd {
	p.hideFront()
	p.stack = append(p.stack, s)
	return p.showFront()
}

// pop takes the front screen away. There is always a screen under it, at the last
// the list.
func (p *Program) pop() tea.Cmd {
	p.hideFront()
	if len(p.stack) > 0 {
		p.stack = p.stack[:len(p.stack)-1]
	}
	if len(p.stack) == 0 {
		p.stack = []screen{p.options.List}
	}
	return p.showFront()
}

// back goes from a screen to the one under it, if it is still in front.
func (p *Program) back(msg kit.Back) tea.Cmd {
	if p.front() == nil || any(p.front()) != msg.From {
		return nil
	}
	return p.pop()
}

// isOpen reports whether a screen is in front, or under the one that is.
func (p *Program) isOpen(s screen) bool { return s != nil && slices.Contains(p.stack, s) }

// screens are all screens, in front or not.
func (p *Program) screens() []screen {
	all := []screen{p.options.List}
	if p.inFlight != nil {
		all = append(all, p.inFlight)
	}
	for _, g := range p.guides {
		all = append(all, g)
	}
	for _, s := range []screen{p.apps, p.calls} {
		if p.isOpen(s) {
			all = append(all, s)
		}
	}
	return all
}

// frontGuide is the guide in front, nil if another screen is.
func (p *Program) frontGuide() *guide.Screen {
	for _, g := range p.guides {
		if p.front() == screen(g) {
			return g
		}
	}
	return nil
}

// hideFront tells the screen in front that something covers it.
func (p *Program) hideFront() {
	if p.front() != nil {
		p.front().Hidden()
	}
}

// showFront brings the front screen up to date.
func (p *Program) showFront() tea.Cmd {
	p.resize()
	cmd := p.front().Shown()
	if p.front() == screen(p.options.List) {
		return tea.Batch(cmd, p.lookInFlight())
	}
	return cmd
}

// lookInFlight looks what is under way, so that the list can say how much of it waits.
func (p *Program) lookInFlight() tea.Cmd {
	if p.inFlight == nil {
		return nil
	}
	return p.inFlight.Reload()
}

// standings are where the rotations in progress stand, for the list.
func (p *Program) standings() map[string]inventory.InProgress {
	all := map[string]inventory.InProgress{}
	for _, r := range p.inFlight.Rotations() {
		at := inventory.InProgress{Verdict: "unknown"}
		if r.Problem == nil {
			at = inventory.InProgress{Verdict: words.Verdict(r.At), Stands: words.Stands(r.State, r.At, p.common.Clock.Now())}
		}
		all[r.User] = at
	}
	return all
}

// swap goes from the list to what is in flight, or back.
func (p *Program) swap() tea.Cmd {
	if p.front() == screen(p.inFlight) {
		return p.pop()
	}
	return p.push(p.inFlight)
}

// readChanged asks again for the row of each user whose rotation has seen other keys than
// before, whatever screen is in front.
func (p *Program) readChanged() tea.Cmd {
	var cmds []tea.Cmd
	for user, g := range p.guides {
		state := g.State()
		before, seen := p.keysSeen[user]
		if state.ListedAt.IsZero() || seen && slices.Equal(before, state.Listed) {
			continue
		}
		p.keysSeen[user] = state.Listed
		if seen {
			cmds = append(cmds, p.options.List.ReloadUser(user))
		}
	}
	return tea.Batch(cmds...)
}

func (p *Program) resize() {
	width, height := p.common.BodySize()
	for _, s := range p.screens() {
		s.Update(kit.Resized{Width: width, Height: height})
	}
}

// started is the answer to the wish to rotate a key.
type started struct {
	task     runner.Task
	rotation guide.Rotation
	err      error
}

// open goes to the rotation that a task asks for. A user has one rotation at a time: the
// one under way goes first, but turns to a key that has leaked; one that has changed nothing
// gives way.
func (p *Program) open(task runner.Task) tea.Cmd {
	g := p.guides[task.User]
	switch {
	case p.opening != "" || p.quitting, g != nil && p.front() == screen(g):
		return nil
	case g != nil && (task.MetBy(g.State()) || runner.GoesBefore(g.State()) && task.Plan != rotation.Leaked):
		p.sayOther(task, g.State())
		return p.push(g)
	case g != nil && !runner.GoesBefore(g.State()):
		p.drop(task.User)
	}
	p.opening = task.User
	start := p.options.StartRotation
	return func() tea.Msg {
		r, err := start(task)
		return started{task, r, err}
	}
}

func (p *Program) started(msg started) tea.Cmd {
	p.opening = ""
	if msg.err != nil {
		p.say(kit.Toast{Text: p.common.Explain(msg.err), Bad: true})
		if p.front() == nil {
			return p.push(p.options.List)
		}
		return nil
	}
	if g := p.guides[msg.task.User]; g != nil && g.Shows(msg.rotation) {
		p.sayOther(msg.task, g.State())
		return tea.Batch(g.Catch(), p.push(g))
	} else if g != nil {
		p.drop(msg.task.User)
	}
	g := guide.New(p.ctx, p.common, msg.rotation, guide.Options{
		Account: p.options.Identity.account(), Profile: p.options.Identity.Profile, Clipboard: p.options.Clipboard, Files: p.options.Files, Summary: p.options.Summary,
	})
	p.guides[msg.task.User] = g
	p.sayOther(msg.task, g.State())
	return tea.Batch(g.Init(), p.push(g))
}

// sayOther says that another rotation than the wanted one goes first.
func (p *Program) sayOther(task runner.Task, s rotation.State) {
	if runner.GoesBefore(s) && !task.MetBy(s) {
		p.say(kit.Toast{Text: words.GoesFirst(s)})
	}
}

// drop ends what is kept of a user's rotation on screen. The rotation is not touched.
func (p *Program) drop(user string) {
	p.guides[user].Close()
	delete(p.guides, user)
}

// left goes back from a rotation to the list.
func (p *Program) left(msg guide.Left) tea.Cmd {
	g := p.guides[msg.User]
	if g == nil {
		return nil
	}
	var cmds []tea.Cmd
	if p.front() == screen(g) {
		cmds = append(cmds, p.pop())
		if g.State().Over() { // its end leads to the list, as it says, also from what is in flight
			for len(p.stack) > 1 {
				cmds = append(cmds, p.pop())
			}
			p.offerDue(msg.User)
		}
	}
	if msg.Over || g.LooksOn() || g.State().Droppable() {
		p.drop(msg.User) // the next time it is begun anew, or the lock may be free
	}
	p.options.List.Select(msg.User, msg.KeyID)
	if msg.Changed {
		cmds = append(cmds, p.options.List.ReloadUser(msg.User))
	}
	return tea.Batch(cmds...)
}

// openCalls puts the call log in front.
func (p *Program) openCalls() tea.Cmd {
	p.calls = calllog.New(p.common, p.options.Calls)
	return p.push(p.calls)
}
