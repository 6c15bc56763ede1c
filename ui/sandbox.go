package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/ui/applications"
	"keyturn/ui/kit"
)

// advanced says that the account's clock was moved on by a day.
type advanced struct{ err error }

// advance moves the account's clock on by a day.
func (p *Program) advance() tea.Cmd {
	sandbox := p.options.Sandbox
	return func() tea.Msg { return advanced{sandbox.Advance(24 * time.Hour)} }
}

// advanced reads again what the screen in front shows.
func (p *Program) advanced(msg advanced) tea.Cmd {
	if msg.err != nil {
		p.say(kit.Toast{Text: p.common.Explain(msg.err), Bad: true})
		return nil
	}
	p.say(kit.Toast{Text: "It is a day later: " + p.common.Clock.Now().UTC().Format("2006-01-02 15:04 UTC")})
	list := screen(p.options.List)
	p.options.List.Outdate()
	switch p.front() {
	case nil:
		return nil
	case list:
		return p.showFront()
	}
	return p.front().Update(kit.ClockMoved{})
}

// openApplications puts the applications in front, at those of the user whose rotation is.
func (p *Program) openApplications() tea.Cmd {
	user := ""
	if g := p.frontGuide(); g != nil {
		user = g.State().User
	}
	p.apps = applications.New(p.common, p.options.Sandbox, user)
	return p.push(p.apps)
}
