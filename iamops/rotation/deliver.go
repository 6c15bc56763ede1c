package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// DeliveryState says how a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryOffered  DeliveryState = "offered"   // it can be made
	DeliveryUnderWay DeliveryState = "under-way" // it is being made, or the target restored
	DeliveryMade     DeliveryState = "delivered" // the target has the secret
	DeliveryFailed   DeliveryState = "failed"    // it can be retried
	DeliveryBack     DeliveryState = "put-back"  // the target is restored
)

// Delivery is a target that the new secret can go to, and how that stands. It holds
// names, never values.
type Delivery struct {
	Spec     string // makes the target again after a restart
	Name     string // as it is shown
	Warnings []string
	State    DeliveryState
	At       time.Time       // of the last change of State
	Problem  *iamops.Problem // why it failed, or why it could not be taken back
	// MayHold says that the secret may be there although the delivery failed.
	MayHold bool
	// Settled says that what the target kept for the way back is removed.
	Settled bool
}

// Holds reports whether the new key is at the target, or may be.
func (d Delivery) Holds() bool {
	return d.State == DeliveryMade || d.State == DeliveryFailed && d.MayHold
}

// Found are targets that belong to this rotation: found, configured, or named by the
// operator. Those that are known stay as they are.
type Found struct {
	At      time.Time
	Targets []Delivery
	// Notes are about places that hold the old key and are no targets; nil: not looked for.
	Notes   []string
	Problem *iamops.Problem // why they could not be looked for; nil if they could
}

// Delivered is the end of a delivery.
type Delivered struct {
	At      time.Time
	Spec    string
	Problem *iamops.Problem // nil: the secret is there
	Failure string          // the kind of failure, by the target; "" if it names none
	MayHold bool            // it may be there, in spite of the problem
}

// PutBack is the end of taking a delivery back.
type PutBack struct {
	At      time.Time
	Spec    string
	Problem *iamops.Problem // nil: what was there before is there again
	Failure string
}

// Settled is the end of removing what a delivery kept for the way back.
type Settled struct {
	At      time.Time
	Spec    string
	Problem *iamops.Problem // nil: it is removed
	Failure string
}

func (Found) event()     {}
func (Delivered) event() {}
func (PutBack) event()   {}
func (Settled) event()   {}

// deliveries returns the deliveries in one of the states.
func (s State) deliveries(states ...DeliveryState) []Delivery {
	var found []Delivery
	for _, d := range s.Deliveries {
		if slices.Contains(states, d.State) {
			found = append(found, d)
		}
	}
	return found
}

// found takes up targets.
func (s *State) found(ev Found) {
	all := slices.Clone(s.Deliveries)
	for _, d := range ev.Targets {
		if !slices.ContainsFunc(all, func(k Delivery) bool { return k.Spec == d.Spec }) {
			d.State, d.At = DeliveryOffered, ev.At
			all = append(all, d)
		}
	}
	s.Deliveries, s.Judging = all, false
	if ev.Problem != nil {
		s.Problem = ev.Problem
	}
	if ev.Notes != nil {
		s.TargetNotes = ev.Notes
	}
}

// setDelivery changes the state of one delivery.
func (s *State) setDelivery(spec string, state DeliveryState, at time.Time, p *iamops.Problem) {
	s.Deliveries = slices.Clone(s.Deliveries)
	for i := range s.Deliveries {
		if d := &s.Deliveries[i]; d.Spec == spec {
			d.State, d.At, d.Problem = state, at, p
		}
	}
}

// Deliverable are the targets that a delivery can be made to.
func (s State) Deliverable() []Delivery {
	return s.deliveries(DeliveryOffered, DeliveryFailed, DeliveryBack)
}

// ToDeliver are the targets that are ticked unless the operator says otherwise: what was put
// back is not, as long as there is anything else.
func (s State) ToDeliver() []Delivery {
	if fresh := s.deliveries(DeliveryOffered, DeliveryFailed); len(fresh) > 0 {
		return fresh
	}
	return s.deliveries(DeliveryBack)
}

