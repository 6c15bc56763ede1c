package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Why says which guard a decision goes against, with what is known.
func Why(w rotation.Why, s rotation.State, set rotation.Settings, now time.Time) string {
	gate := rotation.GateOf(s, set, now)
	switch w {
	case rotation.WhyUsedRecently:
		text := fmt.Sprintf("%s has been quiet for %s%s; %s of quiet is asked for", s.Target().ID, Period(now.Sub(gate.QuietSince)), countedFrom(s, gate), Period(set.Quiet))
		if s.Target().LastUse.State == iamops.Used {
			text += " (" + LastUse(s.Target(), now) + ")"
		}
		return text
	case rotation.WhyUseUnknown:
		return "it is not known when " + s.Target().ID + " was last used: that counts as used"
	case rotation.WhyGapLonger:
		return fmt.Sprintf("%s, or one of its users, has been silent for %s before, and came back", s.Target().ID, Period(gate.LongestGap))
	case rotation.WhyRhythmUnknown:
		return fmt.Sprintf("how often %s is used is not known: it may be once a week. %s of quiet would tell; it has been %s", s.Target().ID, Period(rotation.UnknownRhythm), Period(now.Sub(gate.QuietSince)))
	case rotation.WhyNotAsked:
		var names []string
		for _, u := range s.ToAsk() {
			names = append(names, rotation.UserID(u))
		}
		return "you have not said yet that it works without the old key: " + strings.Join(names, ", ")
	case rotation.WhyWatchNotOver:
		ends, _ := s.WatchEnds(set)
		return "the watch is not over before " + Clock(ends, now)
	case rotation.WhyDeactivationUnknown:
		return "it is not known when " + s.Target().ID + " was deactivated, so the watch can't be counted"
	case rotation.WhyNotPutBack:
		return "the new key is still where it was delivered: put the old one back first"
	case rotation.WhyOldKeyPutBack:
		return "a target was put back to the old key: what reads it there fails from then on"
	case rotation.WhyOldKeyOff:
		return "the old key is not Active: without the new one " + s.User + " has no key that works"
	case rotation.WhyNotAllowed:
		return "by AWS's simulation you are not allowed " + notAllowed(s) + ": the rotation would stop there"
	case rotation.WhyLeaked:
		return s.Target().ID + " has leaked: whoever has it can use it again from then on"
	case rotation.WhySecretNowhere:
		return "the secret was neither shown, copied nor delivered: nobody has it"
	case rotation.WhyTrialNotPassed:
		return "the new key has not answered " + fmt.Sprint(rotation.TrialRounds) + " times in a row"
	}
	return string(w)
}

// Against says which guard was gone against, when it is over.
func Against(w rotation.Why) string {
	switch w {
	case rotation.WhyUsedRecently:
		return "the key had not been quiet for long enough"
	case rotation.WhyUseUnknown:
		return "the key's last use was not known"
	case rotation.WhyGapLonger:
		return "the key, or one of its users, had been silent for longer before, and came back"
	case rotation.WhyRhythmUnknown:
		return "how often the key is used was not known"
	case rotation.WhyNotAsked:
		return "not all users of the key had been asked whether they work without it"
	case rotation.WhyWatchNotOver:
		return "the watch was not over"
	case rotation.WhyDeactivationUnknown:
		return "the time of deactivation was not known"
	case rotation.WhyNotPutBack:
		return "the new key was still where it had been delivered"
	case rotation.WhyOldKeyPutBack:
		return "a target had been put back to the old key"
	case rotation.WhyOldKeyOff:
		return "the old key was not Active either"
	case rotation.WhyNotAllowed:
		return "AWS's simulation had denied an action that it takes"
	case rotation.WhyLeaked:
		return "the key had leaked"
	case rotation.WhySecretNowhere:
		return "the secret had been neither shown, copied nor delivered"
	case rotation.WhyTrialNotPassed:
		return "the new key had not passed its trial"
	}
	return string(w)
}
