package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/guide"
	"keyturn/ui/kit"
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

// hideFront tells the guide, if it is in front, that something covers it.
func (p *Program) hideFront() {
	if g, ok := p.front().(*guide.Screen); ok {
		g.Hidden()
	}
}

// showFront brings the front screen up to date.
func (p *Program) showFront() tea.Cmd {
	p.resize()
	switch s := p.front().(type) {
	case *guide.Screen:
		s.Shown()
	case *applications:
	default:
		return p.refreshList()
	}
	return nil
}

// refreshList loads the list when it first comes to the front, and again after the
// clock was moved on.
func (p *Program) refreshList() tea.Cmd {
	if p.listed && !p.stale {
		p.options.List.Recount()
		return nil
	}
	first := !p.listed
	p.listed, p.stale = true, false
	if first {
		return p.options.List.Init()
	}
	return p.options.List.Reload()
}

func (p *Program) resize() {
	width, height := p.common.BodySize()
	p.options.List.SetSize(width, height)
	for _, g := range p.guides {
		g.SetSize(width, height)
	}
	if p.apps != nil {
		p.apps.SetSize(width, height)
	}
}

// started is the answer to the wish to rotate a key.
type started struct {
	user     string
	rotation guide.Rotation
	err      error
}

// open goes to the rotation of a user's key: the one under way, or a new one. A user
// has one rotation at a time; one in which nothing was decided yet gives way.
func (p *Program) open(user, keyID string) tea.Cmd {
	g := p.guides[user]
	switch {
	case p.opening != "" || p.quitting, g != nil && p.front() == screen(g):
		return nil
	case g != nil && (g.State().Turn > 0 || keyID == g.State().Old.ID):
		return p.push(g)
	case g != nil:
		g.Close()
		delete(p.guides, user)
	}
	p.opening = user
	start := p.options.StartRotation
	return func() tea.Msg {
		r, err := start(user, keyID)
		return started{user, r, err}
	}
}

func (p *Program) started(msg started) tea.Cmd {
	p.opening = ""
	if msg.err != nil {
		p.say(kit.Toast{Text: p.options.Explain(msg.err), Bad: true})
		if p.front() == nil {
			return p.push(p.options.List)
		}
		return nil
	}
	g := guide.New(p.ctx, p.common, msg.rotation, guide.Options{
		Account: p.options.Identity.account(), Profile: p.options.Identity.Profile, Clipboard: p.options.Clipboard,
	})
	p.guides[msg.user] = g
	return tea.Batch(g.Init(), p.push(g))
}

// left goes back from a rotation to the list.
func (p *Program) left(msg guide.Left) tea.Cmd {
	g := p.guides[msg.User]
	if g == nil {
		return nil
	}
	if msg.Over {
		g.Close()
		delete(p.guides, msg.User)
	}
	var cmds []tea.Cmd
	if p.front() == screen(g) {
		cmds = append(cmds, p.pop())
	}
	p.options.List.Select(msg.User, msg.KeyID)
	if msg.Changed {
		cmds = append(cmds, p.options.List.ReloadUser(msg.User))
	}
	return tea.Batch(cmds...)
}
