package guide

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// Hold is what stands against leaving.
type Hold int

// The holds.
const (
	Free         Hold = iota
	HoldsSecret       // the secret is in memory, and nowhere else
	AwaitsSecret      // a change is under way whose answer brings the secret
	AwaitsChange      // another change is under way
)

// Holds says what stands against leaving, by what the screen knows. A decision that
// is on its way to the rotation counts as taken.
func (s *Screen) Holds() Hold {
	state := s.snapshot.State
	switch {
	case rotation.LeaveBlock(state) == rotation.SecretNotPut:
		return HoldsSecret
	case s.change == iamops.Create, state.InFlight() && state.Pending != nil && state.Pending.Kind == iamops.Create:
		return AwaitsSecret
	case s.change != "", state.InFlight():
		return AwaitsChange
	}
	return Free
}

// leave goes back to the list, or asks about the secret first.
func (s *Screen) leave() tea.Cmd {
	switch s.Holds() {
	case HoldsSecret:
		s.AskAboutSecret()
		return nil
	case AwaitsSecret, AwaitsChange:
		return kit.Warn(words.LeaveInFlight)
	case Free:
	}
	if s.snapshot.State.Over() {
		return s.left()
	}
	s.leaving = true
	id, depart := s.id, s.Departure()
	return func() tea.Msg { return departed{id, depart()} }
}

// Settings are the operator's choices for the rotation.
func (s *Screen) Settings() rotation.Settings { return s.snapshot.Settings }

// Departure returns the function that puts on record that the operator leaves. It
// writes to the disk, and is to be called in a command. Its error is a refusal if a
// secret would be lost, or that the record could not be written.
func (s *Screen) Departure() func() error {
	if s.snapshot.State.Over() || s.LooksOn() {
		return func() error { return nil } // who only looked on leaves nothing
	}
	return s.rotation.Leave
}

// departed goes back if the rotation did not refuse.
func (s *Screen) departed(err error) tea.Cmd {
	s.leaving = false
	var refusal *rotation.Refusal
	switch {
	case err == nil:
		return s.left()
	case errors.As(err, &refusal) && refusal.Reason == rotation.SecretNotPut:
		s.AskAboutSecret()
		return nil
	case errors.As(err, &refusal):
		return s.tell(err)
	}
	return tea.Batch(s.tell(err), s.left()) // nothing is lost by it: only the record of leaving
}

func (s *Screen) left() tea.Cmd {
	state := s.snapshot.State
	msg := Left{User: state.User, KeyID: state.Old.ID, Over: state.Over(), Changed: state.Turn != s.leftTurn}
	s.leftTurn = state.Turn
	if state.New.Known() && !state.New.Gone {
		msg.KeyID = state.New.ID
	}
	return func() tea.Msg { return msg }
}

// AskAboutSecret asks what is to become of the secret that is held: it is stored, where it
// went anywhere; it is delivered, where it can be; or the new key is given up.
func (s *Screen) AskAboutSecret() {
	s.take(s.rotation.Snapshot())
	s.settle()
	state := s.snapshot.State
	ways := []rotation.Decision{rotation.Deliver, rotation.GiveUpNew}
	if state.GivenOut() {
		ways = append([]rotation.Decision{rotation.Stored}, ways...)
	}
	if rotation.PlanOf(state.Plan).Target == rotation.NewKey {
		ways = []rotation.Decision{rotation.KeepNew} // it is being given up already
	} else if _, offered := rotation.OfferFor(s.offers, rotation.GiveUpNew); !offered {
		ways[len(ways)-1] = rotation.KeepNew // a leaked old key is to be switched off first
	}
	var choices []kit.Choice
	for i, d := range ways {
		offer, _ := rotation.OfferFor(s.offers, d)
		if last := i == len(ways)-1; last || offer.Decision == d && offer.Refused == rotation.Possible {
			choices = append(choices, kit.Choice{ID: string(d), Label: words.Decision(rotation.Offer{Decision: d}, state), Danger: last})
		}
	}
	dialog := kit.NewDialog(s.common, "The secret is not put away", []string{words.Leave(state)}, choices...).CancelAs("Stay")
	s.ask(dialog, func(a kit.Answer) tea.Cmd { return s.choose(rotation.Decision(a.Choice)) })
}

// tell says why a decision was not taken.
func (s *Screen) tell(err error) tea.Cmd {
	if err == nil {
		return nil
	}
	return kit.Warn(words.Refused(err, s.snapshot.State, s.now))
}
