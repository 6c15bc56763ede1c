package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Decision is the label of a decision: a verb and what it acts on.
func Decision(o rotation.Offer, s rotation.State) string {
	switch o.Decision {
	case rotation.GoOn:
		return goOn(s)
	case rotation.MakeChange:
		switch o.Change {
		case iamops.Create:
			return "Create the new key"
		case iamops.Deactivate:
			return "Deactivate " + target(s)
		case iamops.Delete:
			return "Delete " + target(s)
		case iamops.Reactivate:
			return "Reactivate " + target(s)
		}
	case rotation.GoBack:
		return "Go back: " + target(s) + " is Active again"
	case rotation.RollBack:
		return "Roll back: reactivate " + target(s)
	case rotation.Stored:
		return "It is stored: forget it here"
	case rotation.GiveUpNew:
		return "Give up the new key"
	case rotation.StepBack:
		return stepBack(s)
	case rotation.KeepNew:
		if rotation.PlanOf(s.Plan).OffFirst() {
			return "It has not leaked: go back to the rotation"
		}
		return "Keep the new key"
	case rotation.Deliver:
		return "Deliver the secret"
	case rotation.TakeBackAll:
		return "Put the old key back where the new one was delivered"
	case rotation.StartOver:
		return "Begin again: the new key is gone"
	case rotation.HaveSecret:
		return "Its secret is put away: go on"
	case rotation.Adopt:
		return "Go on with this rotation: " + otherKey(s, o.KeyID) + " to " + o.KeyID
	case rotation.RetireOlder, rotation.RetireNewer:
		return "Retire " + o.KeyID
	case rotation.UserFine:
		if users := s.ToAsk(); len(users) > 0 {
			return "It works: " + rotation.UserID(users[0])
		}
		return "It works"
	case rotation.SignAfresh:
		return "Sign with what the profile holds now"
	case rotation.SessionFromKey:
		return "My session was made from " + o.KeyID
	case rotation.SessionElsewhere:
		return "My session was not made from " + o.KeyID
	case rotation.Leak:
		if len(o.KeyIDs) > 1 {
			return "A key has leaked: switch it off first"
		}
		if s.New.Known() && o.KeyID != "" {
			return o.KeyID + " has leaked: switch it off first"
		}
		return "It has leaked: switch it off first"
	case rotation.NoNewKey:
		return "No new key is needed"
	case rotation.LookAgain:
		return "Look again"
	case rotation.TryAgain:
		return "Try the new key again"
	}
	return string(o.Decision)
}

// stepBack says to which step a way back leads.
func stepBack(s rotation.State) string {
	switch {
	case s.Step == rotation.Delete:
		return "Back to " + StepName(rotation.Watch)
	case s.Plan == rotation.Retire:
		return "Back to the choice of key"
	}
	return "Back to " + StepName(rotation.Distribute)
}

func goOn(s rotation.State) string {
	next := rotation.PlanOf(s.Plan).After(s.Step)
	switch {
	case s.Step == rotation.Deactivate && s.Target().Gone:
		return "Go on: it is deleted already"
	case s.Step == rotation.Deactivate:
		return "Go on: it is Inactive already"
	case next == rotation.Create:
		return "Go on to create the new key"
	case next == rotation.Deactivate:
		return "Go on to deactivate " + target(s)
	case next == rotation.Delete:
		return "Go on to delete " + target(s)
	}
	return "Go on to " + StepName(next)
}

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

// Note says what the machine has to tell of its last move.
func Note(s rotation.State) string {
	if gone := goneNew(s); gone != "" {
		return gone
	}
	switch s.Note {
	case rotation.NoteNoEffect:
		return "The lists have not moved for a minute: the change had no effect. It can be made again."
	case rotation.NoteEffect:
		return "The lists show it: the change took effect, though its answer was lost."
	case rotation.NoteChangedByOthers:
		return "Nothing was sent: the list made just before it shows something else than expected. Look at the keys below."
	case rotation.NoteRolledBack:
		if !Replaces(s.Plan) {
			return s.Old.ID + " works again. Find out what still uses it before you deactivate it once more."
		}
		return s.Old.ID + " works again. Find out what still used it, give it the new key, then deactivate once more."
	case rotation.NoteSignsAfresh:
		return "keyturn signs with " + s.Caller.SigningKeyID + " now, as the profile does. AWS accepts it."
	case rotation.NoteSignsAsBefore:
		return "The credentials were resolved afresh, and they still depend on " + s.Target().ID + ". Put the other key where your profile reads it, or start keyturn again with a profile that does not depend on it."
	case rotation.NoteMovedOn:
		return "Things have moved on since this rotation was left: it stands here by what AWS shows."
	case rotation.NoteDiscarded:
		return "The new key is given up."
	}
	return ""
}

