package rotation

import (
	"time"

	"keyturn/iamops"
)

// Story is what two keys of one user most likely mean.
type Story string

// The stories.
const (
	NoStory          Story = ""                   // there are no two keys to read one from
	RotationUnderWay Story = "rotation-under-way" // a key younger than RotationAge stands beside an older one
	ForgottenKey     Story = "forgotten-key"      // somebody deactivated a key and forgot it
	TwoLiveKeys      Story = "two-live-keys"      // both keys are in use, or one of them is idle
)

// RotationAge is how young a key must be to look like the new key of a rotation.
const RotationAge = 30 * 24 * time.Hour

// TwoKeys is what is known of a user's two keys where no journal tells: the likely
// story, and which key plays which part in it.
type TwoKeys struct {
	Story Story
	// Older and Newer are the keys by their dates.
	Older, Newer iamops.AccessKey
	// Idle is the ID of the key to retire first: the Inactive one, else the one with
	// the older last use; "" where the last uses do not tell.
	Idle string
}

// TwoKeysOf reads the story off the keys. It is NoStory for a user without two keys,
// or whose keys already have their parts.
func (s State) TwoKeysOf() TwoKeys {
	if s.Step != Check || s.Plan != Rotate || len(s.Listed) != iamops.MaxKeys || s.New.Known() {
		return TwoKeys{}
	}
	t := TwoKeys{Older: s.Listed[0], Newer: s.Listed[1]}
	if t.Newer.Created.Before(t.Older.Created) {
		t.Older, t.Newer = t.Newer, t.Older
	}
	young := s.ListedAt.Sub(t.Newer.Created) < RotationAge && t.Newer.Created.Sub(t.Older.Created) > 24*time.Hour
	switch {
	case t.Newer.Status == iamops.Active && young:
		t.Story, t.Idle = RotationUnderWay, t.Older.ID
	case t.Older.Status == iamops.Inactive:
		t.Story, t.Idle = ForgottenKey, t.Older.ID
	case t.Newer.Status == iamops.Inactive:
		t.Story, t.Idle = ForgottenKey, t.Newer.ID
	default:
		t.Story, t.Idle = TwoLiveKeys, s.idler(t)
	}
	return t
}

// idler is the key whose last use is older, "" if one of them is not known.
func (s State) idler(t TwoKeys) string {
	older, newer := s.useOf(t.Older.ID), s.useOf(t.Newer.ID)
	switch {
	case older.State == iamops.UseUnknown || newer.State == iamops.UseUnknown:
		return ""
	case older.State == iamops.NeverUsed:
		return t.Older.ID
	case newer.State == iamops.NeverUsed:
		return t.Newer.ID
	case older.At.Before(newer.At):
		return t.Older.ID
	}
	return t.Newer.ID
}

// useOf is the last use of a key, whether it plays a part or not.
func (s State) useOf(keyID string) iamops.LastUse {
	if k := s.byID(keyID); k != nil {
		return k.LastUse
	}
	return s.OtherUses[keyID]
}

// twoKeyOffers are the decisions about a user who has two keys already; nil for others.
func (s State) twoKeyOffers(plan Plan, set Settings) []Offer {
	t := s.TwoKeysOf()
	if t.Story == NoStory || !plan.NeedsSlot {
		return nil
	}
	block := first(
		s.busy(), when(set.ReadOnly, InReadOnly), when(s.Caller.IsRoot(), CallerIsRoot), when(s.UserGone, NoSuchUser),
	)
	adopt := Offer{
		Decision: Adopt,
		KeyID:    t.Newer.ID,
		Refused:  first(block, when(t.Newer.Status != iamops.Active, NewKeyOff), s.beginBlock(plan, t.Older.ID)),
	}
	retire := func(d Decision, k iamops.AccessKey) Offer {
		return Offer{Decision: d, KeyID: k.ID, Refused: first(block, s.signerBlock(k.ID))}
	}
	older, newer := retire(RetireOlder, t.Older), retire(RetireNewer, t.Newer)
	if t.Idle == t.Newer.ID {
		older, newer = newer, older
	}
	if t.Story == RotationUnderWay {
		return []Offer{adopt, older, newer}
	}
	return []Offer{older, newer, adopt}
}

// adopt goes on with the rotation that the two keys are. Whether the new key's secret
// was put away shows in its use by others; where it shows none, that is asked. A last
// use at STS shows none: it may be the trial of whoever created the key.
func (s *State) adopt(at time.Time) []Intent {
	t := s.TwoKeysOf()
	uses := map[string]iamops.LastUse{t.Older.ID: s.useOf(t.Older.ID), t.Newer.ID: s.useOf(t.Newer.ID)}
	s.Old, s.New, s.Others = KeyFacts{ID: t.Older.ID}, KeyFacts{ID: t.Newer.ID}, nil
	s.learn(Listed{At: s.ListedAt, Keys: s.Listed})
	s.Old.sawUse(uses[s.Old.ID])
	s.New.sawUse(uses[s.New.ID])
	s.Adopted, s.Secret = true, SecretUnknown
	step := Create
	if s.New.LastUse.State == iamops.Used && s.New.LastUse.Service != "sts" {
		s.Secret, s.StoredAt, step = SecretStored, s.New.LastUse.At, Distribute
		if s.Old.Status == iamops.Inactive {
			step = Watch
		}
	}
	return s.enter(step, at)
}

// retire turns to the plan that takes one of the user's keys out of use.
func (s *State) retire(keyID string, at time.Time) []Intent {
	s.Main, s.Plan = s.Plan, Retire
	s.takeAsOld(keyID)
	return s.enter(PlanOf(Retire).After(Check), at)
}

// takeAsOld makes one of the user's keys the one that the plan is about.
func (s *State) takeAsOld(keyID string) {
	use := s.useOf(keyID)
	s.Old, s.New = KeyFacts{ID: keyID}, KeyFacts{}
	s.learn(Listed{At: s.ListedAt, Keys: s.Listed})
	s.Old.sawUse(use)
}
