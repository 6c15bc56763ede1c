package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/iamops"
)

// FindSource is an account, as far as the question goes whose a key is.
type FindSource interface {
	// Caller is who asks.
	Caller() iamops.Caller
	// KeyAccount is the ID of the account of any key, from sts:GetAccessKeyInfo.
	KeyAccount(ctx context.Context, keyID string) (string, error)
	// LastUsed and Keys are those of a Source.
	LastUsed(ctx context.Context, keyID string) (use iamops.LastUse, owner string, err error)
	Keys(ctx context.Context, user string) ([]iamops.AccessKey, error)
	PolicySource
}

// Found is what can be found out about a key of which only the ID is known.
type Found struct {
	KeyID string
	// Account is the ID of the key's account; "" if it is not known, and then
	// AccountProblem says why. A key that the caller's account lists is the caller's account's.
	Account        string
	AccountProblem *iamops.Problem
	// Elsewhere says that it is another account than the caller's. There nothing more
	// can be asked.
	Elsewhere bool
	// Temporary says that the key is a session's. IAM does not tell whose.
	Temporary bool

	// Own says that the caller signs with this key, or with a session made from it.
	Own bool
	// NotOf is the caller, an IAM user, where whose key it is may not be asked and the caller's
	// own list does not have it.
	NotOf string

	User    string             // whose key it is; "" if that is not known
	Keys    []iamops.AccessKey // the user's, with At as their time; nil if they are not known
	At      time.Time
	LastUse iamops.LastUse // of the key
	// Problem is why the user, or the user's keys, are not known; nil if they are.
	Problem *iamops.Problem
	// Quarantine is the policy by which AWS has put the user into quarantine, "" if there is
	// none, or if it is not known: then QuarantineProblem says why.
	Quarantine        string
	QuarantineProblem *iamops.Problem
}

// Find asks whose key this is: its account (sts:GetAccessKeyInfo), its user and last use
// (iam:GetAccessKeyLastUsed), its status and date (iam:ListAccessKeys), and whether AWS has
// seen a key of the user leak (iam:ListAttachedUserPolicies). A call that
// fails is noted in what is returned, and leaves the rest. An error is a text that is no
// key ID, or the end of ctx.
func Find(ctx context.Context, src FindSource, keyID string, clock iamops.Clock) (Found, error) {
	f := Found{KeyID: strings.TrimSpace(keyID)}
	if !looksLikeKeyID(f.KeyID) {
		return Found{}, fmt.Errorf(
			"finding a key: %.130q is no access key ID: it has 16 to 128 capital letters and digits", f.KeyID,
		)
	}
	f.Temporary = strings.HasPrefix(f.KeyID, "ASIA")
	account, err := src.KeyAccount(ctx, f.KeyID)
	if ctx.Err() != nil {
		return Found{}, fmt.Errorf("finding the key %s: %w", f.KeyID, context.Cause(ctx))
	}
	if f.AccountProblem = iamops.AsProblem(err); err == nil {
		f.Account = account
		f.Elsewhere = account != src.Caller().Account
	}
	if f.Elsewhere || f.Temporary {
		return f, nil
	}
	use, owner, err := src.LastUsed(ctx, f.KeyID)
	if err != nil {
		f.Problem = iamops.AsProblem(err)
		f.LastUse = iamops.LastUse{AsOf: use.AsOf, Problem: f.Problem}
	} else {
		f.LastUse, f.User = use, owner
	}
	if me := src.Caller().UserName(); f.Problem != nil && me != "" {
		// One's own key needs no other right than to list one's own.
		if keys, err := src.Keys(ctx, me); err == nil && f.in(keys) {
			f.User, f.Keys, f.At, f.Problem = me, keys, clock.Now().UTC(), nil
		} else if err == nil {
			f.NotOf = me
		}
	} else if f.User != "" {
		keys, err := src.Keys(ctx, f.User)
		if f.Problem = iamops.AsProblem(err); err == nil {
			f.Keys, f.At = keys, clock.Now().UTC()
		}
	}
	if f.in(f.Keys) {
		f.Account, f.AccountProblem = src.Caller().Account, nil
		f.Own = src.Caller().SignsWith(f.User, f.KeyID) == iamops.DependsOnKey
	}
	if f.User != "" {
		policies, err := src.AttachedPolicies(ctx, f.User)
		f.Quarantine, f.QuarantineProblem = iamops.QuarantineOf(policies), iamops.AsProblem(err)
	}
	if ctx.Err() != nil {
		return Found{}, fmt.Errorf("finding the key %s: %w", f.KeyID, context.Cause(ctx))
	}
	return f, nil
}

// in reports whether the key is one of these.
func (f Found) in(keys []iamops.AccessKey) bool {
	return slices.ContainsFunc(keys, func(k iamops.AccessKey) bool { return k.ID == f.KeyID })
}

func looksLikeKeyID(text string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	return len(text) >= 16 && len(text) <= 128 && strings.Trim(text, letters) == ""
}

// Row is the key as an audit would show it, judged at the given instant. It is false
// if the key is not among the user's: its user is not known, or it has been deleted.
func (f Found) Row(t Thresholds, now time.Time) (Row, bool) {
	inv := NewInventory(t)
	inv.Apply(UsersFound{Users: []iamops.User{{Name: f.User}}})
	inv.Apply(KeysListed{User: f.User, Keys: f.Keys, At: f.At})
	inv.Apply(UseLookedUp{User: f.User, KeyID: f.KeyID, LastUse: f.LastUse})
	for _, r := range inv.AppendRows(nil, now) {
		if r.Key.ID == f.KeyID {
			return r, true
		}
	}
	return Row{}, false
}
