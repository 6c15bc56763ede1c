package kit

import (
	"math"
	"slices"
	"time"
)

// Histogram counts ages in buckets. The first half of them divides the time up to
// the limit evenly, the second half the time from the limit to the oldest age by
// its logarithm: the young keys, of which there are many, stay apart, and the
// oldest is still on the page.
type Histogram struct {
	Below, Above []int
	Limit        time.Duration
	Oldest       time.Duration // at least twice the limit, so that the scale has a length
}

// NewHistogram counts the ages in 2×half buckets.
func NewHistogram(ages []time.Duration, limit time.Duration, half int) Histogram {
	h := Histogram{Below: make([]int, half), Above: make([]int, half), Limit: limit, Oldest: 2 * limit}
	if len(ages) == 0 || half == 0 || limit <= 0 {
		return h
	}
	h.Oldest = max(h.Oldest, slices.Max(ages))
	scale := math.Log(float64(h.Oldest) / float64(limit))
	for _, age := range ages {
		if age <= limit {
			i := int(float64(max(age, 0)) / float64(limit) * float64(half))
			h.Below[min(i, half-1)]++
			continue
		}
		i := int(math.Log(float64(age)/float64(limit)) / scale * float64(half))
		h.Above[min(i, half-1)]++
	}
	return h
}

// Histogram draws the counts, one cell a bucket, with the limit's mark between
// the two halves. A bucket with anything in it is never drawn as empty.
func (c *Common) Histogram(h Histogram) Cell {
	most := 0
	for _, n := range slices.Concat(h.Below, h.Above) {
		most = max(most, n)
	}
	draw := func(counts []int) string {
		s := ""
		for _, n := range counts {
			s += c.Glyphs.level(n, most)
		}
		return s
	}
	return Cell{
		{Text: draw(h.Below), Style: c.Styles.Good},
		{Text: c.Glyphs.Limit, Style: c.Styles.Muted},
		{Text: draw(h.Above), Style: c.Styles.Danger},
	}
}

func (g Glyphs) level(n, most int) string {
	if n <= 0 || most <= 0 {
		return g.Levels[0]
	}
	top := len(g.Levels) - 1
	return g.Levels[max(1, n*top/most)]
}
