package guide

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
	"keyturn/iamops/delivery"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// deliveryLines are the targets of the secret, each with how it stands. They are in view
// for as long as they can be changed.
func (s *Screen) deliveryLines(width int) []string {
	state := s.snapshot.State
	st, g := s.common.Styles, s.common.Glyphs
	if !state.Places() {
		return nil
	}
	var lines []string
	number := 0
	for _, d := range state.Deliveries {
		mark, style := g.Unused, st.Muted
		switch {
		case d.State == rotation.DeliveryUnderWay:
			mark, style = g.Rotating, st.Accent
		case d.State == rotation.DeliveryFailed && d.MayHold:
			mark, style = g.Unknown, st.Unknown
		case words.DeliveryMark(d) == words.Good:
			mark, style = g.Check, st.Good
		case words.DeliveryMark(d) == words.Bad:
			mark, style = g.Cross, st.Danger
		}
		text := d.Name + ": " + words.DeliveryState(d, state)
		if state.Step == rotation.Store && slices.ContainsFunc(state.Deliverable(), func(o rotation.Delivery) bool { return o.Spec == d.Spec }) {
			number++
			text = fmt.Sprintf("%d [%s] %s", number, map[bool]string{true: "x", false: " "}[s.ticked(d)], text)
		}
		lines = append(lines, marked(mark, style, text, width)...)
		for _, w := range d.Warnings {
			lines = append(lines, hanging("  "+st.Warning.Render(g.Warn)+" ", w, width)...)
		}
	}
	if len(lines) > 0 || state.Step == rotation.Store || state.Step == rotation.Check {
		for _, note := range state.TargetNotes {
			lines = append(lines, marked(g.Dot, st.Muted, note, width)...)
		}
	}
	return lines
}

// ticked reports whether a delivery goes to a target.
func (s *Screen) ticked(d rotation.Delivery) bool {
	if tick, said := s.ticks[d.Spec]; said {
		return tick
	}
	return slices.ContainsFunc(s.snapshot.State.ToDeliver(), func(o rotation.Delivery) bool { return o.Spec == d.Spec })
}

// tick ticks a target, or takes its tick away.
func (s *Screen) tick(digit string) tea.Cmd {
	n := int(digit[0] - '1')
	targets := s.snapshot.State.Deliverable()
	if s.snapshot.State.Step != rotation.Store || n >= len(targets) {
		return kit.Warn("there is no target with this number to deliver to")
	}
	if s.ticks == nil {
		s.ticks = map[string]bool{}
	}
	s.ticks[targets[n].Spec] = !s.ticked(targets[n])
	return nil
}

// toTicked is the offer to deliver to the ticked targets alone.
func (s *Screen) toTicked(o rotation.Offer) rotation.Offer {
	for _, d := range s.snapshot.State.Deliverable() {
		if s.ticked(d) {
			o.Specs = append(o.Specs, d.Spec)
		}
	}
	return o
}

// askTarget asks for one more target.
func (s *Screen) askTarget() tea.Cmd {
	if !s.held() || s.snapshot.State.Step != rotation.Store {
		return kit.Warn("there is no secret here to deliver")
	}
	s.askTargetAgain("", nil)
	return nil
}

// targetAdded is what came of adding a target.
type targetAdded struct {
	id       string
	question *kit.Dialog
	spec     string
	err      error
}

// askTargetAgain asks for a target, with what was typed before and why that is none. The
// question stays open until the target is taken up: what is typed on is no shortcut.
func (s *Screen) askTargetAgain(spec string, err error) {
	body := words.AddTargetBody(delivery.Usage())
	if err != nil {
		body = append([]string{s.common.Glyphs.Cross + " " + clean.Text(err.Error()), ""}, body...)
	}
	dialog := kit.NewReasonDialog(s.common, words.AddTargetTitle, body, words.AddTargetAsk,
		kit.Choice{ID: answerYes, Label: "Add it"})
	if spec != "" {
		dialog.Typed(spec)
	}
	s.ask(dialog, func(a kit.Answer) tea.Cmd {
		s.Ask(dialog)
		if s.adding {
			return nil
		}
		s.adding = true
		id, r := s.id, s.rotation
		return func() tea.Msg { return targetAdded{id, dialog, a.Text, r.AddTarget(a.Text)} }
	})
}

// targetAdded closes the question for a target, or asks again.
func (s *Screen) targetAdded(msg targetAdded) tea.Cmd {
	s.adding = false
	open := s.Dialog() == msg.question
	switch {
	case msg.err == nil && open:
		s.Drop()
		fallthrough
	case msg.err == nil:
		return func() tea.Msg { return kit.Toast{Text: "added: nothing is delivered yet"} }
	case open:
		s.askTargetAgain(msg.spec, msg.err)
		return nil
	}
	return kit.Warn(msg.err.Error())
}
