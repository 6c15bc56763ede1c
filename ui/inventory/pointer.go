package inventory

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// click selects the row that was clicked on. A double click opens it, if the row is still
// the one that the first click selected.
func (s *Screen) click(msg kit.Click) tea.Cmd {
	before := s.selected
	above := 2 // the counts and the rule
	if s.layout().histogram {
		above++
	}
	if !s.table.Point(msg.Line - above) {
		return nil
	}
	s.noteSelection()
	if msg.Double && s.selected == before {
		return s.choose(audit.Nothing)
	}
	return nil
}

// roll moves the selection by the mouse's wheel.
func (s *Screen) roll(msg kit.Roll) {
	s.table.Roll(msg.Lines)
	s.noteSelection()
}
