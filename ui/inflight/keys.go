package inflight

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
)

// Keys are the keys of the screen, in the groups of the help.
func (s *Screen) Keys() [][]kit.Key {
	k := s.common.Keys
	open := kit.Key{Binding: kit.Describe(k.Enter, "go on"), Run: s.open, Foot: kit.FootLead}
	if len(s.list.Rows()) == 0 {
		open.Not = "nothing is under way"
	}
	back := func() tea.Msg { return kit.Back{From: s} }
	return [][]kit.Key{s.list.Keys(k), {
		open,
		{Binding: kit.Describe(k.Refresh, "look again"), Run: s.Reload, Foot: kit.FootMore},
		{Binding: kit.Describe(k.Esc, "to the list"), Run: func() tea.Cmd { return back }, Foot: kit.FootMore + 1},
	}}
}
