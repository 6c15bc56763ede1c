package rotation

import (
	"cmp"
	"slices"
	"time"

	"keyturn/iamops"
)

// Turn says whose turn it is in a rotation.
type Turn string

// The turns.
const (
	TurnReady     Turn = "ready"     // the next change can be confirmed: nothing speaks against it
	TurnWaiting   Turn = "waiting"   // for something that comes by itself
	TurnYours     Turn = "yours"     // the operator decides, or does something elsewhere
	TurnBlocked   Turn = "blocked"   // by something outside of the rotation
	TurnAttention Turn = "attention" // something is at stake that somebody can act on now
	TurnOver      Turn = "over"
)

// Topic says what a rotation stands at.
type Topic string

// The topics.
const (
	AboutNothing    Topic = "nothing"    // it is over
	AboutStep       Topic = "step"       // what its step is about
	AboutAnswer     Topic = "answer"     // AWS's, to a change
	AboutUnclear    Topic = "unclear"    // how the last change ended
	AboutMissing    Topic = "missing"    // a key that one list does not show
	AboutUnread     Topic = "unread"     // the keys, which are not known
	AboutHolder     Topic = "holder"     // somebody else who is at work on it
	AboutNoSecret   Topic = "no-secret"  // nobody is known to have the new key's secret
	AboutWhereSaid  Topic = "where-said" // whether the secret that was delivered is stored
	AboutSecret     Topic = "secret"     // the secret that is held here
	AboutIdle       Topic = "idle"       // how long the target has not been used
	AboutWatch      Topic = "watch"      // how long the target has been off
	AboutPause      Topic = "pause"      // the least time before a deletion
	AboutGuard      Topic = "guard"      // what speaks against the next change
	AboutRefusal    Topic = "refusal"    // why the next change can't be made
	AboutSettlement Topic = "settlement" // something that is under way here: a trial, a delivery, a proof
)

// Guard is something that speaks against a change, with its figures.
type Guard struct {
	Why   Why
	KeyID string
	// Had and Needed are how long it has been, and how long it should be; zero where time
	// heals nothing, or it is not known.
	Had, Needed time.Duration
	Until       time.Time // when time will have healed it; zero: it does not, or that is not known
}

// weights are the guards, the weightiest first.
var weights = []Why{
	WhyLeaked, WhySecretNowhere, WhyOldKeyOff, WhyOldKeyPutBack, WhyNotPutBack, WhyUseUnknown, WhyUsedRecently,
	WhyGapLonger, WhyRhythmUnknown, WhyNewUnused, WhyNotAsked, WhyWatchNotOver, WhyDeactivationUnknown,
	WhyNotAllowed, WhyTrialNotPassed,
}

// byWeight brings guards into their order.
func byWeight(whys []Why) []Why {
	slices.SortStableFunc(whys, func(a, b Why) int {
		return cmp.Compare(slices.Index(weights, a), slices.Index(weights, b))
	})
	return whys
}

// Standing is where a rotation stands: the one answer, from which all that is said of it is
// derived.
type Standing struct {
	Turn  Turn
	About Topic
	Since time.Time // since when it stands there; zero: not known
	Until time.Time // when the wait ends, if nothing comes between; zero: not known
	// Guards speak against the next change, the weightiest first, and Refused is why it can't be
	// made, Possible if it can.
	Guards  []Guard
	Refused Reason
	// Lead is the decision that takes it on, "" if there is none, and Change what it makes at
	// AWS, or leads to; "" if nothing.
	Lead   Decision
	Change iamops.ChangeKind
	// Holder is who else is at work on it; "" if nobody is.
	Holder string
	// Unread says that the event history has told nothing of the keys: what is said of their
	// use is by their last use alone.
	Unread bool
}

// NeedsYou reports whether the operator can do something about it.
func (s Standing) NeedsYou() bool {
	return s.Turn == TurnReady || s.Turn == TurnYours || s.Turn == TurnAttention
}