// goneNew says that the rotation begins again since its new key is gone, "" otherwise.
func goneNew(s rotation.State) string {
	if s.GoneNew == "" || s.New.Known() || s.Step != rotation.Check && s.Step != rotation.Create {
		return ""
	}
	return fmt.Sprintf("The new key %s is gone: no list shows it any more. The rotation starts over.", s.GoneNew)
}

// Look says how the proof of the last change stands, "" if none is under way.
func Look(s rotation.State, now time.Time) string {
	look := s.Look
	switch {
	case !look.Exists():
		return ""
	case look.Effect == iamops.Unclear && look.Overdue:
		return fmt.Sprintf("It is still not known whether %s. Look again.", happened(look.Change))
	case look.Effect == iamops.Unclear:
		return fmt.Sprintf("It is not known whether %s. keyturn does not send it twice; it looks: %d lists so far, for %s.", happened(look.Change), look.Reads, Period(now.Sub(look.Since)))
	case look.Overdue:
		return fmt.Sprintf("AWS said that %s, but the lists do not show it after %s. Look again.", happened(look.Change), Period(rotation.LookBound))
	case look.AgreesSince.IsZero():
		return fmt.Sprintf("AWS said that %s; not visible in the lists yet.", happened(look.Change))
	default:
		return fmt.Sprintf("AWS said that %s; the lists show it; one more look confirms it.", happened(look.Change))
	}
}

func happened(c iamops.Change) string {
	switch c.Kind {
	case iamops.Create:
		return "the new key was created"
	case iamops.Deactivate:
		return c.KeyID + " was deactivated"
	case iamops.Reactivate:
		return c.KeyID + " was reactivated"
	case iamops.Delete:
		return c.KeyID + " was deleted"
	}
	return "it happened"
}

// Trial says how the trial of the new key stands.
func Trial(t rotation.Trial) string {
	switch t.State {
	case rotation.TrialNone:
		return "The new key has not been tried."
	case rotation.TrialRunning:
		text := fmt.Sprintf("The new key is being tried: answered %d of %d times in a row.", t.InARow, rotation.TrialRounds)
		if t.Problem != nil {
			text += " It takes a new key some seconds to work everywhere."
		}
		return text
	case rotation.TrialPassed:
		return fmt.Sprintf("Tried: it answered %d times in a row (%s). It signs; what it may do is not tested.", rotation.TrialRounds, Period(t.Ended.Sub(t.Since)))
	case rotation.TrialFailed:
		text := fmt.Sprintf("Tried for %s, and it did not answer %d times in a row.", Period(rotation.TrialBound), rotation.TrialRounds)
		if t.Problem != nil {
			text += " Last: " + t.Problem.Error()
		}
		return text
	}
	return ""
}

// InFlight says which change is under way, "" if none is.
func InFlight(s rotation.State) string {
	if s.Pending == nil {
		return ""
	}
	switch s.Phase {
	case rotation.Verifying:
		return "Listing the keys of " + s.User + " before the change …"
	case rotation.Changing:
		return s.Pending.Kind.Action() + ": asking who signs, then sending it once; waiting for the answer …"
	case rotation.Ready, rotation.Unclear:
	}
	return ""
}

// Leave says why the rotation can't be left now, "" if it can.
func Leave(s rotation.State) string {
	switch rotation.LeaveBlock(s) {
	case rotation.Possible:
		return ""
	case rotation.ChangeInFlight:
		return LeaveInFlight
	case rotation.DeliveryRuns:
		return "A delivery is under way. Wait for its end, then leave."
	default:
		if rotation.PlanOf(s.Plan).Target == rotation.NewKey {
			return fmt.Sprintf("keyturn holds the secret of %s, and the key is still Active. Deactivate it first, or keep it.", s.New.ID)
		}
		if s.GivenOut() {
			return fmt.Sprintf("keyturn forgets the secret of %s when you leave. %s If it is stored, say so; if not, deliver it or give up the new key.", s.New.ID, wentTo(s))
		}
		return fmt.Sprintf("The secret of %s is in memory only. Leaving now would lose it for good: store it, or give up the new key.", s.New.ID)
	}
}