// deliver begins the deliveries that can be made: the named ones, or those that are ticked.
func (s *State) deliver(specs []string, at time.Time) []Intent {
	if len(specs) == 0 {
		for _, d := range s.ToDeliver() {
			specs = append(specs, d.Spec)
		}
	}
	var intents []Intent
	for _, d := range s.Deliverable() {
		if slices.Contains(specs, d.Spec) {
			s.setDelivery(d.Spec, DeliveryUnderWay, at, nil)
			s.Touched = true
			intents = append(intents, Hand{d.Spec})
		}
	}
	return intents
}

func (s *State) delivered(ev Delivered) {
	state := DeliveryMade
	if ev.Problem != nil {
		state = DeliveryFailed
	}
	s.setDelivery(ev.Spec, state, ev.At, ev.Problem)
	for i := range s.Deliveries {
		if s.Deliveries[i].Spec == ev.Spec {
			s.Deliveries[i].MayHold = ev.MayHold
		}
	}
}

// holding are the deliveries whose target has the new key.
func (s State) holding() []Delivery {
	return slices.DeleteFunc(slices.Clone(s.Deliveries), func(d Delivery) bool { return !d.Holds() })
}

// takeBack begins to take back what was delivered.
func (s *State) takeBack(at time.Time) []Intent {
	var intents []Intent
	for _, d := range s.holding() {
		s.setDelivery(d.Spec, DeliveryUnderWay, at, nil)
		intents = append(intents, TakeBack{d.Spec})
	}
	return intents
}

func (s *State) putBack(ev PutBack) {
	state := DeliveryBack
	for _, d := range s.Deliveries {
		switch {
		case d.Spec != ev.Spec || ev.Problem == nil:
		case d.MayHold:
			state = DeliveryFailed // as before
		default:
			state = DeliveryMade // the new secret is still there
		}
	}
	s.setDelivery(ev.Spec, state, ev.At, ev.Problem)
}

func (s *State) settled(ev Settled) {
	if ev.Problem != nil {
		s.delivered(Delivered{At: ev.At, Spec: ev.Spec, Problem: ev.Problem, MayHold: true})
		return
	}
	s.Deliveries = slices.Clone(s.Deliveries)
	for i := range s.Deliveries {
		if s.Deliveries[i].Spec == ev.Spec {
			s.Deliveries[i].Settled = true
		}
	}
}

// settle asks for the ways back to be removed, once the old key is deleted.
func (s *State) settle() []Intent {
	var intents []Intent
	for _, d := range s.holding() {
		intents = append(intents, Settle{d.Spec})
	}
	return intents
}

// deliverOffer is the offer to deliver; there is none without a target to deliver to. A
// credential that works is replaced only by one that was tried.
func (s State) deliverOffer() []Offer {
	if len(s.deliveries(DeliveryOffered, DeliveryFailed, DeliveryBack)) == 0 {
		return nil
	}
	o := Offer{Decision: Deliver, Refused: first(
		s.busy(),
		when(s.Secret != SecretHeld, SecretIsLost),
		// What works is never replaced by a key that does not.
		when(s.New.Gone, NewKeyMissing),
		when(s.New.Status != iamops.Active, NewKeyOff),
		when(s.Trial.State == TrialRunning, TrialUnderWay),
	)}
	if s.Trial.State != TrialPassed {
		o.Whys = []Why{WhyTrialNotPassed}
	}
	return []Offer{o}
}

// takeBackOffer is the offer to take back what was delivered; none if nothing was.
func (s State) takeBackOffer() []Offer {
	if len(s.holding()) == 0 {
		return nil
	}
	return []Offer{{Decision: TakeBackAll, Refused: first(s.busy(), s.deliveryBlock())}}
}

// deliveryBlock refuses what must not happen while a delivery is under way.
func (s State) deliveryBlock() Reason {
	return when(len(s.deliveries(DeliveryUnderWay)) > 0, DeliveryRuns)
}
