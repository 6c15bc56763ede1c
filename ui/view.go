package ui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/guide"
	"keyturn/ui/inflight"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// The least size in cells that the screens are laid out for.
const (
	leastWidth  = 60
	leastHeight = 15
)

// View draws the whole terminal.
func (p *Program) View() tea.View {
	content, cursor := p.draw()
	view := tea.View{Content: content, Cursor: cursor, AltScreen: true, WindowTitle: "keyturn", ProgressBar: p.progressBar()}
	if !p.options.NoMouse {
		view.MouseMode = tea.MouseModeCellMotion
	}
	return view
}

// progressBar is the terminal's own indicator of how far the list's load is, whatever
// screen is in front; nil while none is under way. It has no figure before it is known
// how much there is to ask for.
func (p *Program) progressBar() *tea.ProgressBar {
	list := p.options.List
	if !list.Loading() {
		return nil
	}
	answered, of := list.Progress().Answered()
	if of == 0 {
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	}
	return tea.NewProgressBar(tea.ProgressBarDefault, answered*100/of)
}

func (p *Program) tooSmall() bool { return isTooSmall(p.common) }

func isTooSmall(c *kit.Common) bool { return c.Width < leastWidth || c.Height < leastHeight }

// tooSmall says how much room is needed.
func tooSmall(c *kit.Common) string {
	text := fmt.Sprintf("keyturn needs %dx%d, this is %dx%d", leastWidth, leastHeight, c.Width, c.Height)
	return kit.Fit(c.Glyphs.Truncate(text, c.Width), c.Width, c.Height)
}

func (p *Program) draw() (string, *tea.Cursor) {
	c := p.common
	if p.tooSmall() {
		return tooSmall(c), nil
	}
	frame := kit.Frame{Left: p.header(), Right: p.title(), Body: p.body(), Hints: p.hints(), Notice: p.notice()}
	view := frame.View(c)
	switch d := p.openDialog(); {
	case d != nil:
		box := d.View(c.Width, c.Height-2) // the header stays in view: it names the account
		over, x, y := kit.Overlay(view, box, c.Width, c.Height)
		return over, moved(d.Cursor(), x, y)
	case p.help:
		over, _, _ := kit.Overlay(view, p.helpBox(), c.Width, c.Height)
		return over, nil
	}
	if s, types := p.front().(interface{ Cursor() *tea.Cursor }); types {
		return view, moved(s.Cursor(), 0, kit.FrameHead)
	}
	return view, nil
}

// openDialog is the dialog that is open: the question for a code, the root's own, or the
// guide's question.
func (p *Program) openDialog() *kit.Dialog {
	if p.code.dialog != nil {
		return p.code.dialog
	}
	if p.dialog != nil {
		return p.dialog.Dialog
	}
	switch s := p.front().(type) {
	case *guide.Screen:
		return s.Dialog()
	case *applications:
		return s.Dialog()
	}
	return nil
}

func moved(c *tea.Cursor, x, y int) *tea.Cursor {
	if c == nil {
		return nil
	}
	at := *c
	at.X, at.Y = at.X+x, at.Y+y
	return &at
}

func (p *Program) body() string {
	if front := p.front(); front != nil {
		return front.View()
	}
	return "\n " + p.common.Styles.Muted.Render("Opening the rotation of "+kit.Clean(p.opening)+" "+p.common.Glyphs.Pending)
}

// header is the left part of the first line. The account and the profile are never
// dropped.
func (p *Program) header() []kit.Part {
	id, st, dot := p.options.Identity, p.common.Styles, p.common.Glyphs.Dot
	parts := []kit.Part{{Text: "keyturn", Style: st.Title, Importance: 1}}
	if p.options.Sandbox != nil {
		parts = append(parts, kit.Part{Text: "SANDBOX", Style: st.Warning, Pinned: true})
	}
	if id.Banner != "" {
		parts = append(parts, kit.Part{Text: id.Banner, Style: st.Warning, Pinned: true})
	}
	if p.session.ended != "" {
		parts = append(parts, kit.Part{Text: words.SessionMark, Short: words.SessionMarkShort, Style: st.Danger, Pinned: true})
	}
	account := kit.Part{Text: id.Account, Style: st.Strong, Pinned: true}
	if id.Alias != "" {
		account.Text, account.Short = id.Alias+" "+dot+" "+id.Account, id.Account
	}
	parts = append(parts, account)
	if id.Partition != "" && id.Partition != "aws" {
		parts = append(parts, kit.Part{Text: id.Partition, Style: st.Warning, Pinned: true})
	}
	parts = append(parts, kit.Part{Text: "as " + id.Caller, Style: st.Text, Importance: 2})
	if id.Profile != "" {
		parts = append(parts, kit.Part{Text: "profile " + id.Profile, Short: id.Profile, Style: st.Text, Pinned: true})
	}
	return parts
}

