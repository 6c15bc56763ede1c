package sandbox

import (
	"strings"
	"time"
)

// status is the status of an access key. A key that was deleted, or is not
// created yet, has the status deleted.
type status string

const (
	active   status = "Active"
	inactive status = "Inactive"
	deleted  status = "" // or not created yet
)

// maxKeys is AWS's quota of keys a user; Inactive ones count.
const maxKeys = 2

// accessKey is a long-term access key. It is kept when it is deleted, since
// stale lists show it and sessions outlive it.
type accessKey struct {
	id, secret string
	owner      *user
	slot       int // 0 or 1: its place in the credential report
	created    time.Time
	changes    []statusChange // oldest first; the first is the creation

	shown    use       // the last use that GetAccessKeyLastUsed shows
	pending  []use     // later ones, which do not show yet; oldest first
	reported time.Time // the last use that the credential report shows
}

type statusChange struct {
	at time.Time
	to status
}

// use is one use of a key. The zero value is none.
type use struct {
	at              time.Time
	service, region string
}

// status is the key's true status.
func (k *accessKey) status() status { return k.changes[len(k.changes)-1].to }

// statusAt is the status that the key had at a time.
func (k *accessKey) statusAt(t time.Time) status {
	s := deleted
	for _, c := range k.changes {
		if !c.at.After(t) {
			s = c.to
		}
	}
	return s
}

// lastChanged is when the key was created or its status last changed.
func (k *accessKey) lastChanged() time.Time { return k.changes[len(k.changes)-1].at }

// set changes the status. Setting what is already so changes nothing.
func (k *accessKey) set(to status, at time.Time) {
	if k.status() != to {
		k.changes = append(k.changes, statusChange{at, to})
	}
}

// works reports whether requests signed with the key are accepted in a region:
// each change of status takes its time to get there.
func (k *accessKey) works(now time.Time, region string, b Behavior) bool {
	s := deleted
	for i, c := range k.changes {
		var delay time.Duration
		switch {
		case i == 0:
			delay = b.NewKeyDelay
			if d, ok := b.NewKeyDelayIn[region]; ok {
				delay = d
			}
		case c.to == active:
			delay = b.ReactivateDelay
		default:
			delay = b.DeactivateDelay
		}
		if !c.at.Add(delay).After(now) {
			s = c.to
		}
	}
	return s == active
}

// reportResolution is the time within which the credential report notes only the
// first use of a key.
const reportResolution = 15 * time.Minute

// used notes a use of the key.
func (k *accessKey) used(u use, lateness time.Duration) {
	k.settle(u.at, lateness)
	k.pending = append(k.pending, u)
	if u.at.Sub(k.reported) >= reportResolution {
		k.reported = u.at
	}
}

// settle moves the uses that have become visible by now out of the pending ones.
func (k *accessKey) settle(now time.Time, lateness time.Duration) {
	n := 0
	for n < len(k.pending) && !k.pending[n].at.Add(lateness).After(now) {
		k.shown = k.pending[n]
		n++
	}
	k.pending = append(k.pending[:0], k.pending[n:]...)
}

// lastUse is the last use that AWS would show now; the zero value if none.
func (k *accessKey) lastUse(now time.Time, lateness time.Duration) use {
	k.settle(now, lateness)
	return k.shown
}

// createKey gives the user a new key. The caller has seen to the quota.
func (a *Account) createKey(u *user, id string, now time.Time) *accessKey {
	if id == "" {
		id = a.entropy.id("AKIA", 16)
	}
	k := &accessKey{
		id:      id,
		secret:  a.entropy.secret(40),
		owner:   u,
		created: now.Truncate(time.Second), // AWS's dates have whole seconds
		changes: []statusChange{{now, active}},
	}
	for _, other := range u.liveKeys() {
		if other.slot == 0 {
			k.slot = 1
		}
	}
	u.keys = append(u.keys, k)
	a.keys[id] = k
	return k
}

// user is an IAM user.
type user struct {
	name, path, id string
	created        time.Time
	password       password
	mfa            bool
	tags           []tag
	keys           []*accessKey // all that there ever were, oldest first

	policies []policy // inline and managed
	gone     bool     // the user was deleted; a session may still name it
}

// password is a user's console password.
type password struct {
	set               bool
	changed, lastUsed time.Time
}

type tag struct{ Key, Value string }

func (u *user) arn() string { return "arn:aws:iam::" + AccountID + ":user" + u.path + u.name }

// liveKeys are the keys that are not deleted, oldest first.
func (u *user) liveKeys() []*accessKey {
	var live []*accessKey
	for _, k := range u.keys {
		if k.status() != deleted {
			live = append(live, k)
		}
	}
	return live
}

// newestActive is the ID of the newest key that is Active, "" if there is none.
func (u *user) newestActive() string {
	id, created := "", time.Time{}
	for _, k := range u.keys {
		if k.status() == active && !k.created.Before(created) {
			id, created = k.id, k.created
		}
	}
	return id
}

// user finds a user by its exact name; nil if there is none.
func (a *Account) user(name string) *user {
	if u := a.users[strings.ToLower(name)]; u != nil && u.name == name {
		return u
	}
	return nil
}
