package words

import (
	"errors"
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// LeaveInFlight says that a change has to end before the operator leaves.
const LeaveInFlight = "A change is under way. Wait for its answer, then leave."

// Asks reports whether a decision is asked about before it is taken: it changes
// something, or something is gone after it.
func Asks(o rotation.Offer) bool {
	switch o.Decision {
	case rotation.Stored, rotation.GiveUpNew, rotation.HaveSecret, rotation.Deliver, rotation.TakeBackAll, rotation.NoNewKey:
		return true
	default:
		return o.Change != ""
	}
}

// Question is the headline of the question whether to take a decision.
func Question(o rotation.Offer, s rotation.State) string {
	switch o.Decision {
	case rotation.Stored:
		return "Is the secret stored?"
	case rotation.HaveSecret:
		return "Does somebody have its secret?"
	case rotation.Deliver:
		return "Deliver the secret?"
	default:
	}
	return Decision(o, s) + "?"
}

// WayBack says how a decision can be undone.
func WayBack(o rotation.Offer, s rotation.State) string {
	switch o.Change {
	case iamops.Create:
		return "Way back: give up the new key."
	case iamops.Deactivate:
		if s.Plan == rotation.Discard {
			return "Way back: none that is worth it. Its secret is forgotten with this."
		}
		if rotation.PlanOf(s.Plan).OffFirst() {
			return "Way back: reactivate it, with a reason, until it is deleted."
		}
		return "Way back: reactivate it, at any time until it is deleted."
	case iamops.Reactivate:
		return "Way back: deactivate it again."
	case iamops.Delete:
		return "Way back: none. The key can't be had again."
	}
	switch o.Decision {
	case rotation.Deliver:
		return "Way back: put the old key back, as long as it is not deleted. What a command did keyturn can't put back."
	case rotation.TakeBackAll:
		if s.Secret == rotation.SecretHeld {
			return "Way back: deliver again, as long as the secret is in memory."
		}
		return "Can't be undone: keyturn does not hold the new secret any more. It may be nowhere else than in these targets."
	case rotation.NoNewKey:
		return "Nothing changes yet. Way back: rotate the user later, as long as it has a key; else create one by hand."
	case rotation.HaveSecret:
		return "Nothing changes yet. Way back: give up the new key."
	case rotation.GiveUpNew:
		return "Nothing changes yet. Way back: keep the new key, as long as it is Active."
	default:
	}
	return "Way back: none. Without its secret a new key can only be given up."
}

// TypeThis asks for the text that a decision wants typed.
func TypeThis(o rotation.Offer) string {
	return fmt.Sprintf("To confirm, type the last %d characters of its ID: %s", len(o.Typed), o.Typed)
}

// Refused says why a decision was not taken, from the error that came back for it.
func Refused(err error, s rotation.State, now time.Time) string {
	var refusal *rotation.Refusal
	if errors.As(err, &refusal) {
		return Refusal(rotation.Offer{Decision: refusal.Decision, Refused: refusal.Reason}, s, now)
	}
	var problem *iamops.Problem
	if errors.As(err, &problem) {
		return Problem(problem, "").What
	}
	return err.Error()
}

// Overrides are the warnings that were gone against, a line each, with the reasons
// given.
func Overrides(s rotation.State) []string {
	var lines []string
	for _, o := range s.Overrides {
		for _, why := range o.Whys {
			lines = append(lines, fmt.Sprintf("%s, %s: %s. Reason: %s", o.At.UTC().Format("2006-01-02 15:04 UTC"), StepName(o.Step), Against(why), o.Reason))
		}
	}
	return lines
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

// What is said before the program ends while a change is under way.
const (
	QuitInFlight     = "A change is under way. keyturn waits for its answer and puts it on record, and ends then. How it ended is seen at the next start."
	QuitBeforeSecret = "Its secret comes with the answer, and only then. Ending now would lose it: wait for the answer, which takes some seconds."
)

// HoldsSecret reports whether err is the refusal to leave a secret behind.
func HoldsSecret(err error) bool {
	var refusal *rotation.Refusal
	return errors.As(err, &refusal) && refusal.Reason == rotation.SecretNotPut
}

// Delivers reports whether err is the refusal to leave while a delivery is under way.
func Delivers(err error) bool {
	var refusal *rotation.Refusal
	return errors.As(err, &refusal) && refusal.Reason == rotation.DeliveryRuns
}
