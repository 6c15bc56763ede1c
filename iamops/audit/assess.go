package audit

import (
	"time"

	"keyturn/iamops"
)

// KeyUse is a key and what is known of its last use.
type KeyUse struct {
	Key     iamops.AccessKey
	LastUse iamops.LastUse
	// Reported says that the credential report told the key's date, which moves when its
	// status changes.
	Reported bool
}

// Assessment is what is to be said about one key.
type Assessment struct {
	Findings Set
	Rotating bool // one of two keys of a rotation that seems to be under way
	InUse    bool // used within the unused period
	Kept     bool // of several Active keys, the one that stays when the others go
}

// rotationPeriod is how long a new key beside an older one looks like a rotation
// under way. After that it is two keys.
const rotationPeriod = 30 * day

// adoptionPeriod is how long the new key of a rotation may be without a use.
const adoptionPeriod = 7 * day

// Assess judges the keys of one user, in their order, at the given instant.
//
// A boundary belongs to the better side: a key that is exactly as old as it may
// be is due and not overdue, one that was used exactly at the beginning of the
// unused period is used.
func Assess(keys []KeyUse, t Thresholds, now time.Time) []Assessment {
	out := make([]Assessment, len(keys))
	for i, k := range keys {
		out[i].Findings = assessOne(k, t, now)
	}
	keep := kept(keys, t, now)
	for i, k := range keys {
		if keep >= 0 && i != keep && k.Key.Status == iamops.Active {
			out[i].Findings = out[i].Findings.With(SecondActive)
		}
	}
	rotating := rotating(keys, now)
	for i, k := range keys {
		out[i].Rotating, out[i].Kept, out[i].InUse = rotating, i == keep, inUse(k, t, now)
	}
	return out
}

func assessOne(k KeyUse, t Thresholds, now time.Time) Set {
	var s Set
	if k.LastUse.State == iamops.UseUnknown || k.LastUse.Problem != nil || k.Key.Created.IsZero() {
		s = s.With(Unknown) // and what the report says stands beside it
	}
	switch k.Key.Status {
	case iamops.Active:
		if k.Since().IsZero() {
			return s // no age, so nothing that is measured by it
		}
		return s | assessAge(now.Sub(k.Since()), t) | assessUse(k, t, now)
	case iamops.Inactive:
		return s.With(InactiveKey)
	case iamops.Expired:
	}
	return s.With(Unknown) // a status of which it is not known what the key can do
}

// Since is from when on the key is known to have been there: it was created then or, where
// that is not known for certain, used; zero if nothing tells.
func (k KeyUse) Since() time.Time {
	if k.LastUse.State == iamops.Used && (k.Key.Created.IsZero() || k.Reported && k.LastUse.At.Before(k.Key.Created)) {
		return k.LastUse.At
	}
	return k.Key.Created
}

func assessAge(age time.Duration, t Thresholds) Set {
	switch {
	case age > t.MaxAge:
		return SetOf(Overdue)
	case age >= t.MaxAge-t.DueWithin:
		return SetOf(Due)
	}
	return 0
}

func assessUse(k KeyUse, t Thresholds, now time.Time) Set {
	if now.Sub(k.Since()) <= t.Unused {
		return 0
	}
	switch k.LastUse.State {
	case iamops.NeverUsed:
		return SetOf(NeverUsed, Unused)
	case iamops.Used:
		if !inUse(k, t, now) {
			return SetOf(Unused)
		}
	case iamops.UseUnknown:
	}
	return 0
}

// inUse reports whether the key is known to have been used within the unused period.
func inUse(k KeyUse, t Thresholds, now time.Time) bool {
	return k.LastUse.State == iamops.Used && now.Sub(k.LastUse.At) <= t.Unused
}

// kept is the index of the Active key that stays when the user is left with one; -1 if
// there are not two. It is the newest one: of two that were created at the same instant,
// that with the greater ID. But if nobody has taken that up by now, it is the one that is
// in use.
func kept(keys []KeyUse, t Thresholds, now time.Time) int {
	newest, used, n := -1, -1, 0
	for i, k := range keys {
		if k.Key.Status != iamops.Active {
			continue
		}
		n++
		if newest < 0 || before(keys[newest].Key, k.Key) {
			newest = i
		}
		if inUse(k, t, now) && (used < 0 || keys[used].LastUse.At.Before(k.LastUse.At)) {
			used = i
		}
	}
	switch {
	case n < iamops.MaxKeys:
		return -1
	case used >= 0 && idle(keys[newest], t, now):
		return used
	}
	return newest
}

// idle reports whether a key is known to be in nobody's use, and had the time to be.
func idle(k KeyUse, t Thresholds, now time.Time) bool {
	return k.LastUse.State != iamops.UseUnknown && !inUse(k, t, now) && now.Sub(k.Since()) > adoptionPeriod
}

func before(a, b iamops.AccessKey) bool {
	if !a.Created.Equal(b.Created) {
		return a.Created.Before(b.Created)
	}
	return a.ID < b.ID
}

// rotating reports whether the keys look like a rotation under way: a young, Active one
// beside an older one, whatever that one's status. It is young for a month, if it has been
// used or has just been made; and keys that were made together are no rotation.
func rotating(keys []KeyUse, now time.Time) bool {
	if len(keys) != iamops.MaxKeys {
		return false
	}
	older, young := keys[0].Key, keys[1]
	if before(young.Key, older) {
		older, young = young.Key, keys[0]
	}
	age := young.Key.Age(now)
	return !older.Created.IsZero() && young.Key.Created.Sub(older.Created) > together &&
		young.Key.Status == iamops.Active && age < rotationPeriod &&
		(young.LastUse.State == iamops.Used || age < adoptionPeriod)
}

// together is how far apart keys may have been created that were made in one go.
const together = time.Hour
