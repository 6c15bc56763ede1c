package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// Step is a step of a plan.
type Step string

// The steps of spec and articles, in the order of the plan that replaces a key.
const (
	Check      Step = "check"      // who signs, which key, is a slot free
	Create     Step = "create"     // a second key
	Store      Step = "store"      // the new key is tried, its secret put away
	Distribute Step = "distribute" // applications move over
	Deactivate Step = "deactivate" // the target goes Inactive
	Review     Step = "review"     // what a leaked key did
	Watch      Step = "watch"      // time for what broke to show
	Delete     Step = "delete"     // the target goes for good
	Finished   Step = "done"
)

// step is what the machine knows of a step of a plan. Its place in each plan is in plans.
type step struct {
	// offers are the decisions that belong to it, the one that leads on first.
	offers func(s State, plan Plan, set Settings, now time.Time) []Offer
	// happened reports whether what it is about has been done.
	happened func(s State, set Settings, now time.Time) bool
	// since is since when a rotation stands at it, zero if that is not known; nil: never known.
	since func(s State) time.Time
	// looks says that the event history is read while a rotation stands here.
	looks bool
	// places says that the places are shown here that hold a key, or can.
	places bool
}

// steps are all of them.
var steps = map[Step]step{
	Check: {
		offers: func(s State, plan Plan, set Settings, _ time.Time) []Offer {
			if two := s.twoKeyOffers(plan, set); two != nil {
				return two
			}
			return []Offer{{Decision: GoOn, Refused: s.checkBlock(plan, set), Whys: s.beginWhys(plan)}}
		},
		happened: passed(Check),
		places:   true,
	},
	Create: {
		offers:   State.createOffers,
		happened: func(s State, _ Settings, _ time.Time) bool { return s.New.Known() && !s.New.Gone },
	},
	Store: {
		offers: func(s State, _ Plan, _ Settings, _ time.Time) []Offer {
			return append(s.deliverOffer(), s.storedOffer(), Offer{Decision: TryAgain, Refused: s.tryBlock()})
		},
		happened: func(s State, _ Settings, _ time.Time) bool { return s.Secret == SecretStored },
		places:   true,
	},
	Distribute: {
		offers: func(s State, _ Plan, _ Settings, _ time.Time) []Offer {
			return []Offer{{Decision: GoOn, Refused: s.newKeyBlock()}}
		},
		happened: func(s State, _ Settings, _ time.Time) bool {
			left := slices.ContainsFunc(s.Evidence.Left(), func(u iamops.KeyUser) bool { return u.Count > 0 })
			return s.newInUse() && len(s.deliveries(DeliveryBack)) == 0 && !left
		},
		since: func(s State) time.Time { return s.StoredAt },
		looks: true, places: true,
	},
	Deactivate: {
		offers: func(s State, plan Plan, set Settings, now time.Time) []Offer {
			return append([]Offer{s.deactivateOffer(plan, set, now)}, s.heldOffers(plan)...)
		},
		happened: func(s State, _ Settings, _ time.Time) bool {
			return s.Target().Status == iamops.Inactive || s.Target().Gone
		},
		since: func(s State) time.Time { return s.StoredAt },
		looks: true, places: true,
	},
	Review: {
		offers: func(s State, plan Plan, _ Settings, _ time.Time) []Offer {
			return append([]Offer{{Decision: GoOn, Refused: s.targetBlock()}}, s.heldOffers(plan)...)
		},
		happened: passed(Review),
		since:    offSince,
		looks:    true,
	},
	Watch: {
		offers: func(s State, _ Plan, _ Settings, _ time.Time) []Offer {
			goOn := Offer{Decision: GoOn, Refused: s.targetBlock()}
			if len(s.ToAsk()) == 0 {
				return []Offer{goOn}
			}
			goOn.Whys = []Why{WhyNotAsked}
			return []Offer{{Decision: UserFine, About: UserID(s.ToAsk()[0]), Refused: s.busy()}, goOn}
		},
		happened: watched,
		since:    offSince,
		looks:    true,
	},
	Delete: {
		offers: func(s State, plan Plan, set Settings, now time.Time) []Offer {
			return []Offer{s.deleteOffer(plan, set, now)}
		},
		happened: func(s State, _ Settings, _ time.Time) bool { return s.Target().Gone && s.Target().GoneSure },
		since:    offSince,
	},
	Finished: {
		offers:   func(State, Plan, Settings, time.Time) []Offer { return nil },
		happened: func(s State, _ Settings, _ time.Time) bool { return s.Over() },
	},
}

// createOffers are about a new key: one that is to be made, or one whose secret nobody is known
// to have.
func (s State) createOffers(plan Plan, set Settings, _ time.Time) []Offer {
	var offers []Offer
	if s.Secret == SecretUnknown {
		have := Offer{
			Decision: HaveSecret, KeyID: s.New.ID, Refused: first(s.busy(), when(s.New.Gone, NewKeyMissing)),
		}
		if s.SecretGone() {
			have.Whys = []Why{WhySecretNowhere}
		}
		offers = append(offers, have)
	}
	if s.New.Known() {
		return offers
	}
	offers = append(offers, Offer{
		Decision: MakeChange, Change: iamops.Create, Refused: s.checkBlock(plan, set), Whys: s.beginWhys(plan),
	})
	if plan.AlonePlan != "" {
		offers = append(offers, Offer{Decision: NoNewKey, Refused: s.busy()})
	}
	return offers
}

// passed reports of a step that has nothing to prove whether the rotation is past it.
func passed(name Step) func(State, Settings, time.Time) bool {
	return func(s State, _ Settings, _ time.Time) bool {
		all := PlanOf(s.Plan).Steps
		return slices.Index(all, name) < slices.Index(all, s.Step)
	}
}

// watched reports whether the watch was held to its end.
func watched(s State, set Settings, now time.Time) bool {
	ends, known := s.WatchEnds(set)
	cut := slices.ContainsFunc(s.Overrides, func(o Override) bool {
		return slices.Contains(o.Whys, WhyWatchNotOver) || slices.Contains(o.Whys, WhyDeactivationUnknown)
	})
	return !cut && (s.Target().Gone || known && !now.Before(ends))
}

func offSince(s State) time.Time { return s.Target().InactiveSince }
