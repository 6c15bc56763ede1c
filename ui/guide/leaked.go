package guide

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// leak turns to the plan for a key that has leaked, and asks which it is where that is
// open. What is under way goes on, and is awaited.
func (s *Screen) leak() tea.Cmd {
	offer, offered := rotation.OfferFor(s.offers, rotation.Leak)
	switch {
	case s.deciding.Decision != "":
		return nil
	case !offered:
		return s.tell(&rotation.Refusal{Decision: rotation.Leak, Reason: rotation.NotOffered})
	case offer.Refused != rotation.Possible && offer.Refused != rotation.ChangeInFlight && offer.Refused != rotation.DeliveryRuns:
		return kit.Warn(words.Refusal(offer, s.snapshot.State, s.now))
	case len(offer.KeyIDs) == 1 && offer.Refused == rotation.Possible:
		return s.decide(s.snapshot.State.Turn, offer, rotation.Decide{Decision: rotation.Leak, KeyID: offer.KeyID})
	case len(offer.KeyIDs) == 1:
		return s.turnTo(offer.KeyIDs[0])
	}
	var choices []kit.Choice
	for _, id := range offer.KeyIDs {
		choices = append(choices, kit.Choice{ID: id, Label: words.LeakLabel(s.snapshot.State, id, s.now), Danger: true})
	}
	s.ask(kit.NewDialog(s.common, words.LeakTitle(s.snapshot.State.User), words.LeakBody(), choices...), func(a kit.Answer) tea.Cmd {
		return s.turnTo(a.Choice)
	})
	return nil
}

// turnTo hands over which key has leaked.
func (s *Screen) turnTo(keyID string) tea.Cmd {
	if s.deciding.Decision != "" {
		return nil
	}
	s.deciding = rotation.Decide{Decision: rotation.Leak, KeyID: keyID}
	id, r, ctx := s.id, s.rotation, s.ctx
	task := runner.Task{Plan: rotation.Leaked, User: s.snapshot.State.User, KeyID: keyID}
	return func() tea.Msg {
		err := r.Take(ctx, task)
		return decided{id, rotation.Leak, err, r.Snapshot()}
	}
}
