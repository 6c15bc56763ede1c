package ui

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

// crowd is an account of that many users, a key each. Ages and uses come round again
// after a hundred users, so that what is in view of a large account is like what is in
// view of a small one.
type crowd int

func (c crowd) Users(_ context.Context, page func([]iamops.User) error) error {
	users := make([]iamops.User, c)
	for i := range users {
		users[i].Name = fmt.Sprintf("user-%05d", i)
	}
	return page(users)
}

func (c crowd) Keys(_ context.Context, user string) ([]iamops.AccessKey, error) {
	var i int
	if _, err := fmt.Sscanf(user, "user-%d", &i); err != nil {
		return nil, err
	}
	return []iamops.AccessKey{{
		UserName: user, ID: fmt.Sprintf("AKIAEXAMPLE%09d", i), Status: iamops.Active,
		Created: noon.Add(-100 * day).Add(-time.Duration(i%100*7) * day),
	}}, nil
}

func (c crowd) LastUsed(_ context.Context, keyID string) (iamops.LastUse, string, error) {
	var i int
	if _, err := fmt.Sscanf(keyID, "AKIAEXAMPLE%d", &i); err != nil {
		return iamops.LastUse{}, "", err
	}
	return iamops.LastUse{
		State: iamops.Used, At: noon.Add(-time.Duration(1+i%20) * day), Service: "s3", Region: "us-east-1", AsOf: noon,
	}, "", nil
}

// crowded is a whole program in a terminal of 120 × 40 cells, its list loaded with that
// many keys.
func crowded(tb testing.TB, keys int) *Program {
	tb.Helper()
	common := kit.NewCommon(uitest.NewClock(noon), kit.Look{})
	list := inventory.New(tb.Context(), common, crowd(keys), inventory.Options{Thresholds: audit.DefaultThresholds()})
	p := New(tb.Context(), Options{
		Common: common, List: list,
		Identity: Identity{Account: "1234-5678-9012", Alias: "acme-prod", Caller: "user/alice", Profile: "prod"},
	})
	p.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	for waiting := []tea.Cmd{p.push(list)}; len(waiting) > 0; {
		cmd := waiting[0]
		if waiting = waiting[1:]; cmd == nil {
			continue
		}
		msg := cmd()
		if batch, is := msg.(tea.BatchMsg); is {
			waiting = append(waiting, batch...)
			continue
		}
		_, next := p.Update(msg)
		waiting = append(waiting, next)
	}
	if progress := list.Progress(); !progress.Complete() || progress.KeysLookedUp != keys {
		tb.Fatalf("the list is loaded as far as %+v", progress)
	}
	return p
}

// frame presses a key and draws what is to be seen then.
func (p *Program) frame(press tea.KeyPressMsg) {
	p.Update(press)
	p.View()
}

// TestAKeyPressCostsAsMuchInALargeAccountAsInASmallOne: a frame draws what is in view,
// and nothing on the way to it makes anything for each key.
func TestAKeyPressCostsAsMuchInALargeAccountAsInASmallOne(t *testing.T) {
	allocations := func(keys int) float64 {
		p := crowded(t, keys)
		steps := []tea.KeyPressMsg{uitest.Key("j"), uitest.Key("j"), uitest.Key("k"), uitest.Key("G"), uitest.Key("k"), uitest.Key("g")}
		return testing.AllocsPerRun(20, func() {
			for _, step := range steps {
				p.frame(step)
			}
		})
	}
	few, many := allocations(100), allocations(10_000)
	if ratio := many / few; ratio > 1.1 || ratio < 0.9 {
		t.Errorf("six key presses allocate %.0f times with 100 keys and %.0f times with 10,000, a ratio of %.3f", few, many, ratio)
	}
}

// BenchmarkKeyPressToFrame takes the time from a key press to the finished frame of the
// whole program, header, footer and all.
func BenchmarkKeyPressToFrame(b *testing.B) {
	for _, keys := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("move/%d", keys), func(b *testing.B) {
			p := crowded(b, keys)
			// A page down and back by single rows: the list scrolls under the selection.
			presses := slices.Concat(slices.Repeat([]tea.KeyPressMsg{uitest.Key("j")}, 60), slices.Repeat([]tea.KeyPressMsg{uitest.Key("k")}, 60))
			timeFrames(b, p, presses)
		})
	}
	b.Run("sort/10000", func(b *testing.B) {
		timeFrames(b, crowded(b, 10_000), slices.Repeat([]tea.KeyPressMsg{uitest.Key("s")}, 4)) // each order
	})
	b.Run("filter/10000", func(b *testing.B) {
		p := crowded(b, 10_000)
		p.frame(uitest.Key("/"))
		erase := tea.KeyPressMsg{Code: tea.KeyBackspace}
		// What is typed matches all, then some, then none of the rows.
		timeFrames(b, p, []tea.KeyPressMsg{
			uitest.Key("u"), uitest.Key("s"), uitest.Key("e"), uitest.Key("r"), uitest.Key("-"), uitest.Key("0"), uitest.Key("9"), uitest.Key("x"),
			erase, erase, erase, erase, erase, erase, erase, erase,
		})
	})
}

// timeFrames presses the given keys, one after the other and round again, and reports
// the median time to a frame, that of the key which takes longest, and the time that 99
// of 100 presses keep to.
func timeFrames(b *testing.B, p *Program, presses []tea.KeyPressMsg) {
	b.Helper()
	b.ReportAllocs()
	byPress := make([][]time.Duration, len(presses))
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		p.frame(presses[i%len(presses)])
		byPress[i%len(presses)] = append(byPress[i%len(presses)], time.Since(start))
	}
	ms := func(times []time.Duration, percent int) float64 {
		slices.Sort(times)
		return float64(times[len(times)*percent/100].Nanoseconds()) / 1e6
	}
	slowest := 0.0
	for _, times := range byPress {
		if len(times) > 0 {
			slowest = max(slowest, ms(times, 50))
		}
	}
	all := slices.Concat(byPress...)
	b.ReportMetric(ms(all, 50), "ms-median")
	b.ReportMetric(slowest, "ms-slowest-key")
	b.ReportMetric(ms(all, 99), "ms-p99")
}
