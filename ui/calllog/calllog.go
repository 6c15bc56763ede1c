// Package calllog is the screen of the AWS calls that were made, the newest first. It is read
// again every second. A call is selected by its number; while the newest is, the selection
// stays with the newest.
package calllog

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// Screen is the screen of the call log.
type Screen struct {
	kit.Simple
	common *kit.Common
	log    *Log
	list   *kit.List[numbered]
	filter *kit.Filter

	kept       []numbered
	total      int // calls when the log was read
	onlyFailed bool

	width, height int
}

var columns = []kit.Column{
	{Title: "TIME", Min: 8, Importance: 4},
	{Title: "ACTION", Min: 16, Wide: 34, Flex: 1, Importance: 6},
	{Title: "REGION", Min: 10, Wide: 14, Importance: 2},
	{Title: "TOOK", Min: 8, Right: true, Importance: 3},
	{Title: "SENT", Min: 5, Right: true, Importance: 1},
	{Title: "OUTCOME", Min: 12, Wide: 26, Flex: 1, Importance: 5},
}

// New returns the screen of a log.
func New(c *kit.Common, log *Log) *Screen {
	s := &Screen{
		common: c, log: log, filter: kit.NewFilter(c),
		list: kit.NewList(func(c numbered) string { return strconv.Itoa(c.number) }, columns...),
	}
	s.read()
	return s
}

// Title is the screen's name for the header.
func (s *Screen) Title() (long, short string) { return "AWS calls", "" }

// read takes over what was called since.
func (s *Screen) read() {
	if total, _ := s.log.Total(); total == s.total && s.kept != nil {
		return
	}
	s.kept = s.log.newest()
	if len(s.kept) > 0 {
		s.total = s.kept[0].number
	}
	s.arrange()
}

// arrange filters the calls.
func (s *Screen) arrange() {
	followed := s.list.Selected() <= 0
	text := strings.ToLower(s.filter.Text())
	var shown []numbered
	for _, c := range s.kept {
		if s.onlyFailed && c.Problem == "" {
			continue
		}
		if text == "" || strings.Contains(strings.ToLower(c.Action+" "+c.Region+" "+c.Outcome), text) {
			shown = append(shown, c)
		}
	}
	s.list.SetRows(shown)
	if followed {
		s.list.Select(0)
	}
}

// The lines above the table, the counts and a rule, and below it, a rule, the selected
// call, and the filter.
const (
	headLines = 2
	footLines = 3
)

func (s *Screen) tableHeight() int { return max(2, s.height-headLines-footLines) }

// Typing reports whether letters are text at the moment.
func (s *Screen) Typing() bool { return s.filter.Typing() }

// Keys are the keys of the screen, in the groups of the help.
func (s *Screen) Keys() [][]kit.Key {
	if s.filter.Typing() {
		return [][]kit.Key{s.filter.Keys()}
	}
	k := s.common.Keys
	esc := kit.Key{Binding: k.Esc, Run: s.back, Foot: kit.FootLead}
	if s.filtered() {
		esc.Binding, esc.Run = kit.Describe(k.Esc, "drop the filter"), s.dropFilter
	}
	return [][]kit.Key{s.list.Keys(k), {
		{Binding: k.Filter, Run: s.filter.Type, Foot: kit.FootLead + 1},
		{Binding: kit.Bind("failed ones only", "f", "f"), Run: s.toggleFailed, Foot: kit.FootMore},
		esc,
	}}
}

func (s *Screen) filtered() bool { return s.onlyFailed || s.filter.Text() != "" }

// Update takes a message over.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Resized:
		s.width, s.height = msg.Width, msg.Height
		s.list.SetSize(s.width, s.tableHeight())
		s.filter.SetWidth(s.width)
	case kit.Tick:
		s.read()
	case tea.KeyPressMsg:
		if s.filter.Typing() {
			return s.typeFilter(msg)
		}
		return s.press(msg)
	case tea.PasteMsg:
		if s.filter.Typing() {
			return s.typeFilter(msg)
		}
	}
	return nil
}

