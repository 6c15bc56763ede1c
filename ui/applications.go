package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
)

// applications is the pane of the sandbox's applications: who runs with which key,
// whether it goes well, and what its log says. It is read again every second.
type applications struct {
	common  *kit.Common
	sandbox Sandbox
	explain func(error) string
	table   *kit.Table
	update  key.Binding

	apps          []Application
	known         bool   // they have been read
	first         string // the user whose applications the operator came for; "": nobody's
	reading       bool
	question      *kit.Dialog
	asked         Application // what the question is about
	width, height int
}

var applicationColumns = []kit.Column{
	{Title: "APPLICATION", Min: 14, Wide: 20, Flex: 1, Importance: 4},
	{Title: "USER", Min: 10, Wide: 16, Flex: 1, Importance: 3},
	{Title: "KEY ID", Min: 8, Wide: 20, Importance: 2, KeepEnd: true},
	{Title: "LAST RUN", Min: 10, Wide: 10, Importance: 1},
	{Title: "OUTCOME", Min: 9, Wide: 9, Importance: 5},
}

func newApplications(c *kit.Common, sandbox Sandbox, explain func(error) string) *applications {
	return &applications{
		common: c, sandbox: sandbox, explain: explain, table: kit.NewTable(applicationColumns...),
		update: kit.Bind("give it its user's newest key", "u", "u"),
	}
}

// applicationsRead are the applications as they were just now.
type applicationsRead struct{ apps []Application }

// applicationsClosed says that the operator goes back.
type applicationsClosed struct{}

// read is the command that reads the applications.
func (a *applications) read() tea.Cmd {
	if a.reading {
		return nil
	}
	a.reading = true
	sandbox := a.sandbox
	return func() tea.Msg { return applicationsRead{sandbox.Applications()} }
}

// SetSize gives the pane its room in cells.
func (a *applications) SetSize(width, height int) {
	a.width, a.height = width, height
	a.table.SetSize(width, a.tableHeight())
}

// tableHeight leaves a third of the room to the log.
func (a *applications) tableHeight() int { return max(2, a.height-max(4, a.height/3)) }

// CapturesInput reports whether a question is open.
func (a *applications) CapturesInput() bool { return a.question != nil }

// Dialog is the question that is open, nil if none is.
func (a *applications) Dialog() *kit.Dialog { return a.question }

// ShortHelp are the keys for the footer.
func (a *applications) ShortHelp() []key.Binding {
	if a.question != nil {
		return a.question.Hints()
	}
	return []key.Binding{a.update, a.common.Keys.Esc}
}

// FullHelp are all keys of the pane.
func (a *applications) FullHelp() [][]key.Binding {
	k := a.common.Keys
	return [][]key.Binding{{k.Move("up and down"), k.PageUp, k.PageDown, k.Top, k.Bottom}, {a.update, k.Esc}}
}

// Update takes a message over.
func (a *applications) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ticked:
		return a.read()
	case applicationsRead:
		a.table.SetLen(len(msg.apps))
		if !a.known && a.first != "" {
			a.table.Select(max(0, slices.IndexFunc(msg.apps, func(app Application) bool { return app.User == a.first })))
		}
		a.apps, a.reading, a.known = msg.apps, false, true
	case tea.KeyPressMsg, tea.PasteMsg:
		if a.question != nil {
			return a.answer(msg)
		}
		if press, ok := msg.(tea.KeyPressMsg); ok {
			return a.press(press)
		}
	}
	return nil
}

func (a *applications) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case a.table.Move(msg, a.common.Keys):
	case key.Matches(msg, a.common.Keys.Esc):
		return func() tea.Msg { return applicationsClosed{} }
	case key.Matches(msg, a.update):
		return a.ask()
	}
	return nil
}

