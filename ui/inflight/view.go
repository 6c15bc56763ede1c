package inflight

import (
	"fmt"
	"strings"

	"keyturn/iamops/clean"
	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
)

// layout is what a frame is made of, from top to bottom: the counts, what the operator
// should know, a rule, the table, and under another rule what there is to say about the
// selected rotation.
type layout struct {
	notices []string
	table   int // lines, with the heads
	detail  int // lines, with their rule
}

// The most lines of the details, and the height of the body from which they are that
// many: below that, a third of it.
const (
	detailHeight = 7
	roomyHeight  = 18
)

func (s *Screen) layout() layout {
	l := layout{notices: s.notices(), detail: detailHeight}
	if s.height < roomyHeight {
		l.detail = max(3, s.height/3)
	}
	if len(s.list.Rows()) == 0 {
		l.detail = 0
	}
	l.table = max(2, s.height-2-len(l.notices)-l.detail)
	return l
}

// View draws the screen in exactly the size that it was given.
func (s *Screen) View() string {
	l := s.layout()
	lines := append([]string{s.countLine()}, l.notices...)
	lines = append(lines, s.common.Rule(s.width), kit.Fit(s.tableView(), s.width, l.table))
	if st, found := s.list.Current(); found && l.detail > 0 {
		lines = append(lines, s.common.Rule(s.width), kit.Fit(strings.Join(s.detail(st), "\n"), s.width, l.detail-1))
	}
	return kit.Fit(strings.Join(lines, "\n"), s.width, s.height)
}

// Title is where the screen's knowledge stands, for the header of the frame.
func (s *Screen) Title() (long, short string) {
	switch {
	case s.asking:
		return "in flight, looking " + s.common.Glyphs.Pending, ""
	case s.at.IsZero():
		return "in flight", ""
	}
	return "in flight at " + s.at.UTC().Format("15:04:05 UTC"), ""
}

func (s *Screen) countLine() string {
	st, g := s.common.Styles, s.common.Glyphs
	if s.at.IsZero() {
		return " " + st.Muted.Render("rotations under way: not known yet")
	}
	line := " " + st.Strong.Render(rotations(len(s.list.Rows()))+" under way")
	for _, t := range []rotation.Turn{
		rotation.TurnAttention, rotation.TurnReady, rotation.TurnYours, rotation.TurnWaiting, rotation.TurnBlocked, unknown,
	} {
		if n := s.count(func(r desk.Rotation) bool { return turnOf(r) == t }); n > 0 {
			glyph, style := s.look(t)
			line += "   " + style.Render(fmt.Sprintf("%s %d %s", glyph, n, turnWords[t]))
		}
	}
	return g.Truncate(line, s.width)
}

// notices are what the operator should know: why there is no newer answer, and of the
// journal.
func (s *Screen) notices() []string {
	st, g := s.common.Styles, s.common.Glyphs
	var lines []string
	if s.problem != "" {
		lines = append(lines, g.Truncate(" "+st.Danger.Render(g.Cross+" "+clean.Text(s.problem)), s.width))
	}
	if s.options.Notice != "" {
		lines = append(lines, g.Truncate(" "+st.Warning.Render(g.Warn+" "+clean.Text(s.options.Notice)), s.width))
	}
	return lines
}

func (s *Screen) tableView() string {
	if len(s.list.Rows()) > 0 {
		return s.list.View(s.common, s.cells)
	}
	text := "No rotation is under way, as far as the journal of this machine knows."
	switch {
	case s.problem != "":
		text = "What is under way is not known. " + kit.Opens(s.common.Keys.Refresh) + " looks again."
	case s.at.IsZero():
		text = "Looking at what is under way " + s.common.Glyphs.Pending
	}
	lines := kit.Wrap(text, s.width-4)
	if s.problem == "" && !s.at.IsZero() {
		lines = append(lines, kit.Wrap("One that was begun elsewhere shows in the list, as two keys of a user: open it there.", s.width-4)...)
	}
	for i, l := range lines {
		lines[i] = "   " + s.common.Styles.Muted.Render(l)
	}
	return "\n" + strings.Join(lines, "\n")
}
