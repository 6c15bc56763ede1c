package rotation

import (
	"time"

	"keyturn/iamops"
)

// Gate is the evidence for and against switching a key off.
type Gate struct {
	// Whys are what speaks against it. Empty: the gate is open.
	Whys []Why
	// QuietSince is since when the key has not been used, as far as is known; zero
	// if that is not known.
	QuietSince time.Time
	// Needed is the quiet that is asked for: the setting, or the longest gap between
	// known uses where that is longer.
	Needed time.Duration
	// LongestGap is the longest time between two known uses, of the key or of one of its
	// users who has not moved; 0 with fewer than two.
	LongestGap time.Duration
}

// Open reports whether nothing speaks against it.
func (g Gate) Open() bool { return len(g.Whys) == 0 }

// Opens is when the gate would open if the key stayed quiet; zero if unknown.
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
	key := s.Target()
	users, left := s.Evidence.Old, s.Evidence.Left()
	if PlanOf(s.Plan).Target == NewKey && s.Plan != LeakedNew {
		users, left = s.Evidence.New, s.Evidence.New
	}
	use := key.LastUse
	g := Gate{Needed: set.Quiet, LongestGap: max(key.LongestGap, iamops.Rhythm(left))}
	unknown := use.State == iamops.Used && key.LongestGap == 0 && iamops.Rhythm(users) == 0
	switch {
	case unknown:
		g.Needed = max(g.Needed, UnknownRhythm)
	case g.LongestGap >= g.Needed:
		g.Needed = g.LongestGap + time.Second // longer than the gap, not as long
	}
	switch {
	case use.State == iamops.UseUnknown, now.Sub(use.AsOf) > UseFresh, ownUse(key) && now.Sub(key.OwnUse) < OwnUseMargin:
		g.Whys = append(g.Whys, WhyUseUnknown)
		return g
	case ownUse(key): // whoever else used it did so before the margin was over
		g.QuietSince = key.OwnUse.Add(OwnUseMargin)
	case use.State == iamops.Used:
		g.QuietSince = use.At
	case use.State == iamops.NeverUsed:
		g.QuietSince = key.Created
	}
	for _, t := range append(calls(users), s.StoredAt, key.ActiveAgain) {
		if t.After(g.QuietSince) {
			g.QuietSince = t
		}
	}
	quiet := now.Sub(g.QuietSince)
	if quiet < set.Quiet {
		g.Whys = append(g.Whys, WhyUsedRecently)
	}
	if g.LongestGap >= set.Quiet && quiet <= g.LongestGap { // of a shorter gap the setting takes care
		g.Whys = append(g.Whys, WhyGapLonger)
	}
	if unknown && quiet >= set.Quiet && quiet < g.Needed {
		g.Whys = append(g.Whys, WhyRhythmUnknown)
	}
	return g
}

// calls are the last calls of users.
func calls(users []iamops.KeyUser) []time.Time {
	var times []time.Time
	for _, u := range users {
		times = append(times, u.Last)
	}
	return times
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
		k.LongestGap = max(k.LongestGap, use.At.Sub(k.LatestUse))
	}
	k.LatestUse = use.At
}
