package ui

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
)

// calls is the pane of the call log: each AWS call that was made, the newest first. It is
// read again every second. A call is selected by its number; while the newest is, the
// selection stays with the newest.
type calls struct {
	common *kit.Common
	log    *CallLog
	table  *kit.Table
	failed key.Binding

	kept       []numbered
	shown      []numbered
	total      int // calls when the log was read
	selected   int // the call's number
	onlyFailed bool
	filter     textinput.Model
	typing     bool

	width, height int
}

var callColumns = []kit.Column{
	{Title: "TIME", Min: 8, Importance: 4},
	{Title: "ACTION", Min: 16, Wide: 34, Flex: 1, Importance: 6},
	{Title: "REGION", Min: 10, Wide: 14, Importance: 2},
	{Title: "TOOK", Min: 8, Right: true, Importance: 3},
	{Title: "SENT", Min: 5, Right: true, Importance: 1},
	{Title: "OUTCOME", Min: 12, Wide: 26, Flex: 1, Importance: 5},
}

func newCalls(c *kit.Common, log *CallLog) *calls {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 100
	in.SetVirtualCursor(false)
	in.SetStyles(c.InputStyles())
	s := &calls{
		common: c, log: log, table: kit.NewTable(callColumns...), filter: in,
		failed: kit.Bind("failed ones only", "f", "f"),
	}
	s.read()
	return s
}

// callsClosed says that the operator goes back.
type callsClosed struct{}

// read takes over what was called since.
func (s *calls) read() {
	if total, _ := s.log.Total(); total == s.total && s.kept != nil {
		return
	}
	s.kept = s.log.newest()
	if len(s.kept) > 0 {
		s.total = s.kept[0].number
	}
	s.arrange()
}

// arrange filters the calls, and keeps the selected one selected.
func (s *calls) arrange() {
	followed := s.table.Selected() <= 0
	text := strings.ToLower(s.filter.Value())
	s.shown = nil
	for _, c := range s.kept {
		if s.onlyFailed && c.Problem == "" {
			continue
		}
		if text == "" || strings.Contains(strings.ToLower(c.Action+" "+c.Region+" "+c.Outcome), text) {
			s.shown = append(s.shown, c)
		}
	}
	s.table.SetLen(len(s.shown))
	at := 0
	for i, c := range s.shown {
		if c.number == s.selected && !followed {
			at = i
		}
	}
	s.table.Select(at)
	s.noteSelection()
}

func (s *calls) noteSelection() {
	if i := s.table.Selected(); i >= 0 {
		s.selected = s.shown[i].number
	}
}

// SetSize gives the pane its room in cells.
func (s *calls) SetSize(width, height int) {
	s.width, s.height = width, height
	s.table.SetSize(width, s.tableHeight())
	s.filter.SetWidth(max(1, width-30))
}

// The lines above the table, the counts and a rule, and below it, a rule, the selected
// call, and the filter.
const (
	callsHead = 2
	callsFoot = 3
)

func (s *calls) tableHeight() int { return max(2, s.height-callsHead-callsFoot) }

// CapturesInput reports whether letters are text at the moment.
func (s *calls) CapturesInput() bool { return s.typing }

// ShortHelp are the keys for the footer.
func (s *calls) ShortHelp() []key.Binding {
	k := s.common.Keys
	if s.typing {
		return []key.Binding{kit.Describe(k.Enter, "keep the filter"), kit.Describe(k.Esc, "drop the filter")}
	}
	return []key.Binding{s.escHint(), k.Filter, s.failed}
}

// FullHelp are all keys of the pane.
func (s *calls) FullHelp() [][]key.Binding {
	k := s.common.Keys
	return [][]key.Binding{{k.Move("up and down"), k.PageUp, k.PageDown, k.Top, k.Bottom}, {k.Filter, s.failed, s.escHint()}}
}

// escHint says what esc would undo.
func (s *calls) escHint() key.Binding {
	if s.filtered() {
		return kit.Describe(s.common.Keys.Esc, "drop the filter")
	}
	return s.common.Keys.Esc
}

func (s *calls) filtered() bool { return s.onlyFailed || s.filter.Value() != "" }

// Update takes a message over.
func (s *calls) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ticked:
		s.read()
	case tea.KeyPressMsg:
		if s.typing {
			return s.typeFilter(msg)
		}
		return s.press(msg)
	case tea.PasteMsg:
		if s.typing {
			return s.typeFilter(tea.PasteMsg{Content: kit.Clean(msg.Content)})
		}
	}
	return nil
}

