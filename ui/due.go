package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// offerDue offers the next user who is due, after another's rotation is over: at once, or
// when the list has been read.
func (p *Program) offerDue(over string) {
	if p.own.Dialog() != nil {
		return
	}
	next, finding, found := p.options.List.NextDue(over)
	p.overFor = ""
	if !found {
		if p.options.List.Loading() {
			p.overFor = over
		}
		return
	}
	p.own.Ask(kit.NewDialog(p.common, words.NextDueTitle, words.NextDue(next.User, next.KeyID, finding),
		kit.Choice{ID: "next", Label: words.NextDueGo(next.User)}).
		CancelAs(words.NextDueStay).Then(to(func() tea.Cmd { return p.chosen(next) })))
}

// offerLate offers who is due once the list has been read, if the operator is still there and
// has pressed no key meanwhile.
func (p *Program) offerLate() {
	switch {
	case p.overFor == "" || p.options.List.Loading():
	case p.front() != screen(p.options.List) || p.own.Dialog() != nil:
		p.overFor = ""
	default:
		p.offerDue(p.overFor)
	}
}