// ask asks whether the selected application is to get its user's newest key.
func (a *applications) ask() tea.Cmd {
	i := a.table.Selected()
	if i < 0 || i >= len(a.apps) {
		return nil
	}
	app := a.apps[i]
	switch {
	case app.Reads != "":
		return kit.Warn(app.Name + " reads its key from " + app.Reads + ": deliver it there")
	case app.NewestKeyID == "":
		return kit.Warn(app.User + " has no Active key to give it")
	case app.NewestKeyID == app.KeyID:
		return kit.Warn(app.Name + " runs with the newest key of " + app.User + " already")
	}
	a.asked = app
	a.question = kit.NewDialog(a.common, "Update "+app.Name+"?", []string{
		fmt.Sprintf("%s runs with %s. From its next run on it uses %s, as if its owner had changed its configuration.", app.Name, app.KeyID, app.NewestKeyID),
	}, kit.Choice{ID: "update", Label: "Update it"})
	return nil
}

func (a *applications) answer(msg tea.Msg) tea.Cmd {
	answer, cmd := a.question.Update(msg)
	if !answer.Done {
		return cmd
	}
	a.question = nil
	if answer.Cancelled() {
		return cmd
	}
	sandbox, app, explain := a.sandbox, a.asked, a.explain
	return func() tea.Msg {
		if err := sandbox.UpdateApplication(app.Name, app.NewestKeyID); err != nil {
			return kit.Toast{Text: explain(err), Bad: true}
		}
		return kit.Toast{Text: app.Name + " has " + app.NewestKeyID + " now"}
	}
}

// View draws the applications and the end of the selected one's log.
func (a *applications) View() string {
	st, g := a.common.Styles, a.common.Glyphs
	if len(a.apps) == 0 {
		text := "Looking at the applications " + g.Pending
		if a.known {
			text = "There are no applications."
		}
		return "\n " + st.Muted.Render(text)
	}
	table := kit.Fit(a.table.View(a.common, a.row), a.width, a.tableHeight())
	return kit.Fit(table+"\n"+strings.Join(a.logLines(a.height-a.tableHeight()), "\n"), a.width, a.height)
}

func (a *applications) row(i int, _ []int) []kit.Cell {
	app, st, g := a.apps[i], a.common.Styles, a.common.Glyphs
	outcome := kit.Cell{{Text: g.Check + " fine", Style: st.Good}}
	ran := kit.Ago(a.common.Clock.Now().Sub(app.LastRun))
	switch {
	case app.LastRun.IsZero():
		outcome, ran = kit.Cell{{Text: g.Dot + " not yet", Style: st.Muted}}, "never"
	case !app.OK:
		outcome = kit.Cell{{Text: g.Cross + " fails", Style: st.Danger}}
	}
	return []kit.Cell{
		{{Text: app.Name, Style: st.Strong}}, {{Text: app.User, Style: st.Text}},
		{{Text: app.KeyID, Style: st.Text}}, {{Text: ran, Style: st.Text}}, outcome,
	}
}

// logLines are the end of the selected application's log under a headline.
func (a *applications) logLines(room int) []string {
	st, g := a.common.Styles, a.common.Glyphs
	i := a.table.Selected()
	if i < 0 || i >= len(a.apps) || room < 2 {
		return nil
	}
	app := a.apps[i]
	headline := "The log of " + app.Name + ", " + app.Seen
	if app.Reads != "" {
		headline += ", with the key in " + app.Reads
	}
	lines := []string{a.common.Rule(a.width), " " + st.Title.Render(g.Truncate(kit.Clean(headline), a.width-2))}
	for _, l := range app.Log[max(0, len(app.Log)-max(0, room-len(lines))):] {
		mark := st.Good.Render(g.Check)
		if !l.OK {
			mark = st.Danger.Render(g.Cross)
		}
		lines = append(lines, g.Truncate(" "+st.Muted.Render(l.At.UTC().Format("01-02 15:04:05"))+" "+mark+" "+kit.Clean(l.Text), a.width))
	}
	return lines
}
