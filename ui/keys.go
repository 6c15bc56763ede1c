package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"keyturn/ui/guide"
	"keyturn/ui/kit"
)

// keyMap are the keys that mean the same whatever screen is in front.
type keyMap struct {
	help, quit, interrupt key.Binding
	swap                  key.Binding // between the list and what is in flight
	calls, renew          key.Binding
	day, apps             key.Binding // of the sandbox
}

func newKeyMap(o Options) keyMap {
	k := o.Common.Keys
	m := keyMap{
		help: k.Help, quit: k.Quit, interrupt: k.Interrupt,
		swap: kit.Describe(k.Tab, "in flight"), calls: k.Calls, renew: k.Renew,
		day:  kit.Bind("next day", "+", "+"),
		apps: kit.Bind("applications", "A", "A"),
	}
	m.day.SetEnabled(o.Sandbox != nil)
	m.apps.SetEnabled(o.Sandbox != nil)
	m.calls.SetEnabled(o.Calls != nil)
	m.renew.SetEnabled(o.Renew != nil)
	return m
}

// hints are the keys for the footer: the front screen's, then the root's.
func (p *Program) hints() []key.Binding {
	switch {
	case p.code.dialog != nil:
		return p.code.dialog.Hints()
	case p.dialog != nil:
		return p.dialog.Hints()
	case p.help:
		return p.helpHints()
	case p.front() == nil:
		return []key.Binding{p.keys.quit}
	}
	hints := p.front().ShortHelp()
	if p.swaps() && !p.front().CapturesInput() && len(hints) > 0 {
		hints = slices.Insert(slices.Clone(hints), 1, p.swapHint()) // after what enter does
	}
	if p.front().CapturesInput() {
		return hints
	}
	// The help, where all keys are found, comes first where there is little room; the
	// sandbox's keys, which nobody knows, before those that one can guess.
	known := min(2, len(hints))
	if g := p.frontGuide(); g != nil && g.Holds() == guide.HoldsSecret {
		known = min(4, len(hints)) // what is done with the secret, above all
	}
	before := slices.Clone(hints[:known])
	if p.common.Width < roomyFooter {
		before = append([]key.Binding{p.keys.help}, before...)
	}
	if p.session.ended != "" {
		before = append([]key.Binding{p.keys.renew}, before...)
	}
	apps := p.keys.apps
	if p.common.Width < roomyFooter {
		apps = kit.Describe(apps, "apps")
	}
	apps.SetEnabled(apps.Enabled() && !p.isOpen(p.apps))
	before = append(before, apps, p.keys.day)
	if p.common.Width >= roomyFooter {
		before = append(before, p.keys.help)
	}
	hints = append(before, hints[known:]...)
	if !p.isOpen(p.calls) {
		hints = append(hints, p.keys.calls)
	}
	return append(hints, p.keys.quit)
}

// roomyFooter is the width below which the help, where all keys are found, comes
// first in the footer.
const roomyFooter = 100

// fullHelp are all keys that do something as things are, in groups.
func (p *Program) fullHelp() [][]key.Binding {
	quit := p.keys.quit
	if p.options.Sandbox != nil {
		quit = kit.Describe(quit, "quit, and end the sandbox")
	}
	groups := [][]key.Binding{{p.keys.help, quit, p.keys.calls, p.keys.renew, p.keys.day, p.keys.apps}}
	if p.front() == nil {
		return groups
	}
	if p.swaps() {
		groups[0] = append(groups[0], p.swapHint())
	}
	return append(p.front().FullHelp(), groups...)
}

// unavailable are the keys of the front screen that do nothing as things are, and why, as
// far as it tells.
func (p *Program) unavailable() []kit.Unavailable {
	if p.front() == nil {
		return nil
	}
	return p.front().Unavailable()
}

// swaps reports whether one can go from the front screen to the list or to what is in
// flight.
func (p *Program) swaps() bool {
	if p.inFlight == nil {
		return false
	}
	return p.front() == screen(p.options.List) || p.front() == screen(p.inFlight)
}

func (p *Program) swapHint() key.Binding {
	if p.front() == screen(p.inFlight) {
		return kit.Describe(p.keys.swap, "list")
	}
	return p.keys.swap
}
