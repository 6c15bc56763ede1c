package kit

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func contrast(a, b string) float64 {
	la, lb := luminance(lipgloss.Color(a)), luminance(lipgloss.Color(b))
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestTextCanBeRead(t *testing.T) {
	tokens := map[string]token{
		"muted": mutedToken, "accent": accentToken, "danger": dangerToken, "warning": warningToken,
		"good": goodToken, "unknown": unknownToken, "title": titleToken, "header": headerToken,
		"key": keyToken, "chosen": chosenToken, "selected": {dark: selectedTextDark, light: selectedTextLight},
	}
	check := func(name, text, background string) {
		if c := contrast(text, background); c < 4.5 {
			t.Errorf("%s %s on %s has a contrast of %.2f:1, want 4.5:1", name, text, background, c)
		}
	}
	for name, token := range tokens {
		for _, dark := range []string{"#000000", "#1e1e1e", selectedDark} {
			check(name, token.dark, dark)
		}
		for _, light := range []string{"#ffffff", selectedLight} {
			check(name, token.light, light)
		}
	}
}

// allStyles are the styles by name.
func allStyles(s Styles) map[string]Style {
	return map[string]Style{
		"text": s.Text, "strong": s.Strong, "muted": s.Muted, "accent": s.Accent, "danger": s.Danger,
		"warning": s.Warning, "good": s.Good, "unknown": s.Unknown, "title": s.Title, "header": s.Header,
		"border": s.Border, "key": s.Key, "chosen": s.Chosen,
	}
}

func TestWithoutColourThereIsBoldAndReverse(t *testing.T) {
	sequence := regexp.MustCompile(`\x1b\[([0-9;]*)m`)
	for _, dark := range []bool{true, false} {
		for name, style := range allStyles(NewStyles(dark, true)) {
			for _, out := range []string{style.Render("x"), style.RenderSelected("x")} {
				for _, m := range sequence.FindAllStringSubmatch(out, -1) {
					for _, p := range strings.Split(m[1], ";") {
						if p != "" && p != "0" && p != "1" && p != "7" {
							t.Errorf("%s uses more than bold and reverse: %q", name, out)
						}
					}
				}
			}
			if !strings.Contains(style.RenderSelected("x"), "7m") {
				t.Errorf("%s is not seen to be selected: %q", name, style.RenderSelected("x"))
			}
		}
	}
}

func TestStyleDrawsEachLine(t *testing.T) {
	got := NewStyles(true, true).Strong.Render("a\nb")
	if want := "\x1b[1ma\x1b[m\n\x1b[1mb\x1b[m"; got != want {
		t.Errorf("two lines are drawn as %q, want %q", got, want)
	}
	if got := (Style{}).Render("a"); got != "a" {
		t.Errorf("no style draws %q", got)
	}
	if got := NewStyles(true, false).Danger.Render(""); got != "" {
		t.Errorf("nothing is drawn as %q", got)
	}
}

func TestStylesFollowTheBackground(t *testing.T) {
	c := newCommon(80, 24)
	dark := c.Styles.Danger.Render("x")
	c.Update(tea.BackgroundColorMsg{Color: color.White})
	light := c.Styles.Danger.Render("x")
	if dark == light {
		t.Error("a light background changes nothing")
	}
	c.Update(tea.BackgroundColorMsg{Color: color.Black})
	if c.Styles.Danger.Render("x") != dark {
		t.Error("the dark styles do not come back")
	}
	c.Update(tea.WindowSizeMsg{Width: 132, Height: 43})
	if w, h := c.BodySize(); w != 132 || h != 39 {
		t.Errorf("the body is %d×%d", w, h)
	}
}

func TestGlyphsOfTheASCIISet(t *testing.T) {
	text := fmt.Sprintf("%+v", NewGlyphs(true))
	for _, r := range text {
		if r > 0x7e {
			t.Errorf("the ASCII set has %q", r)
		}
	}
}
