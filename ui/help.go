package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
	"keyturn/ui/kit"
)

// The frame of the help box and the lines around it that stay free, and the least width
// of a column that can be read.
const (
	helpEnds   = 6
	helpSides  = 6
	helpColumn = 32
)

const columnGap = "   "

// openHelp shows the keys.
func (p *Program) openHelp() tea.Cmd {
	p.help, p.helpPage = true, 0
	p.hideFront()
	return nil
}

// turnHelp goes to the help's next page, and closes it after the last. Esc and the help's
// own key close it at once.
func (p *Program) turnHelp(msg tea.Msg) {
	press, isPress := msg.(tea.KeyPressMsg)
	if !isPress {
		return
	}
	k := p.common.Keys
	p.helpPage++
	p.help = p.helpPage < len(p.helpPages()) && !key.Matches(press, k.Help, k.Esc, k.Interrupt)
}

// helpHints are the keys of the help itself.
func (p *Program) helpHints() []key.Binding {
	hints := []key.Binding{kit.Describe(p.common.Keys.Help, "close")}
	if p.helpPage < len(p.helpPages())-1 {
		hints = append(hints, kit.Bind("the other keys", "any key", "space"))
	}
	return hints
}

// helpBox draws a page of the keys.
func (p *Program) helpBox(page int) string {
	pages := p.helpPages()
	lines := pages[min(page, len(pages)-1)] // there may be fewer since the window was resized
	inner := 0
	for _, l := range lines {
		inner = max(inner, kit.Width(l))
	}
	return p.common.Box("Keys", lines, min(max(inner, len("Keys")+2), p.common.Width-helpSides))
}

// helpPages are the keys that do something as things are, in groups, and after them those
// that don't, with the reason. Where there is too little room for blank lines between the
// groups, they go; then there are columns, and more pages than one.
func (p *Program) helpPages() [][]string {
	room, width := max(1, p.common.Height-helpEnds), max(1, p.common.Width-helpSides)
	for _, blank := range []bool{true, false} {
		if lines := p.helpLines(width, blank); len(lines) <= room {
			return [][]string{lines}
		}
	}
	columns := max(1, (width+len(columnGap))/(helpColumn+len(columnGap)))
	if n := (len(p.helpLines(width, false)) + room - 1) / room; n < columns {
		columns = n
	}
	each := (width - (columns-1)*len(columnGap)) / columns
	lines := p.helpLines(each, false)
	var pages [][]string
	for len(lines) > 0 {
		n := min(len(lines), columns*room)
		pages, lines = append(pages, p.inColumns(lines[:n], room, each)), lines[n:]
	}
	return pages
}

// helpLines are a line a key; what is long is wrapped.
func (p *Program) helpLines(width int, blank bool) []string {
	st := p.common.Styles
	label := 0
	groups, refused := kit.Help(p.keyGroups()), kit.Unavailable(p.keyGroups())
	for _, b := range slices.Concat(groups...) {
		label = max(label, kit.Width(b.Help().Key))
	}
	for _, u := range refused {
		label = max(label, kit.Width(u.Help().Key))
	}
	var lines []string
	add := func(name, text string, nameStyle, style kit.Style) {
		for i, l := range kit.Wrap(clean.Text(text), max(1, width-label-2)) {
			if i > 0 {
				name = ""
			}
			lines = append(lines, nameStyle.Render(kit.Pad(name, label))+"  "+style.Render(l))
		}
	}
	next := func() {
		if blank && len(lines) > 0 {
			lines = append(lines, "")
		}
	}
	for _, group := range groups {
		next()
		for _, b := range group {
			add(b.Help().Key, b.Help().Desc, st.Key, st.Text)
		}
	}
	if len(refused) > 0 {
		next()
	}
	for _, u := range refused {
		add(u.Help().Key, u.Help().Desc+": not now, "+u.Not, st.Muted, st.Muted)
	}
	return lines
}

// inColumns puts lines into as many columns of a width as they need.
func (p *Program) inColumns(lines []string, height, each int) []string {
	out := make([]string, min(height, len(lines)))
	for i, l := range lines {
		row, column := i%height, i/height
		if column > 0 {
			out[row] = kit.Pad(out[row], column*(each+len(columnGap))-len(columnGap)) + columnGap
		}
		out[row] += p.common.Glyphs.Truncate(l, each)
	}
	return out
}
