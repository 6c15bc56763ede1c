package inflight

import (
	"keyturn/iamops/runner"
	"keyturn/ui/kit"
)

// arrange keeps the selected rotation selected, among those that there are now.
func (s *Screen) arrange() {
	s.table.SetLen(len(s.standings))
	for i := range s.standings {
		if s.standings[i].State.ID == s.selected {
			s.table.Select(i)
		}
	}
	s.noteSelection()
	s.table.SetSize(s.width, s.layout().table)
}

// current is where the selected rotation stands, nil if there is none.
func (s *Screen) current() *runner.Standing {
	if i := s.table.Selected(); i >= 0 {
		return &s.standings[i]
	}
	return nil
}

func (s *Screen) noteSelection() {
	if st := s.current(); st != nil {
		s.selected = st.State.ID
	}
}

// cells draws a row.
func (s *Screen) cells(i int, _ []int) []kit.Cell { return s.standingCells(s.standings[i]) }
