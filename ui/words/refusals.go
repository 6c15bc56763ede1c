package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Refusal says why a decision can't be taken now, and what would change that. It is
// "" for one that can be taken.
func Refusal(o rotation.Offer, s rotation.State, now time.Time) string {
	switch o.Refused {
	case rotation.Possible:
		return ""
	case rotation.ChangeInFlight:
		return "a change is under way: wait for its answer"
	case rotation.StillLooking:
		return "the last change is still being confirmed by lists: wait"
	case rotation.InReadOnly:
		return "keyturn runs with --read-only: no change can be made"
	case rotation.NotListed:
		return "the keys of " + s.User + " are not known yet: look again"
	case rotation.NoSuchUser:
		return "there is no IAM user " + s.User + " in this account"
	case rotation.NoKey:
		return s.User + " has no access key: there is nothing to rotate"
	case rotation.NoSuchKey:
		return s.User + " has no key " + s.Target().ID
	case rotation.NoSlot:
		if !s.Old.Known() && !rotation.PlanOf(s.Plan).NeedsSlot {
			return s.User + " has " + keyCount(s) + " (" + strings.Join(iamops.KeyIDs(s.Listed), ", ") + "): say which one is meant, with --key"
		}
		if len(s.Listed) > iamops.MaxKeys {
			return s.User + " has " + keyCount(s) + " (" + strings.Join(iamops.KeyIDs(s.Listed), ", ") + "), and AWS allows no third: first retire those that are not used"
		}
		return s.User + " has two keys already (" + strings.Join(iamops.KeyIDs(s.Listed), ", ") + "), and AWS allows no third: first deactivate and delete the one that is not used"
	case rotation.CallerIsRoot:
		return "you sign as root: keyturn makes no change with root credentials"
	case rotation.CallersKey:
		if Replaces(s.Plan) && !rotation.PlanOf(s.Plan).OffFirst() || rotation.PlanOf(s.Plan).Target == rotation.NewKey {
			return "you sign with this key, or with a session made from it: let keyturn sign with the other one first, or use another profile"
		}
		if rotation.PlanOf(s.Plan).OffFirst() {
			return "you sign with this key, or with a session made from it: use another profile. " +
				"Or rotate it with `keyturn rotate`: store the new key, let keyturn sign with it, then switch the old one off at once"
		}
		return "you sign with this key, or with a session made from it: use another profile, which does not depend on it"
	case rotation.MaybeCallers:
		return "your session may have been made from this key, and nothing tells: say whether it was"
	case rotation.KeyNotNamed:
		return "choose with --key which key has leaked: " + strings.Join(iamops.KeyIDs(s.Listed), " or ")
	case rotation.PlaysNoPart:
		return orKey(o.KeyID) + " plays no part in the rotation of " + s.Target().ID + " that is in progress. Continue that first"
	case rotation.Resolving:
		return "the credentials are being resolved afresh: wait"
	case rotation.NewKeyMissing:
		return "the new key is not there: the old one is all that " + s.User + " has"
	case rotation.NewKeyOff:
		return "the new key is not Active: the old one is all that works"
	case rotation.SecretNotPut:
		return "the new secret is not put away yet"
	case rotation.SecretIsLost:
		if s.Orphan() && !s.SecretGone() && s.Secret != rotation.SecretLost {
			return "keyturn does not hold the new key's secret"
		}
		return "nobody has the new key's secret"
	case rotation.TrialUnderWay:
		return "the new key is being tried: wait for the result"
	case rotation.TargetActive:
		return s.Target().ID + " is Active: keyturn never deletes an Active key"
	case rotation.TooSoon:
		return fmt.Sprintf("a key is deleted no sooner than %s after it went Inactive: possible from %s", Period(rotation.DeleteAfter), Clock(o.Until, now))
	case rotation.HeldElsewhere:
		return "another keyturn is at work on " + s.User + "; here you can only look on"
	case rotation.SecretNotKnown:
		return "nobody has said that the new key's secret is put away"
	case rotation.DeliveryRuns:
		return "a delivery is under way: wait for its end"
	case rotation.OddStatus:
		return fmt.Sprintf("%s has the status %q, which keyturn does not handle", s.Target().ID, s.Target().Status)
	case rotation.NotOffered:
		return "this is not possible here"
	case rotation.NewGuard:
		return "something else speaks against it by now: look, then decide again"
	case rotation.NotConfirmed:
		return "it was not confirmed: nothing was done"
	case rotation.WrongText:
		return "the text does not match: nothing was done"
	case rotation.ReasonMissing:
		return "a reason has to be given: nothing was done"
	}
	return string(o.Refused)
}

// keyCount is how many keys a user has, in words.
func keyCount(s rotation.State) string {
	if len(s.Listed) == iamops.MaxKeys {
		return "two keys"
	}
	return fmt.Sprintf("%d keys", len(s.Listed))
}
