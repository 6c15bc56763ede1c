package kit

import (
	"fmt"
	"strconv"
	"time"
)

const day = 24 * time.Hour

// Age says how old something is in one unit: "412 d", "5 h", "12 min", "8 s".
// It rounds down, as ages are told. An age below zero, which only clocks that
// disagree can make, reads as "0 s".
func Age(d time.Duration) string {
	switch {
	case d >= day:
		return inUnits(d/day, " d")
	case d >= time.Hour:
		return inUnits(d/time.Hour, " h")
	case d >= time.Minute:
		return inUnits(d/time.Minute, " min")
	default:
		return inUnits(max(d, 0)/time.Second, " s")
	}
}

// inUnits is made for each row of a list in each frame: it allocates its text alone.
func inUnits(n time.Duration, unit string) string {
	b := strconv.AppendInt(make([]byte, 0, 24), int64(n), 10)
	return string(append(b, unit...))
}

// Days says an age in whole days, rounded down: "412 d", "0 d".
func Days(d time.Duration) string { return fmt.Sprintf("%d d", max(d, 0)/day) }

// Ago says how long ago something was: "2 h ago", "just now".
func Ago(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	return Age(d) + " ago"
}

// Wait says a span of time in at most two units: "2 d 4 h", "5 min 20 s", "12 s". It
// rounds up to the smaller unit, so that a wait is never said to be over too early.
func Wait(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	for i := range len(units) - 1 {
		big, small := units[i], units[i+1]
		if d < big.size {
			continue
		}
		if up := roundUp(d, small.size); up > d {
			return Wait(up) // which may be a whole one of the unit above
		}
		if rest := d % big.size / small.size; rest > 0 {
			return fmt.Sprintf("%d %s %d %s", d/big.size, big.name, rest, small.name)
		}
		return fmt.Sprintf("%d %s", d/big.size, big.name)
	}
	up := roundUp(max(d, 0), time.Second)
	if up == time.Minute {
		return Wait(up)
	}
	return fmt.Sprintf("%d s", up/time.Second)
}

func roundUp(d, unit time.Duration) time.Duration { return (d + unit - 1) / unit * unit }
