package audit

import (
	"time"

	"keyturn/iamops"
)

// KeyUse is a key and what is known of its last use.
type KeyUse struct {
	Key     iamops.AccessKey
	LastUse iamops.LastUse
}

// Assessment is what is to be said about one key.
type Assessment struct {
	Findings Set
	Rotating bool
}

// graceOfNew is how old a key has to be before never having been used is said of
// it.
const graceOfNew = day

// rotationPeriod is how long a new key beside an older one looks like a rotation
// under way. After that it is two keys.
const rotationPeriod = 30 * day

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
	if older, ok := olderActive(keys); ok {
		out[older].Findings = out[older].Findings.With(SecondActive)
	}
	if rotating(keys, now) {
		for i := range out {
			out[i].Rotating = true
		}
	}
	return out
}

func assessOne(k KeyUse, t Thresholds, now time.Time) Set {
	var s Set
	if k.LastUse.State == iamops.UseUnknown || k.Key.Created.IsZero() {
		s = s.With(Unknown)
	}
	switch k.Key.Status {
	case iamops.Active:
		if k.Key.Created.IsZero() {
			return s // no age, so nothing that is measured by it
		}
		return s | assessAge(k.Key.Age(now), t) | assessUse(k, t, now)
	case iamops.Inactive:
		return s.With(InactiveKey)
	case iamops.Expired:
	}
	return s.With(Unknown) // a status of which it is not known what the key can do
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
	var s Set
	age := k.Key.Age(now)
	switch k.LastUse.State {
	case iamops.NeverUsed:
		if age > graceOfNew {
			s = s.With(NeverUsed)
		}
		if age > t.Unused {
			s = s.With(Unused)
		}
	case iamops.Used:
		if age > t.Unused && now.Sub(k.LastUse.At) > t.Unused {
			s = s.With(Unused)
		}
	case iamops.UseUnknown:
	}
	return s
}

// olderActive is the index of the older one of two Active keys. Of two that were
// created at the same instant it is the one with the lesser ID.
func olderActive(keys []KeyUse) (int, bool) {
	if len(keys) != iamops.MaxKeys || keys[0].Key.Status != iamops.Active || keys[1].Key.Status != iamops.Active {
		return 0, false
	}
	if before(keys[1].Key, keys[0].Key) {
		return 1, true
	}
	return 0, true
}

func before(a, b iamops.AccessKey) bool {
	if !a.Created.Equal(b.Created) {
		return a.Created.Before(b.Created)
	}
	return a.ID < b.ID
}

// rotating reports whether the keys look like a rotation under way: a young,
// Active one beside an older one, whatever that one's status.
func rotating(keys []KeyUse, now time.Time) bool {
	if len(keys) != iamops.MaxKeys {
		return false
	}
	older, young := keys[0].Key, keys[1].Key
	if before(young, older) {
		older, young = young, older
	}
	return !older.Created.IsZero() && older.Created.Before(young.Created) &&
		young.Status == iamops.Active && young.Age(now) < rotationPeriod
}
