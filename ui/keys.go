package ui

import (
	"charm.land/bubbles/v2/key"

	"keyturn/ui/kit"
)

// roomyFooter is the width below which the help, where all keys are found, comes first in the
// footer.
const roomyFooter = 100

// ownKeys are the keys that mean the same whatever screen is in front. Where letters are text,
// only those remain that are none.
func (p *Program) ownKeys() []kit.Key {
	k, roomy := p.common.Keys, p.common.Width >= roomyFooter
	typing := p.typing()
	help := kit.Key{Binding: k.Help, Run: p.openHelp, Hidden: typing, Foot: kit.FootRoot + 2}
	if !roomy {
		help.Foot = kit.FootFirst + 1
	}
	quit := kit.Key{Binding: k.Quit, Run: p.quit, Foot: kit.FootLast}
	if p.options.Sandbox != nil {
		quit.Binding, quit.Short = kit.Describe(k.Quit, "quit, and end the sandbox"), k.Quit.Help().Desc
	}
	interrupt := kit.Key{Binding: k.Interrupt, Run: p.quit, Hidden: true}
	keys := make([]kit.Key, 0, 8)
	if !typing {
		keys = append(keys, help, quit)
	}
	keys = append(keys, interrupt)
	if p.options.Calls != nil && !typing {
		calls := kit.Key{Binding: k.Calls}
		if !p.isOpen(p.calls) {
			calls.Run, calls.Foot = p.openCalls, kit.FootLast-1
		}
		keys = append(keys, calls)
	}
	if p.options.Renew != nil && p.openDialog() == nil {
		renew := kit.Key{Binding: k.Renew, Run: p.askRenewal, Hidden: typing}
		if p.session.ended != "" {
			renew.Foot = kit.FootFirst
		}
		keys = append(keys, renew)
	}
	if typing {
		return keys
	}
	if p.options.Sandbox != nil {
		keys = append(keys, p.sandboxKeys(roomy)...)
	}
	if p.swaps() {
		swap := kit.Key{Binding: kit.Describe(k.Tab, "in flight"), Run: p.swap, Foot: kit.FootLead + 1}
		if p.front() == screen(p.inFlight) {
			swap.Binding = kit.Describe(k.Tab, "list")
		}
		keys = append(keys, swap)
	}
	return keys
}

// typing reports whether keys belong to the front screen, as text or as answers.
func (p *Program) typing() bool {
	front := p.front()
	return front != nil && (front.Typing() || front.Dialog() != nil)
}

// sandboxKeys act on the sandbox from outside of AWS.
func (p *Program) sandboxKeys(roomy bool) []kit.Key {
	apps := kit.Key{Binding: kit.Bind("applications", "A", "A")}
	if !roomy {
		apps.Short = "apps"
	}
	if !p.isOpen(p.apps) {
		apps.Run, apps.Foot = p.openApplications, kit.FootRoot
	}
	return []kit.Key{{Binding: kit.Bind("next day", "+", "+"), Run: p.advance, Foot: kit.FootRoot + 1}, apps}
}

// keyGroups are all keys: the front screen's, then the root's.
func (p *Program) keyGroups() [][]kit.Key {
	own := [][]kit.Key{p.ownKeys()}
	if p.front() == nil {
		return own
	}
	return append(p.front().Keys(), own...)
}

// hints are the keys for the footer.
func (p *Program) hints() []key.Binding {
	switch d := p.openDialog(); {
	case d != nil:
		return d.Hints()
	case p.help:
		return p.helpHints()
	case p.front() == nil:
		return []key.Binding{p.common.Keys.Quit}
	}
	return kit.Footer(p.keyGroups())
}

// swaps reports whether one can go from the front screen to the list or to what is in
// flight.
func (p *Program) swaps() bool {
	if p.inFlight == nil {
		return false
	}
	return p.front() == screen(p.options.List) || p.front() == screen(p.inFlight)
}
