package inventory

import (
	"testing"

	"keyturn/ui/kit"
)

func TestASCIIIsASCII(t *testing.T) {
	s := newScreen(t, sketchAccount(), 120, 40, kit.Look{ASCII: true})
	cmd := s.Init()
	check := func(when string) {
		for _, r := range s.View() + title(s) + s.common.HintLine(kit.Footer(s.Keys()), 120) {
			if r > 0x7e {
				t.Errorf("%s there is %q", when, r)
				return
			}
		}
	}
	check("before anything has arrived")
	drain(s, cmd)
	for _, name := range []string{"d", "/", "a", "enter", "u", "f", "esc", "esc"} {
		press(s, name)
		check("after " + name)
	}
	for range s.order {
		press(s, "j", "d")
		check("on " + selectedID(s))
	}
}
