package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// guard is how something is spoken of that speaks against a change.
type guard struct {
	now  func(g rotation.Guard, s rotation.State, now time.Time) string // before it is gone against
	past string                                                         // after that
}

// plainly says the same of every rotation.
func plainly(text string) func(rotation.Guard, rotation.State, time.Time) string {
	return func(rotation.Guard, rotation.State, time.Time) string { return text }
}

var guards = map[rotation.Why]guard{
	rotation.WhyUsedRecently: {past: "the key had not been quiet for long enough",
		now: func(g rotation.Guard, s rotation.State, now time.Time) string {
			text := fmt.Sprintf("%s has been quiet for %s%s; %s of quiet is asked for", g.KeyID, Period(g.Had), countedFrom(s, g, now), Period(g.Needed))
			if s.Target().LastUse.State == iamops.Used {
				text += " (" + LastUse(s.Target(), now) + ")"
			}
			return text
		}},
	rotation.WhyUseUnknown: {past: "the key's last use was not known",
		now: func(g rotation.Guard, _ rotation.State, _ time.Time) string {
			return "it is not known when " + g.KeyID + " was last used: that counts as used"
		}},
	rotation.WhyGapLonger: {past: "the key, or one of its users, had been silent for longer before, and came back",
		now: func(g rotation.Guard, _ rotation.State, _ time.Time) string {
			return fmt.Sprintf("%s, or one of its users, has been silent for %s before, and came back", g.KeyID, Period(g.Needed-time.Second))
		}},
	rotation.WhyRhythmUnknown: {past: "how often the key is used was not known",
		now: func(g rotation.Guard, _ rotation.State, _ time.Time) string {
			return fmt.Sprintf("how often %s is used is not known: it may be once a week. %s of quiet would tell; it has been %s", g.KeyID, Period(g.Needed), Period(g.Had))
		}},
	rotation.WhyNewUnused: {past: "nobody had been seen to use the new key",
		now: func(_ rotation.Guard, s rotation.State, _ time.Time) string {
			return "nobody was seen to use the new key " + s.New.ID + " yet"
		}},
	rotation.WhyNotAsked: {past: "not all users of the key had been asked whether they work without it",
		now: func(_ rotation.Guard, s rotation.State, _ time.Time) string {
			var names []string
			for _, u := range s.ToAsk() {
				names = append(names, rotation.UserID(u))
			}
			return "you have not said yet that it works without the old key: " + strings.Join(names, ", ")
		}},
	rotation.WhyWatchNotOver: {past: "the watch was not over",
		now: func(g rotation.Guard, _ rotation.State, now time.Time) string {
			return "the watch is not over before " + Clock(g.Until, now)
		}},
	rotation.WhyDeactivationUnknown: {past: "the time of deactivation was not known",
		now: func(_ rotation.Guard, s rotation.State, _ time.Time) string {
			return "it is not known when " + s.Target().ID + " was deactivated, so the watch can't be counted"
		}},
	rotation.WhyNotPutBack: {past: "the new key was still where it had been delivered",
		now: plainly("the new key is still where it was delivered: put the old one back first")},
	rotation.WhyOldKeyPutBack: {past: "a target had been put back to the old key",
		now: plainly("a target was put back to the old key: what reads it there fails from then on")},
	rotation.WhyOldKeyOff: {past: "the old key was not Active either",
		now: func(_ rotation.Guard, s rotation.State, _ time.Time) string {
			return "the old key is not Active: without the new one " + s.User + " has no key that works"
		}},
	rotation.WhyNotAllowed: {past: "AWS's simulation had denied an action that it takes",
		now: func(_ rotation.Guard, s rotation.State, _ time.Time) string {
			return "by AWS's simulation you are not allowed " + notAllowed(s) + ": the rotation would stop there"
		}},
	rotation.WhyLeaked: {past: "the key had leaked",
		now: func(_ rotation.Guard, s rotation.State, _ time.Time) string {
			return s.Target().ID + " has leaked: whoever has it can use it again from then on"
		}},
	rotation.WhySecretNowhere: {past: "the secret had been neither shown, copied nor delivered",
		now: plainly("the secret was neither shown, copied nor delivered: nobody has it")},
	rotation.WhyTrialNotPassed: {past: "the new key had not passed its trial",
		now: plainly(fmt.Sprintf("the new key has not answered %d times in a row", rotation.TrialRounds))},
}

// Why says which guard a decision goes against, with what is known.
func Why(w rotation.Why, s rotation.State, set rotation.Settings, now time.Time) string {
	if g, known := guards[w]; known {
		return g.now(rotation.GuardOf(w, s, set, now), s, now)
	}
	return string(w)
}

// Against says which guard was gone against, when it is over.
func Against(w rotation.Why) string {
	if g, known := guards[w]; known {
		return g.past
	}
	return string(w)
}

// countedFrom says from when quiet is counted, where that is later than the last use.
func countedFrom(s rotation.State, g rotation.Guard, now time.Time) string {
	switch since := now.Add(-g.Had); {
	case since.Equal(s.Target().ActiveAgain):
		return ", counted from its reactivation"
	case since.Equal(s.StoredAt):
		return ", counted from when the new key was stored"
	}
	return ""
}
