// Package inflight is the screen of the rotations under way: a row each, with where it
// stands, and what it waits for.
//
// A rotation lasts days, and is left and come back to. What the journal remembers says
// which there are; the keys at AWS say where each stands now. The screen asks a [Source]
// for that, and draws what it was told last, with the time of it. It asks again when it
// comes to the front, on demand, and as often as the root wishes. Each time has a
// generation; an answer to an older question is dropped.
//
// A rotation's wait is over when it is the operator's turn. What could not be read is
// told apart from both: it is neither waiting nor in order.
//
// Messages that are not input belong to this screen whether or not it is in front.
package inflight

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// Source tells where the rotations stand that are under way. It is called in a command,
// and ends with ctx.
type Source func(ctx context.Context) ([]desk.Rotation, error)

// Chosen says that the operator goes on with a rotation.
type Chosen struct{ State rotation.State }

// Options are what a screen needs besides its source.
type Options struct {
	// Notice is what the operator should know of the journal; "" if there is nothing.
	Notice string
}

// Screen is the screen of the rotations under way.
type Screen struct {
	kit.Simple
	common  *kit.Common
	source  Source
	options Options
	ctx     context.Context // the program's: a screen lives within it

	generation int
	stop       context.CancelFunc // of the question under way
	asking     bool
	at         time.Time // of the answer, by the account's clock; zero: none yet
	problem    string    // why there is no newer one; "" if there is

	list          *kit.List[desk.Rotation]
	width, height int
}

// New returns the screen. What it asks ends with ctx.
func New(ctx context.Context, common *kit.Common, source Source, options Options) *Screen {
	s := &Screen{
		common: common, source: source, options: options,
		ctx: ctx, stop: func() {}, list: kit.NewList(func(st desk.Rotation) string { return st.State.ID }, columns...),
	}
	s.width, s.height = common.BodySize()
	s.layOut()
	return s
}

// answered is what the source told.
type answered struct {
	generation int
	standings  []desk.Rotation
	err        error
	at         time.Time
}

// Reload is the command that asks where the rotations stand. A question under way is
// given up.
func (s *Screen) Reload() tea.Cmd {
	s.stop()
	ctx, stop := context.WithCancel(s.ctx)
	s.stop, s.asking = stop, true
	s.generation++
	generation, source, clock := s.generation, s.source, s.common.Clock
	return func() tea.Msg {
		defer stop()
		standings, err := source(ctx)
		return answered{generation, standings, err, clock.Now()}
	}
}

// layOut gives the table its room.
func (s *Screen) layOut() { s.list.SetSize(s.width, s.layout().table) }

// Shown is called when the screen comes to the front.
func (s *Screen) Shown() tea.Cmd { return s.Reload() }

// Update takes a message over.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Resized:
		s.width, s.height = msg.Width, msg.Height
		s.layOut()
	case answered:
		s.take(msg)
	case kit.Minute, kit.ClockMoved:
		return s.Reload()
	case kit.SessionRenewed:
		if s.problem != "" || s.count(isUnknown) > 0 {
			return s.Reload()
		}
	case tea.KeyPressMsg:
		return s.press(msg)
	}
	return nil
}

// take takes an answer over. After one that failed, what was known before stays in
// view, with its time.
func (s *Screen) take(msg answered) {
	if msg.generation != s.generation {
		return
	}
	s.asking, s.problem = false, ""
	defer s.layOut()
	if msg.err != nil {
		s.problem = s.common.Explain(msg.err)
		return
	}
	s.at = msg.at
	s.list.SetRows(msg.standings)
}

func (s *Screen) press(msg tea.KeyPressMsg) tea.Cmd {
	if s.list.Move(msg, s.common.Keys) {
		return nil
	}
	cmd, _ := kit.Press(msg, s.Keys())
	return cmd
}

// open goes on with the selected rotation.
func (s *Screen) open() tea.Cmd {
	st, found := s.list.Current()
	if !found {
		return nil
	}
	chosen := Chosen{st.State}
	return func() tea.Msg { return chosen }
}

// Rotations are those that the last answer told of.
func (s *Screen) Rotations() []desk.Rotation { return s.list.Rows() }

// count is how many rotations there are of which something holds.
func (s *Screen) count(holds func(desk.Rotation) bool) int {
	n := 0
	for _, r := range s.list.Rows() {
		if holds(r) {
			n++
		}
	}
	return n
}

func isUnknown(r desk.Rotation) bool { return turnOf(r) == unknown }

func needsYou(r desk.Rotation) bool { return !isUnknown(r) && r.At.NeedsYou() }

// Aside is what the list has to say about the rotations in progress: how many wait for
// the operator. It is empty if there are none.
func (s *Screen) Aside() kit.Part {
	st, g := s.common.Styles, s.common.Glyphs
	part := func(glyph, long, short string, style kit.Style) kit.Part {
		return kit.Part{Text: glyph + " " + long, Short: glyph + " " + short, Style: style}
	}
	for _, r := range s.list.Rows() {
		if s.problem == "" && r.At.About == rotation.AboutNoSecret { // it goes before everything else
			return part(g.Cross, words.Unheld(r.State), r.State.User+": no secret", st.Danger)
		}
	}
	switch n, lost := s.count(needsYou), s.count(isUnknown); {
	case s.problem != "":
		return part(g.Unknown, "in flight: not known", "in flight", st.Unknown)
	case n == 1:
		return part(g.Bullet, "1 rotation waits for you", "1 waits for you", st.Accent)
	case n > 1:
		return part(g.Bullet, rotations(n)+" wait for you", fmt.Sprintf("%d wait for you", n), st.Accent)
	case lost > 0:
		return part(g.Unknown, rotations(lost)+" not known", fmt.Sprintf("%d not known", lost), st.Unknown)
	case len(s.list.Rows()) > 0:
		return part(g.Rotating, rotations(len(s.list.Rows()))+" under way", fmt.Sprintf("%d under way", len(s.list.Rows())), st.Muted)
	}
	return kit.Part{}
}

func rotations(n int) string {
	if n == 1 {
		return "1 rotation"
	}
	return fmt.Sprintf("%d rotations", n)
}