func (p *Program) title() string {
	switch s := p.front().(type) {
	case *guide.Screen:
		return s.Title()
	case *applications:
		return "applications"
	case *calls:
		return "AWS calls"
	case *inflight.Screen:
		return s.Status()
	case *inventory.Screen:
		return s.Status()
	}
	return ""
}

func (p *Program) notice() kit.Cell {
	if p.toast.Text == "" || p.openDialog() != nil {
		return nil
	}
	st, g := p.common.Styles, p.common.Glyphs
	mark := kit.Span{Text: g.Check + " ", Style: st.Good}
	if p.toast.Bad {
		mark = kit.Span{Text: g.Cross + " ", Style: st.Danger}
	}
	return kit.Cell{mark, {Text: p.toast.Text, Style: st.Text}}
}

// helpBox draws the keys that do something as things are, in groups. Where there is
// too little room for blank lines between the groups, they go.
func (p *Program) helpBox() string {
	groups := p.fullHelp()
	width := 0
	each(groups, func(b key.Binding) { width = max(width, kit.Width(b.Help().Key)) })
	for _, u := range p.unavailable() {
		width = max(width, kit.Width(u.Key.Help().Key))
	}
	st := p.common.Styles
	var spaced, tight []string
	for _, group := range groups {
		if len(spaced) > 0 {
			spaced = append(spaced, "")
		}
		each([][]key.Binding{group}, func(b key.Binding) {
			line := st.Key.Render(kit.Pad(b.Help().Key, width)) + "  " + st.Text.Render(kit.Clean(b.Help().Desc))
			spaced, tight = append(spaced, line), append(tight, line)
		})
	}
	if refused := p.refusedLines(width); len(refused) > 0 {
		spaced = append(append(spaced, ""), refused...)
		tight = append(tight, refused...)
	}
	room, most := p.common.Height-helpEnds, p.common.Width-helpSides
	lines := spaced
	if len(lines) > room {
		lines = tight
	}
	if len(lines) > room {
		lines = p.columns(lines, room, most)
	}
	inner := 0
	for _, l := range lines {
		inner = max(inner, kit.Width(l))
	}
	return p.common.Box("Keys", lines, min(max(inner, len("Keys")+2), most))
}

// refusedLines are the keys that do nothing as things are, with the reason.
func (p *Program) refusedLines(width int) []string {
	st := p.common.Styles
	var lines []string
	for _, u := range p.unavailable() {
		text := kit.Clean(u.Key.Help().Desc + ": not now, " + u.Why)
		lines = append(lines, st.Muted.Render(kit.Pad(u.Key.Help().Key, width)+"  "+text))
	}
	return lines
}

// The frame of the help box and the lines around it that stay free.
const (
	helpEnds  = 6
	helpSides = 6
)

// columns puts lines into as many columns as they need, within the given width.
func (p *Program) columns(lines []string, height, width int) []string {
	n := (len(lines) + height - 1) / height
	each := (width - (n-1)*len(columnGap)) / n
	out := make([]string, height)
	for i, l := range lines {
		row, column := i%height, i/height
		if column > 0 {
			out[row] = kit.Pad(out[row], column*(each+len(columnGap))-len(columnGap)) + columnGap
		}
		out[row] += p.common.Glyphs.Truncate(l, each)
	}
	return out
}

const columnGap = "   "

func each(groups [][]key.Binding, do func(key.Binding)) {
	for _, group := range groups {
		for _, b := range group {
			if b.Enabled() {
				do(b)
			}
		}
	}
}
