package kit

import (
	"fmt"
	"image/color"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

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
		for name, style := range allStyles(NewStyles(dark, colorprofile.ASCII)) {
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
	got := NewStyles(true, colorprofile.ASCII).Strong.Render("a\nb")
	if want := "\x1b[1ma\x1b[m\n\x1b[1mb\x1b[m"; got != want {
		t.Errorf("two lines are drawn as %q, want %q", got, want)
	}
	if got := (Style{}).Render("a"); got != "a" {
		t.Errorf("no style draws %q", got)
	}
	if got := NewStyles(true, colorprofile.TrueColor).Danger.Render(""); got != "" {
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
	c.Update(tea.ColorProfileMsg{Profile: colorprofile.ANSI})
	if got := c.Styles.Danger.Render("x"); got != "\x1b[91mx\x1b[m" {
		t.Errorf("in 16 colours a broken rule is drawn as %q", got)
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
