package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

var views = []struct {
	name string
	do   func(st *stage)
}{
	{"list", func(*stage) {}},
	{"guide", func(st *stage) { st.goTo("Suzie") }},
	{"in-flight", func(st *stage) { st.press("tab") }},
	{"applications", func(st *stage) { st.press("A") }},
	{"update-application", func(st *stage) { st.press("A", "u") }},
	{"help", func(st *stage) { st.goTo("Suzie"); st.press("?") }},
	{"toast", func(st *stage) { st.goTo("Suzie"); st.press("R") }},
	{"calls", func(st *stage) { st.press("L") }},
	{"next-due", func(st *stage) {
		done := distributing("ci-deploy")
		done.snapshot.State.Step, done.snapshot.State.Old.Gone = rotation.Finished, true
		st.rotations["ci-deploy"] = done
		st.goTo("ci-deploy")
		st.press("enter")
	}},
	{"session-ended", func(st *stage) { st.call("iam:ListAccessKeys", iamops.ExpiredCredentials); st.pass(10 * time.Second) }},
	{"sso-ended", func(st *stage) { st.call("iam:ListAccessKeys", iamops.ExpiredSSO); st.press("ctrl+r") }},
	{"list-help", func(st *stage) { st.press("?") }},
	{"quit-during-a-change", func(st *stage) { st.goTo("billing-cron"); st.press("q") }},
}

var layouts = uitest.Layouts{
	Small:  []string{"list", "applications", "calls", "list-help"},
	Styled: []string{"applications", "calls"},
}

func sandboxAndChange(st *stage, o *Options) {
	withSandbox(st, o)
	withCalls(st, o)
	leftBehind().in(st, o)
	st.rotations["billing-cron"] = changing("billing-cron", iamops.Deactivate)
}

func TestGolden(t *testing.T) {
	drawn := func(t *testing.T, do func(*stage), width, height int) (plain, styled string) {
		t.Helper()
		bubble(t, sandboxAndChange, func(st *stage) {
			do(st)
			st.send(tea.WindowSizeMsg{Width: width, Height: height})
			plain, styled = st.view(), st.program.View().Content
		})
		return plain, styled
	}
	for _, size := range uitest.Sizes {
		for _, view := range views {
			t.Run(size.Name+"/"+view.name, func(t *testing.T) {
				plain, styled := drawn(t, view.do, size.Width, size.Height)
				layouts.Require(t, view.name, size, styled, plain, styled)
			})
		}
	}
	t.Run("too-small/list/plain", func(t *testing.T) {
		plain, styled := drawn(t, func(*stage) {}, 40, 10)
		uitest.Fills(t, styled, 40, 10)
		golden.RequireEqual(t, plain)
	})
}

// Every view has exactly the size of the terminal, and names the account wherever
// there is room for a view at all.
func TestEveryViewFits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		view := rapid.SampledFrom(views).Draw(rt, "view")
		width, height := rapid.IntRange(1, 160).Draw(rt, "width"), rapid.IntRange(1, 60).Draw(rt, "height")
		var content string
		bubble(t, sandboxAndChange, func(st *stage) {
			view.do(st)
			st.send(tea.WindowSizeMsg{Width: width, Height: height})
			content = st.program.View().Content
		})
		lines := strings.Split(content, "\n")
		if len(lines) != height {
			rt.Fatalf("%d lines, want %d", len(lines), height)
		}
		for _, l := range lines {
			if got := kit.Width(l); got != width {
				rt.Fatalf("a line of %d cells, want %d: %q", got, width, l)
			}
		}
		if width >= kit.LeastWidth && height >= kit.LeastHeight && !strings.Contains(lines[0], "1234-5678-9012") {
			rt.Fatalf("no account in %q", lines[0])
		}
	})
}

// Drawing only looks: what it would note could be lost, or be of another size by the next key.
func TestDrawingChangesNothing(t *testing.T) {
	for _, size := range uitest.Sizes {
		for _, view := range views {
			t.Run(size.Name+"/"+view.name, func(t *testing.T) {
				bubble(t, sandboxAndChange, func(st *stage) {
					view.do(st)
					st.send(tea.WindowSizeMsg{Width: size.Width, Height: size.Height})
					before := uitest.Dump(st.program)
					st.view()
					if uitest.Dump(st.program) != before {
						t.Error("it does")
					}
				})
			})
		}
	}
}

// A key does one thing at a time, also beside the root's keys.
func TestNoKeyIsTakenTwice(t *testing.T) {
	for _, view := range views {
		bubble(t, sandboxAndChange, func(st *stage) {
			view.do(st)
			if twice := st.program.Clashes(); len(twice) > 0 {
				t.Errorf("%s: two records answer to %q", view.name, twice)
			}
		})
	}
}
