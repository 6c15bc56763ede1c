package rotation

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"keyturn/iamops"
)

// Decision is something that the operator can decide.
type Decision string

// The decisions.
const (
	GoOn       Decision = "go-on"       // to the next step
	MakeChange Decision = "make-change" // the change of this step
	StepBack   Decision = "step-back"   // to the step before
	GoBack     Decision = "go-back"     // the target is Active again: back to where it can be deactivated
	RollBack   Decision = "roll-back"   // reactivate what was deactivated
	Stored     Decision = "stored"      // the secret is put away: it is forgotten here
	HaveSecret Decision = "have-secret" // the secret is put away, whatever keyturn knows
	GiveUpNew  Decision = "give-up-new" // turn to the plan that gives up the new key
	KeepNew    Decision = "keep-new"    // turn back from that plan
	StartOver  Decision = "start-over"  // the new key is gone: begin again with the old one
	Adopt      Decision = "adopt"       // the user's two keys are a rotation under way: go on with it
	// RetireOlder and RetireNewer turn to the plan that takes one of two keys out of use.
	RetireOlder Decision = "retire-older"
	RetireNewer Decision = "retire-newer"
	Deliver     Decision = "deliver"    // hand the secret to targets
	TakeBackAll Decision = "take-back"  // restore what was there before the deliveries
	LookAgain   Decision = "look-again" // read the keys and their last use again
	TryAgain    Decision = "try-again"  // begin the new key's trial again
	SignAfresh  Decision = "sign-afresh"
	UserFine    Decision = "user-fine"  // a user of the old key works now that it is off
	Leak        Decision = "leaked"     // turn to the plan for a leaked key
	NoNewKey    Decision = "no-new-key" // turn to the plan for a leaked key without a new one
	// SessionFromKey and SessionElsewhere say what a session was made from that hides its key.
	SessionFromKey   Decision = "session-from-key"
	SessionElsewhere Decision = "session-from-elsewhere"
)

// decision is what the machine knows of a decision, beside when it is offered.
type decision struct {
	// free says that it is taken without a question: it changes nothing at AWS, and leads back
	// as easily. Every other one is confirmed.
	free bool
	// leadsOn says that it takes the rotation towards its end.
	leadsOn bool
	// beside says that it may be taken before the one that leads on.
	beside bool
	// silent says that it does not go on record.
	silent bool
	take   func(s *State, o Offer, d Decide) ([]Intent, error)
}

// decisions are all of them.
var decisions = map[Decision]decision{
	GoOn: {free: true, leadsOn: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		plan := PlanOf(s.Plan)
		return append(s.giveUpSecret(plan), s.goOn(plan, d.At)...), nil
	}},
	MakeChange: {leadsOn: true, take: change},
	RollBack:   {take: change},
	StepBack: {free: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		to := s.stepBack(PlanOf(s.Plan))
		if to == Check {
			s.Plan, s.Main = s.Main, "" // one of two keys was chosen: the choice is open again
		}
		return s.enter(to, d.At), nil
	}},
	GoBack: {free: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		return s.enter(PlanOf(s.Plan).before(), d.At), nil
	}},
	Stored: {leadsOn: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		s.Secret, s.StoredAt = SecretStored, d.At
		to := s.Step // before a leaked key is off nothing else leads on
		if s.Step == Store {
			to = PlanOf(s.Plan).After(Store)
		}
		return append([]Intent{Forget{}}, s.enter(to, d.At)...), nil
	}},
	HaveSecret: {leadsOn: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		s.Secret, s.StoredAt = SecretStored, d.At
		return s.enter(Distribute, d.At), nil
	}},
	GiveUpNew: {take: func(s *State, _ Offer, d Decide) ([]Intent, error) { return s.giveUp(d.At), nil }},
	KeepNew: {free: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		plan := PlanOf(s.Plan)
		if plan.OffFirst() {
			return s.unleak(plan, d.At), nil
		}
		s.Plan = s.main(plan)
		return s.enter(s.whereNewStands(), d.At), nil
	}},
	StartOver: {free: true, leadsOn: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		s.forgetNew()
		to := Check
		if PlanOf(s.Plan).OffFirst() {
			to = Create
		}
		return append([]Intent{Forget{}}, s.enter(to, d.At)...), nil
	}},
	Adopt: {free: true, leadsOn: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		return s.adopt(d.At), nil
	}},
	RetireOlder: {free: true, take: func(s *State, o Offer, d Decide) ([]Intent, error) {
		return s.retire(o.KeyID, d.At), nil
	}},
	RetireNewer: {free: true, take: func(s *State, o Offer, d Decide) ([]Intent, error) {
		return s.retire(o.KeyID, d.At), nil
	}},
	Deliver:     {beside: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) { return s.deliver(d.Specs, d.At), nil }},
	TakeBackAll: {take: func(s *State, _ Offer, d Decide) ([]Intent, error) { return s.takeBack(d.At), nil }},
	Leak:        {free: true, take: func(s *State, o Offer, d Decide) ([]Intent, error) { return s.leak(o, d) }},
	NoNewKey: {take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		s.Plan = PlanOf(s.Plan).AlonePlan
		if s.Old.Gone {
			return s.enter(Finished, d.At), nil
		}
		return s.enter(Delete, d.At), nil
	}},
	LookAgain: {free: true, silent: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		if s.Look.Exists() {
			s.Look.Since, s.Look.Overdue = d.At, false
		}
		return append([]Intent{List{}}, s.lookUpUse(d.At)...), nil
	}},
	TryAgain: {free: true, take: func(s *State, _ Offer, d Decide) ([]Intent, error) {
		return s.beginTrial(d.At), nil
	}},
	UserFine: {free: true, beside: true, take: func(s *State, o Offer, d Decide) ([]Intent, error) {
		about := cmp.Or(d.About, o.About)
		if !slices.ContainsFunc(s.ToAsk(), func(u iamops.KeyUser) bool { return UserID(u) == about }) {
			return nil, &Refusal{UserFine, NotOffered} // another one is asked about by now
		}
		s.Fine = append(s.Fine[:len(s.Fine):len(s.Fine)], about)
		return nil, nil
	}},
	SignAfresh: {free: true, take: func(s *State, _ Offer, _ Decide) ([]Intent, error) {
		s.Resigning = true
		return []Intent{Resign{}}, nil
	}},
	SessionFromKey: {free: true, take: func(s *State, _ Offer, _ Decide) ([]Intent, error) {
		s.Origin = OriginThisKey
		return nil, nil
	}},
	SessionElsewhere: {free: true, take: func(s *State, _ Offer, _ Decide) ([]Intent, error) {
		s.Origin = OriginElsewhere
		return nil, nil
	}},
}