// StandingOf is where a rotation stands.
func StandingOf(s State, set Settings, now time.Time) Standing {
	target := s.Target()
	at := Standing{
		Since:  s.since(),
		Holder: set.HeldBy,
		Unread: !s.Evidence.Looked() && s.Old.Calls == Calls{} && s.New.Calls == Calls{},
	}
	stand := func(turn Turn, about Topic) Standing {
		at.Turn, at.About = turn, about
		return at
	}
	lead, leads := Leading(Offers(s, set, now))
	if leads {
		at.Lead = lead.Decision
	}
	changes := lead.Change != "" && lead.Refused == Possible // a leaked key goes before a secret
	switch orphan := s.Orphan() && PlanOf(s.Plan).has(Create) && !changes; {
	case s.Over():
		at.Since = time.Time{}
		return stand(TurnOver, AboutNothing)
	case set.HeldBy != "":
		return stand(TurnBlocked, AboutHolder)
	case s.InFlight():
		return stand(TurnWaiting, AboutAnswer)
	case s.Phase == Unclear:
		return stand(TurnAttention, AboutUnclear)
	case s.ListedAt.IsZero():
		return stand(TurnBlocked, AboutUnread)
	case s.Reconciling && s.unsure():
		return stand(TurnYours, AboutMissing)
	case orphan && s.Delivered():
		return stand(TurnYours, AboutWhereSaid)
	case orphan:
		return stand(TurnAttention, AboutNoSecret)
	case s.Secret == SecretHeld && s.Step == Store:
		at.Since = s.New.Created
		return stand(TurnYours, AboutSecret)
	}
	ahead := s.ahead(lead, set, now)
	at.Change, at.Refused = ahead.Change, first(lead.Refused, ahead.Refused)
	for _, why := range byWeight(append(slices.Clone(lead.Whys), ahead.Whys...)) {
		if !slices.ContainsFunc(at.Guards, func(g Guard) bool { return g.Why == why }) {
			at.Guards = append(at.Guards, GuardOf(why, s, set, now))
		}
	}
	var heals Why // what time heals last
	for _, g := range at.Guards {
		if g.Until.After(now) && g.Until.After(at.Until) || g.Why == WhyUseUnknown {
			heals, at.Until = g.Why, g.Until
		}
	}
	soon := at.Refused == Possible || at.Refused == TooSoon
	switch {
	case soon && heals.idles():
		return stand(TurnWaiting, AboutIdle)
	case soon && heals == WhyWatchNotOver:
		return stand(TurnWaiting, AboutWatch)
	case at.Refused == TooSoon:
		at.Until = target.deleteFrom()
		return stand(TurnWaiting, AboutPause)
	case waits(at.Refused):
		return stand(TurnWaiting, AboutSettlement)
	case decides(at.Refused):
		return stand(TurnYours, AboutRefusal)
	case at.Refused != Possible:
		return stand(TurnBlocked, AboutRefusal)
	case len(at.Guards) > 0:
		return stand(TurnYours, AboutGuard)
	case ahead.Change == iamops.Deactivate && PlanOf(s.Plan).Gated:
		return stand(TurnReady, AboutIdle)
	case ahead.Change == iamops.Delete && PlanOf(s.Plan).has(Watch):
		return stand(TurnReady, AboutWatch)
	case ahead.Change != "":
		return stand(TurnReady, AboutStep)
	}
	return stand(TurnYours, AboutStep)
}

// Held is the standing of a rotation that somebody else is at work on: the secret is in their
// memory, and an answer is theirs to get. What it waits for besides is the same for all.
func (s Standing) Held(by string) Standing {
	if s.Holder = by; s.Turn == TurnAttention || s.About == AboutWhereSaid {
		s.Turn, s.About = TurnBlocked, AboutHolder
	}
	return s
}

// ahead is the offer with the next change: the lead's own, or that of the step to which the lead
// goes; the lead itself if neither has one.
func (s State) ahead(lead Offer, set Settings, now time.Time) Offer {
	plan := PlanOf(s.Plan)
	looked := s.Step == Review // what is to be read there comes first
	if lead.Decision != GoOn || lead.Refused != Possible || looked {
		return lead
	}
	if s.Step = plan.After(s.Step); s.Step == Create {
		lead.Change = iamops.Create
		return lead
	}
	if next, leads := Leading(s.offers(set, now)); leads && next.Change != "" {
		return next
	}
	return lead
}

// GuardOf is a guard of the plan's target with what is known of it.
func GuardOf(why Why, s State, set Settings, now time.Time) Guard {
	g := Guard{Why: why, KeyID: s.Target().ID}
	switch gate := GateOf(s, set, now); {
	case why.idles() && !gate.QuietSince.IsZero():
		g.Had, g.Needed, g.Until = now.Sub(gate.QuietSince), gate.Needed, gate.Opens()
	case why == WhyWatchNotOver:
		if ends, known := s.WatchEnds(set); known {
			g.Had, g.Needed, g.Until = now.Sub(s.Target().InactiveSince), set.WatchPeriod, ends
		}
	}
	return g
}

// IdleOf is how long the plan's target has not been used, and whether that is long enough to
// switch it off. Its Had is zero where that is not known.
func IdleOf(s State, set Settings, now time.Time) (Guard, bool) {
	gate := GateOf(s, set, now)
	g := GuardOf(WhyUsedRecently, s, set, now)
	if !gate.Open() {
		g.Why = gate.Whys[0]
	}
	return g, gate.Open()
}

// idles reports whether the guard is about how long a key has not been used.
func (w Why) idles() bool {
	return w == WhyUseUnknown || w == WhyUsedRecently || w == WhyGapLonger || w == WhyRhythmUnknown
}

// waits reports whether a refusal ends by itself.
func waits(r Reason) bool {
	return r == StillLooking || r == TrialUnderWay || r == DeliveryRuns || r == Resolving || r == ChangeInFlight
}

// decides reports whether the operator can end a refusal: by a decision, or elsewhere.
func decides(r Reason) bool {
	switch r {
	case CallersKey, MaybeCallers, NewKeyMissing, NewKeyOff, SecretNotPut, SecretIsLost, SecretNotKnown, TargetActive,
		NoSlot, KeyNotNamed:
		return true
	default:
		return false
	}
}

// since is since when the rotation stands at its step, as far as that is known.
func (s State) since() time.Time {
	if since := steps[s.Step].since; since != nil {
		return since(s)
	}
	return time.Time{}
}

// Happened reports whether what a step is about has been done, whichever step is in hand: a
// step that was only passed has not happened.
func (s State) Happened(step Step, set Settings, now time.Time) bool {
	return steps[step].happened(s, set, now)
}

// newInUse reports whether the new key was seen in use: by somebody else than keyturn, or since
// the operator's own credentials are resolved to it.
func (s State) newInUse() bool {
	return s.New.Known() && s.SignerOf(s.New.ID) == iamops.DependsOnKey ||
		s.New.LastUse.State == iamops.Used && !s.New.UseIsOurs() || !s.callsOf(NewKey).Last.IsZero()
}
