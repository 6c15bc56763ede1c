package ui

import (
	"testing"
	"time"

	"keyturn/iamops"
)

// Clocks that come apart are told once in passing, and in the header for as long as that
// holds.
func TestClocksThatAreApartAreTold(t *testing.T) {
	var drift iamops.Drift
	bubble(t, func(_ *stage, o *Options) { o.Drift = func() iamops.Drift { return drift } }, func(st *stage) {
		st.pass(time.Second)
		st.wantNot("CLOCK")
		drift.Machine = 8 * 24 * time.Hour
		st.pass(time.Second)
		st.want("CLOCK IS OFF", "This machine's clock is 8 days ahead of AWS's")
		st.pass(toastFor + time.Second)
		st.wantNot("8 days ahead")
		st.want("CLOCK IS OFF", "1234-5678-9012")
		drift.Machine = 0
		st.pass(time.Second)
		st.wantNot("CLOCK")
	})
}