// change begins the change that the offer is about: the keys are listed first.
func change(s *State, o Offer, _ Decide) ([]Intent, error) {
	s.Pending = &iamops.Change{
		Kind: o.Change, Rotation: s.ID, Account: s.Account, User: s.User, KeyID: o.KeyID,
		SessionElsewhere: s.Origin == OriginElsewhere,
	}
	s.Look, s.Phase, s.Accepted = Look{}, Verifying, o.Whys
	return []Intent{List{}}, nil
}

// giveUp turns to the plan that gives up the new key, with the more care the more likely it is
// that somebody uses it.
func (s *State) giveUp(at time.Time) []Intent {
	plan := PlanOf(s.Plan)
	s.Main, s.Plan = plan.Name, plan.DiscardBy[s.Step]
	switch {
	case s.SecretGone():
		s.Plan = Discard // nobody can be using it
	case s.Adopted, s.Secret == SecretUnknown, s.GivenOut():
		s.Plan = DiscardStored // somebody may be using it
	}
	s.Trial.stop(at)
	return s.enter(PlanOf(s.Plan).Steps[0], at)
}

// Need is something that a decision asks for before it is taken.
type Need string

// What can be asked for, in this order.
const (
	NeedReason Need = "reason" // why to go against the guards
	NeedTyped  Need = "typed"  // the offer's text
	NeedYes    Need = "yes"
)

// Needs are what the decision asks for. A screen goes through them, one by one.
func (o Offer) Needs() []Need {
	var needs []Need
	if len(o.Whys) > 0 {
		needs = append(needs, NeedReason)
	}
	switch {
	case o.Typed != "":
		needs = append(needs, NeedTyped)
	case !decisions[o.Decision].free:
		needs = append(needs, NeedYes)
	}
	return needs
}

// Leading is the offer that leads on, past what may be done before it; false if none does.
func Leading(offers []Offer) (Offer, bool) {
	for _, o := range offers {
		if !decisions[o.Decision].beside {
			return o, o.LeadsOn()
		}
	}
	return Offer{}, false
}

// LeadsOn reports whether the decision takes the rotation towards its end.
func (o Offer) LeadsOn() bool { return decisions[o.Decision].leadsOn }

// missing is the first thing that the offer asks for and the decision lacks; Possible if none.
func (d Decide) missing(o Offer) Reason {
	for _, need := range o.Needs() {
		switch need {
		case NeedReason:
			if strings.TrimSpace(d.Reason) == "" {
				return ReasonMissing
			}
			if !allShown(o.Whys, d.Whys) {
				return NewGuard
			}
		case NeedTyped:
			if !strings.EqualFold(strings.TrimSpace(d.Typed), o.Typed) {
				return WrongText
			}
		case NeedYes:
			if !d.Yes {
				return NotConfirmed
			}
		}
	}
	return Possible
}

// decide takes a decision that is offered.
func (s *State) decide(ev Decide, set Settings) ([]Intent, error) {
	offer, found := OfferFor(Offers(*s, set, ev.At), ev.Decision)
	row, known := decisions[ev.Decision]
	switch {
	case !found, !known:
		return nil, &Refusal{ev.Decision, NotOffered}
	case offer.Refused != Possible:
		return nil, &Refusal{ev.Decision, offer.Refused}
	}
	if missing := ev.missing(offer); missing != Possible {
		return nil, &Refusal{ev.Decision, missing}
	}
	if offer.NeedsReason() {
		s.Overrides = append(s.Overrides[:len(s.Overrides):len(s.Overrides)],
			Override{At: ev.At, Step: s.Step, Whys: offer.Whys, Reason: strings.TrimSpace(ev.Reason)})
	}
	s.Problem, s.Note = nil, ""
	return row.take(s, offer, ev)
}

// allShown reports whether all the guards are among those that were shown.
func allShown(guards, shown []Why) bool {
	return !slices.ContainsFunc(guards, func(w Why) bool { return !slices.Contains(shown, w) })
}
