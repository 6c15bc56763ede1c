package words

import (
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

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
		if rotation.PlanOf(s.Plan).DiscardBy[s.Step] == "" {
			return fmt.Sprintf("keyturn forgets the secret of %s when you leave. %s Store or deliver it first, or go back to the rotation.", s.New.ID, wentTo(s))
		}
		if s.GivenOut() {
			return fmt.Sprintf("keyturn forgets the secret of %s when you leave. %s If it is stored, say so; if not, deliver it or give up the new key.", s.New.ID, wentTo(s))
		}
		return fmt.Sprintf("The secret of %s is in memory only. Leaving now would lose it for good: store it, or give up the new key.", s.New.ID)
	}
}

func happened(c iamops.Change) string {
	if words, known := changes[c.Kind]; known {
		return words.happened(c.KeyID)
	}
	return "it happened"
}
