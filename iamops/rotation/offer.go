package rotation

import (
	"time"

	"keyturn/iamops"
)

// Reason is why a decision can't be taken now.
type Reason string

// The reasons.
const (
	Possible Reason = "" // it can be taken

	ChangeInFlight Reason = "change-in-flight"
	StillLooking   Reason = "still-looking" // the last change is not proven yet, one way or the other
	InReadOnly     Reason = "read-only"
	NotListed      Reason = "not-listed" // the user's keys are not known
	NoSuchUser     Reason = "no-such-user"
	NoKey          Reason = "no-key"       // the user has no key to replace
	NoSuchKey      Reason = "no-such-key"  // the key to replace is not there (any more)
	NoSlot         Reason = "no-slot"      // two keys already
	CallerIsRoot   Reason = "root-caller"  // root's keys are out of bounds
	CallersKey     Reason = "callers-key"  // the caller signs with this key
	MaybeCallers   Reason = "maybe-caller" // the caller's session may come from this key
	NewKeyMissing  Reason = "new-key-missing"
	NewKeyOff      Reason = "new-key-off"    // it is not Active
	SecretNotPut   Reason = "secret-held"    // its secret is not stored yet
	SecretIsLost   Reason = "secret-lost"    // nobody has the new key's secret
	TrialUnderWay  Reason = "trial-running"  // wait for its end
	TargetActive   Reason = "target-active"  // an Active key is never deleted
	TooSoon        Reason = "too-soon"       // see Offer.Until
	HeldElsewhere  Reason = "held-elsewhere" // another keyturn rotates this user's keys
	SecretNotKnown Reason = "secret-unknown" // nobody has said that the new secret is stored
	DeliveryRuns   Reason = "delivery-runs"
	OddStatus      Reason = "odd-status"    // neither Active nor Inactive
	Resolving      Reason = "resolving"     // the credentials are being resolved again
	KeyNotNamed    Reason = "key-not-named" // several could be meant
	PlaysNoPart    Reason = "plays-no-part" // the rotation in progress is about other keys
)

// Why is a guard that an override goes against.
type Why string

// The guards.
const (
	WhyUsedRecently        Why = "used-recently"
	WhyUseUnknown          Why = "use-unknown"
	WhyGapLonger           Why = "gap-longer"     // it has been idle for longer than this before, and came back
	WhyRhythmUnknown       Why = "rhythm-unknown" // fewer than two uses are known: it may be used once a week
	WhyNotAsked            Why = "not-asked"      // users of the key have not been asked whether they work without it
	WhyWatchNotOver        Why = "watch-not-over"
	WhyDeactivationUnknown Why = "deactivation-unknown"
	WhyTrialNotPassed      Why = "trial-not-passed"
	WhyNotPutBack          Why = "not-put-back"     // a target still holds the key that is given up
	WhyOldKeyPutBack       Why = "old-key-put-back" // a target holds the old key again
	WhyOldKeyOff           Why = "old-key-off"      // the old key does not work either
	WhySecretNowhere       Why = "secret-nowhere"   // it was neither shown, copied nor delivered
	WhyNewUnused           Why = "new-unused"       // nobody was seen to use the new key
)

// Offer is a decision that belongs to the state, whether or not it can be taken.
type Offer struct {
	Decision Decision
	Change   iamops.ChangeKind // what it changes; "" if nothing
	KeyID    string            // which key; "" for Create
	// KeyIDs are the keys that a Leak can be said of. Where there are several, the decision
	// names one.
	KeyIDs []string
	// Typed is the text that has to be typed for it; "" if none.
	Typed string
	// Whys are the guards that it goes against. With any, a reason has to be typed.
	Whys []Why
	// About is whom a UserFine is about, by UserID.
	About string
	// Specs are the targets that a Deliver is for; none: those of ToDeliver.
	Specs   []string
	Refused Reason
	Until   time.Time // when a refusal for TooSoon ends, else zero
}

// NeedsReason reports whether a reason has to be typed.
func (o Offer) NeedsReason() bool { return len(o.Whys) > 0 }

// OfferFor returns the offer for a decision.
func OfferFor(offers []Offer, d Decision) (Offer, bool) {
	for _, o := range offers {
		if o.Decision == d {
			return o, true
		}
	}
	return Offer{}, false
}

