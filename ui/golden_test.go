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
	{"marked", func(st *stage) { st.mark("Suzie", "ci-deploy") }},
	{"board", func(st *stage) { st.mark("Suzie", "billing-cron"); st.press("tab") }},
	{"next-marked", func(st *stage) { st.mark("Suzie", "ci-deploy"); st.goTo("Suzie"); st.press("esc") }},
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

var sizes = []struct {
	name          string
	width, height int
}{{"120x40", 120, 40}, {"80x24", 80, 24}, {"60x15", 60, 15}, {"200x60", 200, 60}, {"too-small", 40, 10}}

func sandboxAndChange(st *stage, o *Options) {
	withSandbox(st, o)
	withCalls(map[string]string{})(st, o)
	leftBehind().in(st, o)
	st.rotations["billing-cron"] = changing("billing-cron", iamops.Deactivate)
}

// requireGolden compares a view that fills its window with what it was, plain and styled.
func requireGolden(t *testing.T, plain, styled string, width, height int) {
	t.Helper()
	lines := strings.Split(styled, "\n")
	if len(lines) != height {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for _, l := range lines {
		if got := kit.Width(l); got != width {
			t.Errorf("a line of %d cells, want %d: %q", got, width, l)
		}
	}
	t.Run("plain", func(t *testing.T) { golden.RequireEqual(t, plain) })
	t.Run("styled", func(t *testing.T) { golden.RequireEqual(t, styled) })
}

func TestGolden(t *testing.T) {
	for _, size := range sizes {
		for _, view := range views {
			if size.name == "too-small" && view.name != "list" {
				continue
			}
			t.Run(size.name+"/"+view.name, func(t *testing.T) {
				var plain, styled string
				bubble(t, sandboxAndChange, func(st *stage) {
					view.do(st)
					st.send(tea.WindowSizeMsg{Width: size.width, Height: size.height})
					plain, styled = st.view(), st.program.View().Content
				})
				requireGolden(t, plain, styled, size.width, size.height)
			})
		}
	}
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
		if width >= leastWidth && height >= leastHeight && !strings.Contains(lines[0], "1234-5678-9012") {
			rt.Fatalf("no account in %q", lines[0])
		}
	})
}
