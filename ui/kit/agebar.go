package kit

import (
	"strings"
	"time"
)

// AgeBarWidth is the width of an age bar in cells: five up to the limit, the
// limit, four beyond it.
const AgeBarWidth = 10

const (
	barBelow = 5
	barAbove = AgeBarWidth - barBelow - 1
)

// AgeBar draws an age against its limit. The cells before the limit's mark fill
// up as the age nears it; those behind it fill up to twice the limit.
func (c *Common) AgeBar(age, limit time.Duration, fill Style) Cell {
	g := c.Glyphs
	below, above := filled(age, limit, barBelow), 0
	if age > limit {
		above = filled(age-limit, limit, barAbove)
	}
	first := strings.Repeat(g.Bar, below)
	if below == 0 && age > 0 {
		first, below = g.Sliver, 1
	}
	return Cell{
		{Text: first + blanks(barBelow-below), Style: fill},
		{Text: g.Limit, Style: c.Styles.Muted},
		{Text: strings.Repeat(g.Bar, above) + blanks(barAbove-above), Style: fill},
	}
}

// filled is how many of n cells a part of the whole fills, rounded to the nearest.
func filled(part, whole time.Duration, n int) int {
	if part <= 0 || whole <= 0 {
		return 0
	}
	return min(n, int((part*time.Duration(n)+whole/2)/whole))
}
