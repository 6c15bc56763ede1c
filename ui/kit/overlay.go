package kit

import tea "charm.land/bubbletea/v2"

// Overlay is where a question lies over what is drawn. Input belongs to it while it is open.
type Overlay struct{ open *Dialog }

// Dialog is the question that is open, nil if none is.
func (o *Overlay) Dialog() *Dialog { return o.open }

// Ask opens a dialog in the place of the one that is open.
func (o *Overlay) Ask(d *Dialog) { o.open = d }

// Drop closes what is open, without an answer.
func (o *Overlay) Drop() { o.open = nil }

// Answer hands a key or a paste to the dialog that is open, and does what follows if that ends
// it.
func (o *Overlay) Answer(msg tea.Msg) tea.Cmd {
	d := o.open
	answer, cmd := d.Update(msg)
	if !answer.Done {
		return cmd
	}
	o.open = nil
	if d.ended == nil {
		return cmd
	}
	return tea.Batch(cmd, d.ended(answer))
}

// WithDialog draws a dialog over a screen, nothing if it is nil, and tells where the terminal's
// cursor belongs.
func (c *Common) WithDialog(screen string, d *Dialog) (string, *tea.Cursor) {
	if d == nil {
		return screen, nil
	}
	width, height := c.DialogSize()
	box, cursor := d.View(width, height)
	over, x, y := LayOver(screen, box, c.Width, c.Height)
	return over, Moved(cursor, x, y)
}

// Moved is a cursor by so many cells further right and down; nil stays nil.
func Moved(c *tea.Cursor, x, y int) *tea.Cursor {
	if c == nil {
		return nil
	}
	at := *c
	at.X, at.Y = at.X+x, at.Y+y
	return &at
}