func (s *calls) press(msg tea.KeyPressMsg) tea.Cmd {
	k := s.common.Keys
	switch {
	case s.table.Move(msg, k):
		s.noteSelection()
	case key.Matches(msg, k.Filter):
		s.typing = true
		return s.filter.Focus()
	case key.Matches(msg, s.failed):
		s.onlyFailed = !s.onlyFailed
		s.arrange()
	case key.Matches(msg, k.Esc) && s.filtered():
		s.onlyFailed = false
		s.filter.SetValue("")
		s.arrange()
	case key.Matches(msg, k.Esc):
		return func() tea.Msg { return callsClosed{} }
	}
	return nil
}

func (s *calls) typeFilter(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		switch press.String() {
		case "esc":
			s.filter.SetValue("")
			fallthrough
		case "enter":
			s.typing = false
			s.filter.Blur()
			s.arrange()
			return nil
		}
	}
	var cmd tea.Cmd
	s.filter, cmd = s.filter.Update(msg)
	s.arrange()
	return cmd
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// View draws the calls, and what there is to say about the selected one.
func (s *calls) View() string {
	table := s.table.View(s.common, s.row)
	if len(s.shown) == 0 {
		table += "\n\n   " + s.common.Styles.Muted.Render(s.whyEmpty())
	}
	lines := []string{
		s.countLine(), s.common.Rule(s.width), kit.Fit(table, s.width, s.tableHeight()),
		s.common.Rule(s.width), s.detailLine(), s.filterLine(),
	}
	return kit.Fit(strings.Join(lines, "\n"), s.width, s.height)
}

func (s *calls) whyEmpty() string {
	if s.filtered() {
		return "No call matches. Esc drops the filter."
	}
	return "No call was made yet."
}

func (s *calls) countLine() string {
	st, g := s.common.Styles, s.common.Glyphs
	total, failed := s.log.Total()
	line := " " + st.Strong.Render(countOf(total, "AWS call"))
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

func (s *calls) row(i int, _ []int) []kit.Cell {
	c, st, g := s.shown[i], s.common.Styles, s.common.Glyphs
	text := func(text string) kit.Cell { return kit.Cell{{Text: text, Style: st.Text}} }
	outcome := kit.Cell{{Text: g.Check + " " + c.Outcome, Style: st.Good}}
	if c.Problem != "" {
		outcome = kit.Cell{{Text: g.Cross + " " + c.Outcome, Style: st.Danger}}
	}
	return []kit.Cell{
		text(c.Start.UTC().Format(time.TimeOnly)), {{Text: c.Action, Style: st.Strong}}, text(c.Region),
		text(took(c.Duration)), text(fmt.Sprintf("%dx", c.Attempts)), outcome,
	}
}

// took is a call's duration in four figures at most.
func took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// detailLine is the day and the request ID of the selected call, for a question to AWS.
func (s *calls) detailLine() string {
	i := s.table.Selected()
	if i < 0 {
		return ""
	}
	c := s.shown[i]
	text := c.Start.UTC().Format("2006-01-02 15:04:05 UTC")
	if c.RequestID != "" {
		text += "   request " + kit.Clean(c.RequestID)
	}
	return " " + s.common.Styles.Muted.Render(s.common.Glyphs.Truncate(text, s.width-1))
}

func (s *calls) filterLine() string {
	if !s.typing && !s.filtered() {
		return ""
	}
	st := s.common.Styles
	line := " " + st.Key.Render("/") + " "
	if s.typing {
		s.filter.SetStyles(s.common.InputStyles())
		line += s.filter.View()
	} else {
		line += st.Strong.Render(kit.Clean(s.filter.Value()))
	}
	if s.onlyFailed {
		line += "  " + st.Accent.Render("only failed")
	}
	return s.common.Glyphs.Truncate(line+"  "+st.Muted.Render(fmt.Sprintf("%d shown", len(s.shown))), s.width)
}

// Cursor is where the terminal's cursor belongs while the filter is typed, relative to
// the view; nil otherwise.
func (s *calls) Cursor() *tea.Cursor {
	if !s.typing {
		return nil
	}
	c := s.filter.Cursor()
	if c != nil {
		c.X += len(" / ")
		c.Y = s.height - 1
	}
	return c
}
