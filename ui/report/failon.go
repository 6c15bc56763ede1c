package report

import (
	"errors"
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

// Unclear is why it is not known of how many keys the finding is true, where that takes an
// answer that the audit does without: root's keys are in the credential report alone, AWS's
// quarantine in the users' policies. It is nil where the audit knows; whether it is partial
// is another question.
func (a Audit) Unclear(f audit.Finding) error {
	p := a.Progress
	switch {
	case f == audit.RootKey && p.RootProblem != nil:
		return fmt.Errorf("whether the root user has access keys is not known: %w", p.RootProblem)
	case f == audit.Compromised && p.DetailsProblem != nil:
		return fmt.Errorf("whether AWS has put a user into quarantine is not known: %w", p.DetailsProblem)
	case f == audit.Compromised && !p.DetailsKnown:
		return errors.New("whether AWS has put a user into quarantine is not known: it was not asked for")
	}
	return nil
}
