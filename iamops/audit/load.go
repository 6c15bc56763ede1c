package audit

import (
	"context"
	"fmt"
	"time"

	"keyturn/iamops"
)

// Source is an AWS account, as far as an audit asks it. One that is a [ReportSource]
// or a [DetailSource] as well is asked for more.
type Source interface {
	// Users hands on the users page by page, as iam:ListUsers answers, and stops
	// when page returns an error, which it returns.
	Users(ctx context.Context, page func([]iamops.User) error) error
	// Keys are the keys of a user, from iam:ListAccessKeys.
	Keys(ctx context.Context, user string) ([]iamops.AccessKey, error)
	// LastUsed is the last use of a key and the user whose it is, from
	// iam:GetAccessKeyLastUsed.
	LastUsed(ctx context.Context, keyID string) (use iamops.LastUse, owner string, err error)
}

// DetailSource is a source that knows more of its users.
type DetailSource interface {
	// Details are the tags, groups and policies of all users, from
	// iam:GetAccountAuthorizationDetails.
	Details(ctx context.Context) ([]iamops.UserDetail, error)
}

// PolicySource is a source that knows which policies are attached to a user.
type PolicySource interface {
	// AttachedPolicies are the names of AWS's own policies that are attached to a user, from
	// iam:ListAttachedUserPolicies.
	AttachedPolicies(ctx context.Context, user string) ([]string, error)
}

// MaxInFlight is the greatest number of calls that a load has under way at a time.
const MaxInFlight = 16

// Loader reads an account. It is a value: each load has its own state.
//
// The credential report comes first: where AWS has one, two calls tell every key's age.
// While it is being made, and behind it, the live way goes on: the list of users, their
// tags and policies, then each user's keys, then each key's last use. Users and keys in
// view go first, then the users whom the report shows with a key, then all others; and
// last uses of which nothing is known before those that the report has told.
type Loader struct {
	Source Source
	Clock  iamops.Clock // of the account: dates the lists of keys; nil leaves them undated
	// ReportOnly asks for nothing but the report. Then a Source that has none is a
	// problem.
	ReportOnly bool
	// Own is the caller where that is an IAM user: whoever may not list all users is shown
	// its own keys. Its name is "" if the caller is none.
	Own iamops.User
}

// Load asks the source for everything, and calls emit, from one goroutine, with each
// answer as it arrives. A user's failed listing is that user's, and a key's failed
// look-up that key's. Only the end of ctx ends a load early, and is returned.
func (l Loader) Load(ctx context.Context, emit func(Event)) error {
	return newConductor(l, emit).loadAll(ctx)
}

// LoadUser asks the source for the keys of one user and the last use of each, as
// Load does for all.
func (l Loader) LoadUser(ctx context.Context, user string, emit func(Event)) error {
	return newConductor(l, emit).loadUser(ctx, user)
}

// call is a call to make. It sends its answers.
type call func(ctx context.Context, send func(Event) error) error

// cutShort is the error of a load whose context has ended.
func cutShort(ctx context.Context) error {
	return fmt.Errorf("loading access keys was cut short: %w", context.Cause(ctx))
}

func (l Loader) now() time.Time {
	if l.Clock == nil {
		return time.Time{}
	}
	return l.Clock.Now().UTC()
}

func (l Loader) listUsers(ctx context.Context, send func(Event) error) error {
	err := l.Source.Users(ctx, func(page []iamops.User) error { return send(UsersFound{Users: page}) })
	if ctx.Err() != nil {
		return cutShort(ctx)
	}
	return send(UsersEnd{Problem: iamops.AsProblem(err)})
}

func (l Loader) readDetails(ctx context.Context, send func(Event) error) error {
	source, ok := l.Source.(DetailSource)
	if !ok {
		return nil
	}
	users, err := source.Details(ctx)
	if ctx.Err() != nil {
		return cutShort(ctx)
	}
	if err != nil {
		users = nil
	}
	return send(DetailsRead{Users: users, Problem: iamops.AsProblem(err)})
}

// seeQuarantine asks whether AWS has put the caller into quarantine.
func (l Loader) seeQuarantine(ctx context.Context, send func(Event) error) error {
	source, ok := l.Source.(PolicySource)
	if !ok {
		return nil
	}
	names, err := source.AttachedPolicies(ctx, l.Own.Name)
	if ctx.Err() != nil {
		return cutShort(ctx)
	}
	return send(QuarantineSeen{User: l.Own.Name, Policy: iamops.QuarantineOf(names), Problem: iamops.AsProblem(err)})
}

func (l Loader) listKeys(user string) call {
	return func(ctx context.Context, send func(Event) error) error {
		keys, err := l.Source.Keys(ctx, user)
		if ctx.Err() != nil {
			return cutShort(ctx)
		}
		if err != nil {
			keys = nil
		}
		return send(KeysListed{User: user, Keys: keys, At: l.now(), Problem: iamops.AsProblem(err)})
	}
}

// lookUp turns a failure into an unknown last use: whatever the source returned
// with its error is not believed.
func (l Loader) lookUp(user, keyID string) call {
	return func(ctx context.Context, send func(Event) error) error {
		use, _, err := l.Source.LastUsed(ctx, keyID)
		if ctx.Err() != nil {
			return cutShort(ctx)
		}
		if err != nil {
			use = iamops.LastUse{AsOf: use.AsOf, Problem: iamops.AsProblem(err)}
		}
		return send(UseLookedUp{User: user, KeyID: keyID, LastUse: use})
	}
}
