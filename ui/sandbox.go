package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/ui/guide"
	"keyturn/ui/inflight"
	"keyturn/ui/kit"
)

// Sandbox is the embedded account, as far as the operator can act on it from outside
// of AWS. Its methods are called in commands.
type Sandbox interface {
	// Advance moves the account's clock on.
	Advance(d time.Duration) error
	// Applications are the simulated applications, as they are now.
	Applications() []Application
	// UpdateApplication gives an application another key of its user.
	UpdateApplication(name, keyID string) error
}

// Application is a simulated program that uses an access key.
type Application struct {
	Name, User, KeyID string
	// NewestKeyID is the newest Active key of its user; "" if there is none.
	NewestKeyID string
	LastRun     time.Time // by the account's clock
	OK          bool      // whether the last run went well
	Seen        string    // how CloudTrail shows it: its user agent, in short, and its address
	Reads       string    // where it reads its key at each run; "" if it was given one
	Log         []LogLine // newest last
}

// LogLine is a line of an application's log.
type LogLine struct {
	At   time.Time
	OK   bool
	Text string
}

// advanced says that the account's clock was moved on.
type advanced struct{ err error }

// advance moves the account's clock on by a day.
func (p *Program) advance() tea.Cmd {
	sandbox := p.options.Sandbox
	return func() tea.Msg { return advanced{sandbox.Advance(24 * time.Hour)} }
}

// advanced reads again what the screen in front shows.
func (p *Program) advanced(msg advanced) tea.Cmd {
	if msg.err != nil {
		p.say(kit.Toast{Text: p.options.Explain(msg.err), Bad: true})
		return nil
	}
	p.say(kit.Toast{Text: "It is a day later: " + p.common.Clock.Now().UTC().Format("2006-01-02 15:04 UTC")})
	p.stale = true
	switch s := p.front().(type) {
	case nil:
		return nil
	case *guide.Screen:
		return s.Refresh()
	case *applications:
		return s.read()
	case *calls:
		return nil
	case *inflight.Screen:
		return s.Reload()
	}
	return tea.Batch(p.refreshList(), p.lookInFlight())
}

// openApplications puts the applications in front.
func (p *Program) openApplications() tea.Cmd {
	p.apps = newApplications(p.common, p.options.Sandbox, p.options.Explain)
	if g, rotates := p.front().(*guide.Screen); rotates {
		p.apps.first = g.State().User
	}
	return tea.Batch(p.push(p.apps), p.apps.read())
}

// closeApplications goes back to the screen under them.
func (p *Program) closeApplications() tea.Cmd {
	if p.front() != screen(p.apps) {
		return nil
	}
	p.apps = nil
	return p.pop()
}
