// Package sandbox is an embedded AWS account: IAM, STS, CloudTrail, Secrets Manager and
// SSM as far as access keys and their rotation need them, behind one http.Handler that
// AWS clients talk to as they talk to AWS.
//
// An [Account] has users, each with up to two access keys; sessions; a
// credential report; and applications, which are small simulated programs that
// use their keys on a schedule. An application whose key stops working fails,
// and says so in its log; one that is given a working key recovers. Some read their
// key again at each run, where its owner has put it: in a secret, in a parameter, in a
// file. A delivery there moves them to the new key.
//
// There are two clocks. The wire clock is real: signatures are dated by it,
// sessions expire by it and the token bucket fills by it, since a client's own
// clock must agree. The account clock is the wire clock plus an offset: creation
// dates, last use, the spreading of changes and the credential report go by it.
// [Account.Advance] moves it on, and every application use that falls due on the
// way is made, in order.
//
// Rules that hold here:
//
//   - Requests are believed only with a valid signature (SigV4). Applications
//     pass the same check of their key as a request on the wire.
//   - A refusal has AWS's code, HTTP status and sentence.
//   - [Behavior] is how the account behaves where AWS is slow or undocumented. What goes
//     wrong with single requests, and whatever else only tests set, is in package faults.
//   - Nothing here starts a goroutine, reads a file or looks at the environment.
//
// All times are UTC; those that say nothing else are of the account clock.
package sandbox

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// The seeded account.
const (
	AccountID    = "111122223333"
	AccountAlias = "acme-sandbox"
	// OperatorUser is the IAM user whose credentials [Account.Operator] returns.
	OperatorUser = "operator"
	// EngineerUser is an ordinary user with one key, who may do what Options.EngineerPolicy
	// allows and nothing else.
	EngineerUser = "dana"
	// EngineerPolicyName is the name of that policy.
	EngineerPolicyName = "own-keys"
	// AdminRoleARN is a role that the operator can assume, and that may do everything.
	AdminRoleARN = "arn:aws:iam::" + AccountID + ":role/" + adminRole
	// MFASerial is the operator's MFA device.
	MFASerial = "arn:aws:iam::" + AccountID + ":mfa/" + OperatorUser
	// MFACode is the one-time code which that device always shows.
	MFACode = "314159"

	adminRole = "key-admin"
)

// Options say what account New makes. The zero value is the seeded account with
// random key IDs and secrets.
type Options struct {
	// Users is the number of users wanted. The seeded ones are always there; the
	// others are generated, four in five of them with keys.
	Users int
	// EngineerPolicy is the inline policy of [EngineerUser]; "" leaves that user out.
	EngineerPolicy string
	// Seed makes key IDs, secrets and generated users the same each time. With 0,
	// IDs and secrets come from crypto/rand.
	Seed uint64
	// Wire is the wire clock; nil is time.Now.
	Wire func() time.Time
	// Behavior is asked how the account behaves, at each request; nil is DefaultBehavior.
	// It must not call the account.
	Behavior func() Behavior
}

// Credentials are what a client signs with.
type Credentials struct {
	KeyID        string
	Secret       string
	SessionToken string // "" for a long-term key
}

// Account is an embedded AWS account. Its methods may be called concurrently.
// It is an http.Handler: the services' APIs, and the control paths under /_keyturn/.
type Account struct {
	wire func() time.Time

	mu      sync.Mutex // guards all that follows
	offset  time.Duration
	entropy *entropy // of keys and IDs
	// Requests that come at once are answered in any order: their IDs must not
	// disturb the others.
	requestIDs *entropy
	asked      func() Behavior
	behavior   Behavior

	users      map[string]*user // by lower-case name: names are unique without regard to case
	names      []string         // the keys of users, in order
	keys       map[string]*accessKey
	sessions   map[string]*session
	apps       []*application
	secrets    []*secret
	parameters []*parameter
	trail      map[string][]trailEvent // by region, oldest first
	trailIDs   *entropy
	appSecrets *entropy           // of the sessions of applications
	lookups    map[string]*bucket // of LookupEvents, by region
	root       rootUser
	report     *credentialReport
	operator   Credentials

	bucket bucket
}

// New returns an account, seeded with dates relative to the wire clock's now.
func New(o Options) *Account {
	if o.Wire == nil {
		o.Wire = time.Now
	}
	if o.Behavior == nil {
		o.Behavior = DefaultBehavior
	}
	a := &Account{
		wire:       o.Wire,
		entropy:    newEntropy(o.Seed, 0),
		requestIDs: newEntropy(o.Seed, 1),
		asked:      o.Behavior,
		users:      map[string]*user{},
		keys:       map[string]*accessKey{},
		sessions:   map[string]*session{},
		trail:      map[string][]trailEvent{},
		trailIDs:   newEntropy(o.Seed, 2),
		appSecrets: newEntropy(o.Seed, 3),
		lookups:    map[string]*bucket{},
	}
	a.behave(a.asked())
	now := a.now()
	a.seed(now)
	if o.EngineerPolicy != "" {
		a.seedEngineer(o.EngineerPolicy, now)
	}
	a.generate(o.Users-len(a.users), o.Seed, now)
	a.names = slices.Sorted(maps.Keys(a.users))
	a.runDue(now)
	return a
}

// Now is the account's time.
func (a *Account) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now()
}

// Wire is the time of the wire clock.
func (a *Account) Wire() time.Time { return a.wire().UTC() }

// now is the account's time, for callers who hold the lock.
func (a *Account) now() time.Time { return a.wire().Add(a.offset).UTC() }

// Advance moves the account clock on by d and makes every application use that
// falls due, in order. A d that is not positive does nothing.
func (a *Account) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	a.enter()
	defer a.mu.Unlock()
	a.offset += d
	a.runDue(a.now())
}

// enter locks the account, brings it up to its present time, and returns that.
// The caller unlocks.
func (a *Account) enter() time.Time {
	a.mu.Lock()
	a.behave(a.asked())
	now := a.now()
	a.runDue(now)
	return now
}

// CredentialsOf are the credentials of a user's newest Active key. There are none where the
// user, or such a key, does not exist.
func (a *Account) CredentialsOf(userName string) (Credentials, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	u := a.user(userName)
	if u == nil {
		return Credentials{}, false
	}
	k := a.keys[u.newestActive()]
	if k == nil {
		return Credentials{}, false
	}
	return Credentials{KeyID: k.id, Secret: k.secret}, true
}

// Operator returns the credentials of the seeded operator, who is allowed everything.
func (a *Account) Operator() Credentials {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.operator
}
