package words

import (
	"fmt"
	"time"

	"keyturn/iamops"
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
	key := s.Target().ID
	return fmt.Sprintf("%s already has a rotation in progress (%s %s, step %s). Continue it first.", s.User, ShortPlan(s.Plan), key, StepName(s.Step))
}

// NotTurned says why the rotation in progress could not turn to a key that has leaked, and
// how that is switched off by hand. The key is "" where none was named.
func NotTurned(s rotation.State, refusal *rotation.Refusal, keyID string, now time.Time) string {
	why := Refusal(rotation.Offer{Decision: refusal.Decision, KeyID: keyID, Refused: refusal.Reason}, s, now)
	if keyID == "" {
		return fmt.Sprintf("%s already has a rotation in progress, and nothing was changed: %s.", s.User, why)
	}
	return fmt.Sprintf("keyturn did not open the plan for the leaked key %s, and nothing was changed: %s. To switch it off by hand: %s",
		keyID, why, Command(iamops.Deactivate, s.User, keyID))
}

// LeakTitle asks which of a user's keys has leaked.
func LeakTitle(user string) string { return "Which key of " + user + " has leaked?" }

// LeakBody says what follows.
func LeakBody() []string {
	return []string{"Nothing changes yet. The next step switches that key off, after a confirmation of its own. Other keys stay as they are."}
}

// LeakLabel names one of the keys of which it is asked.
func LeakLabel(s rotation.State, keyID string, now time.Time) string {
	for _, k := range []struct {
		name  string
		facts rotation.KeyFacts
	}{{"old key", s.Old}, {"new key", s.New}} {
		if k.facts.ID == keyID && s.New.Known() {
			return k.name + ": " + Key(k.facts, now)
		}
		if k.facts.ID == keyID {
			return Key(k.facts, now)
		}
	}
	for _, k := range s.Others {
		if k.ID == keyID {
			return Key(rotation.KeyFacts{ID: k.ID, Status: k.Status, Created: k.Created, LastUse: s.OtherUses[k.ID]}, now)
		}
	}
	return keyID
}
