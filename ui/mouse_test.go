package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
)

// clickOn clicks on the line that shows a text.
func (st *stage) clickOn(text string) {
	st.t.Helper()
	for i, l := range strings.Split(st.view(), "\n") {
		if strings.Contains(l, text) {
			st.send(tea.MouseClickMsg{X: 8, Y: i, Button: tea.MouseLeft})
			return
		}
	}
	st.t.Fatalf("nothing to click on with %q:\n%s", text, st.view())
}

func TestClicksAndTheWheel(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		for _, user := range []string{"ci-deploy", "Suzie", "billing-cron"} {
			st.clickOn(user)
			st.want("▸ " + user)
			st.clock.move(time.Second)
		}
		st.clickOn("Suzie")
		st.clock.move(kit.DoubleClick + time.Millisecond)
		st.clickOn("Suzie")
		st.want("billing-cron") // too slow for a double click
		st.clickOn("Suzie")
		st.want("rotate Suzie")
		st.press("?")
		st.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
		st.want("Keys") // the help stays
		st.press("?", "esc")
		st.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
		st.want("▸ billing-cron")
		st.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
		st.want("▸ Suzie")
	})
}

// The wheel scrolls what the arrows scroll: the guide's text, and a question's.
func TestTheWheelInTheGuide(t *testing.T) {
	bubble(t, nil, func(st *stage) {
		st.goTo("Suzie")
		st.send(tea.WindowSizeMsg{Width: 60, Height: 15})
		before := st.view()
		st.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
		scrolled := st.view()
		st.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
		if scrolled == before || st.view() != before {
			t.Fatalf("scrolled to:\n%s\nand back to:\n%s", scrolled, st.view())
		}
	})
}

// A click answers no question, and is nothing on the frame.
func TestClicksThatDoNothing(t *testing.T) {
	bubble(t, withSession, func(st *stage) {
		before := st.view()
		for _, y := range []int{-1, 0, 1, 38, 39, 99} {
			for range 2 {
				st.send(tea.MouseClickMsg{X: 8, Y: y, Button: tea.MouseLeft})
			}
		}
		st.send(tea.MouseClickMsg{X: 8, Y: 8, Button: tea.MouseRight})
		st.send(tea.MouseMotionMsg{X: 8, Y: 8})
		if st.view() != before {
			t.Fatalf("the view is\n%s\nwas\n%s", st.view(), before)
		}
		st.goTo("Suzie")
		st.press("R", "n", "right")
		asked := st.view()
		for y := range 40 {
			for range 2 {
				st.send(tea.MouseClickMsg{X: 60, Y: y, Button: tea.MouseLeft})
			}
		}
		if st.view() != asked {
			t.Fatalf("a click changed the question:\n%s", st.view())
		}
	})
}

func TestNoMouse(t *testing.T) {
	for off, want := range map[bool]tea.MouseMode{false: tea.MouseModeCellMotion, true: tea.MouseModeNone} {
		bubble(t, func(_ *stage, o *Options) { o.NoMouse = off }, func(st *stage) {
			if got := st.program.View().MouseMode; got != want {
				t.Errorf("mouse mode %v, want %v", got, want)
			}
		})
	}
}

// While a secret can be read the mouse is the terminal's, which selects it.
func TestTheMouseIsTheTerminalsWhileASecretIsShown(t *testing.T) {
	bubble(t, func(st *stage, _ *Options) { st.rotations["Suzie"] = holding() }, func(st *stage) {
		st.goTo("Suzie")
		for _, step := range []struct {
			press string
			want  tea.MouseMode
		}{{"v", tea.MouseModeNone}, {"D", tea.MouseModeCellMotion}, {"esc", tea.MouseModeCellMotion}, {"v", tea.MouseModeNone}, {"v", tea.MouseModeCellMotion}} {
			st.press(step.press)
			if got := st.program.View().MouseMode; got != step.want {
				t.Errorf("after %s the mouse mode is %v, want %v:\n%s", step.press, got, step.want, st.view())
			}
		}
	})
}

func TestTheMouseInTheApplications(t *testing.T) {
	bubble(t, withSandbox, func(st *stage) {
		st.press("A")
		st.clickOn("nightly-export")
		st.want("▸ nightly-export")
		st.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
		st.want("▸ photo-sync")
	})
}
