// Package plain is the guided rotation as questions and answers, a line at a time:
// for screen readers, dumb terminals, serial consoles and scripts. It takes the same
// decisions by the same guards as the full screen, in the same words.
//
// An answer is a word of the list that the prompt names. A change asks for "yes";
// what goes against a guard asks for a reason; a deletion for the key's last four
// characters. While a change is being proven the prompt waits, and takes only
// "roll-back" and "leaked" at once: an answer typed ahead is kept for the prompt.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/handover"
	"keyturn/ui/simulation"
	"keyturn/ui/words"
)

// Rotation is the rotation under way.
type Rotation interface {
	Snapshot() runner.Snapshot
	Updates() <-chan runner.Snapshot
	Decide(turn int, d rotation.Decide) error
	// Take turns to a key that has leaked, after what is under way.
	Take(ctx context.Context, t runner.Task) error
	GiveOut() error
	Lend(use func(iamops.Secret) error) error
	AddTarget(spec string) error
	Leave() error
}

// Session is one conversation.
type Session struct {
	Rotation Rotation
	Clock    iamops.Clock
	Drift    func() iamops.Drift // how far clocks are apart; nil: they are not
	Account  iamops.Account
	Profile  string
	Sandbox  simulation.Sandbox // nil on AWS
	Files    handover.Files     // nil: there are none to read or write
	// Summary is what was done in a rotation, as Markdown; nil: there is none.
	Summary func(rotationID string) (string, error)
	// Choose begins with one of several keys; nil: it can't be done here.
	Choose func(st rotation.State, keyID string) (Rotation, error)
	// Input is what is typed; nil: it is read from In.
	Input *Input
	In    io.Reader
	Out   io.Writer

	ended    bool     // the input has
	typed    []string // lines that came before they were asked for
	warned   bool     // one more ctrl+c or ctrl+d ends it
	told     map[string]string
	deaf     error // why what is said does not arrive; nil if it does
	prompted string
	waiting  bool     // the cursor stands behind the prompt
	places   []string // where the old key's ID was found
}

// ErrSecretLost says that the conversation ended while the new key's secret was in
// memory only.
var ErrSecretLost = errors.New("the input ended while the new secret was not put away: it is lost")

// ErrInterrupted says that the operator ended the conversation with ctrl+c.
var ErrInterrupted = errors.New("interrupted")

// errEnd is the end of the input.
var errEnd = errors.New("end of input")

// Run leads the conversation until the rotation is done, or is left. It returns
// ctx's error if that ended first, and ErrSecretLost if the input ended at the
// wrong moment.
func (s *Session) Run(ctx context.Context) error {
	s.told = map[string]string{}
	if s.Input == nil {
		s.Input = NewInput(s.In, false)
	}
	s.Input.converse(true)
	defer s.Input.converse(false)
	s.Input.start()
	s.say("keyturn: %s %s. Account %s, as %s.", words.PlanName(s.snapshot().State.Plan), s.snapshot().State.User,
		strings.TrimSpace(s.Account.DisplayID()+" "+s.Account.Alias), s.snapshot().State.Caller.ShortARN())
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		snap := s.snapshot()
		s.tell(snap)
		if snap.State.Over() && !looking(snap.State) {
			return s.end(snap)
		}
		if s.deaf != nil && !snap.State.InFlight() {
			return s.over(s.deaf)
		}
		if line, ok := s.take(snap); ok {
			s.warned = false
			left, err := s.answer(ctx, snap, line)
			if errors.Is(err, ErrCalledOff) {
				s.calledOff()
				continue
			}
			if left || err != nil {
				return s.over(err)
			}
			continue
		}
		if s.ended && len(s.typed) == 0 && known(snap.State) && !snap.State.InFlight() && !looking(snap.State) {
			return s.over(errEnd)
		}
		if t, ok := s.Input.next(); ok {
			if err := s.heard(t); err != nil {
				return s.over(err)
			}
			continue
		}
		select {
		case <-s.Input.more:
		case <-s.Rotation.Updates():
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller ended it
		}
	}
}

// heard takes what was typed. Its error ends the conversation.
func (s *Session) heard(t typed) error {
	switch t.key {
	case enter:
		s.typed = append(s.typed, t.line)
	case hangUp:
		s.ended = true
	case ctrlC, ctrlD:
		if s.warned || !s.stakes() {
			return ended[t.key]
		}
		s.warn()
	}
	return nil
}

// ended is what ends a conversation, by the key.
var ended = map[key]error{ctrlC: ErrInterrupted, ctrlD: errEnd}

// stakes reports whether leaving now would lose a secret, or leave it unsaid that it is stored.
func (s *Session) stakes() bool {
	st := s.snapshot().State
	return st.SecretAtStake() || st.InFlight() && st.Pending != nil && st.Pending.Kind == iamops.Create
}

