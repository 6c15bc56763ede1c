package ui

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// View draws the whole terminal.
func (p *Program) View() tea.View {
	content, cursor := p.draw()
	return tea.View{Content: content, Cursor: cursor, AltScreen: true, WindowTitle: "keyturn", ProgressBar: p.progressBar()}
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

func (p *Program) draw() (string, *tea.Cursor) {
	c := p.common
	if c.TooSmall() {
		return c.TooSmallView(), nil
	}
	right, short := p.title()
	frame := kit.Frame{Left: p.header(), Right: right, RightShort: short, Body: p.body(), Hints: p.hints(), Notice: p.notice()}
	view := frame.View(c)
	switch d := p.openDialog(); {
	case d != nil:
		return c.WithDialog(view, d)
	case p.help:
		over, _, _ := kit.LayOver(view, p.helpBox(p.helpPage), c.Width, c.Height)
		return over, nil
	}
	if p.front() == nil {
		return view, nil
	}
	return view, kit.Moved(p.front().Cursor(), 0, kit.FrameHead)
}

// openDialog is the dialog that is open: the question for a code, the root's own, or the
// front screen's.
func (p *Program) openDialog() *kit.Dialog {
	switch front := p.front(); {
	case p.code.Dialog() != nil:
		return p.code.Dialog()
	case p.own.Dialog() != nil:
		return p.own.Dialog()
	case front != nil:
		return front.Dialog()
	}
	return nil
}

func (p *Program) body() string {
	if front := p.front(); front != nil {
		return front.View()
	}
	return "\n " + p.common.Styles.Muted.Render("Opening the rotation of "+clean.Text(p.opening)+" "+p.common.Glyphs.Pending)
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
	if p.drift != "" {
		parts = append(parts, kit.Part{Text: words.DriftMark, Short: words.DriftMarkShort, Style: st.Danger, Pinned: true})
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

// title is the right part of the first line, and how it is told in short.
func (p *Program) title() (long, short string) {
	if p.front() == nil {
		return "", ""
	}
	return p.front().Title()
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
