package report

import (
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops/audit"
)

// ParseFindings reads the names of findings, with commas between them, as --fail-on
// takes them. Its error names the valid ones.
func ParseFindings(text string) ([]audit.Finding, error) {
	valid := names(audit.SetOf(audit.All()...))
	var found []audit.Finding
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		at := slices.Index(valid, name)
		if at < 0 {
			return nil, fmt.Errorf("unknown finding %q: valid are %s", name, strings.Join(valid, ", "))
		}
		if f := audit.All()[at]; !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found, nil
}

// FailOn are the rows with one of the findings. Findings that an exemption or a
// rotation under way excuses don't count.
func (a Audit) FailOn(findings []audit.Finding) []audit.Row {
	wanted := audit.SetOf(findings...)
	var rows []audit.Row
	for i := range a.Rows {
		if a.Rows[i].Counted()&wanted != 0 {
			rows = append(rows, a.Rows[i])
		}
	}
	return rows
}
