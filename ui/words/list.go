package words

import (
	"fmt"

	"keyturn/iamops/rotation"
)

// RootKey says what is to be done about a key of the root user.
const RootKey = "root's key: sign in as root and delete it there. keyturn makes no call for it"

// NoKeyID says that a key can't be named yet.
func NoKeyID(user string) string {
	return "the key IDs of " + user + " are not known yet: wait for the live list, or look again"
}

// GoesFirst says that a user's rotation under way goes before what was asked for.
func GoesFirst(s rotation.State) string {
	return fmt.Sprintf("a rotation of %s is under way already, at step %s: it goes first", s.User, StepName(s.Step))
}
