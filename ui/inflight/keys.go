package inflight

import (
	"charm.land/bubbles/v2/key"

	"keyturn/ui/kit"
)

// keyMap are the keys of the screen besides those that move the selection.
type keyMap struct {
	open, refresh, esc key.Binding
	pageMove           key.Binding // for help only
}

func newKeyMap(k kit.Keys) keyMap {
	return keyMap{
		open:     kit.Describe(k.Enter, "go on"),
		refresh:  kit.Describe(k.Refresh, "look again"),
		esc:      kit.Describe(k.Esc, "to the list"),
		pageMove: kit.Bind("a page", k.PageUp.Help().Key+"/"+k.PageDown.Help().Key, "pgup", "pgdown"),
	}
}

// ShortHelp are the keys for the footer.
func (s *Screen) ShortHelp() []key.Binding {
	return []key.Binding{s.openHint(), s.keys.refresh, s.keys.esc}
}

// FullHelp are all keys of the screen, in groups.
func (s *Screen) FullHelp() [][]key.Binding {
	k := s.common.Keys
	return [][]key.Binding{{k.Move("up and down"), s.keys.pageMove, k.Top, k.Bottom}, {s.openHint(), s.keys.refresh, s.keys.esc}}
}

func (s *Screen) openHint() key.Binding {
	hint := s.keys.open
	hint.SetEnabled(len(s.list.Rows()) > 0)
	return hint
}

// Unavailable are the keys that do nothing as things are, and why.
func (s *Screen) Unavailable() []kit.Unavailable {
	if len(s.list.Rows()) == 0 {
		return []kit.Unavailable{{Key: s.keys.open, Why: "nothing is under way"}}
	}
	return nil
}
