package kit

import (
	"slices"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

type fixedClock time.Time

func (c fixedClock) Now() time.Time { return time.Time(c) }

// newCommon is a Common of the given size.
func newCommon(width, height int) *Common {
	c := NewCommon(fixedClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)), Look{})
	c.Width, c.Height = width, height
	return c
}

func TestAges(t *testing.T) {
	tests := []struct {
		d         time.Duration
		age, days string
		ago, wait string
	}{
		{-time.Hour, "0 s", "0 d", "just now", "0 s"},
		{0, "0 s", "0 d", "just now", "0 s"},
		{500 * time.Millisecond, "0 s", "0 d", "just now", "1 s"},
		{12 * time.Second, "12 s", "0 d", "12 s ago", "12 s"},
		{59*time.Second + time.Millisecond, "59 s", "0 d", "59 s ago", "1 min"},
		{5*time.Minute + 20*time.Second, "5 min", "0 d", "5 min ago", "5 min 20 s"},
		{time.Hour - time.Second, "59 min", "0 d", "59 min ago", "59 min 59 s"},
		{time.Hour, "1 h", "0 d", "1 h ago", "1 h"},
		{24*time.Hour - time.Second, "23 h", "0 d", "23 h ago", "1 d"},
		{52 * time.Hour, "2 d", "2 d", "2 d ago", "2 d 4 h"},
		{52*time.Hour + time.Second, "2 d", "2 d", "2 d ago", "2 d 5 h"},
		{412 * day, "412 d", "412 d", "412 d ago", "412 d"},
	}
	for _, tt := range tests {
		if got := Age(tt.d); got != tt.age {
			t.Errorf("Age(%v) = %q, want %q", tt.d, got, tt.age)
		}
		if got := Days(tt.d); got != tt.days {
			t.Errorf("Days(%v) = %q, want %q", tt.d, got, tt.days)
		}
		if got := Ago(tt.d); got != tt.ago {
			t.Errorf("Ago(%v) = %q, want %q", tt.d, got, tt.ago)
		}
		if got := Wait(tt.d); got != tt.wait {
			t.Errorf("Wait(%v) = %q, want %q", tt.d, got, tt.wait)
		}
	}
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
