package kit

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"keyturn/clean"
)

// Styles are the tokens of the look. A screen names what a text is, and never a
// colour.
type Styles struct {
	Text    Style // ordinary text, in the terminal's own colour
	Strong  Style // the text that a line is about
	Muted   Style // what may be overlooked
	Accent  Style // where the operator is
	Danger  Style // broken rules, failures, changes that can't be undone
	Warning Style // soon a broken rule; take care
	Good    Style // done, in order
	Unknown Style // not known, which is never the same as in order
	Title   Style // the name of a screen or a dialog
	Header  Style // the heads of columns
	Border  Style // rules and frames: no text is drawn with it
	Key     Style // the name of a key on the keyboard
	Chosen  Style // the choice that enter takes
}

// token is a style before the background is known.
type token struct {
	dark, light string // "#rrggbb"; "" for the terminal's own colour
	bold        bool   // in colour
	plainBold   bool   // without colour
	reverse     bool   // always, as a block
}

// The tokens' colours have a contrast of at least 4.5:1 on black, on #1e1e1e,
// on white, and on the background of the selected row.
var (
	textToken    = token{}
	strongToken  = token{bold: true, plainBold: true}
	mutedToken   = token{dark: "#9aa0a6", light: "#5a5f66"}
	accentToken  = token{dark: "#7cb7ff", light: "#0b57d0", plainBold: true}
	dangerToken  = token{dark: "#ff8a80", light: "#b3261e", bold: true, plainBold: true}
	warningToken = token{dark: "#ffc66d", light: "#7d4b00", plainBold: true}
	goodToken    = token{dark: "#7fd99a", light: "#146c2e"}
	unknownToken = token{dark: "#d7a6ff", light: "#7534b0", plainBold: true}
	titleToken   = token{dark: "#7cb7ff", light: "#0b57d0", bold: true, plainBold: true}
	headerToken  = token{dark: "#9aa0a6", light: "#5a5f66", bold: true, plainBold: true}
	borderToken  = token{dark: "#5c6674", light: "#a9b1bc"}
	keyToken     = token{dark: "#7cb7ff", light: "#0b57d0", bold: true, plainBold: true}
	chosenToken  = token{dark: "#7cb7ff", light: "#0b57d0", bold: true, plainBold: true, reverse: true}
)

// The row that is selected: its background, and the colour of text that has no
// other.
const (
	selectedDark, selectedLight         = "#22304a", "#dce6f7"
	selectedTextDark, selectedTextLight = "#ffffff", "#101418"
)

// NewStyles returns the styles for a dark or a light background. Without colour
// nothing but bold and reverse is used.
func NewStyles(dark, noColor bool) Styles {
	pick := lipgloss.LightDark(dark)
	style := func(t token) Style {
		normal := lipgloss.NewStyle().Reverse(t.reverse)
		if noColor {
			normal = normal.Bold(t.plainBold)
			return newStyle(normal, normal.Reverse(true))
		}
		normal = normal.Bold(t.bold)
		selected := normal.Bold(true).
			Background(pick(lipgloss.Color(selectedLight), lipgloss.Color(selectedDark)))
		if t.dark == "" {
			return newStyle(normal,
				selected.Foreground(pick(lipgloss.Color(selectedTextLight), lipgloss.Color(selectedTextDark))))
		}
		fg := pick(lipgloss.Color(t.light), lipgloss.Color(t.dark))
		return newStyle(normal.Foreground(fg), selected.Foreground(fg))
	}
	return Styles{
		Text: style(textToken), Strong: style(strongToken), Muted: style(mutedToken),
		Accent: style(accentToken), Danger: style(dangerToken), Warning: style(warningToken),
		Good: style(goodToken), Unknown: style(unknownToken), Title: style(titleToken),
		Header: style(headerToken), Border: style(borderToken), Key: style(keyToken),
		Chosen: style(chosenToken),
	}
}

// Style is one token, ready to draw with. The zero value changes nothing.
//
// What lipgloss would work out again for each piece of text, the sequences that
// switch a style on and off, is worked out once: a list draws some hundreds of
// pieces at every key press.
type Style struct {
	lip              lipgloss.Style
	normal, selected ink
}

type ink struct{ on, off string }

func newStyle(normal, selected lipgloss.Style) Style {
	return Style{lip: normal, normal: inkOf(normal), selected: inkOf(selected)}
}

func inkOf(s lipgloss.Style) ink {
	on, off, _ := strings.Cut(s.Render("x"), "x")
	return ink{on, off}
}

// Render draws text, which may have several lines.
func (s Style) Render(text string) string { return s.normal.draw(text) }

// RenderSelected draws text as part of the selected row.
func (s Style) RenderSelected(text string) string { return s.selected.draw(text) }

// Lipgloss returns the style for the components that ask for one.
func (s Style) Lipgloss() lipgloss.Style { return s.lip }

func (k ink) draw(text string) string {
	switch {
	case text == "" || k.on == "":
		return text
	case strings.Contains(text, "\n"):
		return k.on + strings.ReplaceAll(text, "\n", k.off+"\n"+k.on) + k.off
	}
	return k.on + text + k.off
}

// Span is a piece of text, without line breaks, in one style.
type Span struct {
	Text  string
	Style Style
}

// Cell is a line of spans, drawn one after the other.
type Cell []Span

// String draws the cell.
func (c Cell) String() string {
	var b strings.Builder
	for _, s := range c {
		b.WriteString(s.Style.Render(clean.Text(s.Text)))
	}
	return b.String()
}

func (c Cell) width() int {
	w := 0
	for _, s := range c {
		w += Width(clean.Text(s.Text))
	}
	return w
}

// cutCell cuts a cell to width, at its end or at its beginning.
func (g Glyphs) cutCell(c Cell, width int, keepEnd bool) Cell {
	if keepEnd {
		text, style := "", Style{}
		for _, s := range c {
			text, style = text+clean.Text(s.Text), s.Style
		}
		return Cell{{Text: g.KeepEnd(text, width), Style: style}}
	}
	var out Cell
	for i, s := range c {
		text := clean.Text(s.Text)
		w := Width(text)
		if w > width || (w == width && c[i+1:].width() > 0) {
			// What follows is cut off, so the ellipsis has to be in this span.
			return append(out, Span{Text: ansi.Truncate(text+g.Ellipsis+" ", width, g.tail(width)), Style: s.Style})
		}
		out = append(out, Span{Text: text, Style: s.Style})
		width -= w
	}
	return out
}
