package words

import (
	"fmt"

	"keyturn/iamops"
)

// DriftMark and DriftMarkShort say in the header that clocks are apart.
const (
	DriftMark      = "CLOCK IS OFF"
	DriftMarkShort = "CLOCK"
)

// Drift says where clocks are apart, a line each, and by which keyturn goes.
func Drift(d iamops.Drift) []string {
	var lines []string
	switch {
	case d.Machine > 0:
		lines = append(lines, fmt.Sprintf("This machine's clock is %s ahead of AWS's. keyturn goes by AWS's.", Period(d.Machine)))
	case d.Machine < 0:
		lines = append(lines, fmt.Sprintf("This machine's clock is %s behind AWS's. keyturn goes by AWS's.", Period(-d.Machine)))
	}
	if d.Services != 0 {
		lines = append(lines, fmt.Sprintf("AWS's services differ by %s. keyturn goes by the earliest, %s.", Period(d.Services), d.Earliest))
	}
	if d.Doubtful != 0 {
		lines = append(lines, fmt.Sprintf("%s says that it is %s later. Nothing confirms that; keyturn goes by this machine's clock.",
			d.Claimant, Period(d.Doubtful)))
	}
	return lines
}
