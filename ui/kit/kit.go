// Package kit is what the screens share: the look, the keys, and the few pieces
// that every screen is put together from.
//
// A [Common] is the one pointer that all screens hold: styles, glyphs, keys,
// clock and size. The root alone writes to it; screens read it while they draw,
// so that a changed background or size needs no message to anybody.
//
// The pieces:
//
//   - A [Style] is a named token of the look (Muted, Danger, …). A piece of text in a
//     style is a [Span], and a line of them a [Cell].
//   - A [Table] draws the visible rows of a list and keeps the selection in view.
//   - [Stepper] draws the steps of a way, [AgeBar] an age against its limit,
//     [Histogram] many ages at once.
//   - A [Key] is one key of a screen: footer, help and press derive from it.
//   - A [List] keeps a row selected by its ID, a [Filter] narrows it, and a [Scroll] moves a
//     text that is longer than its room.
//   - A [Dialog] asks one question. Cancel comes first, and is chosen beforehand. It is open
//     in an [Overlay], to which input belongs then.
//   - A [Frame] is a whole screen: header, body, footer, fitted to the cell.
//
// Rules:
//
//   - Nothing is told by colour alone. A state has a glyph, a word and a style.
//   - Widths are display cells, never bytes or runes.
//   - Drawing changes nothing. What depends on the size is worked out when that is told.
//   - Nothing here does I/O, reads a clock of its own, or knows what AWS is.
package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// Clock tells the time that ages and waits are computed from.
type Clock interface {
	Now() time.Time
}

// Common is what all screens share.
type Common struct {
	Styles Styles
	Glyphs Glyphs
	Keys   Keys
	Clock  Clock
	// Explain puts an error into one line of the operator's words.
	Explain func(error) string

	// The size of the terminal in cells. It is 80×24 until the terminal tells it.
	Width, Height int

	Look    Look // as the operator chose it
	dark    bool
	profile colorprofile.Profile // what the terminal can show
}

// Look is what the operator chose about the look.
type Look struct {
	ASCII   bool // draw with ASCII characters only
	NoColor bool // tell by bold and reverse only
}

// NewCommon returns a Common for a dark background of 80×24 cells in true colour. All three
// are corrected by the messages that Update takes.
func NewCommon(clock Clock, look Look) *Common {
	c := &Common{Clock: clock, Width: 80, Height: 24, Look: look, dark: true, profile: colorprofile.TrueColor}
	c.Explain = error.Error
	c.restyle()
	c.Glyphs = NewGlyphs(look.ASCII)
	c.Keys = NewKeys(look.ASCII)
	return c
}

// restyle makes the styles for the terminal as it is known.
func (c *Common) restyle() {
	profile := c.profile
	if c.Look.NoColor {
		profile = colorprofile.ASCII
	}
	c.Styles = NewStyles(c.dark, profile)
}

// Update takes over what a message says about the terminal: its size, its background and
// its colours. Every other message is ignored.
func (c *Common) Update(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.Width, c.Height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		if dark := msg.IsDark(); dark != c.dark {
			c.dark = dark
			c.restyle()
		}
	case tea.ColorProfileMsg:
		if msg.Profile != c.profile {
			c.profile = msg.Profile
			c.restyle()
		}
	}
}
