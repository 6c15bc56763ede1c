package inflight

import (
	"slices"

	"keyturn/iamops/runner"
	"keyturn/ui/kit"
)

// Mark is a user that the operator has marked, to see to one after the other.
type Mark struct {
	User string
	Done bool // its rotation has come to its end
}

// SetMarks puts the marked users on the board: those of whom a rotation is under way by
// its row, the others after them.
func (s *Screen) SetMarks(marks []Mark) {
	if slices.Equal(s.marks, marks) {
		return
	}
	s.marks = slices.Clone(marks)
	s.arrange()
}

// row is a line of the board.
type row struct {
	user     string
	standing *runner.Standing // nil for a marked user of whom none is under way
	marked   bool
	done     bool
}

// id names a row for as long as it exists.
func (r row) id() string {
	if r.standing != nil {
		return r.standing.State.ID
	}
	return "user " + r.user
}

// arrange makes the rows anew, and keeps the selected one selected.
func (s *Screen) arrange() {
	s.rows = nil
	seen := map[string]bool{}
	for i := range s.standings {
		st := &s.standings[i]
		seen[st.State.User] = true
		marked := slices.ContainsFunc(s.marks, func(m Mark) bool { return m.User == st.State.User })
		s.rows = append(s.rows, row{user: st.State.User, standing: st, marked: marked})
	}
	for _, m := range s.marks {
		if !seen[m.User] {
			s.rows = append(s.rows, row{user: m.User, marked: true, done: m.Done})
		}
	}
	s.table.SetLen(len(s.rows))
	for i, r := range s.rows {
		if r.id() == s.selected {
			s.table.Select(i)
		}
	}
	s.noteSelection()
	s.table.SetSize(s.width, s.layout().table)
}

// current is the selected row, nil if there is none.
func (s *Screen) current() *row {
	if i := s.table.Selected(); i >= 0 {
		return &s.rows[i]
	}
	return nil
}

func (s *Screen) noteSelection() {
	if r := s.current(); r != nil {
		s.selected = r.id()
	}
}

// cells draws a row.
func (s *Screen) cells(i int, _ []int) []kit.Cell {
	r := s.rows[i]
	if r.standing != nil {
		cells := s.standingCells(*r.standing)
		cells[0] = append(s.markCell(r), cells[0]...)
		return cells
	}
	st, g := s.common.Styles, s.common.Glyphs
	step, turn := kit.Cell{{Text: "not begun", Style: st.Muted}}, kit.Cell{{Text: g.Circle + " to do", Style: st.Text}}
	waits := "you to begin"
	if r.done {
		step, turn = kit.Cell{{Text: "done", Style: st.Text}}, kit.Cell{{Text: g.Check + " done", Style: st.Good}}
		waits = "nothing: it is over"
	}
	name := append(s.markCell(r), kit.Span{Text: r.user, Style: st.Strong})
	return []kit.Cell{name, nil, step, nil, nil, nil, turn, {{Text: waits, Style: st.Text}}}
}

// markCell is what stands before a user's name while there are marks.
func (s *Screen) markCell(r row) kit.Cell {
	g, st := s.common.Glyphs, s.common.Styles
	switch {
	case len(s.marks) == 0:
		return nil
	case r.marked:
		return kit.Cell{{Text: g.Mark + " ", Style: st.Accent}}
	}
	return kit.Cell{{Text: kit.Pad("", kit.Width(g.Mark)+1), Style: st.Text}}
}
