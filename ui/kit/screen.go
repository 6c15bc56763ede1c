package kit

import tea "charm.land/bubbletea/v2"

// Tick is a message to every screen: a second has passed.
type Tick struct{}

// Back is a message that asks the root to go back from a screen to the one under it.
type Back struct{ From any }

// Resized is a message to every screen: the room that it has, in cells.
type Resized struct{ Width, Height int }

// Simple is what a screen embeds that takes no text, and that minds neither being covered nor
// a clock that was moved on. Its questions are those of the overlay.
type Simple struct{ Overlay }

// Shown is called when the screen comes to the front.
func (*Simple) Shown() tea.Cmd { return nil }

// Hidden is called when something covers the screen.
func (*Simple) Hidden() {}

// Refresh is called on the screen in front when the account's clock was moved on.
func (*Simple) Refresh() tea.Cmd { return nil }

// Recount is called on the screen in front each minute.
func (*Simple) Recount() tea.Cmd { return nil }

// CapturesInput reports whether letters are text at the moment.
func (*Simple) CapturesInput() bool { return false }

// Cursor is where the terminal's cursor belongs, relative to the view; nil if nowhere.
func (*Simple) Cursor() *tea.Cursor { return nil }
