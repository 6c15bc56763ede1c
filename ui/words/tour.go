package words

import (
	"fmt"

	"keyturn/iamops/audit"
)

// The words of the questions that follow the rotation of one user.
const (
	NextDueTitle    = "Done. The next key that is due"
	NextMarkedTitle = "The next marked user"
	NextMarkedStay  = "To the list"
)

// NextMarked says who is next of the marked users, and how many are still to come.
func NextMarked(user string, left int) []string {
	text := user + " is the last of the marked users that you have not turned to yet."
	if left > 1 {
		text = fmt.Sprintf("%s is next; %d of the marked users are still to come.", user, left)
	}
	return []string{text, "Nothing is changed by going there: each change is asked about by itself."}
}

// NextDue says which key is due next, and why.
func NextDue(user, keyID string, finding audit.Finding) []string {
	return []string{
		fmt.Sprintf("%s of %s: %s.", keyID, user, finding),
		"Nothing is changed by going there: each change is asked about by itself.",
	}
}

// NextMarkedGo is the choice that goes there.
func NextMarkedGo(user string) string { return "Go to " + user }

// NothingSuggested says that the list shows no key of a user any more.
func NothingSuggested(user string) string {
	return "The list shows no key of " + user + ": refresh it, and look"
}
