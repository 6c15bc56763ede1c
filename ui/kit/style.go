package kit

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops/clean"
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

// shade is a colour for each kind of terminal: true colour, one of the 256 that all
// palettes share, one of the 16 that the terminal's palette gives. "" is the terminal's own.
type shade struct{ rgb, indexed, basic string }

// token is a style before the terminal is known.
type token struct {
	dark, light shade // on a dark and on a light background
	bold        bool  // in colour
	plainBold   bool  // without colour
	reverse     bool  // always, as a block
	// onBlack is the colour of text in the selected row in 16 colours, where it is drawn on
	// black; "" for plain reverse video.
	onBlack string
}

// The tokens' colours have a contrast of at least 4.5:1 on black, on #1e1e1e, on white, and
// on the background of the selected row; in 16 colours by the palettes of xterm and of
// Linux's console. Bright black is no colour for text: some palettes make it the background's.
var (
	muted  = [2]shade{{"#9aa0a6", "248", ""}, {"#5a5f66", "59", ""}}
	accent = [2]shade{{"#7cb7ff", "111", "14"}, {"#0b57d0", "25", "4"}}

	textToken   = token{}
	strongToken = token{bold: true, plainBold: true}
	mutedToken  = token{dark: muted[0], light: muted[1]}
	accentToken = token{dark: accent[0], light: accent[1], plainBold: true}
	dangerToken = token{
		dark: shade{"#ff8a80", "210", "9"}, light: shade{"#b3261e", "124", "1"}, bold: true, plainBold: true,
		onBlack: "9",
	}
	warningToken = token{
		dark: shade{"#ffc66d", "221", "11"}, light: shade{"#7d4b00", "94", "11"}, plainBold: true,
		onBlack: "11",
	}
	goodToken    = token{dark: shade{"#7fd99a", "114", "10"}, light: shade{"#146c2e", "22", ""}}
	unknownToken = token{
		dark: shade{"#d7a6ff", "183", "13"}, light: shade{"#7534b0", "91", "5"}, plainBold: true,
		onBlack: "13",
	}
	titleToken  = token{dark: accent[0], light: accent[1], bold: true, plainBold: true}
	headerToken = token{dark: muted[0], light: muted[1], bold: true, plainBold: true}
	borderToken = token{dark: shade{"#5c6674", "60", ""}, light: shade{"#a9b1bc", "145", ""}}
	keyToken    = token{dark: accent[0], light: accent[1], bold: true, plainBold: true}
	chosenToken = token{dark: accent[0], light: accent[1], bold: true, reverse: true}
)

// The row that is selected: its background, and the colour of text that has no
// other. In 16 colours it is reverse video.
var (
	selectedDark, selectedLight         = shade{"#22304a", "237", ""}, shade{"#dce6f7", "254", ""}
	selectedTextDark, selectedTextLight = shade{"#ffffff", "231", ""}, shade{"#101418", "233", ""}
)

// NewStyles returns the styles for a dark or a light background, and for what the terminal
// can show. Without colour nothing but bold and reverse is used.
func NewStyles(dark bool, profile colorprofile.Profile) Styles {
	style := func(t token) Style { return t.inColour(dark, profile) }
	switch {
	case profile <= colorprofile.ASCII:
		style = token.withoutColour
	case profile == colorprofile.ANSI:
		style = func(t token) Style { return t.in16(dark) }
	}
	return Styles{
		Text: style(textToken), Strong: style(strongToken), Muted: style(mutedToken),
		Accent: style(accentToken), Danger: style(dangerToken), Warning: style(warningToken),
		Good: style(goodToken), Unknown: style(unknownToken), Title: style(titleToken),
		Header: style(headerToken), Border: style(borderToken), Key: style(keyToken),
		Chosen: style(chosenToken),
	}
}

// withoutColour is bold or reverse, and never both: a console that shows bold as bright
// would turn the black text of a reversed cell grey.
func (t token) withoutColour() Style {
	normal := lipgloss.NewStyle()
	if t.reverse {
		normal = normal.Reverse(true)
		return newStyle(normal, normal)
	}
	return newStyle(normal.Bold(t.plainBold), normal.Reverse(true))
}

// in16 takes the colours from the terminal's palette. Bold is left to text without a colour:
// many terminals make another colour of a bold one.
func (t token) in16(dark bool) Style {
	color := t.dark.basic
	if !dark {
		color = t.light.basic
	}
	normal, selected := lipgloss.NewStyle(), lipgloss.NewStyle().Reverse(true)
	if t.onBlack != "" {
		selected = onBlack(t.onBlack)
	}
	switch {
	case t.reverse:
		normal = normal.Reverse(true)
	case color == "":
		normal = normal.Bold(t.bold)
	case !dark && color == t.onBlack: // it can't be read on white
		normal = onBlack(color)
	default:
		normal = normal.Foreground(lipgloss.Color(color))
	}
	return newStyle(normal, selected)
}

func onBlack(color string) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(lipgloss.Color(color)).Background(lipgloss.Color("0"))
}

// inColour is for terminals of 256 colours and of all.
func (t token) inColour(dark bool, profile colorprofile.Profile) Style {
	pick := func(d, l shade) color.Color {
		if !dark {
			d = l
		}
		if profile == colorprofile.ANSI256 {
			return lipgloss.Color(d.indexed)
		}
		return lipgloss.Color(d.rgb)
	}
	normal := lipgloss.NewStyle().Reverse(t.reverse).Bold(t.bold)
	selected := normal.Bold(true).Background(pick(selectedDark, selectedLight))
	if t.dark.rgb == "" {
		return newStyle(normal, selected.Foreground(pick(selectedTextDark, selectedTextLight)))
	}
	fg := pick(t.dark, t.light)
	return newStyle(normal.Foreground(fg), selected.Foreground(fg))
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
