package kit

import "charm.land/bubbles/v2/key"

// Keys are the keys that mean the same on every screen. A screen copies the ones
// it answers to, with a help text of its own where "enter" says too little.
type Keys struct {
	Up, Down, Left, Right key.Binding
	Top, Bottom           key.Binding
	PageUp, PageDown      key.Binding
	Enter, Esc, Tab       key.Binding
	Move, UpDown, Page    key.Binding // several keys in one line of the help or the footer
	Filter, Sort, Refresh key.Binding
	Copy                  key.Binding
	Calls, Renew          key.Binding
	Help, Quit, Interrupt key.Binding
}

// NewKeys returns the keys, with arrows in the help text unless it is to be
// ASCII.
func NewKeys(ascii bool) Keys {
	up, down, left, right := "↑", "↓", "←", "→"
	if ascii {
		up, down, left, right = "up", "down", "left", "right"
	}
	return Keys{
		Up:        Bind("up", up, "up", "k"),
		Down:      Bind("down", down, "down", "j"),
		Left:      Bind("left", left, "left", "h"),
		Right:     Bind("right", right, "right", "l"),
		Top:       Bind("first", "g", "g", "home"),
		Bottom:    Bind("last", "G", "G", "end"),
		PageUp:    Bind("page up", "pgup", "pgup", "ctrl+u"),
		PageDown:  Bind("page down", "pgdn", "pgdown", "ctrl+d"),
		Move:      Bind("up and down", up+"/"+down+" k/j", "up", "k", "down", "j"),
		UpDown:    Bind("up and down", up+"/"+down, "up", "down"),
		Page:      Bind("a page", "pgup/pgdn", "pgup", "pgdown"),
		Enter:     Bind("choose", "enter", "enter"),
		Esc:       Bind("back", "esc", "esc"),
		Tab:       Bind("next", "tab", "tab"),
		Filter:    Bind("filter", "/", "/"),
		Sort:      Bind("sort", "s", "s"),
		Refresh:   Bind("refresh", "r", "r"),
		Copy:      Bind("copy key ID", "y", "y"),
		Calls:     Bind("calls", "L", "L"),
		Renew:     Bind("renew the session", "ctrl+r", "ctrl+r"),
		Help:      Bind("help", "?", "?"),
		Quit:      Bind("quit", "q", "q"),
		Interrupt: Bind("quit", "ctrl+c", "ctrl+c"),
	}
}

// Bind returns a binding of the given keys, shown in help as the label with what
// it does.
func Bind(does, label string, keys ...string) key.Binding {
	var b key.Binding
	b.SetKeys(keys...)
	b.SetHelp(label, does)
	return b
}

// Describe returns the binding with another text for what it does.
func Describe(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}
