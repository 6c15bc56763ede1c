// Package rotation is the way of one access key from old to new, as a pure state
// machine: state + event → state + intents. It does nothing and reads no clock.
// A runner carries out the intents, and brings back what happened as events.
//
// # Terms
//
// A [Plan] is a list of [Step]s, as data. A [State] stands at one step of one
// plan, in one [Phase]. An [Offer] is a decision that the operator could take
// there: with what it changes, what has to be typed for it, why a reason is asked
// for, or why it can't be taken now. [Next] accepts a [Decide] only if the offer
// for it stands: the screens and the machine ask the same function.
//
// # The way of a change
//
// Confirmed: the user's keys are listed afresh (phase Verifying). If the list
// still allows it, the change is made (Changing), once. Answered: the step is
// taken, and a [Look] proves it, by lists, while the operator goes on. Not
// answered: the outcome is unclear (Unclear); nothing is sent until a look has
// shown what happened.
//
// # Rules
//
//   - No change without a decision that names it, and a list made after that decision.
//   - Unknown counts against a change: unknown last use as used, an unknown time of
//     deactivation as just now.
//   - Nothing of a state is secret.
package rotation

import "time"

// The bounds of the machine. Times run on the account's clock.
const (
	// LookGap is the time between two lists that must agree to prove a change.
	LookGap = 10 * time.Second
	// LookBound is how long an answered change may stay invisible.
	LookBound = 2 * time.Minute
	// UnclearBound is how long an unclear outcome is looked after without a pause.
	UnclearBound = 5 * time.Minute
	// AbsenceTime and AbsenceReads are how long, and in how many lists, nothing may
	// move before an unclear change counts as without effect.
	AbsenceTime  = time.Minute
	AbsenceReads = 5
	// DeleteAfter is the least time between deactivation and deletion.
	DeleteAfter = 5 * time.Minute
	// ListFresh is how old the list behind a deletion may be.
	ListFresh = 10 * time.Second
	// UseFresh is how old a look-up of the last use may be to count as known.
	UseFresh = 5 * time.Minute
	// UnknownRhythm is how long a key must be quiet of which fewer than two uses are known:
	// longer than the rhythm of a weekly job.
	UnknownRhythm = 7*24*time.Hour + time.Hour
	// EvidenceEvery is the pace at which the event history is read again.
	EvidenceEvery = 2 * time.Minute
	// OwnUseMargin is how long after keyturn itself signed with a key its last use
	// says nothing about others (the report of last use is that coarse).
	OwnUseMargin = 15 * time.Minute
	// TrialRounds are the answers in a row, TrialGap apart, that prove that the new
	// key signs; TrialBound is when the trial is given up.
	TrialRounds = 5
	TrialGap    = 2 * time.Second
	TrialBound  = 5 * time.Minute
	// RefreshEvery is the pace at which keys and last uses are read again.
	RefreshEvery = 30 * time.Second

	lookRetry = 3 * time.Second
	// createSkew is by how much AWS's clock may differ from the account's.
	createSkew = 5 * time.Minute
)

// Settings are the operator's choices.
type Settings struct {
	Quiet       time.Duration // how long a key must have been quiet before it is deactivated
	WatchPeriod time.Duration // how long a deactivated key is kept before it is deleted
	ReadOnly    bool          // no change is offered
	// HeldBy is who else rotates this user's keys at the moment; "" if nobody does.
	// While somebody does, one can only look on.
	HeldBy string
}

// DefaultSettings are a day of quiet and a week of watching.
func DefaultSettings() Settings {
	return Settings{Quiet: 24 * time.Hour, WatchPeriod: 7 * 24 * time.Hour}
}

// Phase says what a state is waiting for.
type Phase string

// The phases.
const (
	Ready     Phase = "ready"     // the operator
	Verifying Phase = "verifying" // the list before a change
	Changing  Phase = "changing"  // AWS's answer to a change
	Unclear   Phase = "unclear"   // lists that show how an unclear change ended
)

// SecretState says where the new key's secret is.
type SecretState string

// The states of the new key's secret.
const (
	NoSecret      SecretState = ""        // there is none yet
	SecretHeld    SecretState = "held"    // it is in memory
	SecretStored  SecretState = "stored"  // the operator said that it is stored
	SecretLost    SecretState = "lost"    // it never arrived: nobody has it
	SecretUnknown SecretState = "unknown" // it arrived, and nobody said that it is stored
)
