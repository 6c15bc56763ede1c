package inflight

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

const damaged = "the journal's line 12 was passed over: not a record: it is torn or was changed"

var views = []struct {
	name string
	do   func(t *testing.T, width, height int) *stage
}{
	{"before-the-answer", func(t *testing.T, width, height int) *stage {
		t.Helper()
		st := newStage(t, nil, "", width, height)
		st.screen.Reload()
		return st
	}},
	{"none", func(t *testing.T, width, height int) *stage {
		t.Helper()
		st := newStage(t, nil, "", width, height)
		st.load()
		return st
	}},
	{"several", func(t *testing.T, width, height int) *stage {
		t.Helper()
		st := newStage(t, several(), "", width, height)
		st.load()
		return st
	}},
	{"not-readable", func(t *testing.T, width, height int) *stage {
		t.Helper()
		st := newStage(t, several(), damaged, width, height)
		st.load()
		st.press("G")
		return st
	}},
	{"failed", func(t *testing.T, width, height int) *stage {
		t.Helper()
		st := newStage(t, nil, "", width, height)
		st.account.err = errNoJournal
		st.load()
		return st
	}},
}

func TestGolden(t *testing.T) {
	layouts := uitest.Layouts{Small: []string{"several"}, Styled: []string{"several"}}
	for _, size := range uitest.Sizes {
		for _, view := range views {
			t.Run(size.Name+"/"+view.name, func(t *testing.T) {
				frame := view.do(t, size.Width, size.Height).view()
				layouts.Require(t, view.name, size, frame, uitest.Plain(frame), frame)
			})
		}
	}
}

// Any rotations, however odd, fit any size, and the selected one is in view.
func TestEveryViewFits(t *testing.T) {
	texts := rapid.SampledFrom([]string{"billing-cron", strings.Repeat("x", 64), "名前が長い利用者の鍵", "two\nlines\tand \x1b[31mred", ""})
	steps := rotation.PlanOf(rotation.Rotate).Steps
	rapid.Check(t, func(rt *rapid.T) {
		var standings []desk.Rotation
		for i := range rapid.IntRange(0, 30).Draw(rt, "rotations") {
			plan := rapid.SampledFrom([]rotation.PlanName{rotation.Rotate, rotation.Retire, rotation.Discard, rotation.DiscardStored}).Draw(rt, "plan")
			standings = append(standings, standing(texts.Draw(rt, "user"), plan, rapid.SampledFrom(steps).Draw(rt, "step"), func(st *desk.Rotation) {
				st.State.ID = fmt.Sprint(i)
				st.State.Old.Gone = rapid.Bool().Draw(rt, "gone")
				if text := texts.Draw(rt, "problem"); text != "" {
					st.Problem = &iamops.Problem{Kind: iamops.Rejected, Code: "Odd", Message: text}
				}
			}))
		}
		notice := texts.Draw(rt, "notice")
		clock := uitest.NewClock(noon.Add(time.Duration(rapid.Int64Range(-int64(day), int64(400*day)).Draw(rt, "later"))))
		c := kit.NewCommon(clock, kit.Look{ASCII: rapid.Bool().Draw(rt, "ascii"), NoColor: rapid.Bool().Draw(rt, "no color")})
		c.Update(tea.WindowSizeMsg{Width: rapid.IntRange(1, 160).Draw(rt, "width"), Height: rapid.IntRange(5, 60).Draw(rt, "height")})
		s := New(t.Context(), c, (&account{standings: standings}).underWay, Options{Notice: notice})
		s.Update(s.Reload()())
		for range rapid.IntRange(0, 10).Draw(rt, "down") {
			s.Update(tea.KeyPressMsg{Code: tea.KeyDown})
		}
		width, height := c.BodySize()
		s.Update(kit.Resized{Width: width, Height: height})
		before := uitest.Dump(s)
		view := s.View()
		if uitest.Dump(s) != before {
			rt.Fatal("drawing has changed something")
		}
		lines := strings.Split(view, "\n")
		if len(lines) != height {
			rt.Fatalf("%d lines, want %d:\n%s", len(lines), height, uitest.Plain(view))
		}
		for _, l := range lines {
			if got := kit.Width(l); got != width {
				rt.Fatalf("a line of %d cells, want %d: %q", got, width, l)
			}
		}
		if width >= 60 && height >= 11 && len(standings) > 0 && !strings.Contains(uitest.Plain(view), " "+c.Glyphs.Select+" ") {
			rt.Fatalf("the selected rotation is out of view:\n%s", uitest.Plain(view))
		}
	})
}
