package kit

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops/clean"
)

// Part is a piece of the header line.
type Part struct {
	Text string
	// Short is used instead of Text where there is too little room. "" if there is
	// nothing shorter.
	Short string
	Style Style
	// Pinned parts are never dropped: the account and the profile, above all.
	Pinned bool
	// Importance orders the dropping of the others, the least first.
	Importance int
}

// Frame is a whole screen.
type Frame struct {
	Left []Part // of the header line
	// Right is the right part of the header line, and RightShort what is told of it where
	// there is too little room; "" if there is nothing shorter.
	Right, RightShort string
	Body              string
	// Hints are those of the footer. Disabled ones are left out, and the last one stays
	// where there is too little room: it is the way out.
	Hints []key.Binding
	// Notice stands in the footer instead of the hints while it is not empty.
	Notice Cell
}

// The lines of a frame that are not its body: header and rule, rule and footer.
const (
	FrameHead = 2
	FrameFoot = 2
)

// BodySize is the room that a frame leaves for its body, in cells.
func (c *Common) BodySize() (width, height int) {
	return max(c.Width, 0), max(c.Height-FrameHead-FrameFoot, 0)
}

// The least size in cells that screens are laid out for.
const (
	LeastWidth  = 60
	LeastHeight = 15
)

// TooSmall reports whether the terminal is too small for any screen.
func (c *Common) TooSmall() bool { return c.Width < LeastWidth || c.Height < LeastHeight }

// TooSmallView says how much room is needed.
func (c *Common) TooSmallView() string {
	text := fmt.Sprintf("keyturn needs %dx%d, this is %dx%d", LeastWidth, LeastHeight, c.Width, c.Height)
	return Fit(c.Glyphs.Truncate(text, c.Width), c.Width, c.Height)
}

// View draws the frame in exactly the size of the terminal.
func (f Frame) View(c *Common) string {
	width, height := c.BodySize()
	lines := []string{c.headerLine(f.Left, f.Right, f.RightShort), c.Rule(width)}
	if height > 0 {
		lines = append(lines, Fit(f.Body, width, height))
	}
	lines = append(lines, f.foot(c, width)...)
	return Fit(strings.Join(lines, "\n"), c.Width, c.Height)
}

// foot is the rule and the footer under it. A notice that is too long for the footer takes
// the line of the rule as well: it is a reason, which is worth nothing if it is cut.
func (f Frame) foot(c *Common, width int) []string {
	if len(f.Notice) == 0 {
		return []string{c.Rule(width), " " + c.HintLine(f.Hints, width-1)}
	}
	lines := Wrap(f.Notice.String(), max(1, width-1))
	if len(lines) == 1 {
		return []string{c.Rule(width), " " + lines[0]}
	}
	rest := strings.Join(lines[1:], " ")
	return []string{" " + lines[0], "   " + c.Glyphs.Truncate(rest, width-3)}
}

// Rule is a horizontal line.
func (c *Common) Rule(width int) string {
	return c.Styles.Border.Render(strings.Repeat(c.Glyphs.Rule, max(width, 0)))
}

const partGap = "   "

// headerLine drops what matters least until the rest fits. The right part is told in
// short, then without the least important of the parts that are not pinned, and then
// dropped; then the other parts that are not pinned go, and the pinned ones are told in
// short. If even that is too wide, pinned parts are cut, the widest first, never wholly.
func (c *Common) headerLine(left []Part, right, short string) string {
	width := c.Width - 2
	parts := make([]Part, len(left))
	for i, p := range left {
		p.Text, p.Short = clean.Text(p.Text), clean.Text(p.Short)
		parts[i] = p
	}
	parts, right = withRight(parts, clean.Text(right), clean.Text(short), width)
	for partsWidth(parts) > width {
		if !dropPart(&parts) && !c.shrinkPart(parts, partsWidth(parts)-width) {
			break
		}
	}
	drawn := make([]string, len(parts))
	for i, p := range parts {
		drawn[i] = p.Style.Render(p.Text)
	}
	line := " " + strings.Join(drawn, partGap)
	if right != "" {
		line = Pad(line, c.Width-1-Width(right)) + c.Styles.Muted.Render(right)
	}
	return line
}

// withRight is how the right part is told, "" if it can't be, and the parts beside it.
func withRight(parts []Part, right, short string, width int) ([]Part, string) {
	fits := func(parts []Part, right string) bool {
		return right != "" && partsWidth(parts)+len(partGap)+Width(right) <= width
	}
	if short == "" {
		short = right
	}
	fewer := slices.Clone(parts)
	dropPart(&fewer)
	switch {
	case fits(parts, right):
		return parts, right
	case fits(parts, short):
		return parts, short
	case fits(fewer, short):
		return fewer, short
	}
	return parts, ""
}

