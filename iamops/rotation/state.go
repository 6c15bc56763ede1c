package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// KeyFacts is what is known of one key.
type KeyFacts struct {
	ID      string // "" if there is no such key
	Status  iamops.KeyStatus
	Created time.Time
	Gone    bool // it was there, and the last list does not show it
	// GoneSince is when a list first did not show it, and GoneSure says that another one,
	// LookGap later, did not either, or that it was deleted here.
	GoneSince time.Time
	GoneSure  bool
	// Unlisted says that AWS answered that it made the key, and that no list has shown it yet.
	Unlisted bool
	LastUse  iamops.LastUse
	// LatestUse is the latest use by others seen during the rotation, and LongestGap
	// the longest time between two such uses; zero if none was seen.
	LatestUse  time.Time
	LongestGap time.Duration
	// InactiveSince is when it was deactivated, if that is known, else zero.
	InactiveSince time.Time
	// InactiveSeen is when a list first showed it Inactive; zero while Active.
	InactiveSeen time.Time
	// ActiveAgain is when it was reactivated, or first seen to be; zero if never. The
	// silence of a key that was off, since WasOff, says nothing.
	ActiveAgain, WasOff time.Time
	// Calls are what the event history told last of its use by others.
	Calls Calls
	// OwnUse is when keyturn last signed with it; zero if never.
	OwnUse time.Time
}

// Calls are what the event history says about the calls that were made with a key, as far as it
// shows any. It never proves that there were no others.
type Calls struct {
	Last time.Time     // the latest one; zero if none is known
	Gap  time.Duration // the longest between two calls of one user; 0 with fewer than two
	// LeftGap is the same for the users that have not moved to the new key.
	LeftGap time.Duration
}

// off is when the key was off last, as far as that is over.
func (k KeyFacts) off() iamops.Span { return iamops.Span{From: k.WasOff, To: k.ActiveAgain} }

// Known reports whether there is, or was, such a key.
func (k KeyFacts) Known() bool { return k.ID != "" }

// Override is a guard that the operator went against, with the reason given.
type Override struct {
	At     time.Time
	Step   Step
	Whys   []Why
	Reason string
}

// State is all that is known of one rotation. It is a value: Next never alters
// the state it was given. Its zero value is not usable; Begin makes one.
type State struct {
	Kept
	Seen
}

// Kept is what outlives the process: each record carries it, as the transition left it, and
// Reopen goes on from there. It holds no secret.
type Kept struct {
	ID        string // of the rotation
	Account   string
	Partition string
	User      string
	Begun     time.Time

	Plan  PlanName
	Step  Step
	Phase Phase
	// Main is the plan that was left for one that gets rid of the new key, or in which one of
	// two keys was chosen; "" while none was.
	Main PlanName

	Old, New KeyFacts
	// Before are the IDs of the user's keys at the beginning.
	Before []string

	Secret   SecretState
	StoredAt time.Time
	Trial    Trial
	// Tried are the IDs of the requests of the new key's trial: by them CloudTrail's events of
	// keyturn's own are told from others.
	Tried []string
	// Deliveries are the targets of the new secret, in the order in which they were
	// found.
	Deliveries []Delivery
	// Fine are the users of the old key that were asked about after it went off, and that
	// work without it, by UserID.
	Fine []string

	// Adopted says that the rotation was recognised by its keys alone: nothing shows that
	// keyturn made the new key, so it is "probably ours", and handled as if it were in use.
	Adopted bool
	// Lent says that the secret was shown or copied: somebody may be using the new key.
	Lent bool
	// Touched says that a change of this rotation took effect, or may have, or that the
	// secret was taken to a target.
	Touched bool
	// GoneNew is a new key that is gone, and that the rotation goes on without; "" if none.
	GoneNew string

	Pending   *iamops.Change // confirmed, not yet settled; nil if none
	PreIDs    []string       // the key IDs listed just before it
	PendingAt time.Time      // when it was, or may have been, sent
	Accepted  []Why          // the guards that its decision went against
	Look      Look           // the proof under way, or that ran out of time
	Overrides []Override
}

// Seen is what is read again in each process.
type Seen struct {
	Caller iamops.Caller
	// Origin is what the operator said of a session whose key can't be found out, and
	// Resigning says that the credentials are being resolved again.
	Origin    Origin
	Resigning bool
	// Turn counts the moves from step to step and phase to phase, so that a decision
	// made on an older picture can be told.
	Turn int

	Others []iamops.AccessKey // keys of the user that play no part
	// OtherUses are the last uses of those, by key ID.
	OtherUses map[string]iamops.LastUse
	// Descriptions are the console's descriptions of the user's keys, by key ID; nil if
	// they are not known.
	Descriptions map[string]string

	Listed   []iamops.AccessKey // the last list
	ListedAt time.Time          // zero: none yet
	UserGone bool               // the last list said that there is no such user
	UseAsked time.Time          // when last uses were last asked for

	// Evidence is who uses the keys, by CloudTrail; its zero value if nobody looked.
	Evidence iamops.Evidence
	// Quarantine is whether AWS has put the user into quarantine; nil: nobody looked.
	Quarantine *QuarantineSeen
	// Preflight is what the operator is allowed, by AWS's simulation; nil: nobody asked yet.
	Preflight *Preflighted
	// TargetNotes are about places that hold the old key and are no targets.
	TargetNotes []string
	// Judging says that these are being looked for, before a key is made.
	Judging bool

	// Recalled says that the rotation was begun by an earlier run of keyturn, and
	// Reconciling that it has not been moved to where AWS shows it to be yet.
	Recalled    bool
	Reconciling bool

	// Problem is why the last thing attempted did not happen; nil after a success.
	Problem *iamops.Problem
	// Note is what the machine has to tell of its last move; "" if nothing.
	Note Note
}

