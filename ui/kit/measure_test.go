package kit

import (
	"slices"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const day = 24 * time.Hour

type fixedClock time.Time

func (c fixedClock) Now() time.Time { return time.Time(c) }

// newCommon is a Common of the given size.
func newCommon(width, height int) *Common {
	c := NewCommon(fixedClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), Look{})
	c.Width, c.Height = width, height
	return c
}

func TestAgeBar(t *testing.T) {
	c := newCommon(80, 24)
	tests := []struct {
		days int
		want string
	}{
		{-1, "     │    "}, {0, "     │    "}, {3, "▏    │    "}, {37, "██   │    "}, {54, "███  │    "},
		{90, "█████│    "}, {91, "█████│    "}, {120, "█████│█   "}, {180, "█████│████"}, {9999, "█████│████"},
	}
	for _, tt := range tests {
		got := ansi.Strip(c.AgeBar(time.Duration(tt.days)*day, 90*day, c.Styles.Good).String())
		if got != tt.want || Width(got) != AgeBarWidth {
			t.Errorf("the bar of %d days is %q, want %q", tt.days, got, tt.want)
		}
	}
}

func TestHistogram(t *testing.T) {
	ages := []time.Duration{-time.Hour, 0, day, 89 * day, 90 * day, 91 * day, 200 * day, 1000 * day}
	h := NewHistogram(ages, 90*day, 4)
	if want := []int{3, 0, 0, 2}; !slices.Equal(h.Below, want) {
		t.Errorf("below the limit: %v, want %v", h.Below, want)
	}
	if want := []int{1, 1, 0, 1}; !slices.Equal(h.Above, want) {
		t.Errorf("above the limit: %v, want %v", h.Above, want)
	}
	if h.Oldest != 1000*day {
		t.Errorf("the oldest is %v", h.Oldest)
	}
	c := newCommon(80, 24)
	if got := ansi.Strip(c.Histogram(h).String()); got != "█  ▅│▂▂ ▂" {
		t.Errorf("the histogram is %q", got)
	}
	one := slices.Repeat([]time.Duration{day}, 1000)
	crowd := NewHistogram(append(one, 80*day), 90*day, 4)
	if got := ansi.Strip(c.Histogram(crowd).String()); got != "█  ▁│    " {
		t.Errorf("one key beside a thousand is drawn as %q", got)
	}
	for _, empty := range []Histogram{NewHistogram(nil, 90*day, 4), NewHistogram(ages, 0, 4)} {
		if got := ansi.Strip(c.Histogram(empty).String()); got != "    │    " {
			t.Errorf("an empty histogram is %q", got)
		}
	}
	if got := ansi.Strip(c.Histogram(NewHistogram(ages, 90*day, 0)).String()); got != "│" {
		t.Errorf("a histogram without buckets is %q", got)
	}
}
