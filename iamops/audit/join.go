package audit

import (
	"time"

	"keyturn/iamops"
)

// joined returns, for each of a user's live keys, the slot of the report that is
// certainly that key, as 1 or 2, and 0 where none is.
//
// The report has no key IDs, and between it and the live list keys may have been
// created, deleted and switched on or off. A key is a slot's where it alone can be:
//
//   - it was created at the very time at which the slot was last rotated, and has the
//     slot's status: the key has not changed since it was made. No other key or slot
//     may answer to the same description;
//   - it is the user's only key, it is older than the report, and the slot is the
//     only one with a trace of a key. That the other slot then is empty, and not an
//     Inactive key of which the report is silent, is certain only where the report
//     dates Inactive keys.
//
// A key that is not older than the report is never joined: it may stand in the place
// of one that the report saw.
func joined(keys []iamops.AccessKey, u *ReportUser, report *Report) []int {
	slots := make([]int, len(keys))
	if u == nil {
		return slots
	}
	for k, key := range keys {
		for s, slot := range u.Slots {
			if unchanged(key, slot, report.At) && alone(keys, k, u, s) {
				slots[k] = s + 1
			}
		}
	}
	if s, ok := onlyTraced(u); ok && len(keys) == 1 && report.DatesInactive &&
		older(keys[0], report.At) && !keys[0].Created.After(u.Slots[s].Rotated) {
		slots[0] = s + 1
	}
	return slots
}

// unchanged reports whether the key looks as the slot does since it was created.
func unchanged(key iamops.AccessKey, slot Slot, at time.Time) bool {
	return older(key, at) && key.Created.Equal(slot.Rotated) && key.Status == slot.Status()
}

// alone reports whether no other key and no other slot has the date of the two.
func alone(keys []iamops.AccessKey, k int, u *ReportUser, s int) bool {
	for other, key := range keys {
		if other != k && key.Created.Equal(keys[k].Created) {
			return false
		}
	}
	for other, slot := range u.Slots {
		if other != s && slot.Rotated.Equal(u.Slots[s].Rotated) {
			return false
		}
	}
	return true
}

// older reports whether the key was there when the report was made. AWS's dates have
// whole seconds: of the same second, it is not known.
func older(key iamops.AccessKey, at time.Time) bool {
	return !key.Created.IsZero() && key.Created.Before(at.Truncate(time.Second))
}

// onlyTraced is the only slot with a trace of a key.
func onlyTraced(u *ReportUser) (int, bool) {
	found, n := 0, 0
	for i, s := range u.Slots {
		if s.odd {
			return 0, false
		}
		if s.Traced() {
			found, n = i, n+1
		}
	}
	return found, n == 1
}
