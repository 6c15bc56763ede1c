package kit

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"
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
	Left  []Part // of the header line
	Right string // of the header line; the first to go
	Body  string
	Hints []key.Binding // of the footer; disabled ones are left out
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

// View draws the frame in exactly the size of the terminal.
func (f Frame) View(c *Common) string {
	width, height := c.BodySize()
	lines := []string{c.headerLine(f.Left, f.Right), c.Rule(width)}
	if height > 0 {
		lines = append(lines, Fit(f.Body, width, height))
	}
	footer := c.HintLine(f.Hints, width-1)
	if len(f.Notice) > 0 {
		footer = c.Glyphs.Truncate(f.Notice.String(), width-1)
	}
	lines = append(lines, c.Rule(width), " "+footer)
	return Fit(strings.Join(lines, "\n"), c.Width, c.Height)
}

// Rule is a horizontal line.
func (c *Common) Rule(width int) string {
	return c.Styles.Border.Render(strings.Repeat(c.Glyphs.Rule, max(width, 0)))
}

const partGap = "   "

// headerLine drops what matters least until the rest fits: first the right part,
// then the parts that are not pinned; then the pinned ones in their short form.
// If even that is too wide, pinned parts are cut, the widest first, never wholly.
func (c *Common) headerLine(left []Part, right string) string {
	width := c.Width - 2
	parts := make([]Part, len(left))
	for i, p := range left {
		p.Text, p.Short = Clean(p.Text), Clean(p.Short)
		parts[i] = p
	}
	right = Clean(right)
	if partsWidth(parts)+len(partGap)+Width(right) > width {
		right = ""
	}
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
// Disabled ones are left out, and those at the end that do not fit.
func (c *Common) HintLine(hints []key.Binding, width int) string {
	var b strings.Builder
	used := 0
	for _, h := range hints {
		if !h.Enabled() {
			continue
		}
		label, does := h.Help().Key, h.Help().Desc
		w := Width(label) + 1 + Width(does)
		if used > 0 {
			w += len(partGap)
		}
		if used+w > width {
			break
		}
		if used > 0 {
			b.WriteString(partGap)
		}
		b.WriteString(c.Styles.Key.Render(label) + " " + c.Styles.Muted.Render(does))
		used += w
	}
	return b.String()
}

// Box draws a frame around lines, with a title in its upper edge and a blank line
// inside above and below. Lines are padded, and cut, to inner cells.
func (c *Common) Box(title string, lines []string, inner int) string {
	g, border := c.Glyphs, c.Styles.Border
	title = g.Truncate(Clean(title), inner-2)
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

// Overlay lays a box over the middle of a screen of width × height cells. It also
// returns the box's upper left corner, for the cursor.
func Overlay(screen, box string, width, height int) (view string, x, y int) {
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
