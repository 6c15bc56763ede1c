// Package uitest is what the tests of the screens share. Only tests import it.
//
// A layout is what a screen draws at one size of the terminal. Every scene is drawn at
// every size and has to fill it; goldens are kept of those layouts alone that somebody
// would look at: see Layouts.
package uitest

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
)

// Size is the size of a terminal, in cells.
type Size struct {
	Name          string
	Width, Height int
}

// Sizes are those at which every scene is drawn.
var Sizes = []Size{{"120x40", 120, 40}, {"80x24", 80, 24}, {"60x15", 60, 15}, {"200x60", 200, 60}}

// Layouts says of which scenes goldens are kept. At 80x24 it is all of them.
type Layouts struct {
	// Large are the scenes that are kept at 120x40; nil: all.
	Large []string
	// Small are the scenes that are kept at 60x15.
	Small []string
	// Styled are the scenes of which the styles are kept too, at 120x40.
	Styled []string
}

// Require fails unless the frame fills the terminal, and is what its golden says where
// one is kept. The texts to compare are handed in as the golden has them.
func (l Layouts) Require(t *testing.T, scene string, size Size, frame, plain, styled string) {
	t.Helper()
	Fills(t, frame, size.Width, size.Height)
	large := size.Name == "120x40"
	if size.Name == "80x24" || large && (l.Large == nil || slices.Contains(l.Large, scene)) ||
		size.Name == "60x15" && slices.Contains(l.Small, scene) {
		t.Run("plain", func(t *testing.T) { golden.RequireEqual(t, plain) })
	}
	if large && slices.Contains(l.Styled, scene) {
		t.Run("styled", func(t *testing.T) { golden.RequireEqual(t, styled) })
	}
}

// Fills fails unless a frame has exactly the size of the terminal, in cells.
func Fills(t *testing.T, frame string, width, height int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != height {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for _, line := range lines {
		if got := ansi.StringWidth(line); got != width {
			t.Errorf("a line of %d cells, want %d: %q", got, width, line)
		}
	}
}