// Offers are the decisions that belong to a state at a time, the one that leads on
// first.
func Offers(s State, set Settings, now time.Time) []Offer {
	offers := s.offers(set, now)
	if set.HeldBy != "" {
		for i := range offers {
			if offers[i].Decision != LookAgain {
				offers[i].Refused = first(HeldElsewhere, offers[i].Refused)
			}
		}
	}
	return offers
}

func (s State) offers(set Settings, now time.Time) []Offer {
	plan := PlanOf(s.Plan)
	if s.Over() {
		return nil
	}
	offers := steps[s.Step].offers(s, plan, set, now)
	if s.New.Gone && s.startsOver(plan) {
		over := Offer{
			Decision: StartOver,
			Refused:  first(s.busy(), when(!s.New.GoneSure, StillLooking), s.deliveryBlock()),
		}
		if len(s.holding()) > 0 {
			over.Whys = []Why{WhyNotPutBack} // what reads a target would be left with a key that is gone
		}
		offers = append([]Offer{over}, offers...)
	}
	// Somebody else has reactivated it.
	if plan.offBy(s.Step) && !s.Target().Gone && s.Target().Status == iamops.Active {
		offers = append(offers, Offer{
			Decision: GoBack,
			KeyID:    s.Target().ID,
			Refused:  first(s.busy(), s.heldBlock(plan)),
		})
		return append(append(offers, s.leakOffer(plan, set)...), Offer{Decision: LookAgain, Refused: s.lookBlock()})
	}
	if plan.RollBackTo != "" &&
		(plan.offBy(s.Step) || (s.Step == Deactivate || s.Step == Distribute) && s.Target().Status == iamops.Inactive) {
		offers = append(offers, s.rollBackOffer(plan, set))
	}
	if plan.Target == NewKey && (s.Step == Deactivate || plan.OffFirst()) ||
		(s.Step == Distribute || s.New.Gone && s.startsOver(plan)) && !plan.OffFirst() {
		offers = append(offers, s.takeBackOffer()...)
	}
	if plan.KeepAt && s.Step == Deactivate && s.Target().Status != iamops.Inactive && s.New.Known() {
		offers = append(offers, Offer{Decision: KeepNew, Refused: s.busy()})
	}
	if plan.DiscardBy[s.Step] != "" && s.New.Known() && !s.New.Gone {
		offers = append(offers, Offer{
			Decision: GiveUpNew,
			KeyID:    s.New.ID,
			Refused:  first(s.busy(), s.deliveryBlock()),
		})
	}
	offers = append(append(offers, s.signerOffers(plan)...), s.stepBackOffer(plan)...)
	return append(append(offers, s.leakOffer(plan, set)...), Offer{Decision: LookAgain, Refused: s.lookBlock()})
}

// startsOver reports whether a new key that is gone can be replaced from here, by another.
func (s State) startsOver(plan Plan) bool {
	if plan.OffFirst() {
		return plan.has(Create) && (s.Step == Create || plan.replacedBy(s.Step))
	}
	return plan.NeedsSlot && !s.Old.Gone && s.Old.Status == iamops.Active && s.Step != Watch && s.Step != Delete
}

// stepBackOffer is the offer to go back to the step before, where that has something to be
// done or waited for.
func (s State) stepBackOffer(plan Plan) []Offer {
	if s.stepBack(plan) == "" {
		return nil
	}
	return []Offer{{Decision: StepBack, Refused: first(s.busy(), s.deliveryBlock())}}
}

// stepBack is the step to go back to; "" if there is none.
func (s State) stepBack(plan Plan) Step {
	target := s.Target()
	switch {
	case target.Gone:
	case s.Step == Deactivate && target.Status == iamops.Active && plan.replacedBy(Deactivate):
		return Distribute
	case s.Step == Deactivate && s.Plan == Retire && s.Main != "" && s.Droppable():
		return Check
	case s.Step == Delete && plan.has(Watch):
		return Watch
	}
	return ""
}

// busy is the refusal of every decision while a change is under way or unclear.
func (s State) busy() Reason {
	switch s.Phase {
	case Verifying, Changing:
		return ChangeInFlight
	case Unclear:
		return StillLooking
	case Ready:
	}
	return when(s.Reconciling && s.unsure(), StillLooking)
}

// unsure reports whether a key is missing from the last list, and from that one alone.
func (s State) unsure() bool {
	return s.Old.Gone && !s.Old.GoneSure || s.New.Gone && !s.New.GoneSure
}

func (s State) lookBlock() Reason {
	if s.InFlight() {
		return ChangeInFlight
	}
	return when(s.looking(), StillLooking)
}