func (s *Screen) typeFilter(msg tea.Msg) tea.Cmd {
	cmd := s.filter.Update(msg)
	s.arrange()
	return cmd
}

func (s *Screen) press(msg tea.KeyPressMsg) tea.Cmd {
	if s.list.Move(msg, s.common.Keys) {
		return nil
	}
	cmd, _ := kit.Press(msg, s.Keys())
	return cmd
}

func (s *Screen) toggleFailed() tea.Cmd {
	s.onlyFailed = !s.onlyFailed
	s.arrange()
	return nil
}

func (s *Screen) dropFilter() tea.Cmd {
	s.onlyFailed = false
	s.filter.Drop()
	s.arrange()
	return nil
}

func (s *Screen) back() tea.Cmd { return func() tea.Msg { return kit.Back{From: s} } }

// View draws the calls, and what there is to say about the selected one.
func (s *Screen) View() string {
	table := s.list.View(s.common, s.row)
	if len(s.list.Rows()) == 0 {
		table += "\n\n   " + s.common.Styles.Muted.Render(s.whyEmpty())
	}
	lines := []string{
		s.countLine(), s.common.Rule(s.width), kit.Fit(table, s.width, s.tableHeight()),
		s.common.Rule(s.width), s.detailLine(), s.filterLine(),
	}
	return kit.Fit(strings.Join(lines, "\n"), s.width, s.height)
}

func (s *Screen) whyEmpty() string {
	if s.filtered() {
		return "No call matches. " + kit.Opens(s.common.Keys.Esc) + " drops the filter."
	}
	return "No call was made yet."
}

func (s *Screen) countLine() string {
	st, g := s.common.Styles, s.common.Glyphs
	total, failed := s.log.Total()
	line := " " + st.Strong.Render(words.Count(total, "AWS call"))
	style := st.Muted
	if failed > 0 {
		style = st.Danger
	}
	line += "   " + style.Render(fmt.Sprintf("%s %d failed", g.Cross, failed))
	if total > keptCalls {
		line += "   " + st.Muted.Render(fmt.Sprintf("the last %d are kept", keptCalls))
	}
	return g.Truncate(line, s.width)
}

func (s *Screen) row(i int, _ []int) []kit.Cell {
	c, st, g := s.list.Rows()[i], s.common.Styles, s.common.Glyphs
	text := func(text string) kit.Cell { return kit.Cell{{Text: text, Style: st.Text}} }
	outcome := kit.Cell{{Text: g.Check + " " + c.Outcome, Style: st.Good}}
	if c.Problem != "" {
		outcome = kit.Cell{{Text: g.Cross + " " + c.Outcome, Style: st.Danger}}
	}
	return []kit.Cell{
		text(c.Start.UTC().Format(time.TimeOnly)), {{Text: c.Action, Style: st.Strong}}, text(c.Region),
		text(words.Took(c.Duration)), text(fmt.Sprintf("%dx", c.Attempts)), outcome,
	}
}

// detailLine is the day and the request ID of the selected call, for a question to AWS.
func (s *Screen) detailLine() string {
	c, found := s.list.Current()
	if !found {
		return ""
	}
	text := c.Start.UTC().Format("2006-01-02 15:04:05 UTC")
	if c.RequestID != "" {
		text += "   request " + clean.Text(c.RequestID)
	}
	return " " + s.common.Styles.Muted.Render(s.common.Glyphs.Truncate(text, s.width-1))
}

func (s *Screen) filterLine() string {
	if !s.filter.Typing() && !s.filtered() {
		return ""
	}
	st, line := s.common.Styles, s.filter.View()
	if s.onlyFailed {
		line += "  " + st.Accent.Render("only failed")
	}
	return s.common.Glyphs.Truncate(line+"  "+st.Muted.Render(fmt.Sprintf("%d shown", len(s.list.Rows()))), s.width)
}

// Cursor is where the terminal's cursor belongs while the filter is typed, relative to
// the view; nil otherwise.
func (s *Screen) Cursor() *tea.Cursor { return s.filter.Cursor(s.height - 1) }
