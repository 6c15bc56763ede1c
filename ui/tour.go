package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/rotation"
	"keyturn/ui/guide"
	"keyturn/ui/inflight"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// tour is how far the operator has come with the users that are marked in the list. Each
// is offered once; nothing is decided by it.
type tour struct {
	seen  map[string]bool // opened since it was marked
	done  map[string]bool // its rotation has come to its end
	after string          // whose rotation is over, if who is due next is offered when the list is read
}

func newTour() tour { return tour{seen: map[string]bool{}, done: map[string]bool{}} }

// marked begins anew with a user that was marked, or unmarked.
func (p *Program) marked(msg inventory.Marked) {
	delete(p.tour.seen, msg.User)
	delete(p.tour.done, msg.User)
	p.showMarks()
}

// showMarks puts the marked users on the board of what is in flight.
func (p *Program) showMarks() {
	if p.inFlight == nil {
		return
	}
	var marks []inflight.Mark
	for _, user := range p.options.List.Marks() {
		marks = append(marks, inflight.Mark{User: user, Done: p.tour.done[user]})
	}
	p.inFlight.SetMarks(marks)
}

// waits reports whether a rotation stands at a step where there is nothing to do but wait.
func waits(s rotation.State, at rotation.Wait) bool {
	return !s.Over() && (at.Kind == rotation.WaitQuiet || at.Kind == rotation.WaitWatch || !at.Over)
}

// offerNext offers the next marked user after the operator has left another's rotation:
// one that is over, or that waits.
func (p *Program) offerNext(user string, s rotation.State, settings rotation.Settings) {
	if s.Over() {
		p.tour.done[user] = true
	}
	p.showMarks()
	if p.dialog != nil || !s.Over() && !waits(s, rotation.WaitOf(s, settings, p.common.Clock.Now())) {
		return
	}
	left := slices.DeleteFunc(p.options.List.Marks(), func(u string) bool { return p.tour.seen[u] })
	if len(left) == 0 {
		if s.Over() {
			p.offerDue(user)
		}
		return
	}
	next := left[0]
	p.dialog = &dialog{
		Dialog: kit.NewDialog(p.common, words.NextMarkedTitle, words.NextMarked(next, len(left)),
			kit.Choice{ID: "next", Label: words.NextMarkedGo(next)}).CancelAs(words.NextMarkedStay),
		then: func() tea.Cmd { return p.begin(next) },
	}
}

// offerDue offers the next user who is due, after another's rotation is over.
func (p *Program) offerDue(user string) {
	next, finding, found := p.options.List.NextDue(user)
	p.tour.after = ""
	if !found {
		if p.options.List.Loading() {
			p.tour.after = user
		}
		return
	}
	p.dialog = &dialog{
		Dialog: kit.NewDialog(p.common, words.NextDueTitle, words.NextDue(next.User, next.KeyID, finding),
			kit.Choice{ID: "next", Label: words.NextMarkedGo(next.User)}).CancelAs(words.NextMarkedStay),
		then: func() tea.Cmd { return p.chosen(next) },
	}
}

// offerLate offers who is due once the list has been read, if the operator is still there.
func (p *Program) offerLate() {
	switch {
	case p.tour.after == "" || p.options.List.Loading():
	case p.front() != screen(p.options.List) || p.dialog != nil:
		p.tour.after = ""
	default:
		p.offerDue(p.tour.after)
	}
}

// begin goes to what the audit suggests about a marked user.
func (p *Program) begin(user string) tea.Cmd {
	suggested, known := p.options.List.Suggested(user)
	if !known {
		return kit.Warn(words.NothingSuggested(user))
	}
	return p.chosen(suggested)
}

// toured notes that the operator has turned to a user.
func (p *Program) toured(g *guide.Screen) { p.tour.seen[g.State().User] = true }