// first is the first reason that stands.
func first(reasons ...Reason) Reason {
	for _, r := range reasons {
		if r != Possible {
			return r
		}
	}
	return Possible
}

func when(cond bool, r Reason) Reason {
	if cond {
		return r
	}
	return Possible
}

// changeBlock is what stands against any change.
func (s State) changeBlock(set Settings) Reason {
	return first(
		s.busy(),
		when(s.looking(), StillLooking),
		when(set.ReadOnly, InReadOnly),
		when(s.Caller.IsRoot(), CallerIsRoot),
		when(s.UserGone, NoSuchUser),
	)
}

// looking reports whether the proof of a change is under way.
func (s State) looking() bool { return s.Look.Exists() && !s.Look.Overdue }

// checkBlock is what stands against beginning: all that a later step would refuse
// is found out before anything is created.
func (s State) checkBlock(plan Plan, set Settings) Reason {
	return first(
		s.changeBlock(set),
		when(s.ListedAt.IsZero(), NotListed),
		when(len(s.Listed) == 0 && !plan.deletesFirst(), NoKey),
		when(!s.Old.Known() && len(s.Listed) > 1, NoSlot),
		when(s.Old.Gone && !plan.deletesFirst(), NoSuchKey),
		s.beginBlock(plan, s.Old.ID),
		when((plan.NeedsSlot || s.Step == Create) && len(s.Listed) >= iamops.MaxKeys, NoSlot),
	)
}

func (s State) storedOffer() Offer {
	o := Offer{Decision: Stored, Refused: first(
		s.busy(),
		when(s.Secret == SecretLost, SecretIsLost),
		when(s.Trial.State == TrialRunning, TrialUnderWay),
		s.deliveryBlock(),
	)}
	if s.Trial.State != TrialPassed {
		o.Whys = []Why{WhyTrialNotPassed}
	}
	if !s.GivenOut() {
		o.Whys = append(o.Whys, WhySecretNowhere)
	}
	return o
}

func (s State) tryBlock() Reason {
	return first(
		when(s.InFlight(), ChangeInFlight),
		when(s.Secret != SecretHeld, SecretIsLost),
		when(s.Trial.State == TrialRunning, TrialUnderWay),
	)
}

// newKeyBlock is what stands against relying on the new key.
func (s State) newKeyBlock() Reason {
	return first(
		s.busy(),
		s.deliveryBlock(),
		when(s.ListedAt.IsZero(), NotListed),
		when(s.UserGone, NoSuchUser),
		when(!s.New.Known() || s.New.Gone, NewKeyMissing),
		when(s.New.Status != iamops.Active, NewKeyOff),
		when(s.Secret == SecretHeld, SecretNotPut),
		when(s.Secret == SecretUnknown, SecretNotKnown),
		when(s.Secret != SecretStored, SecretIsLost),
	)
}

func (s State) targetBlock() Reason {
	makesNext := PlanOf(s.Plan).After(s.Step) == Create // and a new key that one list misses may be there
	return first(
		s.busy(), when(s.ListedAt.IsZero(), NotListed), when(makesNext && s.New.Gone && !s.New.GoneSure, StillLooking),
	)
}

func (s State) deactivateOffer(plan Plan, set Settings, now time.Time) Offer {
	target := s.Target()
	if target.Gone || target.Status == iamops.Inactive { // somebody was here before
		return Offer{
			Decision: GoOn,
			KeyID:    target.ID,
			Refused:  first(s.targetBlock(), when(target.Gone && !target.GoneSure, StillLooking)),
		}
	}
	o := Offer{
		Decision: MakeChange, Change: iamops.Deactivate, KeyID: target.ID,
		Refused: first(
			s.changeBlock(set),
			when(s.ListedAt.IsZero(), NotListed),
			when(target.Status != iamops.Active, OddStatus),
			s.signerBlock(target.ID),
			s.deliveryBlock(),
		),
	}
	if plan.replacedBy(Deactivate) {
		o.Refused = first(o.Refused, s.newKeyBlock())
	}
	if plan.Gated {
		o.Whys = GateOf(s, set, now).Whys
	}
	if plan.OffFirst() {
		return o // whoever has it is worse than all that
	}
	if plan.Target == NewKey && len(s.holding()) > 0 {
		o.Whys = append(o.Whys, WhyNotPutBack)
	}
	if plan.Target == NewKey && (s.Old.Gone || s.Old.Status != iamops.Active) {
		o.Whys = append(o.Whys, WhyOldKeyOff)
	}
	if plan.Target == OldKey && len(s.deliveries(DeliveryBack)) > 0 {
		o.Whys = append(o.Whys, WhyOldKeyPutBack)
	}
	if plan.replacedBy(Deactivate) && !s.newInUse() {
		o.Whys = append(o.Whys, WhyNewUnused)
	}
	o.Whys = byWeight(o.Whys)
	return o
}

