package words

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
)

func TestDrift(t *testing.T) {
	day := 24 * time.Hour
	for want, d := range map[string]iamops.Drift{
		"": {Earliest: "sts"},
		"This machine's clock is 8 days ahead of AWS's. keyturn goes by AWS's.":                                  {Machine: 8 * day},
		"This machine's clock is 2 hours behind AWS's. keyturn goes by AWS's.":                                   {Machine: -2 * time.Hour},
		"AWS's services differ by 3 hours. keyturn goes by the earliest, iam.":                                   {Services: 3 * time.Hour, Earliest: "iam"},
		"localhost:1 says that it is 3 days later. Nothing confirms that; keyturn goes by this machine's clock.": {Doubtful: 3 * day, Claimant: "localhost:1"},
	} {
		if got := strings.Join(Drift(d), "\n"); got != want {
			t.Errorf("%+v: %q, want %q", d, got, want)
		}
	}
}
