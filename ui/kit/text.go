package kit

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells that a styled line takes. Lines of the characters
// that screens are mostly made of are counted without the search for graphemes,
// which is what most of the time of a frame would go into.
func Width(s string) int {
	if w, ok := simpleWidth(s); ok {
		return w
	}
	return ansi.StringWidth(s)
}

// simpleWidth counts a line of printable ASCII, lines, blocks, geometric shapes and
// colour sequences. It reports false for a line with anything else in it.
func simpleWidth(s string) (int, bool) {
	w := 0
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case b >= ' ' && b < 0x7f:
			w, i = w+1, i+1
		case b == '\x1b':
			end := sequenceEnd(s[i:])
			if end == 0 {
				return 0, false
			}
			i += end
		case b == 0xe2 && i+2 < len(s) && s[i+1] >= 0x94 && s[i+1] <= 0x97: // U+2500 to U+25FF
			if emoji := s[i : i+3]; emoji == "◽" || emoji == "◾" { // two cells wide
				return 0, false
			}
			w, i = w+1, i+3
		case i+2 < len(s) && (s[i:i+3] == "✓" || s[i:i+3] == "✗" || s[i:i+3] == "↻" || s[i:i+3] == "…"):
			w, i = w+1, i+3
		default:
			return 0, false
		}
	}
	return w, true
}

// sequenceEnd is the length of the colour sequence that s begins with, 0 if it
// begins with another one.
func sequenceEnd(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch b := s[i]; {
		case b == 'm':
			return i + 1
		case (b < '0' || b > '9') && b != ';' && b != ':':
			return 0
		}
	}
	return 0
}

// Truncate cuts the end off a styled line that is wider than width, and says so
// with an ellipsis.
func (g Glyphs) Truncate(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if Width(s) <= width {
		return s
	}
	return ansi.Truncate(s, width, g.tail(width))
}

// KeepEnd cuts the beginning off a line that is wider than width: the end of an
// access key ID is what people compare.
func (g Glyphs) KeepEnd(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if Width(s) <= width {
		return s
	}
	tail := g.tail(width)
	return tail + lastCells(s, width-Width(tail))
}

// lastCells is as much of the end of a styled line as fits into width. A wide
// character that stands across the cut is left out.
func lastCells(s string, width int) string {
	for n := Width(s) - width; ; n++ {
		if out := ansi.TruncateLeft(s, n, ""); Width(out) <= width {
			return out
		}
	}
}

// tail is the ellipsis, or nothing where it would be all that is seen.
func (g Glyphs) tail(width int) string {
	if Width(g.Ellipsis) >= width {
		return ""
	}
	return g.Ellipsis
}

// Pad fills a line with blanks up to width.
func Pad(s string, width int) string {
	if n := width - Width(s); n > 0 {
		return s + blanks(n)
	}
	return s
}

// padLeft fills a line with blanks at its beginning.
func padLeft(s string, width int) string {
	if n := width - Width(s); n > 0 {
		return blanks(n) + s
	}
	return s
}

const manyBlanks = "                                                                                                                                "

func blanks(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(manyBlanks) {
		return manyBlanks[:n]
	}
	return strings.Repeat(" ", n)
}

// hyphen stands for a hyphen at which a line is not broken. No text has it.
const hyphen = "\ue000"

// Wrap breaks a text into lines of at most width cells, at blanks where there
// are any. A single word that is too long, such as an ARN, is broken where it
// has to be.
func Wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	// A hyphen is part of its word: regions and flags are read in one piece.
	lines := strings.Split(lipgloss.Wrap(strings.ReplaceAll(s, "-", hyphen), width, ""), "\n")
	for i, l := range lines {
		l = strings.TrimRight(strings.ReplaceAll(l, hyphen, "-"), " ")
		if Width(l) > width { // a wide character in a single cell
			l = ansi.Truncate(l, width, "")
		}
		lines[i] = l
	}
	return lines
}

// Fit makes a text exactly width cells wide and height lines high: longer lines
// and further lines are cut, shorter ones filled with blanks.
func Fit(s string, width, height int) string {
	if width <= 0 || height <= 0 {
		return ""
	}
	var b strings.Builder
	b.Grow(len(s) + height*8)
	for i := range height {
		if i > 0 {
			b.WriteByte('\n')
		}
		var line string
		line, s, _ = strings.Cut(s, "\n")
		w := Width(line)
		if w > width {
			line = ansi.Truncate(line, width, "")
			w = Width(line)
		}
		b.WriteString(line)
		b.WriteString(blanks(width - w))
	}
	return b.String()
}

// Beside puts two blocks side by side, the left one leftWidth cells wide. The
// lines of both are padded with empty ones to the same number.
func Beside(left string, leftWidth int, between, right string) string {
	l, r := strings.Split(left, "\n"), strings.Split(right, "\n")
	var b strings.Builder
	for i := range max(len(l), len(r)) {
		if i > 0 {
			b.WriteByte('\n')
		}
		var ll, rl string
		if i < len(l) {
			ll = l[i]
		}
		if i < len(r) {
			rl = r[i]
		}
		if Width(ll) > leftWidth {
			ll = ansi.Truncate(ll, leftWidth, "")
		}
		b.WriteString(Pad(ll, leftWidth))
		b.WriteString(between)
		b.WriteString(rl)
	}
	return b.String()
}
