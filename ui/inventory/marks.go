package inventory

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// Marked says that the operator has marked a user, to see to one after the other, or has
// taken the mark away.
type Marked struct {
	User string
	On   bool
}

// Marks are the users that are marked, in the order in which they were. A mark is the
// user's, and stays whatever is sorted, filtered or loaded again.
func (s *Screen) Marks() []string { return slices.Clone(s.marks) }

// Unmark takes a user's mark away.
func (s *Screen) Unmark(user string) {
	s.marks = slices.DeleteFunc(s.marks, func(marked string) bool { return marked == user })
}

// mark marks the user of the selected row, or takes the mark away.
func (s *Screen) mark() tea.Cmd {
	r := s.current()
	if r == nil {
		return nil
	}
	if why := whyNoMark(r); why != "" {
		return kit.Warn(why)
	}
	user, on := r.User.Name, !slices.Contains(s.marks, r.User.Name)
	if on {
		s.marks = append(s.marks, user)
	} else {
		s.Unmark(user)
	}
	return func() tea.Msg { return Marked{user, on} }
}

// whyNoMark says why the user of a row can't be marked, "" if it can.
func whyNoMark(r *audit.Row) string {
	switch {
	case r.Root():
		return "The root user's keys are seen to in the console, by root"
	case !r.HasKey():
		return r.User.Name + " has no key to rotate, as far as is known"
	}
	return ""
}

// Suggested is what the audit suggests to do about a user: about the key with the gravest
// verdict. It reports false for a user of whom no key is known.
func (s *Screen) Suggested(user string) (Chosen, bool) {
	var own []audit.Row
	for _, r := range s.rows {
		if r.User.Name == user && r.HasKey() {
			own = append(own, r)
		}
	}
	order := audit.Arrange(own, audit.Query{})
	if len(order) == 0 {
		return Chosen{}, false
	}
	r := &own[order[0]]
	return Chosen{User: user, KeyID: r.Key.ID, Next: r.Next()}, true
}

// NextDue is what the audit suggests about the gravest key of another user that breaks a
// rule; false if there is none.
func (s *Screen) NextDue(but string) (Chosen, audit.Finding, bool) {
	for _, i := range audit.Arrange(s.rows, audit.Query{}) {
		r := &s.rows[i]
		switch r.Next() {
		case audit.Rotate, audit.Retire, audit.Delete:
			if counted := r.Counted().List(); r.User.Name != but && r.Key.ID != "" && len(counted) > 0 {
				return Chosen{User: r.User.Name, KeyID: r.Key.ID, Next: r.Next()}, counted[0], true
			}
		case audit.AsRoot, audit.GoOn, audit.LookAgain, audit.Nothing:
		}
	}
	return Chosen{}, audit.NoFinding, false
}

// markCell is what stands before a user's name while there are marks.
func (s *Screen) markCell(user string) kit.Cell {
	if len(s.marks) == 0 {
		return nil
	}
	g, st := s.common.Glyphs, s.common.Styles
	if slices.Contains(s.marks, user) {
		return kit.Cell{{Text: g.Mark + " ", Style: st.Accent}}
	}
	return kit.Cell{{Text: fmt.Sprintf("%*s", kit.Width(g.Mark)+1, ""), Style: st.Text}}
}
