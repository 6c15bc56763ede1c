package rotation

import (
	"time"

	"keyturn/iamops"
)

// Gate is the evidence for and against switching a key off.
type Gate struct {
	// Whys is what speaks against it, one thing at the most. Empty: the gate is open.
	Whys []Why
	// QuietSince is since when the key has not been used, as far as is known; zero
	// if that is not known.
	QuietSince time.Time
	// Needed is the idle time that is asked for: the setting, or longer, where the longest gap
	// between known uses was, or where fewer than two are known.
	Needed time.Duration
	// LongestGap is the longest time between two known uses, of the key or of one of its
	// users who has not moved; 0 with fewer than two.
	LongestGap time.Duration
}

// Open reports whether nothing speaks against it.
func (g Gate) Open() bool { return len(g.Whys) == 0 }

// Opens is when the gate would open if the key stayed idle; zero if unknown.
func (g Gate) Opens() time.Time {
	if g.QuietSince.IsZero() {
		return time.Time{}
	}
	return g.QuietSince.Add(g.Needed)
}

// GateOf weighs the last use of the plan's target. Quiet is counted from the later
// of the key's last use and the time at which the new key was stored (and of the
// key's reactivation: while it was off it could only be silent); it must have lasted for the setting,
// and for longer than the longest gap between known uses; where fewer than two are known,
// for UnknownRhythm.
// Unknown counts as used.
func GateOf(s State, set Settings, now time.Time) Gate {
	key, calls := s.Target(), s.callsOf(PlanOf(s.Plan).Target)
	use := key.LastUse
	g := Gate{Needed: set.Quiet, LongestGap: max(key.LongestGap, calls.LeftGap)}
	speaks := WhyUsedRecently
	switch {
	case use.State == iamops.Used && key.LongestGap == 0 && calls.Gap == 0:
		if set.Quiet < UnknownRhythm {
			g.Needed, speaks = UnknownRhythm, WhyRhythmUnknown
		}
	case g.LongestGap >= set.Quiet: // of a shorter gap the setting takes care
		g.Needed, speaks = g.LongestGap+time.Second, WhyGapLonger // longer than the gap, not as long
	}
	switch {
	case use.State == iamops.UseUnknown, now.Sub(use.AsOf) > UseFresh,
		ownUse(key) && now.Sub(key.OwnUse) < OwnUseMargin:
		g.Whys = []Why{WhyUseUnknown}
		return g
	case ownUse(key): // whoever else used it did so before the margin was over
		g.QuietSince = key.OwnUse.Add(OwnUseMargin)
	case use.State == iamops.Used:
		g.QuietSince = use.At
	case use.State == iamops.NeverUsed:
		g.QuietSince = key.Created
	}
	for _, t := range []time.Time{calls.Last, s.StoredAt, key.ActiveAgain} {
		if t.After(g.QuietSince) {
			g.QuietSince = t
		}
	}
	if now.Sub(g.QuietSince) < g.Needed {
		g.Whys = []Why{speaks}
	}
	return g
}

// callsOf is what the event history says about a key: what was read last, here or before.
func (s State) callsOf(r Role) Calls {
	users, left, kept := s.Evidence.Old, s.Evidence.Left(), s.Old.Calls
	if r == NewKey {
		kept = s.New.Calls
		if s.Plan != LeakedNew { // in that plan alone the new key's events come first
			users, left = s.Evidence.New, s.Evidence.New
		}
	}
	calls := Calls{Gap: iamops.Rhythm(users), LeftGap: iamops.Rhythm(left)}
	if !s.Evidence.Looked() { // what is read in part speaks against the key, and never for it
		calls = Calls{Last: kept.Last, Gap: kept.Gap, LeftGap: max(kept.LeftGap, calls.LeftGap)}
	}
	for _, u := range users {
		if u.Last.After(calls.Last) {
			calls.Last = u.Last
		}
	}
	return calls
}

// ownUse reports whether the last use may be keyturn's own.
func ownUse(k KeyFacts) bool {
	return !k.OwnUse.IsZero() && k.LastUse.State == iamops.Used && !k.LastUse.At.After(k.OwnUse.Add(OwnUseMargin))
}

// UseIsOurs reports whether the key's last use falls so close to keyturn's own
// calls that it says nothing about others.
func (k KeyFacts) UseIsOurs() bool { return ownUse(k) }

// sawUse adds a look-up to what is known of a key.
func (k *KeyFacts) sawUse(use iamops.LastUse) {
	k.LastUse = use
	if use.State != iamops.Used || ownUse(*k) || !use.At.After(k.LatestUse) {
		return
	}
	if !k.LatestUse.IsZero() {
		k.LongestGap = max(k.LongestGap, k.off().Silence(k.LatestUse, use.At))
	}
	k.LatestUse = use.At
}
