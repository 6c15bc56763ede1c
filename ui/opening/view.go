package opening

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// View draws the whole terminal.
func (p *Screen) View() tea.View {
	content, cursor := p.draw()
	view := tea.View{Content: content, Cursor: cursor, AltScreen: true, WindowTitle: "keyturn"}
	return view
}

func (p *Screen) draw() (string, *tea.Cursor) {
	c := p.common
	if c.TooSmall() {
		return c.TooSmallView(), nil
	}
	view := kit.Frame{Left: p.header(), Body: p.body(), Hints: p.hints()}.View(c)
	return c.WithDialog(view, p.code.Dialog())
}

func (p *Screen) header() []kit.Part {
	st := p.common.Styles
	parts := []kit.Part{{Text: "keyturn", Style: st.Title, Importance: 1}}
	if p.options.Sandbox {
		parts = append(parts, kit.Part{Text: "SANDBOX", Style: st.Warning, Pinned: true})
	}
	parts = append(parts, kit.Part{Text: "account not known yet", Style: st.Muted, Pinned: true})
	if p.profile != "" {
		parts = append(parts, kit.Part{Text: "profile " + p.profile, Short: p.profile, Style: st.Text, Pinned: true})
	}
	return parts
}

func (p *Screen) hints() []key.Binding {
	if d := p.code.Dialog(); d != nil {
		return d.Hints()
	}
	return kit.Footer(p.Keys())
}

func (p *Screen) body() string {
	switch p.stage {
	case choosing:
		return p.pickerView()
	case failed:
		return p.failedView()
	case asking:
	}
	st := p.common.Styles
	text := words.AskingWho(p.profile)
	switch {
	case p.calledOff:
		text = words.CallingOff
	case p.options.Sandbox:
		text = words.MakingSandbox
	}
	return "\n " + st.Strong.Render(clean.Text(text)+" "+p.common.Glyphs.Pending) + "\n\n " + st.Muted.Render(words.AskingKnown)
}

func (p *Screen) pickerView() string {
	c := p.common
	width, _ := c.BodySize()
	return " " + c.Styles.Title.Render(c.Glyphs.Truncate(words.PickTitle, width-2)) + "\n" + c.Rule(width) + "\n" + p.picker.View(c, func(i int, _ []int) []kit.Cell {
		st := c.Styles
		if i == len(p.options.Profiles) {
			return []kit.Cell{{{Text: words.PickNone, Style: st.Muted}}}
		}
		o := p.options.Profiles[i]
		return []kit.Cell{{{Text: o.Name, Style: st.Strong}}, {{Text: o.Kind, Style: st.Text}}, {{Text: o.Region, Style: st.Text}}}
	})
}

// failedView says what happened, what is known, and what to do.
func (p *Screen) failedView() string {
	st, g := p.common.Styles, p.common.Glyphs
	width, _ := p.common.BodySize()
	explained := words.Unreached(p.failure, p.profile)
	lines := []string{"", " " + st.Danger.Render(g.Cross+" "+words.FailedTitle), ""}
	add := func(text string, style kit.Style) {
		for _, l := range kit.Wrap(clean.Text(text), max(1, width-6)) {
			lines = append(lines, "   "+style.Render(l))
		}
	}
	add(explained.What, st.Strong)
	add(words.FailedKnown, st.Muted)
	lines = append(lines, "")
	add(explained.Next, st.Text)
	if explained.Statement != "" {
		add(explained.Statement, st.Text)
	}
	return strings.Join(lines, "\n")
}
