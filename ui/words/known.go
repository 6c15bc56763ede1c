package words

import (
	"fmt"
	"slices"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// Mark says how a fact bears on the decision in hand.
type Mark int

// It neither helps nor hinders; it speaks for going on; it speaks against; it is not
// known, which never speaks for going on.
const (
	Neutral Mark = iota
	Good
	Bad
	Unknown
)

// Fact is one thing that is known, or not known, about the keys.
type Fact struct {
	Mark  Mark
	Label string // what it is about, in two or three words
	Text  string
}

// Replaces reports whether a plan puts a new key in the place of the old one.
func Replaces(p rotation.PlanName) bool {
	return slices.Contains(rotation.PlanOf(p).Steps, rotation.Create)
}

// Known are the facts behind the decision of a step, the key that is to be in use
// first. Steps that need none have none.
func Known(s rotation.State, set rotation.Settings, now time.Time) []Fact {
	name, target, otherName, other := "old key", s.Old, "new key", s.New
	switch {
	case rotation.PlanOf(s.Plan).Target == rotation.NewKey:
		name, target, otherName, other = otherName, other, name, target
	case s.Plan == rotation.Retire:
		name = "the key"
	case rotation.PlanOf(s.Plan).OffFirst():
		name = "leaked key"
	}
	var replacement []Fact
	if other.Known() || Replaces(s.Plan) && !rotation.PlanOf(s.Plan).OffFirst() {
		replacement = []Fact{inUse(otherName, other, now)}
	}
	switch s.Step {
	case rotation.Check:
		return toBegin(name, s, now)
	case rotation.Distribute, rotation.Deactivate:
		facts := append(append(append(quarantined(s), replacement...), whose(s)...), ownSigner(s)...)
		if target.Gone || target.Status == iamops.Inactive {
			return append(facts, off(name, target, now), unseenUse(s))
		}
		facts = append(facts, quiet(name, s, set, now)...)
		return append(append(facts, users(s, now)...), unseenUse(s))
	case rotation.Review:
		return append(append([]Fact{off(name, target, now)}, inQuarantine(s)...), did(s, now)...)
	case rotation.Watch, rotation.Delete:
		facts := append(append(quarantined(s), replacement...), off(name, target, now))
		if rotation.PlanOf(s.Plan).After(rotation.Deactivate) == rotation.Watch {
			facts = append(facts, watch(s, set, now))
		}
		facts = append(facts, toWatch(s)...)
		return append(facts, Fact{
			Label: "not visible",
			Text:  "calls signed with an Inactive key: AWS counts them nowhere. Only the applications' own logs show them.",
		})
	case rotation.Create, rotation.Store, rotation.Finished:
	}
	return nil
}

// whose is about a new key that keyturn can't show to be its own.
func whose(s rotation.State) []Fact {
	if !s.Adopted {
		return nil
	}
	return []Fact{{Label: "new key's origin", Text: "probably this rotation, by its date. Nothing shows that keyturn made it."}}
}

// ownSigner is about a caller who signs with the key that is to be switched off.
func ownSigner(s rotation.State) []Fact {
	if s.SignerOf(s.Target().ID) == iamops.Independent {
		return nil
	}
	return []Fact{{Mark: Bad, Label: "who signs", Text: "you, with " + s.Caller.SigningKeyID + ", which is or hangs on " + s.Target().ID + ": let keyturn sign with the other key first"}}
}

// inUse is about the key that the applications should be using.
func inUse(name string, k rotation.KeyFacts, now time.Time) Fact {
	f := Fact{Label: name + " in use", Text: LastUse(k, now)}
	switch {
	case !k.Known():
		f.Mark, f.Text = Bad, "there is none"
	case k.Gone:
		f.Mark, f.Text = Bad, "it is deleted"
	case k.Unlisted:
		f.Mark, f.Text = Unknown, "no list shows it yet"
	case k.Status != iamops.Active:
		f.Mark, f.Text = Bad, "it is "+string(k.Status)
	case k.LastUse.State == iamops.Used && !k.UseIsOurs():
		f.Mark = Good
	case k.LastUse.State == iamops.NeverUsed:
		f.Text = "not used yet"
	default:
		f.Mark = Unknown
	}
	return f
}

// quiet is about the key that is to be switched off: how long nobody has used it,
// and what speaks against.
func quiet(name string, s rotation.State, set rotation.Settings, now time.Time) []Fact {
	label := name + " quiet"
	if rotation.PlanOf(s.Plan).OffFirst() {
		return []Fact{{Label: name + "'s use", Text: LastUse(s.Target(), now) + "; yours or theirs"}}
	}
	if !rotation.PlanOf(s.Plan).Gated {
		return []Fact{{Label: label, Text: "its secret was never put away: nobody can be using it. " + LastUse(s.Target(), now)}}
	}
	idle, open := rotation.IdleOf(s, set, now)
	last := LastUse(s.Target(), now)
	if idle.Needed == 0 {
		return []Fact{{Mark: Unknown, Label: label, Text: last + "; that counts as used"}}
	}
	had := fmt.Sprintf("for %s%s", Period(idle.Had), countedFrom(s, idle, now))
	if open {
		return []Fact{{Mark: Good, Label: label, Text: had + "; " + last}}
	}
	facts := []Fact{{Mark: Bad, Label: label, Text: had + ", which is too short; " + last}}
	switch idle.Why {
	case rotation.WhyGapLonger:
		facts = append(facts, Fact{Mark: Bad, Label: "a longer gap", Text: Why(idle.Why, s, set, now)})
	case rotation.WhyRhythmUnknown:
		facts = append(facts, Fact{Mark: Unknown, Label: "rhythm unknown", Text: Why(idle.Why, s, set, now)})
	default:
	}
	return append(facts, Fact{
		Label: "quiet enough",
		Text:  fmt.Sprintf("%s of quiet is asked for: from %s, if nobody uses it", Period(idle.Needed), Clock(idle.Until, now)),
	})
}

// off is about the key that was switched off.
func off(name string, k rotation.KeyFacts, now time.Time) Fact {
	f := Fact{Label: name + " off", Text: LastUse(k, now) + ", before it was switched off"}
	switch {
	case k.Gone:
		return Fact{Label: f.Label, Text: "it is deleted"}
	case k.Status != iamops.Inactive:
		return Fact{Mark: Bad, Label: f.Label, Text: "it is " + string(k.Status)}
	case k.LastUse.State == iamops.NeverUsed:
		f.Text = "never used"
	case k.LastUse.State == iamops.UseUnknown:
		f.Mark, f.Text = Unknown, LastUse(k, now)
	}
	if k.InactiveSince.IsZero() {
		f.Mark = Unknown
		f.Text = "Inactive, not known since when; " + f.Text
		return f
	}
	f.Text = fmt.Sprintf("Inactive since %s; %s", Clock(k.InactiveSince, now), f.Text)
	return f
}

func watch(s rotation.State, set rotation.Settings, now time.Time) Fact {
	watch := rotation.GuardOf(rotation.WhyWatchNotOver, s, set, now)
	f := Fact{Label: "watch"}
	switch ends := watch.Until; {
	case ends.IsZero():
		f.Mark, f.Text = Unknown, "its end is not known, since the time of deactivation is not"
	case now.Before(ends):
		f.Mark, f.Text = Bad, fmt.Sprintf("ends %s, in %s", Clock(ends, now), ahead(ends.Sub(now)))
	default:
		f.Mark, f.Text = Good, fmt.Sprintf("over since %s, after %s", Clock(ends, now), Period(watch.Needed))
	}
	return f
}

func unseenUse(s rotation.State) Fact {
	if len(s.Evidence.Looks) > 0 {
		return Fact{
			Label: "not visible",
			Text:  "data events, such as reading an S3 object; what is done through a role that was assumed with the key; anything older than 90 days. Events come some minutes late.",
		}
	}
	return Fact{
		Label: "not visible",
		Text:  "which application it was, and every use before the last one. AWS tells a key's last use only, some minutes late.",
	}
}

// KeyState is a key's status for a card: AWS's word, or that it is gone.
func KeyState(k rotation.KeyFacts) string {
	switch {
	case !k.Known():
		return "none yet"
	case k.Gone:
		return "deleted"
	case k.Unlisted:
		return "created, not listed yet"
	case k.Status == "":
		return "not listed yet"
	}
	return string(k.Status)
}

// ShortUse is a key's last use in a few words, for a card.
func ShortUse(k rotation.KeyFacts, now time.Time) string {
	switch {
	case k.UseIsOurs():
		return "last used by keyturn"
	case k.LastUse.State == iamops.UseUnknown && k.LastUse.Problem == nil:
		return "last use not known"
	}
	return LastUse(k, now)
}
