package guide

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// answerYes is the ID of the one choice that every question here has.
const answerYes = "yes"

// ask opens a question, and does what follows from its answer, unless it is cancelled.
func (s *Screen) ask(dialog *kit.Dialog, then func(kit.Answer) tea.Cmd) {
	s.hide()
	s.Ask(dialog.Then(then))
}

// choose takes one of the offers, by way of the questions that it asks for. One
// that can't be taken says why.
func (s *Screen) choose(d rotation.Decision) tea.Cmd {
	offer, offered := rotation.OfferFor(s.offers, d)
	switch {
	case s.deciding.Decision != "":
		return nil
	case !offered:
		return s.tell(&rotation.Refusal{Decision: d, Reason: rotation.NotOffered})
	}
	if d == rotation.Leak {
		return s.leak()
	}
	s.chosen = d // so that it says in full what it is, or why not
	if offer.Refused != rotation.Possible {
		return kit.Warn(words.Refusal(offer, s.snapshot.State, s.now))
	}
	if d == rotation.Deliver {
		if offer = s.toTicked(offer); len(offer.Specs) == 0 {
			return kit.Warn(words.NothingTicked)
		}
	}
	return s.askReason(s.snapshot.State.Turn, offer)
}

// askReason asks for the reason to go against what is known.
func (s *Screen) askReason(turn int, o rotation.Offer) tea.Cmd {
	decide := rotation.Decide{Decision: o.Decision, Specs: o.Specs}
	if !o.NeedsReason() {
		return s.confirm(turn, o, decide)
	}
	var body []string
	for _, why := range o.Whys {
		body = append(body, s.common.Glyphs.Warn+" "+words.Why(why, s.snapshot.State, s.snapshot.Settings, s.now))
	}
	body = append(body, "", "Your reason goes into the journal.")
	dialog := kit.NewReasonDialog(s.common, words.Question(o, s.snapshot.State)+" 1 of 2", body,
		"Why do it all the same?", kit.Choice{ID: answerYes, Label: "Go on all the same", Danger: true})
	s.ask(dialog, func(a kit.Answer) tea.Cmd {
		decide.Reason, decide.Whys = a.Text, o.Whys
		return s.confirm(turn, o, decide)
	})
	return nil
}

// confirm asks about a decision that has an effect, and takes any other at once.
func (s *Screen) confirm(turn int, o rotation.Offer, decide rotation.Decide) tea.Cmd {
	if !words.Asks(o) {
		return s.decide(turn, o, decide)
	}
	state := s.snapshot.State
	title, body := words.Question(o, state), s.confirmation(o)
	if decide.Reason != "" {
		title, body = title+" 2 of 2", append(body, "", "Your reason: "+decide.Reason)
	}
	choice := kit.Choice{ID: answerYes, Label: words.Decision(o, state), Danger: o.Change != ""}
	dialog := kit.NewDialog(s.common, title, body, choice)
	if o.Typed != "" {
		dialog = kit.NewTypedDialog(s.common, title, body, words.TypeThis(o), o.Typed, choice)
	}
	s.ask(dialog, func(a kit.Answer) tea.Cmd {
		decide.Typed = a.Text
		return s.decide(turn, o, decide)
	})
	return nil
}

// confirmation is the body of the dialog: the effect, where, by which call, and the
// way back.
func (s *Screen) confirmation(o rotation.Offer) []string {
	state, st := s.snapshot.State, s.common.Styles
	body := []string{words.Effect(o, state), words.WayBack(o, state)}
	if o.Change == "" {
		return body
	}
	return append(body,
		"",
		st.Accent.Render(words.Command(o.Change, state.User, o.KeyID)),
		st.Muted.Render("in account "+s.options.Account+", once"),
	)
}

// decide hands the decision to the rotation.
func (s *Screen) decide(turn int, o rotation.Offer, d rotation.Decide) tea.Cmd {
	if s.deciding.Decision != "" {
		return nil
	}
	s.deciding, s.change = d, o.Change
	id, r := s.id, s.rotation
	return func() tea.Msg {
		err := r.Decide(turn, d)
		return decided{id, d.Decision, err, r.Snapshot()}
	}
}
