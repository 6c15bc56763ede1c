package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Period is a time span longer than nothing, written as whole numbers of days,
// hours, minutes and seconds: "90d", "24h", "1d12h". A day is 24 hours. It is a
// flag's value as well as a file's.
type Period time.Duration

var periodUnits = []struct {
	letter byte
	length time.Duration
}{
	{'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second},
}

// maxPeriod is 100 years of 365 days: whoever writes more has mistyped it.
const maxPeriod = 100 * 365 * 24 * time.Hour

// ParsePeriod reads a period. Greater units come first, each at most once.
func ParsePeriod(text string) (Period, error) {
	fail := func(why string) (Period, error) {
		return 0, fmt.Errorf(`%q is no period: %s; a period is written like "90d", "24h" or "1d12h"`, text, why)
	}
	if text == "" {
		return fail("it is empty")
	}
	var total time.Duration
	units := periodUnits
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		switch {
		case digits == 0:
			return fail("a whole number is missing")
		case digits == len(rest):
			return fail("the unit is missing: d, h, m or s")
		}
		letter := rest[digits]
		rest = rest[digits+1:]
		at := 0
		for at < len(units) && units[at].letter != letter {
			at++
		}
		if at == len(units) {
			return fail("its units are d, h, m and s, the greater before the lesser")
		}
		length := units[at].length
		if errors.Is(err, strconv.ErrRange) || n > int64(maxPeriod/length) ||
			total+time.Duration(n)*length > maxPeriod {
			return fail("it is longer than 100 years")
		}
		total += time.Duration(n) * length
		units = units[at+1:]
	}
	if total == 0 {
		return fail("it has no length")
	}
	return Period(total), nil
}

// String is the period as it is written: in days from two days on, "24h" below.
func (p Period) String() string {
	rest := time.Duration(p)
	var b strings.Builder
	for _, u := range periodUnits {
		if u.letter == 'd' && rest < 2*u.length {
			continue // people say 24 and 36 hours
		}
		if n := rest / u.length; n > 0 {
			_, _ = fmt.Fprintf(&b, "%d%c", n, u.letter)
			rest -= n * u.length
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// Set reads the period from a flag's text. With String and Type it is what a flag
// needs of its value.
func (p *Period) Set(text string) error {
	parsed, err := ParsePeriod(text)
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Type names the kind of value in a flag's help.
func (*Period) Type() string { return "period" }
