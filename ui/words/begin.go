package words

import (
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// toBegin are the facts behind the decision to begin: who signs, where, which key, and
// whether there is room for another.
func toBegin(name string, s rotation.State, now time.Time) []Fact {
	facts := []Fact{signer(s), {Label: "account", Text: iamops.Account{ID: s.Account}.DisplayID() + ", partition " + s.Partition}}
	story := s.TwoKeysOf().Story
	if story == rotation.NoStory {
		facts = append(facts, subject(name, s, now))
	}
	if rotation.PlanOf(s.Plan).NeedsSlot {
		facts = append(facts, slot(s))
	}
	facts = append(facts, inQuarantine(s)...)
	return append(facts, permissions(s)...)
}

// signer is about who makes the calls, and whether that hangs on the key itself.
func signer(s rotation.State) Fact {
	f := Fact{Mark: Good, Label: "who signs", Text: s.Caller.ARN + " with " + s.Caller.SigningKeyID}
	dependence := iamops.Independent
	for _, id := range subjects(s) {
		dependence = max(dependence, s.SignerOf(id))
	}
	switch {
	case s.Caller.IsRoot():
		f.Mark, f.Text = Bad, f.Text+": root"
	case dependence == iamops.DependsOnKey && s.Plan == rotation.Rotate:
		f.Mark, f.Text = Neutral, f.Text+": your own key, or a session made from it. keyturn signs with the new one before the old one goes off"
	case dependence == iamops.DependsOnKey:
		f.Mark, f.Text = Bad, f.Text+": a key of "+s.User+" itself, or a session made from one"
	case dependence == iamops.MayDependOnKey:
		f.Mark, f.Text = Unknown, f.Text+": a session, and nothing tells which key it was made from"
	}
	return f
}

// subjects are the keys that the plan may switch off: the one in hand, or all where that
// is not decided yet.
func subjects(s rotation.State) []string {
	if s.TwoKeysOf().Story == rotation.NoStory {
		return []string{s.Old.ID}
	}
	return iamops.KeyIDs(s.Listed)
}

// subject is about the key in hand.
func subject(name string, s rotation.State, now time.Time) Fact {
	f := Fact{Mark: Good, Label: name, Text: Key(s.Old, now)}
	switch {
	case s.UserGone:
		f.Mark, f.Text = Bad, "there is no IAM user "+s.User
	case s.ListedAt.IsZero():
		f.Mark, f.Text = Unknown, "not listed yet"
	case !s.Old.Known() && len(s.Listed) == 0:
		f.Mark, f.Text = Bad, s.User+" has none"
	case !s.Old.Known():
		f.Mark, f.Text = Unknown, "choose a key with --key"
	case s.Old.Gone:
		f.Mark = Bad
	case s.Old.Status == iamops.Inactive && s.Plan == rotation.Rotate:
		f.Mark, f.Text = Neutral, f.Text+": nothing can be using it; it can be retired without a new one"
	case s.Old.Status != iamops.Active && s.Old.Status != iamops.Inactive, s.Old.UseIsOurs():
		f.Mark = Unknown
	}
	return f
}

// slot is about the room for a second key.
func slot(s rotation.State) Fact {
	f := Fact{Label: "slot", Text: fmt.Sprintf("%d of %d taken", len(s.Listed), iamops.MaxKeys)}
	switch {
	case s.ListedAt.IsZero() || s.UserGone:
		f.Mark, f.Text = Unknown, "not known"
	case len(s.Listed) > iamops.MaxKeys:
		f.Mark, f.Text = Bad, fmt.Sprintf("%d keys, and AWS allows %d: there is no room for a new key", len(s.Listed), iamops.MaxKeys)
	case len(s.Listed) >= iamops.MaxKeys:
		f.Mark, f.Text = Bad, f.Text+": there is no room for a new key"
	default:
		f.Mark, f.Text = Good, f.Text+": there is room for the new key"
	}
	return f
}