func (s State) deleteOffer(plan Plan, set Settings, now time.Time) Offer {
	target := s.Target()
	if target.Gone {
		return Offer{
			Decision: GoOn,
			KeyID:    target.ID,
			Refused:  first(s.targetBlock(), when(!target.GoneSure, StillLooking)),
		}
	}
	o := Offer{
		Decision: MakeChange, Change: iamops.Delete, KeyID: target.ID, Typed: lastFour(target.ID),
		Refused: first(
			s.changeBlock(set),
			when(s.ListedAt.IsZero(), NotListed),
			when(target.Status == iamops.Active, TargetActive),
			when(target.Status != iamops.Inactive, OddStatus),
			s.signerBlock(target.ID),
		),
	}
	if plan.replacedBy(Delete) {
		o.Refused = first(o.Refused, s.newKeyBlock())
	}
	if earliest := target.deleteFrom(); o.Refused == Possible && now.Before(earliest) {
		o.Refused, o.Until = TooSoon, earliest
	}
	if plan.replacedBy(Delete) && !s.newInUse() {
		o.Whys = append(o.Whys, WhyNewUnused)
	}
	if !plan.has(Watch) {
		return o
	}
	switch ends, known := s.WatchEnds(set); {
	case !known:
		o.Whys = append(o.Whys, WhyDeactivationUnknown)
	case now.Before(ends):
		o.Whys = append(o.Whys, WhyWatchNotOver)
	}
	return o
}

// heldOffers are about a secret that is held while a leaked old key is seen to first.
func (s State) heldOffers(plan Plan) []Offer {
	if !plan.OffFirst() || plan.Target != OldKey || s.Secret != SecretHeld {
		return nil
	}
	return append(s.deliverOffer(), s.storedOffer())
}

// heldBlock refuses what would lead away from a secret that is not stored.
func (s State) heldBlock(plan Plan) Reason {
	return when(plan.OffFirst() && s.Secret == SecretHeld && !s.New.Gone, SecretNotPut)
}

func (s State) rollBackOffer(plan Plan, set Settings) Offer {
	target := s.Target()
	return Offer{
		Decision: RollBack, Change: iamops.Reactivate, KeyID: target.ID, Whys: plan.RollBackWhys,
		Refused: first(
			when(s.InFlight(), ChangeInFlight),
			when(s.Phase == Unclear && s.Pending != nil && s.Pending.Kind != iamops.Deactivate, StillLooking),
			when(set.ReadOnly, InReadOnly),
			when(s.Caller.IsRoot(), CallerIsRoot),
			when(s.UserGone, NoSuchUser),
			when(target.Gone, NoSuchKey),
			s.heldBlock(plan),
		),
	}
}

// deleteFrom is the earliest time at which the key may be deleted: a while after it
// was deactivated, or, where that is unknown, after it was first seen Inactive.
func (k KeyFacts) deleteFrom() time.Time { return k.offSince().Add(DeleteAfter) }

// offSince is since when the key is off, or was first seen to be.
func (k KeyFacts) offSince() time.Time {
	if k.InactiveSince.IsZero() {
		return k.InactiveSeen
	}
	return k.InactiveSince
}

// WatchEnds is when the watch over the target ends. It is not known if the time of
// its deactivation is not.
func (s State) WatchEnds(set Settings) (time.Time, bool) {
	since := s.Target().InactiveSince
	if since.IsZero() {
		return time.Time{}, false
	}
	return since.Add(set.WatchPeriod), true
}

func lastFour(id string) string {
	if len(id) < 4 {
		return id
	}
	return id[len(id)-4:]
}

// LeaveBlock is what stands against leaving: a secret that nobody has yet.
func LeaveBlock(s State) Reason {
	return first(
		when(s.InFlight(), ChangeInFlight),
		// Where AWS does not let the key be given up, the operator is not kept here. A delivery
		// that is under way may fail: the secret is not stored yet.
		when(s.SecretAtStake() && (PlanOf(s.Plan).Target != NewKey || s.Problem == nil), SecretNotPut),
		s.deliveryBlock(),
	)
}