// Note is something that the operator should be told of a move.
type Note string

// The notes.
const (
	NoteNoEffect        Note = "no-effect"        // the unclear change turned out to have had no effect
	NoteEffect          Note = "effect"           // the unclear change turned out to be done
	NoteChangedByOthers Note = "changed-by-other" // the list before the change showed something else than expected
	NoteRolledBack      Note = "rolled-back"
	NoteDiscarded       Note = "discarded"
	NoteSignsAfresh     Note = "signs-afresh"    // what signs now does not depend on the target
	NoteSignsAsBefore   Note = "signs-as-before" // resolved afresh, and it still does
	NoteMovedOn         Note = "moved-on"        // AWS shows that the rotation stands elsewhere than it was left
)

// Begin makes the state at the first step of a plan, for a user's key, or for the only
// one if keyID is "".
func Begin(plan PlanName, id string, caller iamops.Caller, user, keyID string, at time.Time) (State, []Intent) {
	s := State{
		Kept: Kept{
			ID: id, Account: caller.Account, Partition: caller.Partition, User: user, Begun: at,
			Plan: plan, Step: Check, Phase: Ready, Old: KeyFacts{ID: keyID},
		},
		Seen: Seen{Caller: caller, UseAsked: at},
	}
	return s, []Intent{List{}, ReadQuarantine{}, AskPermissions{}}
}

// Target is the key that the plan switches off and deletes.
func (s State) Target() KeyFacts { return *s.key(PlanOf(s.Plan).Target) }

// InFlight reports whether a change is confirmed and its answer not yet in.
func (s State) InFlight() bool { return s.Phase == Verifying || s.Phase == Changing }

// Over reports whether the rotation has come to its end.
func (s State) Over() bool { return s.Step == Finished }

// Untouched reports whether the rotation has changed nothing at AWS.
func (s State) Untouched() bool {
	return !s.New.Known() && s.Old.InactiveSince.IsZero() && s.Pending == nil && !s.Recalled
}

// Droppable reports whether nothing of the rotation has to be remembered: it has changed
// nothing, and holds nothing.
func (s State) Droppable() bool {
	return !s.Touched && s.Pending == nil && s.Secret != SecretHeld
}

// SecretAtStake reports whether a key that works, or can be made to work again, depends on
// the secret in memory. A new key that is given up and off is neither.
func (s State) SecretAtStake() bool {
	off := PlanOf(s.Plan).Target == NewKey && s.New.Status == iamops.Inactive
	return s.Secret == SecretHeld && !s.Over() && !s.New.GoneSure && !off
}

// Orphan reports whether there is a new key whose secret nobody is known to have.
func (s State) Orphan() bool {
	return s.New.Known() && !s.New.Gone && (s.Secret == SecretLost || s.Secret == SecretUnknown)
}

// Fresh reports whether the look-ups of last use that were asked for last are in.
func (s State) Fresh() bool {
	for _, k := range []KeyFacts{s.Old, s.New} {
		if k.Known() && !k.Gone && k.LastUse.AsOf.Before(s.UseAsked) {
			return false
		}
	}
	for _, k := range s.Others {
		if s.Step == Check && s.OtherUses[k.ID].AsOf.Before(s.UseAsked) {
			return false
		}
	}
	return true
}

// GivenOut reports whether the new key's secret was shown or copied, or a delivery of it
// begun: somebody may be using the key. The journal knows of each before it happens.
func (s State) GivenOut() bool {
	return s.Lent || slices.ContainsFunc(s.Deliveries, func(d Delivery) bool { return d.State != DeliveryOffered })
}

// Delivered reports whether the new key's secret is at a target for certain.
func (s State) Delivered() bool { return len(s.deliveries(DeliveryMade)) > 0 }

// SecretGone reports whether nobody can have the new key's secret: it is not in memory, it
// was never given out, and the key is ours.
func (s State) SecretGone() bool {
	return s.Orphan() && !s.Adopted && !s.GivenOut()
}

func (s *State) key(r Role) *KeyFacts {
	if r == NewKey {
		return &s.New
	}
	return &s.Old
}

// byID is the facts of the key with the given ID, nil if it plays no part.
func (s *State) byID(id string) *KeyFacts {
	switch {
	case id == "":
		return nil
	case s.Old.ID == id:
		return &s.Old
	case s.New.ID == id:
		return &s.New
	}
	return nil
}
