package audit

import (
	"time"

	"keyturn/iamops"
)

// ReportState is how far a load is with the credential report.
type ReportState uint8

// The states of the report.
const (
	NoReport     ReportState = iota // it was not asked for, or not yet
	ReportMaking                    // AWS is making it
	ReportKnown                     // it has been read
	ReportFailed                    // it can't be read
)

// Progress says how far a load has come. Users are those found so far, and keys those
// of the users listed so far: their numbers grow. The report's values count nowhere.
type Progress struct {
	Users, UsersListed, UsersFailed int
	Keys, KeysLookedUp, KeysFailed  int
	AllUsers                        bool            // every page of users has arrived
	UsersProblem                    *iamops.Problem // the list of users broke off
	callerFound                     bool            // the list was refused, and the caller is shown

	Report        ReportState
	ReportAt      time.Time       // of the report that is known
	ReportProblem *iamops.Problem // why there is none; the audit does without
	ReportOnly    bool            // only the report was asked for
	UnreadProblem *iamops.Problem // which lines of the report can't be read; nil if all can
	// RootProblem is why it is not known whether the root user has keys: of them the
	// report alone tells. It is nil if that is known, or the report is still to come.
	RootProblem *iamops.Problem
	// DetailsProblem is why the users' tags and policies are not known; nil if they are,
	// or were not asked for. The audit does without.
	DetailsProblem *iamops.Problem
	DetailsKnown   bool // the users' tags and policies have been read
	// Where the audit is of the caller's own keys, quarantineSeen says that it is known whether
	// AWS has put the caller into quarantine; else quarantineProblem says why not.
	quarantineSeen    bool
	quarantineProblem *iamops.Problem
}

// Complete reports whether every answer has arrived, failures included.
func (p Progress) Complete() bool {
	if p.ReportOnly {
		return p.Report == ReportKnown || p.Report == ReportFailed
	}
	answered, of := p.Answered()
	return (p.AllUsers || p.UsersProblem != nil) && p.Report != ReportMaking && answered == of
}

// Answered is how many answers have arrived, failures included, of those that are known
// to be wanted so far.
func (p Progress) Answered() (answered, of int) {
	return p.UsersListed + p.UsersFailed + p.KeysLookedUp + p.KeysFailed, p.Users + p.Keys
}

// OwnKeys reports whether the audit is of the caller's own keys: the caller may not list
// the account's users, and nothing else names any other.
func (p Progress) OwnKeys() bool {
	return p.callerFound && p.Users == 1 && p.Report != ReportKnown
}

// Failed reports whether some answer was a failure, so that the audit is partial.
// Without a report it is not, unless nothing else was asked for.
func (p Progress) Failed() bool {
	return p.UsersProblem != nil && !p.OwnKeys() || p.UsersFailed > 0 || p.KeysFailed > 0 ||
		p.ReportOnly && (p.ReportProblem != nil || p.UnreadProblem != nil)
}
