package config

import (
	"strings"
	"testing"
	"time"
)

func TestParsePeriod(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]struct {
		length  time.Duration
		written string
	}{
		"90d":         {90 * day, "90d"},
		"24h":         {day, "24h"},
		"1d":          {day, "24h"},
		"7d":          {7 * day, "7d"},
		"1d12h":       {36 * time.Hour, "36h"},
		"2d12h":       {60 * time.Hour, "2d12h"},
		"720h":        {30 * day, "30d"},
		"1d2h3m4s":    {26*time.Hour + 3*time.Minute + 4*time.Second, "26h3m4s"},
		"90m":         {90 * time.Minute, "1h30m"},
		"0d5m":        {5 * time.Minute, "5m"},
		"36500d":      {maxPeriod, "36500d"},
		"0000000007d": {7 * day, "7d"},
	} {
		got, err := ParsePeriod(text)
		if err != nil || time.Duration(got) != want.length || got.String() != want.written {
			t.Errorf("%q is read as %v, written %q, %v", text, time.Duration(got), got, err)
		}
	}
}

func TestWhatIsNoPeriod(t *testing.T) {
	for text, why := range map[string]string{
		"":                      "it is empty",
		"90":                    "the unit is missing",
		"d":                     "a whole number is missing",
		"90 d":                  "its units are",
		" 90d":                  "a whole number is missing",
		"-1d":                   "a whole number is missing",
		"1.5d":                  "its units are",
		"3w":                    "its units are",
		"90D":                   "its units are",
		"12h1d":                 "the greater before the lesser",
		"1d1d":                  "the greater before the lesser",
		"1dd":                   "a whole number is missing",
		"0d":                    "it has no length",
		"36501d":                "longer than 100 years",
		"36500d1s":              "longer than 100 years",
		"99999999999999999999d": "longer than 100 years",
		"9223372036854775807s":  "longer than 100 years",
	} {
		_, err := ParsePeriod(text)
		if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "90d") {
			t.Errorf("%q gives %v, want %q", text, err, why)
		}
	}
}

func TestAPeriodIsAFlagsValue(t *testing.T) {
	p := Period(90 * 24 * time.Hour)
	var value interface { // of pflag.Value
		String() string
		Set(string) error
		Type() string
	} = &p
	if err := value.Set("60d"); err != nil || p != Period(60*24*time.Hour) || value.String() != "60d" || value.Type() != "period" {
		t.Errorf("the value is %v, %v", value, err)
	}
	if err := value.Set("soon"); err == nil || p != Period(60*24*time.Hour) {
		t.Errorf("a text that is no period makes it %v, %v", p, err)
	}
}

func TestNoLengthIsWrittenToo(t *testing.T) {
	if got := Period(0).String(); got != "0s" {
		t.Errorf("no length is written %q", got)
	}
}
