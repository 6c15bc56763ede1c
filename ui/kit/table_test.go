package kit

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func userTable() *Table {
	return NewTable(
		Column{Title: "USER", Min: 8, Flex: 1, Importance: 3},
		Column{Title: "KEY ID", Min: 6, Wide: 10, Importance: 4, KeepEnd: true},
		Column{Title: "AGE", Min: 6, Importance: 2, Right: true},
		Column{Title: "NOTE", Min: 12, Importance: 1},
	)
}

func userRow(c *Common) func(int, []int) []Cell {
	return func(i int, _ []int) []Cell {
		return []Cell{
			{{Text: fmt.Sprintf("user-with-a-name-%d", i)}},
			{{Text: fmt.Sprintf("AKIA%05d", i)}},
			{{Text: fmt.Sprintf("%d", i*100), Style: c.Styles.Good}, {Text: " d", Style: c.Styles.Muted}},
			{{Text: "✗ ", Style: c.Styles.Danger}, {Text: "用户用户用户用户", Style: c.Styles.Text}},
		}
	}
}

func TestTableAtSomeWidths(t *testing.T) {
	c := newCommon(80, 24)
	tests := []struct {
		width int
		want  []string
	}{
		{50, []string{
			"   USER           KEY ID         AGE  NOTE        ",
			" ▸ user-with-a-…  AKIA00000      0 d  ✗ 用户用户… ",
			"   user-with-a-…  AKIA00001    100 d  ✗ 用户用户… ",
		}},
		{30, []string{
			"   USER      KEY ID        AGE",
			" ▸ user-wi…  AKIA00000     0 d",
		}},
		{20, []string{"   USER      KEY ID ", " ▸ user-wi…  …A00000"}},
		{8, []string{"   KEY …", " ▸ …0000"}},
	}
	for _, tt := range tests {
		table := userTable()
		table.SetSize(tt.width, 3)
		table.SetLen(2)
		lines := strings.Split(ansi.Strip(table.View(c, userRow(c))), "\n")
		for i, want := range tt.want {
			if lines[i] != want {
				t.Errorf("at %d, line %d is\n%q, want\n%q", tt.width, i, lines[i], want)
			}
		}
	}
}

func TestTheSelectedRowIsHighlightedThroughout(t *testing.T) {
	c := newCommon(80, 24)
	table := userTable()
	table.SetSize(60, 4)
	table.SetLen(3)
	table.Select(1)
	for i, line := range strings.Split(table.View(c, userRow(c)), "\n")[1:] {
		highlighted := 0
		for _, part := range strings.SplitAfter(line, "\x1b[m") {
			if strings.Contains(part, ";48;2;34;48;74m") {
				highlighted += Width(part)
			}
		}
		if want := map[bool]int{true: 60}[i == 1]; highlighted != want {
			t.Errorf("in row %d, %d of 60 cells are highlighted, want %d", i, highlighted, want)
		}
	}
}

func TestTableAsksForVisibleRowsOnly(t *testing.T) {
	c := newCommon(80, 24)
	table := userTable()
	table.SetSize(60, 6)
	table.SetLen(10_000)
	table.Select(5000)
	var asked []int
	row := userRow(c)
	table.View(c, func(i int, widths []int) []Cell {
		asked = append(asked, i)
		return row(i, widths)
	})
	if fmt.Sprint(asked) != "[4996 4997 4998 4999 5000]" {
		t.Errorf("asked for the rows %v", asked)
	}
}

func TestTableMoves(t *testing.T) {
	c := newCommon(80, 24)
	table := userTable()
	table.SetSize(60, 11)
	table.SetLen(100)
	steps := []struct {
		key  tea.KeyPressMsg
		want int
	}{
		{press("k"), 0}, {press("j"), 1}, {special(tea.KeyDown), 2}, {special(tea.KeyUp), 1},
		{special(tea.KeyPgDown), 10}, {press("G"), 99}, {special(tea.KeyPgUp), 90}, {press("g"), 0},
		{special(tea.KeyEnd), 99}, {press("j"), 99},
	}
	for _, s := range steps {
		if !table.Move(s.key, c.Keys) || table.Selected() != s.want {
			t.Errorf("after %q row %d is selected, want %d", s.key, table.Selected(), s.want)
		}
	}
	if table.Move(press("x"), c.Keys) {
		t.Error("x moves")
	}
	table.SetLen(0)
	if table.Selected() != -1 || table.Move(press("j"), c.Keys) && table.Selected() != -1 {
		t.Error("an empty table has a selection")
	}
}

func press(s string) tea.KeyPressMsg    { return tea.KeyPressMsg{Code: []rune(s)[0], Text: s} }
func special(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code} }

func TestTableFitsAndKeepsTheSelectionInView(t *testing.T) {
	keys := []tea.KeyPressMsg{
		press("j"), press("k"), press("g"), press("G"), special(tea.KeyPgDown), special(tea.KeyPgUp),
	}
	rapid.Check(t, func(t *rapid.T) {
		c := newCommon(80, 24)
		table := userTable()
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				table.SetSize(rapid.IntRange(0, 120).Draw(t, "width"), rapid.IntRange(0, 30).Draw(t, "height"))
			case 1:
				table.SetLen(rapid.IntRange(0, 60).Draw(t, "rows"))
			default:
				table.Move(rapid.SampledFrom(keys).Draw(t, "key"), c.Keys)
			}
			sel, top, visible := table.Selected(), table.Top(), table.Visible()
			if sel >= table.length || sel < 0 && table.length > 0 {
				t.Fatalf("row %d of %d is selected", sel, table.length)
			}
			if sel >= 0 && visible > 0 && (sel < top || sel >= top+visible) {
				t.Fatalf("row %d is out of view: %d rows from %d", sel, visible, top)
			}
			if top > 0 && top+visible > table.length {
				t.Fatalf("there are empty lines below, and rows above: %d rows from %d of %d", visible, top, table.length)
			}
			if table.width == 0 || table.height == 0 {
				continue
			}
			lines := strings.Split(table.View(c, userRow(c)), "\n")
			if len(lines) > table.height {
				t.Fatalf("%d lines at a height of %d", len(lines), table.height)
			}
			for _, l := range lines {
				if Width(l) != table.width {
					t.Fatalf("%q has %d cells, want %d", l, Width(l), table.width)
				}
			}
		}
	})
}
