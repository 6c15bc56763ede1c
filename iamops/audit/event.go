package audit

import (
	"time"

	"keyturn/iamops"
)

// Event is a piece of news of an account.
type Event interface{ event() }

// UsersFound is a page of users, from iam:ListUsers.
type UsersFound struct{ Users []iamops.User }

// UsersEnd says that there are no more pages, or why none of them can be had. Own says
// that the caller alone was found, who may not list the others.
type UsersEnd struct {
	Problem *iamops.Problem
	Own     bool
}

// KeysListed are the keys of a user, from iam:ListAccessKeys, or why they are not
// known. At is when; zero if nobody told the time.
type KeysListed struct {
	User    string
	Keys    []iamops.AccessKey
	At      time.Time
	Problem *iamops.Problem
}

// UseLookedUp is the last use of a key, from iam:GetAccessKeyLastUsed. If the
// look-up failed, it is unknown and names the problem.
type UseLookedUp struct {
	User, KeyID string
	LastUse     iamops.LastUse
}

// ReportAwaited says that the credential report has been asked for and is not there
// yet.
type ReportAwaited struct{}

// ReportRead is the credential report, or why there is none. Only says that nothing
// else will be asked for.
type ReportRead struct {
	Report  *Report
	Problem *iamops.Problem
	Only    bool
}

// DetailsRead are the users' tags, groups and policies, from
// iam:GetAccountAuthorizationDetails, or why they are not known.
type DetailsRead struct {
	Users   []iamops.UserDetail
	Problem *iamops.Problem
}

// QuarantineSeen is the policy by which AWS has put the caller into quarantine, from
// iam:ListAttachedUserPolicies, "" if there is none, or why it is not known. It is asked for
// where the audit is of the caller's own keys.
type QuarantineSeen struct {
	User, Policy string
	Problem      *iamops.Problem
}

func (UsersFound) event()     {}
func (UsersEnd) event()       {}
func (KeysListed) event()     {}
func (UseLookedUp) event()    {}
func (ReportAwaited) event()  {}
func (ReportRead) event()     {}
func (QuarantineSeen) event() {}
func (DetailsRead) event()    {}
