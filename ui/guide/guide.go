// Package guide is the screen on which one key is rotated, a step at a time: what
// the step does, what is known, what can be decided, and both keys' live state.
//
// The screen draws the latest snapshot of a [Rotation], and hands it decisions. It
// decides nothing itself: what is offered, and why something is refused, comes from
// the snapshot's offers, worked out anew at every message with the clock's time.
//
// # Questions
//
// A decision that changes something is asked about first, in a dialog whose first
// choice is to do nothing. A decision that goes against a warning asks for a reason
// before that, and a deletion for a text. A question belongs to the snapshot that
// was in view when it was asked: if things have moved on by the time of its answer,
// the rotation refuses it. Snapshots are taken in whether or not a question is open.
//
// # The secret
//
// No field and no message of this package holds the secret. While it is shown, View
// borrows it for the drawing of one frame. It hides itself after [ShownFor], and
// whenever another screen or a question comes to the front.
//
// # Messages
//
// Messages that are not input belong to this screen whether or not it is in front.
// Its own carry the rotation's ID, and it drops those of other rotations.
package guide

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/handover"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// Rotation is a rotation under way, as far as the screen needs it. Only Snapshot,
// Updates and Lend are called outside of a command: they answer at once.
type Rotation interface {
	// Snapshot is the rotation as it is now.
	Snapshot() runner.Snapshot
	// Updates delivers the latest snapshot after each change of it.
	Updates() <-chan runner.Snapshot
	// Decide takes a decision made on the snapshot of the given turn.
	Decide(turn int, d rotation.Decide) error
	// Take turns to a key that has leaked, after what is under way.
	Take(ctx context.Context, t runner.Task) error
	// Refresh reads the keys and their last use again.
	Refresh() error
	// GiveOut puts on record that the secret is about to be shown or copied.
	GiveOut() error
	// Lend hands over the new key's secret, if it is held and was given out.
	Lend(use func(iamops.Secret) error) error
	// AddTarget takes up one more place that the secret can go to.
	AddTarget(spec string) error
	// Leave puts on record that the operator leaves, or refuses.
	Leave() error
}

// Options are what a screen needs besides its rotation.
type Options struct {
	Account string // the account as the dialogs show it: alias and ID
	Profile string // the profile's name, for the words of a problem; may be ""
	// Clipboard sends a secret to a clipboard, past Bubble Tea, whose
	// messages must not carry it. Nil: there is none.
	Clipboard Clipboard
	// Files are the operator's; nil: there are none to read or write.
	Files handover.Files
	// Summary is what was done in a rotation, as Markdown; nil: there is none.
	Summary func(rotationID string) (string, error)
}

// Clipboard is a way to a clipboard. It returns what is to be said of it.
type Clipboard func(iamops.Secret) (said string, err error)

// Left says that the operator goes back from a rotation, which stays as it is.
type Left struct {
	User    string
	KeyID   string // the user's key to look at next
	Over    bool   // the rotation has come to its end
	Changed bool   // something was decided since it was opened, or left last
}

// Screen is the guide through one rotation.
type Screen struct {
	kit.Simple
	common   *kit.Common
	rotation Rotation
	options  Options
	ctx      context.Context // the program's: a screen lives within it
	close    context.CancelFunc

	id       string // the rotation's
	leftTurn int    // the turn when the screen was opened, or left last
	snapshot runner.Snapshot
	now      time.Time // the account's, as of the last message
	offers   []rotation.Offer
	chosen   rotation.Decision // of the offers

	adding     bool              // a target is being taken up
	deciding   rotation.Decide   // on its way to the rotation
	change     iamops.ChangeKind // what that changes
	leaving    bool              // on the way back to the list
	shownUntil time.Time         // of the secret; zero while it is hidden
	toShow     bool              // it was asked for, and nothing has covered the screen since
	ticks      map[string]bool   // targets that the operator has ticked, or unticked, by spec
	searching  bool              // in a folder
	places     []string          // where the old key's ID was found

	width, height int
	scroll        kit.Scroll
}

// New returns the screen of a rotation. What it waits for ends with ctx or Close.
func New(ctx context.Context, common *kit.Common, r Rotation, options Options) *Screen {
	s := &Screen{
		common: common, rotation: r, options: options,
		snapshot: r.Snapshot(), now: common.Clock.Now(),
	}
	s.ctx, s.close = context.WithCancel(ctx)
	s.id, s.leftTurn = s.snapshot.State.ID, s.snapshot.State.Turn
	s.settle()
	s.width, s.height = common.BodySize()
	return s
}

// Init returns the command that waits for the first update.
func (s *Screen) Init() tea.Cmd { return s.wait() }

// Close ends what the screen waits for. The rotation is not touched.
func (s *Screen) Close() { s.close() }

// Shows reports whether the screen is that of the rotation.
func (s *Screen) Shows(r Rotation) bool { return s.rotation == r }

