package guide

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

// fits checks that a view has exactly the given size.
func fits(view string, width, height int) error {
	lines := strings.Split(view, "\n")
	if len(lines) != height {
		return fmt.Errorf("%d lines, want %d:\n%s", len(lines), height, uitest.Plain(view))
	}
	for _, l := range lines {
		if got := kit.Width(l); got != width {
			return fmt.Errorf("a line of %d cells, want %d: %q", got, width, l)
		}
	}
	return nil
}

// Any state, however odd, fits any size, and shows all keys.
func TestEveryViewFits(t *testing.T) {
	all := scenes()
	names := slices.Sorted(maps.Keys(all))
	texts := rapid.SampledFrom([]string{"", "billing-cron", strings.Repeat("x", 64), "名前が長い利用者の鍵", "two\nlines\tand \x1b[31mred", strings.Repeat("many words ", 40)})
	rapid.Check(t, func(rt *rapid.T) {
		state := all[rapid.SampledFrom(names).Draw(rt, "scene")]
		state.User = texts.Draw(rt, "user")
		state.Note = rapid.SampledFrom([]rotation.Note{"", rotation.NoteNoEffect, rotation.NoteEffect, rotation.NoteChangedByOthers, rotation.NoteRolledBack, rotation.NoteDiscarded, "odd"}).Draw(rt, "note")
		state.Plan = rapid.SampledFrom([]rotation.PlanName{rotation.Rotate, rotation.Discard, rotation.DiscardStored}).Draw(rt, "plan")
		state.Old.Status = rapid.SampledFrom([]iamops.KeyStatus{iamops.Active, iamops.Inactive, iamops.Expired, ""}).Draw(rt, "status")
		if text := texts.Draw(rt, "problem"); text != "" {
			state.Problem = &iamops.Problem{Kind: iamops.ProblemKind(text), Message: text, Code: "Odd"}
		}
		clock := uitest.NewClock(noon.Add(time.Duration(rapid.Int64Range(-int64(day), int64(400*day)).Draw(rt, "later"))))
		c := kit.NewCommon(clock, kit.Look{ASCII: rapid.Bool().Draw(rt, "ascii"), NoColor: rapid.Bool().Draw(rt, "no color")})
		c.Update(tea.WindowSizeMsg{Width: rapid.IntRange(1, 160).Draw(rt, "width"), Height: rapid.IntRange(5, 60).Draw(rt, "height")})
		s := New(t.Context(), c, newFake(state), Options{})
		defer s.Close()
		s.Update(uitest.Key(rapid.SampledFrom([]string{"v", "down", "n", "right"}).Draw(rt, "key")))
		width, height := c.BodySize()
		before := uitest.Dump(s)
		view := s.View()
		if uitest.Dump(s) != before {
			rt.Fatal("drawing has changed something")
		}
		if err := fits(view, width, height); err != nil {
			rt.Fatal(err)
		}
		for _, k := range state.Listed {
			if width >= 60 && height >= 11 && !strings.Contains(uitest.Plain(view), k.ID) {
				rt.Fatalf("the key %s is out of view:\n%s", k.ID, uitest.Plain(view))
			}
		}
	})
}
