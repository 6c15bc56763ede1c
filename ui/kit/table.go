package kit

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
)

// Column is a column of a table.
type Column struct {
	Title string
	// Short is used instead of Title where the column is too narrow for that. "" if there
	// is nothing shorter.
	Short string
	// Min is the least width in cells that is of use, Wide the width that shows
	// everything as a rule. The most important columns grow to it first.
	Min, Wide int
	// Flex is the share of the room that is left then. 0 takes none.
	Flex int
	// Importance decides which columns go first where there is too little room:
	// those with the least. A column is shown in full or not at all.
	Importance int
	Right      bool // aligned to the right
	KeepEnd    bool // cut at the beginning
}

// Table draws the visible part of a list of rows, one of them selected. It knows
// rows by their index; which row an index means is the caller's, who moves the
// selection when the order changes.
type Table struct {
	columns       []Column
	widths        []int // of each column in cells; 0 for a column that is not shown
	width, height int
	length        int
	selected, top int
}

// The cells before the first column, for the selection's mark, and between two.
const (
	tableMargin = 3
	tableGap    = 2
)

// NewTable returns a table with the given columns.
func NewTable(columns ...Column) *Table {
	return &Table{columns: columns, widths: make([]int, len(columns))}
}

// SetSize gives the table its room in cells. The first line is the columns' heads.
func (t *Table) SetSize(width, height int) {
	t.width, t.height = width, height
	t.layOut()
	t.scroll()
}

// SetLen says how many rows there are.
func (t *Table) SetLen(n int) {
	t.length = n
	t.scroll()
}

// Select selects a row and brings it into view.
func (t *Table) Select(i int) {
	t.selected = i
	t.scroll()
}

// Selected is the index of the selected row, -1 if there are no rows.
func (t *Table) Selected() int {
	if t.length == 0 {
		return -1
	}
	return t.selected
}

// Top is the index of the first row in view.
func (t *Table) Top() int { return t.top }

// Visible is the number of rows that there is room for.
func (t *Table) Visible() int { return max(t.height-1, 0) }

// Move moves the selection if the key is one that does, and reports whether it was.
func (t *Table) Move(msg tea.KeyPressMsg, keys Keys) bool {
	switch {
	case key.Matches(msg, keys.Up):
		t.Select(t.selected - 1)
	case key.Matches(msg, keys.Down):
		t.Select(t.selected + 1)
	case key.Matches(msg, keys.PageUp):
		t.Select(t.selected - max(1, t.Visible()-1))
	case key.Matches(msg, keys.PageDown):
		t.Select(t.selected + max(1, t.Visible()-1))
	case key.Matches(msg, keys.Top):
		t.Select(0)
	case key.Matches(msg, keys.Bottom):
		t.Select(t.length - 1)
	default:
		return false
	}
	return true
}

// Keys are those that move the selection, for the help.
func (t *Table) Keys(k Keys) []Key {
	return []Key{{Binding: k.Move}, {Binding: k.Page}, {Binding: k.Top}, {Binding: k.Bottom}}
}

// View draws the heads and the rows in view. It asks for those rows only; row
// gets the width of each column, 0 for one that is not shown, whose cell is not
// looked at. Cells are cut and padded to their column.
func (t *Table) View(c *Common, row func(i int, widths []int) []Cell) string {
	if t.width <= 0 || t.height <= 0 {
		return ""
	}
	var b strings.Builder
	heads := make([]Cell, len(t.columns))
	for i, col := range t.columns {
		title := col.Title
		if col.Short != "" && Width(title) > t.widths[i] {
			title = col.Short
		}
		heads[i] = Cell{{Text: c.Glyphs.Truncate(title, t.widths[i]), Style: c.Styles.Header}}
	}
	t.drawRow(&b, c, heads, false)
	for i := t.top; i < min(t.top+t.Visible(), t.length); i++ {
		b.WriteByte('\n')
		t.drawRow(&b, c, row(i, t.widths), i == t.selected)
	}
	return b.String()
}

func (t *Table) drawRow(b *strings.Builder, c *Common, cells []Cell, selected bool) {
	text := c.Styles.Text
	draw := func(style Style, s string) {
		if selected {
			s = style.RenderSelected(s)
		} else {
			s = style.Render(s)
		}
		b.WriteString(s)
	}
	left := t.width
	blank := func(n int) {
		n = min(n, left)
		if n > 0 {
			draw(text, blanks(n))
			left -= n
		}
	}
	mark := " "
	if selected {
		mark = c.Glyphs.Select
	}
	margin := c.Glyphs.Truncate(" "+mark+" ", left)
	draw(c.Styles.Accent, margin)
	left -= Width(margin)
	first := true
	for i, col := range t.columns {
		width := min(t.widths[i], left)
		if width <= 0 {
			continue
		}
		if !first {
			blank(tableGap)
			width = min(width, left)
		}
		first = false
		var cell Cell
		if i < len(cells) {
			cell = cells[i]
		}
		used := cell.width()
		if used > width {
			cell = c.Glyphs.cutCell(cell, width, col.KeepEnd)
			used = cell.width()
		}
		if col.Right {
			blank(width - used)
		}
		for _, s := range cell {
			draw(s.Style, clean.Text(s.Text))
		}
		left -= used
		if !col.Right {
			blank(width - used)
		}
	}
	blank(left)
}

// scroll keeps the selection within the rows, the selected row in view, and no
// more empty lines at the end than there must be.
func (t *Table) scroll() {
	t.selected = max(0, min(t.selected, t.length-1))
	visible := t.Visible()
	if t.selected < t.top {
		t.top = t.selected
	}
	if t.selected >= t.top+visible {
		t.top = t.selected - visible + 1
	}
	t.top = max(0, min(t.top, t.length-visible))
}

// layOut decides which columns are shown, and how wide.
func (t *Table) layOut() {
	clear(t.widths)
	shown := make([]bool, len(t.columns))
	for i := range shown {
		shown[i] = true
	}
	order := t.byImportance()
	for _, i := range slices.Backward(order) {
		if t.least(shown) > t.width && count(shown) > 1 { // the last one is cut, not dropped
			shown[i] = false
		}
	}
	for _, i := range order { // a narrow column may fit where a wide one did not
		if !shown[i] {
			shown[i] = true
			shown[i] = t.least(shown) <= t.width
		}
	}
	room := t.width - t.least(shown)
	flex := 0
	for i, col := range t.columns {
		if shown[i] {
			t.widths[i] = max(0, min(col.Min, t.width-tableMargin))
			flex += col.Flex
		}
	}
	for _, i := range order {
		if shown[i] {
			grow := max(0, min(room, t.columns[i].Wide-t.columns[i].Min))
			t.widths[i] += grow
			room -= grow
		}
	}
	for i, col := range t.columns {
		if shown[i] && col.Flex > 0 && room > 0 {
			grow := room * col.Flex / flex
			t.widths[i] += grow
			room -= grow
			flex -= col.Flex
		}
	}
}

// least is the width that the shown columns need at the least.
func (t *Table) least(shown []bool) int {
	w := tableMargin
	for i, col := range t.columns {
		if shown[i] {
			w += col.Min
		}
	}
	return w + tableGap*max(0, count(shown)-1)
}

func (t *Table) byImportance() []int {
	order := make([]int, len(t.columns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return t.columns[b].Importance - t.columns[a].Importance })
	return order
}

func count(shown []bool) int {
	n := 0
	for _, s := range shown {
		if s {
			n++
		}
	}
	return n
}
