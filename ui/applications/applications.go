// Package applications is the screen of the sandbox's applications: who runs with which key,
// whether it goes well, and what its log says. It is read again every second.
package applications

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
	"keyturn/ui/kit"
	"keyturn/ui/simulation"
	"keyturn/ui/words"
)

// Screen is the screen of the applications.
type Screen struct {
	kit.Simple
	common *kit.Common
	source simulation.Sandbox
	list   *kit.List[simulation.Application]

	known         bool   // they have been read
	first         string // the user whose applications the operator came for; "": nobody's
	reading       bool
	width, height int
}

var columns = []kit.Column{
	{Title: "APPLICATION", Min: 14, Wide: 20, Flex: 1, Importance: 4},
	{Title: "USER", Min: 10, Wide: 16, Flex: 1, Importance: 3},
	{Title: "KEY ID", Min: 8, Wide: 20, Importance: 2, KeepEnd: true},
	{Title: "LAST RUN", Min: 10, Wide: 10, Importance: 1},
	{Title: "OUTCOME", Min: 9, Wide: 9, Importance: 5},
}

// New returns the screen, at the applications of the user, if there are any.
func New(c *kit.Common, source simulation.Sandbox, user string) *Screen {
	return &Screen{
		common: c, source: source, first: user,
		list: kit.NewList(func(app simulation.Application) string { return app.Name }, columns...),
	}
}

// Title is the screen's name for the header.
func (a *Screen) Title() (long, short string) { return "applications", "" }

// Shown is called when the screen comes to the front.
func (a *Screen) Shown() tea.Cmd { return a.read() }

// arrived are the applications as they were just now.
type arrived struct{ apps []simulation.Application }

// read is the command that reads the applications.
func (a *Screen) read() tea.Cmd {
	if a.reading {
		return nil
	}
	a.reading = true
	source := a.source
	return func() tea.Msg { return arrived{source.Applications()} }
}

// tableHeight leaves a third of the room to the log.
func (a *Screen) tableHeight() int { return max(2, a.height-max(4, a.height/3)) }

// Keys are the keys of the screen, in the groups of the help.
func (a *Screen) Keys() [][]kit.Key {
	k := a.common.Keys
	back := func() tea.Msg { return kit.Back{From: a} }
	return [][]kit.Key{a.list.Keys(k), {
		{Binding: kit.Bind("give it its user's newest key", "u", "u"), Run: a.ask, Foot: kit.FootLead},
		{Binding: k.Esc, Run: func() tea.Cmd { return back }, Foot: kit.FootLead + 1},
	}}
}

// Update takes a message over.
func (a *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Resized:
		a.width, a.height = msg.Width, msg.Height
		a.list.SetSize(a.width, a.tableHeight())
	case kit.Tick, kit.ClockMoved:
		return a.read()
	case arrived:
		a.list.SetRows(msg.apps)
		if !a.known && a.first != "" {
			a.list.Select(max(0, slices.IndexFunc(msg.apps, func(app simulation.Application) bool { return app.User == a.first })))
		}
		a.reading, a.known = false, true
	case tea.KeyPressMsg, tea.PasteMsg:
		if a.Dialog() != nil {
			return a.Answer(msg)
		}
		if press, ok := msg.(tea.KeyPressMsg); ok {
			return a.press(press)
		}
	}
	return nil
}

func (a *Screen) press(msg tea.KeyPressMsg) tea.Cmd {
	if a.list.Move(msg, a.common.Keys) {
		return nil
	}
	cmd, _ := kit.Press(msg, a.Keys())
	return cmd
}

// ask asks whether the selected application is to get its user's newest key.
func (a *Screen) ask() tea.Cmd {
	app, found := a.list.Current()
	switch {
	case !found:
		return nil
	case app.Reads != "":
		return kit.Warn(app.Name + " reads its key from " + app.Reads + ": deliver it there")
	case app.NewestKeyID == "":
		return kit.Warn(app.User + " has no Active key to give it")
	case app.NewestKeyID == app.KeyID:
		return kit.Warn(app.Name + " runs with the newest key of " + app.User + " already")
	}
	a.Ask(kit.NewDialog(a.common, "Update "+app.Name+"?", []string{
		fmt.Sprintf("%s runs with %s. From its next run on it uses %s, as if its owner had changed its configuration.", app.Name, app.KeyID, app.NewestKeyID),
	}, kit.Choice{ID: "update", Label: "Update it"}).Then(func(kit.Answer) tea.Cmd { return a.update(app) }))
	return nil
}

// update is the command that gives an application its user's newest key.
func (a *Screen) update(app simulation.Application) tea.Cmd {
	source, explain := a.source, a.common.Explain
	return func() tea.Msg {
		if err := source.UpdateApplication(app.Name, app.NewestKeyID); err != nil {
			return kit.Toast{Text: explain(err), Bad: true}
		}
		return kit.Toast{Text: app.Name + " has " + app.NewestKeyID + " now"}
	}
}

// View draws the applications and the end of the selected one's log.
func (a *Screen) View() string {
	st, g := a.common.Styles, a.common.Glyphs
	if len(a.list.Rows()) == 0 {
		text := "Looking at the applications " + g.Pending
		if a.known {
			text = "There are no applications."
		}
		return "\n " + st.Muted.Render(text)
	}
	table := kit.Fit(a.list.View(a.common, a.row), a.width, a.tableHeight())
	return kit.Fit(table+"\n"+strings.Join(a.logLines(a.height-a.tableHeight()), "\n"), a.width, a.height)
}

func (a *Screen) row(i int, _ []int) []kit.Cell {
	app, st, g := a.list.Rows()[i], a.common.Styles, a.common.Glyphs
	outcome := kit.Cell{{Text: g.Check + " fine", Style: st.Good}}
	ran := words.AgeAgo(a.common.Clock.Now().Sub(app.LastRun))
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
func (a *Screen) logLines(room int) []string {
	st, g := a.common.Styles, a.common.Glyphs
	app, found := a.list.Current()
	if !found || room < 2 {
		return nil
	}
	headline := "The log of " + app.Name + ", " + app.Seen
	if app.Reads != "" {
		headline += ", with the key in " + app.Reads
	}
	lines := []string{a.common.Rule(a.width), " " + st.Title.Render(g.Truncate(clean.Text(headline), a.width-2))}
	for _, l := range app.Log[max(0, len(app.Log)-max(0, room-len(lines))):] {
		mark := st.Good.Render(g.Check)
		if !l.OK {
			mark = st.Danger.Render(g.Cross)
		}
		lines = append(lines, g.Truncate(" "+st.Muted.Render(l.At.UTC().Format("01-02 15:04:05"))+" "+mark+" "+clean.Text(l.Text), a.width))
	}
	return lines
}
