package guide

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// answerYes is the ID of the one choice that every question here has.
const answerYes = "yes"

// ask opens a question, and does what follows from its answer, unless it is cancelled.
func (s *Screen) ask(dialog *kit.Dialog, then func(kit.Answer) tea.Cmd) {
	s.cover()
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
	return s.meet(s.snapshot.State.Turn, offer, rotation.Decide{Decision: d, Specs: offer.Specs, About: offer.About}, offer.Needs())
}

// meet asks for what a decision needs, one thing after the other, and then takes it.
func (s *Screen) meet(turn int, o rotation.Offer, d rotation.Decide, needs []rotation.Need) tea.Cmd {
	if len(needs) == 0 {
		return s.decide(turn, o, d)
	}
	title := words.Question(o, s.snapshot.State)
	if all := len(o.Needs()); all > 1 {
		title += fmt.Sprintf(" %d of %d", all-len(needs)+1, all)
	}
	s.ask(s.dialogFor(needs[0], title, o, d), func(a kit.Answer) tea.Cmd {
		switch needs[0] {
		case rotation.NeedReason:
			d.Reason, d.Whys = a.Text, o.Whys
		case rotation.NeedTyped:
			d.Typed = a.Text
		case rotation.NeedYes:
			d.Yes = true
		}
		return s.meet(turn, o, d, needs[1:])
	})
	return nil
}

// dialogFor is the dialog that asks for one thing.
func (s *Screen) dialogFor(need rotation.Need, title string, o rotation.Offer, d rotation.Decide) *kit.Dialog {
	state := s.snapshot.State
	if need == rotation.NeedReason {
		var body []string
		for _, why := range o.Whys {
			body = append(body, s.common.Glyphs.Warn+" "+words.Why(why, state, s.snapshot.Settings, s.now))
		}
		return kit.NewReasonDialog(s.common, title, append(body, "", "Your reason goes into the journal."),
			"Why do it all the same?", kit.Choice{ID: answerYes, Label: "Go on all the same", Danger: true})
	}
	body := s.confirmation(o)
	if d.Reason != "" {
		body = append(body, "", "Your reason: "+d.Reason)
	}
	choice := kit.Choice{ID: answerYes, Label: words.Decision(o, state), Danger: o.Change != ""}
	if need == rotation.NeedTyped {
		return kit.NewTypedDialog(s.common, title, body, words.TypeThis(o), o.Typed, choice)
	}
	return kit.NewDialog(s.common, title, body, choice)
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
