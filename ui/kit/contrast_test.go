package kit

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
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

// look is a piece of text as a terminal shows it.
type look struct{ text, ground color.Color }

func (l look) contrast() float64 {
	a, b := luminance(l.text), luminance(l.ground)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// far is how far two looks are apart: the greatest difference of any channel, from 0 to 255.
func far(a, b look) int {
	d := 0
	for _, pair := range [][2]color.Color{{a.text, b.text}, {a.ground, b.ground}} {
		r1, g1, b1, _ := pair[0].RGBA()
		r2, g2, b2, _ := pair[1].RGBA()
		for _, c := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}} {
			d = max(d, int(max(c[0], c[1])-min(c[0], c[1]))>>8)
		}
	}
	return d
}

// A screen is a terminal with its palette. 16 colours and the default ones are its own.
type testScreen struct {
	name         string
	palette      [16]string
	text, ground string // the default ones
	boldIsBright bool   // the first 8 colours become the second 8
	console      bool   // Linux's: bright is bold, no background is bright
}

var (
	xtermPalette = [16]string{
		"#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
		"#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
	}
	linuxPalette = [16]string{
		"#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa",
		"#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff",
	}
)

// testScreens are the terminals that have at the most these colours.
func testScreens(profile colorprofile.Profile, dark bool) []testScreen {
	var screens []testScreen
	for name, palette := range map[string][16]string{"xterm": xtermPalette, "linux": linuxPalette} {
		for _, bright := range []bool{false, true} {
			s := testScreen{name: fmt.Sprintf("%s's palette, bold is bright %t", name, bright), palette: palette, boldIsBright: bright}
			s.text, s.ground = palette[7], "#000000"
			if !dark {
				s.text, s.ground = "#000000", "#ffffff"
			}
			screens = append(screens, s)
		}
	}
	if dark && profile <= colorprofile.ANSI {
		screens = append(screens, testScreen{
			name: "Linux's console", palette: linuxPalette, text: linuxPalette[7], ground: "#000000", boldIsBright: true, console: true,
		})
	}
	if dark && profile > colorprofile.ANSI {
		screens = append(screens, testScreen{name: "dark grey", palette: xtermPalette, text: "#cccccc", ground: "#1e1e1e"})
	}
	return screens
}

var sgr = regexp.MustCompile(`^\x1b\[([0-9;]*)mx`)

// show is the look of an x drawn in a style.
func (s testScreen) show(t *testing.T, drawn string) look {
	t.Helper()
	codes := []string{}
	if m := sgr.FindStringSubmatch(drawn); m != nil {
		codes = strings.Split(m[1], ";")
	} else if drawn != "x" {
		t.Fatalf("not understood: %q", drawn)
	}
	text, ground, bold, reverse := "", "", false, false
	for i := 0; i < len(codes); i++ {
		n, err := strconv.Atoi(codes[i])
		if err != nil {
			t.Fatalf("not understood: %q", drawn)
		}
		switch {
		case n == 1:
			bold = true
		case n == 7:
			reverse = true
		case n >= 30 && n <= 37:
			text = strconv.Itoa(n - 30)
		case n >= 40 && n <= 47:
			ground = strconv.Itoa(n - 40)
		case n >= 90 && n <= 97 && s.console:
			text, bold = strconv.Itoa(n-90), true
		case n >= 90 && n <= 97:
			text = strconv.Itoa(n - 82)
		case n >= 100 && n <= 107 && s.console:
			ground = strconv.Itoa(n - 100)
		case n >= 100 && n <= 107:
			ground = strconv.Itoa(n - 92)
		case n == 38 || n == 48:
			c := ""
			if codes[i+1] == "5" {
				c = codes[i+2]
				i += 2
			} else {
				r, _ := strconv.Atoi(codes[i+2])
				g, _ := strconv.Atoi(codes[i+3])
				b, _ := strconv.Atoi(codes[i+4])
				c = fmt.Sprintf("#%02x%02x%02x", r, g, b)
				i += 4
			}
			if n == 38 {
				text = c
			} else {
				ground = c
			}
		default:
			t.Fatalf("not understood: %q", drawn)
		}
	}
	if s.console { // it turns the default colours into numbers first
		text, ground = orElse(text, "7"), orElse(ground, "0")
		if reverse {
			text, ground, reverse = ground, text, false
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n < 8 && bold && s.boldIsBright {
		text = strconv.Itoa(n + 8)
	}
	l := look{s.colour(orElse(text, s.text)), s.colour(orElse(ground, s.ground))}
	if reverse {
		l.text, l.ground = l.ground, l.text
	}
	return l
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (s testScreen) colour(c string) color.Color {
	if n, err := strconv.Atoi(c); err == nil && n < 16 {
		c = s.palette[n]
	}
	return lipgloss.Color(c)
}

// Every style is read, in the selected row too, and what matters is told apart.
func TestTextCanBeRead(t *testing.T) {
	for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII} {
		for _, dark := range []bool{true, false} {
			styles := NewStyles(dark, profile)
			for _, screen := range testScreens(profile, dark) {
				t.Run(fmt.Sprintf("%s, dark %t, %s", profile, dark, screen.name), func(t *testing.T) {
					normal, selected := map[string]look{}, map[string]look{}
					for name, style := range allStyles(styles) {
						normal[name] = screen.show(t, style.Render("x"))
						selected[name] = screen.show(t, style.RenderSelected("x"))
						least := 4.5
						if name == "border" { // no text
							least = 1.8
						}
						if c := normal[name].contrast(); c < least {
							t.Errorf("%s has a contrast of %.2f:1, want %.1f:1", name, c, least)
						}
						if c := selected[name].contrast(); c < least && name != "border" {
							t.Errorf("%s in the selected row has a contrast of %.2f:1, want %.1f:1", name, c, least)
						}
					}
					apart := func(what string, a, b look) {
						if d := far(a, b); d < 32 {
							t.Errorf("%s are not told apart: %d of 255", what, d)
						}
					}
					apart("the focused action and the others", normal["chosen"], normal["text"])
					if profile == colorprofile.ASCII {
						apart("the selected row and the others", normal["text"], selected["text"])
						return // the rest is told by glyphs and words
					}
					if far(normal["text"], selected["text"]) < 16 {
						t.Error("the selected row is not seen")
					}
					for _, pair := range [][2]string{
						{"danger", "warning"}, {"danger", "unknown"}, {"warning", "unknown"},
						{"danger", "text"}, {"warning", "text"}, {"unknown", "text"}, {"danger", "good"}, {"warning", "good"},
					} {
						apart(pair[0]+" and "+pair[1], normal[pair[0]], normal[pair[1]])
						apart(pair[0]+" and "+pair[1]+" in the selected row", selected[pair[0]], selected[pair[1]])
					}
				})
			}
		}
	}
}
