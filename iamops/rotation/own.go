package rotation

import (
	"time"

	"keyturn/iamops"
)

// One's own key: the caller may sign with the key that is replaced, or with a session
// made from it. The rotation then has to move its own signature to the new key before
// the old one is switched off. It does so by resolving the credentials afresh, from
// where the new key was delivered to: what signs then is what signs tomorrow.

// Origin is what the operator said of a session that hides the key it was made from.
type Origin string

// The origins of a session.
const (
	OriginUnasked   Origin = ""          // nobody was asked
	OriginThisKey   Origin = "this-key"  // the target key
	OriginElsewhere Origin = "elsewhere" // something other than the target key
)

// Signed says who signs from now on, after credentials were resolved afresh.
type Signed struct {
	At      time.Time
	Caller  iamops.Caller
	Problem *iamops.Problem // why they could not be; nil if they were
}

func (Signed) event() {}

// SignerOf is how the caller's signature depends on a key of the user, by what is known
// and by what the operator said.
func (s State) SignerOf(keyID string) iamops.Dependence {
	d := s.Caller.SignsWith(s.User, keyID)
	if d != iamops.MayDependOnKey {
		return d
	}
	switch s.Origin {
	case OriginThisKey:
		return iamops.DependsOnKey
	case OriginElsewhere:
		return iamops.Independent
	case OriginUnasked:
	}
	return d
}

// signerBlock refuses to switch off what the caller signs with.
func (s State) signerBlock(keyID string) Reason {
	switch s.SignerOf(keyID) {
	case iamops.DependsOnKey:
		return CallersKey
	case iamops.MayDependOnKey:
		return MaybeCallers
	case iamops.Independent:
	}
	return Possible
}

// moves reports whether the plan can move the caller to another key before the target is
// switched off.
func (p Plan) moves() bool { return p.Target == NewKey || p.replacedBy(Deactivate) }

// beginBlock refuses to begin what would come to a stand at the caller's own key. A plan
// that moves the caller to the new key first does not.
func (s State) beginBlock(plan Plan, keyID string) Reason {
	block := s.signerBlock(keyID)
	if block == CallersKey && plan.moves() {
		return Possible
	}
	return block
}

// signerOffers are the decisions about who signs, where it stands in the way.
func (s State) signerOffers(plan Plan) []Offer {
	target := s.Target()
	if !target.Known() || target.Gone {
		return nil
	}
	switch s.SignerOf(target.ID) {
	case iamops.MayDependOnKey:
		if s.Step == Check || s.Step == Deactivate || s.Step == Delete {
			return []Offer{
				{Decision: SessionElsewhere, KeyID: target.ID, Refused: s.busy()},
				{Decision: SessionFromKey, KeyID: target.ID, Refused: s.busy()},
			}
		}
	case iamops.DependsOnKey:
		// A leaked key that is replaced already: the new one can sign.
		moves := plan.moves() || plan.OffFirst() && s.New.Known() && !s.New.Gone
		if moves && (s.Step == Distribute || s.Step == Deactivate || s.Step == Delete) {
			return []Offer{{
				Decision: SignAfresh,
				KeyID:    target.ID,
				Refused:  first(s.busy(), s.deliveryBlock(), when(s.Resigning, Resolving)),
			}}
		}
	case iamops.Independent:
	}
	return nil
}

// signed takes over who signs from now on.
func (s *State) signed(ev Signed) {
	asked := s.Resigning
	s.Resigning = false
	if ev.Problem != nil {
		s.Problem = ev.Problem
		return
	}
	if ev.Caller.SigningKeyID != s.Caller.SigningKeyID {
		s.Origin = OriginUnasked
	}
	s.Caller = ev.Caller
	if !asked {
		return
	}
	s.Note = NoteSignsAfresh
	if s.SignerOf(s.Target().ID) != iamops.Independent {
		s.Note = NoteSignsAsBefore
	}
}

// ownCalls notes that keyturn itself signs with one of the keys, or with a session made
// from it: the key's last use then says nothing about others.
func (s *State) ownCalls(at time.Time) {
	for _, k := range []*KeyFacts{&s.Old, &s.New} {
		if k.Known() && s.SignerOf(k.ID) == iamops.DependsOnKey {
			k.OwnUse = at
		}
	}
}
