package words

import (
	"slices"
	"testing"
	"time"
)

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
		{412 * 24 * time.Hour, "412 d", "412 d", "412 d ago", "412 d"},
	}
	for _, tt := range tests {
		if got := Age(tt.d); got != tt.age {
			t.Errorf("Age(%v) = %q, want %q", tt.d, got, tt.age)
		}
		if got := Days(tt.d); got != tt.days {
			t.Errorf("Days(%v) = %q, want %q", tt.d, got, tt.days)
		}
		if got := AgeAgo(tt.d); got != tt.ago {
			t.Errorf("AgeAgo(%v) = %q, want %q", tt.d, got, tt.ago)
		}
		if got := Wait(tt.d); got != tt.wait {
			t.Errorf("Wait(%v) = %q, want %q", tt.d, got, tt.wait)
		}
	}
}

func TestPeriods(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		d                  time.Duration
		period, ahead, ago string
	}{
		{-time.Hour, "0 seconds", "0 seconds", "0 s ago"},
		{time.Second, "1 second", "1 second", "1 s ago"},
		{119 * time.Second, "119 seconds", "119 seconds", "119 s ago"},
		{150 * time.Second, "2 minutes", "3 minutes", "2 min ago"},
		{36 * time.Hour, "36 hours", "36 hours", "36 h ago"},
		{7*24*time.Hour - time.Hour, "6 days", "7 days", "6 d ago"},
	} {
		if got := []string{Period(tt.d), ahead(tt.d), Ago(now.Add(-tt.d), now)}; !slices.Equal(got, []string{tt.period, tt.ahead, tt.ago}) {
			t.Errorf("%v is %q, want %q, %q and %q", tt.d, got, tt.period, tt.ahead, tt.ago)
		}
	}
}

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{85 * time.Millisecond: "85 ms", 12340 * time.Millisecond: "12.3 s"} {
		if got := Took(d); got != want {
			t.Errorf("%v took %q, want %q", d, got, want)
		}
	}
}
