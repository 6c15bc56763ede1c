package audit

import (
	"time"

	"keyturn/iamops"
)

// Origin is where a value comes from.
type Origin uint8

// The origins.
const (
	NoOrigin   Origin = iota // nothing is known
	FromReport               // the credential report
	Live                     // a call about this user or key
)

// String names the origin: "report".
func (o Origin) String() string {
	switch o {
	case FromReport:
		return "report"
	case Live:
		return "live"
	case NoOrigin:
	}
	return ""
}

// Provenance is where a value comes from, and when it was so.
type Provenance struct {
	Origin Origin
	At     time.Time // zero if nobody told the time
}

// Row is one access key, or a user of whom there is no key to show.
//
// Until a user's keys have been listed, the rows are the slots of the credential
// report in which there is a trace of a key: they have no key ID, and their
// Key.Created is when the slot was last rotated.
type Row struct {
	User iamops.User
	Key  iamops.AccessKey // zero if the user has no key, or they are not known
	// Slot is the key's place in the credential report, 1 or 2; 0 if the report does
	// not know it, or it is not certain which one it is.
	Slot int
	// LastUse is the key's. It is unknown, without a problem, until it is looked up.
	LastUse iamops.LastUse
	// KeysProblem is why the user's keys could not be listed; nil if they were, or
	// have not been asked for yet.
	KeysProblem *iamops.Problem
	// Listed reports whether the user's keys are known.
	Listed bool

	// KeySeen is where the key's ID, status and date come from; UseSeen where the last
	// use does.
	KeySeen, UseSeen Provenance
	// ReportAt is the time of the credential report that has a line about the user; zero
	// if none has.
	ReportAt time.Time
	Console  *Console           // how the user signs in; nil if there is no report
	Detail   *iamops.UserDetail // tags, groups, policies; nil if they are not known

	// Owner and Purpose are the values of the user's tags of that name; Description is
	// that of the tag by which the console describes the key. "" if there is none.
	Owner, Purpose, Description string
	// Exemption takes the row out of what counts; nil if none does.
	Exemption *Exemption

	Findings Set
	Verdict  Finding // the gravest of the findings, or NoFinding
	Rotating bool    // one of two keys of a rotation that seems to be under way
	InUse    bool    // the key was used within the unused period
	Kept     bool    // of several Active keys, the one that stays when the others go
}

// HasKey reports whether the row is about a key.
func (r *Row) HasKey() bool { return r.Key.ID != "" || r.Key.Status != "" }

// Root reports whether the row is about the account's root user.
func (r *Row) Root() bool { return r.User.Name == RootName }

// Administrator reports whether the row's user is known to have administrator access.
func (r *Row) Administrator() bool { return r.Root() || r.Detail != nil && r.Detail.Administrator }

// Since is from when on the key is known to have been there; zero if nothing tells.
func (r *Row) Since() time.Time {
	return KeyUse{r.Key, r.LastUse, r.KeySeen.Origin == FromReport}.Since()
}

// Age is the key's age at the given instant; where the report alone knows the key, it
// is that at least.
func (r *Row) Age(now time.Time) time.Duration { return now.Sub(r.Since()) }

// Awaited reports whether something of the row is unknown because it has not been
// asked for yet: not its failure, but its turn is outstanding.
func (r *Row) Awaited() bool {
	switch {
	case r.KeysProblem != nil || r.Root() && r.HasKey():
		return false
	case r.HasKey():
		return r.LastUse.State == iamops.UseUnknown && r.LastUse.Problem == nil
	}
	return !r.Listed && r.ReportAt.IsZero()
}

// Problem is why something of the row is unknown: the listing of the user's keys
// or the look-up of the key's last use failed. It is nil if neither did.
func (r *Row) Problem() *iamops.Problem {
	if r.KeysProblem != nil {
		return r.KeysProblem
	}
	return r.LastUse.Problem
}

// Counted are the findings that count against the account. An exemption excuses all but
// what is not known and what is known to be compromised; a rotation under way, that the
// old key is overdue and that there are two.
func (r *Row) Counted() Set {
	switch {
	case r.Exemption != nil:
		return r.Findings & evenExempt
	case r.Rotating:
		return r.Findings &^ transient
	}
	return r.Findings
}

var (
	evenExempt = setWhere(func(f Finding) bool { return findings[f].evenExempt })
	transient  = setWhere(func(f Finding) bool { return findings[f].transient })
)

func (r *Row) denied() bool {
	p := r.Problem()
	return p != nil && p.Kind == iamops.AccessDenied
}

// Next is the step that takes care of the key. It never retires one that is in use, nor
// all Active keys of a user at once.
func (r *Row) Next() Next {
	next := r.Findings.next()
	switch {
	case r.Rotating && next != AsRoot && next != Leaked:
		return GoOn
	case next == Retire && r.Kept:
		return LookAgain // when the others are gone
	case next == Retire && r.InUse:
		return GoOn
	case next == LookAgain && r.denied():
		return Nothing // looking again is denied again
	}
	return next
}