// warn says what one more ctrl+c or ctrl+d does.
func (s *Session) warn() {
	s.warned, s.prompted = true, ""
	st := s.snapshot().State
	switch {
	case st.InFlight():
		s.say("  %s", words.QuitBeforeSecret)
	case s.stakes():
		s.say("  %s", words.Leave(st))
	}
	s.say("  To end keyturn all the same, press ctrl+c or ctrl+d once more.")
}

// calledOff is the end of a question by ctrl+c or ctrl+d: the decision is not taken.
func (s *Session) calledOff() {
	s.say("  Nothing was done.")
	s.warn()
}

func (s *Session) snapshot() runner.Snapshot { return s.Rotation.Snapshot() }

// say prints a line, or several by the format's own line breaks: what AWS, a file or the
// journal put into the arguments is made harmless. That nobody reads it any more ends the
// session, in its own time.
func (s *Session) say(format string, args ...any) {
	if s.waiting { // news while an answer is waited for begins a line of its own
		s.waiting, format = false, "\n"+format
	}
	if _, err := io.WriteString(s.Out, clean.Sprintf(format+"\n", args...)); err != nil && s.deaf == nil {
		s.deaf = fmt.Errorf("printing: %w", err)
	}
}

// known reports whether the keys have been listed, or can't be.
func known(s rotation.State) bool { return !s.ListedAt.IsZero() || s.Problem != nil || s.UserGone }

// settled reports whether the rotation waits for the operator and for nothing else.
func settled(s rotation.State) bool {
	if s.ListedAt.IsZero() {
		return known(s)
	}
	for _, d := range s.Deliveries {
		if d.State == rotation.DeliveryUnderWay {
			return false
		}
	}
	// A key that one list misses is asked for again at once.
	unsure := s.Problem == nil && (s.Old.Gone && !s.Old.GoneSure || s.New.Gone && !s.New.GoneSure)
	return !unsure && s.Fresh() && !s.Judging && !s.Resigning && !s.InFlight() && !looking(s) && s.Trial.State != rotation.TrialRunning
}

// looking reports whether the last change is still being proven.
func looking(s rotation.State) bool { return s.Look.Exists() && !s.Look.Overdue }

// atOnce reports whether an answer does not wait for what is under way.
func atOnce(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return line == words.Word(rotation.RollBack) || word == words.Word(rotation.Leak)
}

// take returns the next answer that can be given now.
func (s *Session) take(snap runner.Snapshot) (string, bool) {
	if len(s.typed) > 0 && (settled(snap.State) || atOnce(s.typed[0])) {
		line := s.typed[0]
		s.typed = s.typed[1:]
		return line, true
	}
	if settled(snap.State) {
		s.prompt(snap)
	}
	return "", false
}

// over makes the end of the input the end of the conversation.
func (s *Session) over(err error) error {
	if !errors.Is(err, errEnd) {
		return err
	}
	switch st := s.snapshot().State; {
	case st.SecretAtStake() && !st.GivenOut():
		s.say("End of input. %s", words.Leave(st))
		return ErrSecretLost
	case st.SecretAtStake():
		s.say("End of input.")
		return nil // what is known of the secret is said at the end
	}
	s.say("End of input. %s", words.StaysAsItIs(s.Sandbox != nil))
	return s.left()
}

func (s *Session) left() error {
	if err := s.Rotation.Leave(); err != nil {
		return fmt.Errorf("leaving: %w", err)
	}
	return nil
}

// ask puts a question and waits for its answer.
func (s *Session) ask(ctx context.Context, format string, args ...any) (string, error) {
	s.say(format, args...)
	if len(s.typed) > 0 {
		line := s.typed[0]
		s.typed = s.typed[1:]
		return line, nil
	}
	for {
		t, ok := s.Input.next()
		switch {
		case !ok && s.ended, ok && t.key == hangUp:
			s.ended = true
			return "", errEnd
		case !ok:
			select {
			case <-s.Input.more:
			case <-ctx.Done():
				return "", ctx.Err() //nolint:wrapcheck // the caller ended it
			}
		case t.key == enter:
			return t.line, nil
		default:
			return "", ErrCalledOff
		}
	}
}

// end tells how it came out.
func (s *Session) end(snap runner.Snapshot) error {
	s.say("\nDone.")
	for _, line := range words.Body(snap.State, snap.Settings) {
		s.say("%s", line)
	}
	if s.Summary == nil {
		for _, line := range words.Overrides(snap.State) {
			s.say("%s", line)
		}
		return nil
	}
	text, err := s.Summary(snap.State.ID)
	if err != nil {
		return fmt.Errorf("making the summary: %w", err)
	}
	s.say("")
	s.sayLines("", strings.Split(strings.TrimSuffix(text, "\n"), "\n"))
	return nil
}

// sayLines prints lines, each behind the given indent.
func (s *Session) sayLines(indent string, lines []string) {
	for _, line := range lines {
		s.say("%s%s", indent, line)
	}
}
