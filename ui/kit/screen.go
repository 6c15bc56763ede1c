package kit

import tea "charm.land/bubbletea/v2"

// Tick is a message to every screen: a second has passed.
type Tick struct{}

// Minute is a message to the screen in front: a minute has passed.
type Minute struct{}

// ClockMoved is a message to the screen in front: the account's clock was moved on.
type ClockMoved struct{}

// Back is a message that asks the root to go back from a screen to the one under it.
type Back struct{ From any }

// Resized is a message to every screen: the room that it has, in cells.
type Resized struct{ Width, Height int }

// Simple is what a screen embeds that takes no text and does not mind being covered. Its questions are those of the overlay.
type Simple struct{ Overlay }

// Shown is called when the screen comes to the front.
func (*Simple) Shown() tea.Cmd { return nil }

// Hidden is called when something covers the screen.
func (*Simple) Hidden() {}

// Typing reports whether letters are text at the moment.
func (*Simple) Typing() bool { return false }

// Cursor is where the terminal's cursor belongs, relative to the view; nil if nowhere.
func (*Simple) Cursor() *tea.Cursor { return nil }
