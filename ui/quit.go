package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/guide"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// quit ends the program, or asks first.
func (p *Program) quit() tea.Cmd {
	p.hideFront()
	for _, g := range p.guides {
		switch g.Holds() {
		case guide.HoldsSecret:
			return p.askAboutSecret(g)
		case guide.AwaitsSecret:
			p.awaiting = kit.NewDialog(p.common, "A new key is being created", []string{words.QuitBeforeSecret})
			p.own.Ask(p.awaiting)
			return nil
		case guide.AwaitsChange:
			after := words.QuitSeenLater
			if p.options.Sandbox != nil {
				after = words.SandboxEnds
			}
			p.own.Ask(kit.NewDialog(p.common, "Quit?", []string{words.QuitInFlight + " " + after},
				kit.Choice{ID: "quit", Label: "Quit after it"}).CancelAs("Stay").Then(to(p.depart)))
			return nil
		case guide.Free:
		}
	}
	return p.depart()
}

// answered closes what says that an answer is awaited, once it has come.
func (p *Program) answered() {
	if p.awaiting == nil || p.own.Dialog() != p.awaiting {
		return
	}
	for _, g := range p.guides {
		if g.Holds() == guide.AwaitsSecret {
			return
		}
	}
	p.own.Drop()
}

// to is what follows from an answer whatever its choice is.
func to(do func() tea.Cmd) func(kit.Answer) tea.Cmd { return func(kit.Answer) tea.Cmd { return do() } }

// askAboutSecret brings the rotation that holds a secret to the front, and asks.
func (p *Program) askAboutSecret(g *guide.Screen) tea.Cmd {
	var cmd tea.Cmd
	if p.front() != screen(g) {
		cmd = p.push(g)
	}
	g.AskAboutSecret()
	return cmd
}

// departed is what came of putting on record that the operator leaves.
type departed struct{ refused map[string]error } // by user

// depart puts on record that the operator leaves every rotation.
func (p *Program) depart() tea.Cmd {
	p.quitting = true
	records := map[string]func() error{}
	for user, g := range p.guides {
		records[user] = g.Departure()
	}
	return func() tea.Msg {
		refused := map[string]error{}
		for user, record := range records {
			if err := record(); err != nil {
				refused[user] = err
			}
		}
		return departed{refused}
	}
}

// departed ends the program, unless a secret came to be held since quit looked. A
// record that could not be written ends it all the same: nothing hangs on it.
func (p *Program) departed(msg departed) tea.Cmd {
	p.quitting = false
	for user, g := range p.guides {
		switch {
		case words.HoldsSecret(msg.refused[user]):
			return p.askAboutSecret(g)
		case g.Holds() == guide.AwaitsSecret:
			return p.quit()
		case words.Delivers(msg.refused[user]): // a delivery is being made, or taken back
			return kit.Warn(words.Refused(msg.refused[user], g.State(), p.common.Clock.Now()))
		}
	}
	p.quitting = true
	return tea.Quit
}