// Catch is the command that brings the screen up to the rotation as it is now.
func (s *Screen) Catch() tea.Cmd {
	id, r := s.id, s.rotation
	return func() tea.Msg { return updated{id: id, snapshot: r.Snapshot(), extra: true} }
}

// State is what the screen knows of the rotation.
func (s *Screen) State() rotation.State { return s.snapshot.State }

// LooksOn reports whether somebody else is at work on the user, so that nothing can be
// decided here.
func (s *Screen) LooksOn() bool { return s.snapshot.Settings.HeldBy != "" }

// Title is the screen's name for the header.
func (s *Screen) Title() (long, short string) {
	return words.PlanName(s.snapshot.State.Plan) + " " + s.snapshot.State.User, ""
}

// Hidden tells the screen that another one is in front now.
func (s *Screen) Hidden() {
	s.cover()
	s.Drop()
}

// Shown tells the screen that it is in front again.
func (s *Screen) Shown() tea.Cmd {
	s.now = s.common.Clock.Now()
	s.settle()
	return nil
}

// The results of the screen's commands.
type (
	updated struct {
		id       string
		snapshot runner.Snapshot
		extra    bool // not from the channel, which is still waited on
	}
	decided struct {
		id       string
		decision rotation.Decision
		err      error
		snapshot runner.Snapshot
	}
	departed struct {
		id  string
		err error
	}
	givenOut struct {
		id  string
		err error
	}
)

// wait is the command that brings the next snapshot.
func (s *Screen) wait() tea.Cmd {
	done, id, updates := s.ctx.Done(), s.id, s.rotation.Updates()
	return func() tea.Msg {
		select {
		case snapshot := <-updates:
			return updated{id: id, snapshot: snapshot}
		case <-done:
			return nil
		}
	}
}

// refresh is the command that reads the keys and their last use again. A refusal is
// not told: what is under way reads them by itself.
func (s *Screen) refresh() tea.Cmd {
	id, r := s.id, s.rotation
	return func() tea.Msg {
		if r.Refresh() != nil {
			return nil
		}
		return updated{id: id, snapshot: r.Snapshot(), extra: true}
	}
}

// Update takes a message over. Every message, also one that is nothing to this
// screen, brings it up to the clock's time.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	s.now = s.common.Clock.Now()
	s.settle()
	defer s.settle()
	switch msg := msg.(type) {
	case kit.Resized:
		s.width, s.height = msg.Width, msg.Height
	case kit.ClockMoved:
		return s.refresh()
	case updated:
		if msg.id != s.id {
			return nil
		}
		s.take(msg.snapshot)
		if msg.extra {
			return nil
		}
		return s.wait()
	case decided:
		if msg.id != s.id {
			return nil
		}
		s.deciding, s.change = rotation.Decide{}, ""
		s.take(msg.snapshot)
		return s.tell(msg.err)
	case targetAdded:
		if msg.id != s.id {
			return nil
		}
		return s.targetAdded(msg)
	case searched:
		if msg.id != s.id {
			return nil
		}
		return s.found(msg)
	case departed:
		if msg.id != s.id {
			return nil
		}
		return s.departed(msg.err)
	case givenOut:
		if msg.id != s.id {
			return nil
		}
		return s.givenOut(msg.err)
	case tea.KeyPressMsg, tea.PasteMsg:
		if s.Dialog() != nil {
			return s.Answer(msg)
		}
		if press, ok := msg.(tea.KeyPressMsg); ok && !s.leaving {
			return s.press(press)
		}
	}
	return nil
}

// take takes a snapshot over, unless it is older than the one in view: its
// successor is on the way then.
func (s *Screen) take(snapshot runner.Snapshot) {
	before := s.snapshot.State
	if snapshot.Number < s.snapshot.Number {
		return
	}
	s.snapshot = snapshot
	if snapshot.State.Step != before.Step || snapshot.State.Plan != before.Plan {
		s.chosen = ""
		s.scroll.Start()
	}
}

// settle brings what depends on the snapshot and the time up to date.
func (s *Screen) settle() {
	before := s.offers
	s.offers = s.snapshot.Offers(s.now)
	if _, there := rotation.OfferFor(before, rotation.Deliver); !there && len(s.offers) > 0 && s.offers[0].Decision == rotation.Deliver {
		s.chosen = rotation.Deliver // a target has come: it goes before forgetting
	}
	if _, there := rotation.OfferFor(s.offers, s.chosen); !there {
		s.chosen = s.first()
	}
	if s.snapshot.State.Secret != rotation.SecretHeld || !s.now.Before(s.shownUntil) {
		s.hide()
	}
}

func (s *Screen) press(msg tea.KeyPressMsg) tea.Cmd {
	cmd, taken := kit.Press(msg, s.Keys())
	if !taken {
		text, _, room := s.layout(s.mainSize(s.above()))
		s.scroll.Move(msg, s.common.Keys, len(text), room)
	}
	return cmd
}
