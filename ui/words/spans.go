package words

import (
	"fmt"
	"strconv"
	"time"
)

// unit is what a span of time is told in.
type unit struct {
	size        time.Duration
	short, long string
}

// units are the units, the largest first.
var units = []unit{
	{24 * time.Hour, "d", "day"}, {time.Hour, "h", "hour"}, {time.Minute, "min", "minute"}, {time.Second, "s", "second"},
}

// whole is a span in the largest unit that it holds so many times, rounded down; below
// all of them in seconds. A span below zero, which only clocks that disagree can make, is 0.
func whole(d time.Duration, times int64) (int64, unit) {
	for _, u := range units {
		if n := int64(d / u.size); n >= times {
			return n, u
		}
	}
	seconds := units[len(units)-1]
	return int64(max(d, 0) / seconds.size), seconds
}

// short is made for each row of a list in each frame: it allocates its text alone.
func short(n int64, u unit) string {
	text := strconv.AppendInt(make([]byte, 0, 24), n, 10)
	return string(append(append(text, ' '), u.short...))
}

// Age says how old something is: "412 d", "5 h", "12 min", "8 s".
func Age(d time.Duration) string { return short(whole(d, 1)) }

// AgeAgo says how old something is, where it stands by itself: "2 h ago", "just now".
func AgeAgo(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	return Age(d) + " ago"
}

// Days says an age in whole days, rounded down: "412 d", "0 d".
func Days(d time.Duration) string { return short(int64(max(d, 0)/units[0].size), units[0]) }

// Ago is the time since t, in units that it holds twice: "36 h ago".
func Ago(t, now time.Time) string { return shortPeriod(now.Sub(t)) + " ago" }

func shortPeriod(d time.Duration) string { return short(whole(d, 2)) }

// Period is a length of time, in units that it holds twice: "7 days", "24 hours".
func Period(d time.Duration) string {
	n, u := whole(d, 2)
	return Count(int(n), u.long)
}

// ahead is a length of time that lies ahead, to the nearest unit: what ends in 6 days and
// 23 hours ends in 7 days.
func ahead(d time.Duration) string {
	if _, u := whole(d, 2); u.size > time.Second {
		d = d.Round(u.size)
	}
	return Period(d)
}

// Wait says a span of time in at most two units: "2 d 4 h", "5 min 20 s", "12 s". It
// rounds up to the smaller unit, so that a wait is never said to be over too early.
func Wait(d time.Duration) string {
	_, big := whole(d, 1)
	small := units[len(units)-1]
	for i, u := range units[:len(units)-1] {
		if u == big {
			small = units[i+1]
		}
	}
	up := (max(d, 0) + small.size - 1) / small.size * small.size
	if n, larger := whole(up, 1); larger.size > big.size {
		return short(n, larger) // a whole one of the unit above
	}
	text := short(int64(up/big.size), big)
	if rest := up % big.size / small.size; rest > 0 {
		text += " " + short(int64(rest), small)
	}
	return text
}

// Took says how long a call took: "85 ms", "12.3 s".
func Took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
