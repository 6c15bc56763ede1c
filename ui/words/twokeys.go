package words

import (
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// freshKey is how young an Inactive key is that nobody can have forgotten.
const freshKey = 24 * time.Hour

// TwoKeys says what a user's two keys most likely mean, why, and what is best done;
// nil for other users.
func TwoKeys(s rotation.State) []string {
	t := s.TwoKeysOf()
	switch t.Story {
	case rotation.RotationUnderWay:
		return []string{
			fmt.Sprintf("%s has two keys, and AWS allows no third. It looks like a rotation under way: %s is only %s old, beside %s of %s.",
				s.User, t.Newer.ID, Period(s.ListedAt.Sub(t.Newer.Created)), t.Older.ID, Period(s.ListedAt.Sub(t.Older.Created))),
			"keyturn did not record it here: somebody else began it, or on another machine. If it is one, go on with it.",
		}
	case rotation.ForgottenKey:
		if age := s.ListedAt.Sub(t.Newer.Created); t.Idle == t.Newer.ID && age < freshKey {
			return []string{
				fmt.Sprintf("%s has two keys, and AWS allows no third. %s is Inactive, and only %s old: somebody may be rotating %s just now.", s.User, t.Idle, Period(age), s.User),
				"Ask who created it. If nobody needs it, retire it to free the slot.",
			}
		}
		return []string{
			fmt.Sprintf("%s has two keys, and AWS allows no third. %s is Inactive: it looks forgotten.", s.User, t.Idle),
			"Retire it to free the slot. Then rotate the other one.",
		}
	case rotation.TwoLiveKeys:
		advice := "Which of them is idle does not show: the last use of one is not known. Look again, or ask whoever owns " + s.User + "."
		if t.Idle != "" {
			advice = fmt.Sprintf("%s was used less recently. If nobody needs it, retire it: Inactive first, never deleted while Active.", t.Idle)
		}
		return []string{
			fmt.Sprintf("%s has two Active keys, %s and %s, and AWS allows no third.", s.User, t.Older.ID, t.Newer.ID),
			advice,
		}
	case rotation.NoStory:
	}
	return nil
}

// ChooseKey says what choosing one of a user's several keys does.
func ChooseKey(s rotation.State, keyID string) string {
	if rotation.PlanOf(s.Plan).OffFirst() {
		return keyID + " has leaked"
	}
	return "Retire " + keyID
}

// otherKey is the ID of the key beside the given one.
func otherKey(s rotation.State, keyID string) string {
	for _, id := range iamops.KeyIDs(s.Listed) {
		if id != keyID {
			return id
		}
	}
	return "the other key"
}
