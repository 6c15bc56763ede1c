package iamops

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops/clean"
)

// ProblemKind sorts what went wrong by what the operator can do about it.
type ProblemKind string

// The kinds of problem. Each has its own words on screen.
const (
	// The credentials.
	NoCredentials      ProblemKind = "no-credentials"      // none were found
	NoProfile          ProblemKind = "no-profile"          // the named profile does not exist
	BadConfig          ProblemKind = "bad-config"          // an AWS configuration file can't be read
	ExpiredCredentials ProblemKind = "expired-credentials" // the session has ended
	ExpiredSSO         ProblemKind = "expired-sso"         // the SSO session has ended; `aws sso login` renews it
	BadCredentials     ProblemKind = "bad-credentials"     // unknown or inactive key, or wrong secret
	WrongCode          ProblemKind = "wrong-code"          // an MFA code that AWS did not accept
	NoRegion           ProblemKind = "no-region"           // a regional service, and no region

	// What AWS answered.
	AccessDenied ProblemKind = "access-denied"
	NotFound     ProblemKind = "not-found" // no such user or key
	KeyLimit     ProblemKind = "key-limit" // the user has two keys already
	Throttled    ProblemKind = "throttled"
	Rejected     ProblemKind = "rejected"      // any other refusal, before any effect
	ServiceFault ProblemKind = "service-fault" // 5xx

	// The way to AWS.
	Unreachable ProblemKind = "unreachable" // no connection was made: nothing was sent
	NoIdentity  ProblemKind = "no-identity" // an endpoint that does not answer sts:GetCallerIdentity
	Lost        ProblemKind = "lost"        // the request may have arrived, the answer did not
	TimedOut    ProblemKind = "timed-out"
	Canceled    ProblemKind = "canceled"
	Malformed   ProblemKind = "malformed"  // an answer that can't be read
	Unexpected  ProblemKind = "unexpected" // nobody thought of this one

	ProxyRefused ProblemKind = "proxy-refused" // a proxy made no connection: nothing was sent
	Untrusted    ProblemKind = "untrusted"     // a certificate that nobody vouches for: nothing was sent

	// keyturn's own refusals: nothing was sent.
	WrongAccount ProblemKind = "wrong-account" // the profile resolves to another account now
	RootCaller   ProblemKind = "root-caller"
	OwnKey       ProblemKind = "own-key"      // the change would switch off what signs it
	ExpiresSoon  ProblemKind = "expires-soon" // the session ends before a new secret could be stored
	ReadOnly     ProblemKind = "read-only"
	NoRecord     ProblemKind = "no-record"     // the journal can't be written
	NotDelivered ProblemKind = "not-delivered" // a target did not take the secret; the message says why
	TooLate      ProblemKind = "too-late"      // what was seen before the change is too old to act on
)

// Problem is a failure, sorted. It is an error.
type Problem struct {
	Kind      ProblemKind
	Action    string // the IAM action attempted, iam:ListUsers; "" if none was
	Code      string // AWS's error code; "" if AWS did not answer
	Message   string // AWS's words, or the cause's
	RequestID string // AWS's; "" if AWS did not answer
	Err       error  `json:"-"` // the cause; may be nil

	// Status is the HTTP status of the answer; 0 if there was none.
	Status int `json:"-"`
	// Host is the address that was asked; "" if none was.
	Host string `json:"-"`
	// Partition and Account are those of who signed; "" before they are known.
	Partition string `json:"-"`
	Account   string `json:"-"`
	// MFADevice is a device of the profile's that nobody asked a code of; "" if there is none.
	MFADevice string `json:"-"`
}

// Error names the action, the kind and the cause.
func (p *Problem) Error() string {
	switch {
	case p.Action != "" && p.Code != "":
		return fmt.Sprintf("%s: %s: %s", p.Action, p.Code, p.Message)
	case p.Action != "":
		return fmt.Sprintf("%s: %s: %s", p.Action, p.Kind, p.Message)
	default:
		return fmt.Sprintf("%s: %s", p.Kind, p.Message)
	}
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// AsProblem finds the Problem in err. An error without one is Unexpected.
func AsProblem(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return &Problem{Kind: Unexpected, Message: clean.Text(err.Error()), Err: err}
}

// changing are the verbs by which AWS's actions change something.
var changing = []string{"Create", "Update", "Delete", "Put", "Tag", "Untag", "Attach", "Detach", "Restore", "Set"}

// Changes reports whether an action, iam:CreateAccessKey, changes something. One that only
// asks can't have taken effect.
func Changes(action string) bool {
	_, name, _ := strings.Cut(action, ":")
	return slices.ContainsFunc(changing, func(verb string) bool { return strings.HasPrefix(name, verb) })
}
