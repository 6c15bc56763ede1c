package rotation

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// Look is the proof of a change by lists. Lists lag behind AWS's own answers, and
// "listed, not there" is not "no effect": a change counts as done when two lists
// LookGap apart show it, and an unclear one as without effect only when the lists
// have stayed the same for AbsenceTime and AbsenceReads reads.
type Look struct {
	Change iamops.Change
	Effect iamops.Effect // Done or Unclear, as the call ended
	Since  time.Time

	Reads       int       // lists that came
	AgreesSince time.Time // the first of the lists that show it without a break; zero: the last does not
	SameSince   time.Time // since when the lists have been the same
	SameReads   int
	Last        []iamops.AccessKey

	// Overdue says that the time for it is over, and nothing is proven.
	Overdue bool
}

// Exists reports whether there is a change to prove.
func (l Look) Exists() bool { return l.Change.Kind != "" }

// bound is how long the look goes on by itself.
func (l Look) bound() time.Duration {
	if l.Effect == iamops.Unclear {
		return UnclearBound
	}
	return LookBound
}

// verdict of one more list.
type verdict int

const (
	notYet  verdict = iota // the lists do not tell yet
	shown                  // two lists show the change
	absent                 // an unclear change had no effect
	overdue                // the change does not show within its bound
)

// beginLook starts the proof of a change.
func (s *State) beginLook(change iamops.Change, effect iamops.Effect, at time.Time) []Intent {
	s.Look = Look{Change: change, Effect: effect, Since: at}
	return []Intent{List{}}
}

// looked takes one list into account and says what it proves.
func (l *Look) looked(preIDs []string, newID string, ev Listed) verdict {
	if ev.Problem == nil {
		l.Reads++
		if l.Reads > 1 && slices.EqualFunc(l.Last, ev.Keys, sameKey) {
			l.SameReads++
		} else {
			l.SameSince, l.SameReads = ev.At, 1
		}
		l.Last = ev.Keys
		switch {
		case !showsEffect(l.Change, preIDs, newID, ev.Keys):
			l.AgreesSince = time.Time{}
		case l.Effect == iamops.Done && ev.At.Sub(l.Since) >= l.bound():
			return shown // the lists have had their time: one that shows what AWS said is enough
		case l.AgreesSince.IsZero():
			l.AgreesSince = ev.At
		case ev.At.Sub(l.AgreesSince) >= LookGap:
			return shown
		}
		if l.Effect == iamops.Unclear && l.AgreesSince.IsZero() &&
			l.SameReads >= AbsenceReads && ev.At.Sub(l.SameSince) >= AbsenceTime {
			return absent
		}
	}
	if ev.At.Sub(l.Since) >= l.bound() && l.AgreesSince.IsZero() {
		l.Overdue = true
		return overdue
	}
	return notYet
}

// pause is the time until the next list.
func (l Look) pause() time.Duration {
	if !l.AgreesSince.IsZero() {
		return LookGap
	}
	return lookRetry
}

func sameKey(a, b iamops.AccessKey) bool { return a.ID == b.ID && a.Status == b.Status }

// showsEffect reports whether a list shows what the change was to bring about.
func showsEffect(c iamops.Change, preIDs []string, newID string, keys []iamops.AccessKey) bool {
	key, found := iamops.FindKey(keys, c.KeyID)
	switch c.Kind {
	case iamops.Create:
		if newID != "" {
			_, found = iamops.FindKey(keys, newID)
			return found
		}
		_, found = unknownKey(preIDs, keys)
		return found
	case iamops.Deactivate:
		return found && key.Status == iamops.Inactive
	case iamops.Reactivate:
		return found && key.Status == iamops.Active
	case iamops.Delete:
		return !found
	}
	return false
}

// unknownKey is the key that was not there before.
func unknownKey(preIDs []string, keys []iamops.AccessKey) (iamops.AccessKey, bool) {
	for _, k := range keys {
		if !slices.Contains(preIDs, k.ID) {
			return k, true
		}
	}
	return iamops.AccessKey{}, false
}
