package inventory

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// TestEverythingFits draws accounts of all kinds at all sizes, after all kinds of
// keys: each frame has exactly its size.
func TestEverythingFits(t *testing.T) {
	names := []string{
		"a", "Suzie", strings.Repeat("long-name-", 6) + "0123", "用户名称很长很长很长", "🙂🙂🙂", "tab\there\nand\x1b[31mthere",
	}
	statuses := []iamops.KeyStatus{iamops.Active, iamops.Inactive, iamops.Expired, "SomethingNew"}
	keyNames := []string{
		"j", "k", "G", "g", "pgup", "pgdown", "s", "f", "u", "d", "/", "esc", "enter", "1", "5", "0", "r", "x",
	}
	rapid.Check(t, func(rt *rapid.T) {
		a := newAccount()
		for i := range rapid.IntRange(0, 12).Draw(rt, "users") {
			name := fmt.Sprintf("%s%d", rapid.SampledFrom(names).Draw(rt, "name"), i)
			a.user(name)
			for k := range rapid.IntRange(0, 2).Draw(rt, "keys") {
				id := fmt.Sprintf("AKIA%016d", i*2+k)
				age := time.Duration(rapid.IntRange(-2, 4000).Draw(rt, "age")) * day
				use := rapid.SampledFrom([]iamops.LastUse{
					{}, never, used(time.Hour, "s3", "us-east-1"),
					used(3000*day, "a-service-with-a-long-name", "ap-southeast-2"), used(-time.Hour, "", ""),
				}).Draw(rt, "use")
				a.key(name, id, age, rapid.SampledFrom(statuses).Draw(rt, "status"), use)
				if rapid.Bool().Draw(rt, "key fails") {
					a.problems[id] = throttled()
				}
			}
			if rapid.Bool().Draw(rt, "user fails") {
				a.problems[name] = throttled()
			}
		}
		if rapid.Bool().Draw(rt, "list fails") {
			a.usersErr = throttled()
		}
		width, height := rapid.IntRange(1, 200).Draw(rt, "width"), rapid.IntRange(1, 60).Draw(rt, "height")
		look := kit.Look{ASCII: rapid.Bool().Draw(rt, "ascii"), NoColor: rapid.Bool().Draw(rt, "plain")}
		s := newScreen(t, a, width, height, look)
		cmd := s.Init()
		exact(rt, s)
		if rapid.Bool().Draw(rt, "report") {
			s.Update(arrived{generation: s.load.generation, batch: audit.Batch{Events: []audit.Event{
				audit.ReportRead{Report: reportOf(a)}, audit.DetailsRead{Users: details},
			}}})
			exact(rt, s)
		}
		if rapid.Bool().Draw(rt, "load") {
			drain(s, cmd)
		}
		for range rapid.IntRange(0, 8).Draw(rt, "presses") {
			press(s, rapid.SampledFrom(keyNames).Draw(rt, "key"))
			exact(rt, s)
		}
		s.common.Update(tea.WindowSizeMsg{Width: height, Height: width})
		width, height = s.common.BodySize()
		s.Update(kit.Resized{Width: width, Height: height})
		exact(rt, s)
	})
}

func exact(t *rapid.T, s *Screen) {
	if s.width > 0 && s.height > 0 {
		lines := strings.Split(s.View(), "\n")
		if len(lines) != s.height {
			t.Fatalf("%d lines at %d×%d", len(lines), s.width, s.height)
		}
		for i, l := range lines {
			if w := kit.Width(l); w != s.width {
				t.Fatalf("line %d has %d cells at %d×%d: %q", i, w, s.width, s.height, l)
			}
		}
	}
	if r := s.current(); len(s.order) > 0 && r == nil {
		t.Fatal("there are rows, and none is selected")
	}
	if top := s.table.Top(); s.table.Selected() >= 0 && s.table.Visible() > 0 &&
		(s.table.Selected() < top || s.table.Selected() >= top+s.table.Visible()) {
		t.Fatalf("the selected row %d is out of view from %d", s.table.Selected(), top)
	}
}
