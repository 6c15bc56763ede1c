package words

import (
	"fmt"

	"keyturn/iamops/audit"
)

// The words of the question that follows a rotation.
const (
	NextDueTitle = "Done. The next key with a finding"
	NextDueStay  = "To the list"
)

// NextDue says which key is next, and its finding.
func NextDue(user, keyID string, finding audit.Finding) []string {
	return []string{
		fmt.Sprintf("%s of %s: %s.", keyID, user, finding),
		"Nothing is changed by going there: each change is asked about by itself.",
	}
}

// NextDueGo is the choice that goes there.
func NextDueGo(user string) string { return "Go to " + user }
