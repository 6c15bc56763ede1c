package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Holder says who else is at work on a user.
func Holder(caller string, process int, host string, since, now time.Time) string {
	if process == 0 {
		return "another process"
	}
	who := iamops.Caller{ARN: caller}.ShortARN()
	return fmt.Sprintf("%s (process %d on %s, since %s)", who, process, host, Clock(since, now))
}

// HeldBy says that somebody else is at work on a user, "" if nobody is.
func HeldBy(s rotation.State, set rotation.Settings) string {
	if set.HeldBy == "" {
		return ""
	}
	return fmt.Sprintf("%s is at work on %s. Here you can only look on: nothing can be decided. To take over, leave, and open it again when they have ended.", set.HeldBy, s.User)
}

// Damage says which line of the journal was passed over, and how many more.
func Damage(line int, why string, more int) string {
	text := fmt.Sprintf("the journal's line %d was passed over: %s", line, why)
	if more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// Attention says what of a rotation must be looked after when the program ends, ""
// if nothing.
func Attention(s rotation.State, unrecorded *iamops.Problem) string {
	switch {
	case s.Phase == rotation.Unclear:
		return fmt.Sprintf("%s: it is not known how %s ended. Start keyturn again: it looks before it does anything else.", s.User, s.Pending.Kind.Action())
	case s.SecretAtStake() && s.Delivered():
		return ""
	case s.SecretAtStake() && s.GivenOut():
		return fmt.Sprintf("%s: nobody has said that the secret of %s is stored. %s Start keyturn again to say so, or to give the key up.", s.User, s.New.ID, wentTo(s))
	case s.SecretAtStake():
		return fmt.Sprintf("%s: the secret of %s was not put away, and is lost. Start keyturn again to give the key up.", s.User, s.New.ID)
	case unrecorded != nil:
		return fmt.Sprintf("%s: what happened could not be recorded: %s. Look at the keys before you do anything else.", s.User, unrecorded.Message)
	}
	return ""
}

// LeftDelivered says what is to be known of a delivered secret when the program ends, ""
// if there is nothing.
func LeftDelivered(s rotation.State) string {
	if !s.SecretAtStake() || !s.Delivered() {
		return ""
	}
	return fmt.Sprintf("%s: nobody has said that the secret of %s is stored. %s Start keyturn again to say so and go on.", s.User, s.New.ID, wentTo(s))
}

// verdicts are the turns in a word or two, as they lead every picture of a rotation.
var verdicts = map[rotation.Turn]string{
	rotation.TurnReady: "READY", rotation.TurnWaiting: "WAIT", rotation.TurnYours: "YOUR TURN",
	rotation.TurnBlocked: "BLOCKED", rotation.TurnAttention: "ATTENTION", rotation.TurnOver: "DONE",
}

// Verdict is whose turn it is, in a word or two.
func Verdict(at rotation.Standing) string { return verdicts[at.Turn] }

// Waits says what a rotation waits for, and that it is the operator if it is.
func Waits(s rotation.State, at rotation.Standing, now time.Time) string {
	text := Stands(s, at, now)
	switch {
	case at.NeedsYou():
		return "you: " + text
	}
	return text
}

// Stands says where a rotation stands: what for, and until when.
func Stands(s rotation.State, at rotation.Standing, now time.Time) string {
	until := ""
	if at.Until.After(now) {
		until = ", until " + Clock(at.Until, now)
	}
	switch at.About {
	case rotation.AboutNothing:
		return "nothing: it is over"
	case rotation.AboutAnswer:
		return "AWS's answer to " + change(s)
	case rotation.AboutUnclear:
		return "it is not known how " + change(s) + " ended; open it, and keyturn looks"
	case rotation.AboutMissing:
		return "a key is missing from the list; open it, and keyturn looks again"
	case rotation.AboutUnread:
		return "the keys of " + s.User + " are not known yet"
	case rotation.AboutHolder:
		return at.Holder + " is at work on it"
	case rotation.AboutNoSecret, rotation.AboutWhereSaid:
		if s.GivenOut() {
			return "say whether the secret of " + s.New.ID + " is stored. " + strings.TrimSuffix(wentTo(s), ".")
		}
		return "nobody is known to have the secret of " + s.New.ID
	case rotation.AboutSecret:
		return "put the secret of " + s.New.ID + " away"
	case rotation.AboutIdle:
		switch {
		case at.Turn == rotation.TurnReady:
			return target(s) + " is quiet; it can be deactivated"
		case at.Until.IsZero():
			return "the last use of " + target(s) + ", which is not known"
		}
		return target(s) + " to be quiet" + until
	case rotation.AboutWatch:
		if at.Turn == rotation.TurnReady {
			return "the watch is over; " + target(s) + " can be deleted"
		}
		return "the end of the watch" + until
	case rotation.AboutPause:
		return "the five minutes before a deletion" + until
	case rotation.AboutGuard:
		return guards[at.Guards[0].Why].now(at.Guards[0], s, now)
	case rotation.AboutRefusal, rotation.AboutSettlement:
		return Refusal(rotation.Offer{Decision: at.Lead, Refused: at.Refused, Until: at.Until}, s, now)
	case rotation.AboutStep:
		if at.Change != "" {
			return changes[at.Change].label(s)
		}
		return Heading(s)
	}
	return string(at.About)
}

func change(s rotation.State) string {
	if s.Pending == nil {
		return "the last change"
	}
	return s.Pending.Kind.Action()
}

// Unheld names a new key whose secret nobody is known to have.
func Unheld(s rotation.State) string {
	if s.GivenOut() {
		return "nobody has said that the secret of " + s.New.ID + " is stored (" + s.User + ")"
	}
	return "nobody is known to have the secret of " + s.New.ID + " (" + s.User + ")"
}
