package kit

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// pieces are what lines are made of in tests: plain, styled, wide, combined.
var pieces = []string{
	"", " ", "Suzie", "AKIAIOSFODNN7EXAMPLE", "█████│", "─", "▸", "·", "…", "↻", "✓", "用户", "🙂", "👩‍👩‍👧", "e\u0301",
	"│\u0301", "◽", "▪\ufe0f", "\x1b[1m", "\x1b[m", "\x1b[38;2;1;2;3m", "\x1b]8;;x\x07", "\x1b[2J", "é", "word word",
}

func line(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, label), "")
}

func TestWidthIsTheLibrarysWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := line(t, "line")
		if got, want := Width(s), ansi.StringWidth(s); got != want {
			t.Fatalf("Width(%q) = %d, want %d", s, got, want)
		}
	})
	for r := rune(0x2500); r <= 0x25ff; r++ {
		if got, want := Width(string(r)), ansi.StringWidth(string(r)); got != want {
			t.Errorf("Width(%q) = %d, want %d", r, got, want)
		}
	}
}

func TestFitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return line(t, "line") }), 0, 6).
			Draw(t, "lines"), "\n")
		width, height := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 10).Draw(t, "height")
		lines := strings.Split(Fit(s, width, height), "\n")
		if len(lines) != height {
			t.Fatalf("%d lines, want %d", len(lines), height)
		}
		for _, l := range lines {
			if Width(l) != width {
				t.Fatalf("%q has %d cells, want %d", l, Width(l), width)
			}
		}
	})
}

func TestCutsStayWithinTheWidth(t *testing.T) {
	for _, g := range []Glyphs{NewGlyphs(false), NewGlyphs(true)} {
		rapid.Check(t, func(t *rapid.T) {
			s, width := line(t, "line"), rapid.IntRange(0, 30).Draw(t, "width")
			for name, got := range map[string]string{"Truncate": g.Truncate(s, width), "KeepEnd": g.KeepEnd(s, width)} {
				if Width(got) > width {
					t.Fatalf("%s(%q, %d) = %q, %d cells", name, s, width, got, Width(got))
				}
			}
			for _, l := range Wrap(s, width) {
				if Width(l) > width {
					t.Fatalf("Wrap(%q, %d) has a line %q of %d cells", s, width, l, Width(l))
				}
			}
		})
	}
}

func TestKeepEnd(t *testing.T) {
	g := NewGlyphs(false)
	tests := []struct {
		width int
		want  string
	}{
		{20, "AKIAIOSFODNN7EXAMPLE"}, {30, "AKIAIOSFODNN7EXAMPLE"}, {8, "…EXAMPLE"}, {4, "…PLE"}, {1, "E"}, {0, ""},
	}
	for _, tt := range tests {
		if got := g.KeepEnd("AKIAIOSFODNN7EXAMPLE", tt.width); got != tt.want {
			t.Errorf("KeepEnd to %d = %q, want %q", tt.width, got, tt.want)
		}
	}
}

func TestWrapKeepsTheWords(t *testing.T) {
	got := Wrap("Requests signed with it fail from then on, within about a minute.", 24)
	want := []string{"Requests signed with it", "fail from then on,", "within about a minute."}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("Wrap = %q, want %q", got, want)
	}
}

func TestBeside(t *testing.T) {
	if got, want := Beside("a\nlong one\nc", 4, " | ", "x\ny"), "a    | x\nlong | y\nc    | "; got != want {
		t.Errorf("Beside = %q, want %q", got, want)
	}
}