func partsWidth(parts []Part) int {
	w := len(partGap) * max(0, len(parts)-1)
	for _, p := range parts {
		w += Width(p.Text)
	}
	return w
}

// dropPart removes the least important part that may go.
func dropPart(parts *[]Part) bool {
	drop := -1
	for i, p := range *parts {
		if !p.Pinned && (drop < 0 || p.Importance <= (*parts)[drop].Importance) {
			drop = i
		}
	}
	if drop < 0 {
		return false
	}
	*parts = append((*parts)[:drop], (*parts)[drop+1:]...)
	return true
}

// shrinkPart makes one part narrower, by its short form or by cutting, and
// reports whether it could.
func (c *Common) shrinkPart(parts []Part, excess int) bool {
	widest := -1
	for i, p := range parts {
		if p.Short != "" && Width(p.Short) < Width(p.Text) {
			parts[i].Text, parts[i].Short = p.Short, ""
			return true
		}
		if widest < 0 || Width(p.Text) > Width(parts[widest].Text) {
			widest = i
		}
	}
	if widest < 0 || Width(parts[widest].Text) <= 4 {
		return false
	}
	p := &parts[widest]
	p.Text = c.Glyphs.Truncate(p.Text, max(4, Width(p.Text)-excess))
	return true
}

// HintLine draws key bindings in one line: the label of each key and what it does.
// Disabled ones are left out, and those before the last that do not fit.
func (c *Common) HintLine(hints []key.Binding, width int) string {
	hints = slices.DeleteFunc(slices.Clone(hints), func(h key.Binding) bool { return !h.Enabled() })
	for n := len(hints); n > 1 && hintsWidth(hints) > width; n-- {
		hints = slices.Delete(hints, n-2, n-1)
	}
	if hintsWidth(hints) > width {
		return ""
	}
	drawn := make([]string, len(hints))
	for i, h := range hints {
		drawn[i] = c.Styles.Key.Render(h.Help().Key) + " " + c.Styles.Muted.Render(h.Help().Desc)
	}
	return strings.Join(drawn, partGap)
}

func hintsWidth(hints []key.Binding) int {
	w := len(partGap) * max(0, len(hints)-1)
	for _, h := range hints {
		w += Width(h.Help().Key) + 1 + Width(h.Help().Desc)
	}
	return w
}

// Box draws a frame around lines, with a title in its upper edge and a blank line
// inside above and below. Lines are padded, and cut, to inner cells.
func (c *Common) Box(title string, lines []string, inner int) string {
	g, border := c.Glyphs, c.Styles.Border
	title = g.Truncate(clean.Text(title), inner-2)
	top := border.Render(g.Corners[0]+g.Rule) + " " + c.Styles.Title.Render(title) + " " +
		border.Render(strings.Repeat(g.Rule, max(0, inner+1-Width(title)))+g.Corners[1])
	wall := border.Render(g.Wall)
	row := func(s string) string {
		if Width(s) > inner {
			s = ansi.Truncate(s, inner, "")
		}
		return wall + "  " + Pad(s, inner) + "  " + wall
	}
	out := []string{top, row("")}
	for _, l := range lines {
		out = append(out, row(l))
	}
	out = append(out, row(""), border.Render(g.Corners[2]+strings.Repeat(g.Rule, inner+4)+g.Corners[3]))
	return strings.Join(out, "\n")
}

// LayOver lays a box over the middle of a screen of width × height cells. It also
// returns the box's upper left corner, for the cursor.
func LayOver(screen, box string, width, height int) (view string, x, y int) {
	boxLines := strings.Split(box, "\n")
	boxWidth := 0
	for _, l := range boxLines {
		boxWidth = max(boxWidth, Width(l))
	}
	x, y = max(0, (width-boxWidth)/2), max(0, (height-len(boxLines))/2)
	lines := strings.Split(Fit(screen, width, height), "\n")
	for i, l := range boxLines {
		if y+i >= len(lines) {
			break
		}
		under := lines[y+i]
		left := Pad(ansi.Truncate(under, x, ""), x)
		room := max(0, width-x-boxWidth)
		right := lastCells(under, room)
		lines[y+i] = left + "\x1b[m" + Pad(l, boxWidth) + "\x1b[m" + padLeft(right, room)
	}
	return strings.Join(lines, "\n"), x, y
}
