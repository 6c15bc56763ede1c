package rotation_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

func asRefusal(err error, target **rotation.Refusal) bool { return errors.As(err, target) }

func TestGate(t *testing.T) {
	use := func(ago time.Duration) iamops.LastUse {
		return iamops.LastUse{State: iamops.Used, At: now.Add(-ago), AsOf: now}
	}
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		use    iamops.LastUse
		stored time.Duration // ago
		edit   edit
		want   string
	}{
		"quiet for exactly the setting":  {use: use(day), stored: 9 * day, edit: gap(time.Hour), want: "[]"},
		"one use known, quiet for a day": {use: use(day), stored: 9 * day, want: "[rhythm-unknown]"},
		"one use known, and a week":      {use: use(rotation.UnknownRhythm), stored: 9 * day, want: "[]"},
		"the trail knows its rhythm":     {use: use(day), stored: 9 * day, edit: users(iamops.KeyUser{Agent: "a", Count: 9, Gap: time.Hour, Last: now.Add(-day)}), want: "[]"},
		"the trail knows a later call":   {use: use(2 * day), stored: 9 * day, edit: users(iamops.KeyUser{Agent: "a", Count: 9, Gap: time.Hour, Last: now.Add(-time.Hour)}), want: "[used-recently]"},
		"one of its users comes weekly": {use: use(2 * day), stored: 9 * day, edit: users(iamops.KeyUser{Agent: "a", Count: 9, Gap: time.Hour, Last: now.Add(-2 * day)},
			iamops.KeyUser{Agent: "b", Count: 9, Gap: 7 * day, Last: now.Add(-3 * day)}), want: "[gap-longer]"},
		"the weekly one has moved": {use: use(2 * day), stored: 9 * day, edit: func(s *rotation.State) {
			s.Evidence.AsOf = now
			s.Evidence.Old = []iamops.KeyUser{{Agent: "a", Count: 9, Gap: time.Hour, Last: now.Add(-2 * day)}, {Agent: "b", Count: 9, Gap: 7 * day, Last: now.Add(-3 * day)}}
			s.Evidence.New = []iamops.KeyUser{{Agent: "b", Count: 1, Last: now.Add(-day)}}
		}, want: "[]"},
		"the weekly one has moved back": {use: use(2 * day), stored: 9 * day, edit: func(s *rotation.State) {
			s.Evidence.AsOf = now
			s.Evidence.Old = []iamops.KeyUser{{Agent: "a", Count: 9, Gap: time.Hour, Last: now.Add(-2 * day)}, {Agent: "b", Count: 9, Gap: 7 * day, Last: now.Add(-3 * day)}}
			s.Evidence.New = []iamops.KeyUser{{Agent: "b", Count: 1, Last: now.Add(-4 * day)}}
		}, want: "[gap-longer]"},
		"its rhythm, read in part": {use: use(2 * day), stored: 9 * day, edit: func(s *rotation.State) {
			s.Evidence.Old = []iamops.KeyUser{{Agent: "a", Count: 9, Gap: time.Hour, Last: now.Add(-2 * day)}}
		}, want: "[rhythm-unknown]"},
		"one use known, two hours ago":     {use: use(2 * time.Hour), stored: 9 * day, want: "[rhythm-unknown]"},
		"a second short":                   {use: use(day - time.Second), stored: 9 * day, edit: gap(time.Hour), want: "[used-recently]"},
		"stored later than used":           {use: use(9 * day), stored: time.Hour, edit: gap(time.Hour), want: "[used-recently]"},
		"never used":                       {use: iamops.LastUse{State: iamops.NeverUsed, AsOf: now}, stored: 2 * day, want: "[]"},
		"never used, stored just now":      {use: iamops.LastUse{State: iamops.NeverUsed, AsOf: now}, stored: time.Hour, want: "[used-recently]"},
		"never looked up":                  {stored: 9 * day, want: "[use-unknown]"},
		"look-up failed":                   {use: iamops.LastUse{AsOf: now, Problem: &iamops.Problem{Kind: iamops.Throttled}}, stored: 9 * day, want: "[use-unknown]"},
		"looked up too long ago":           {use: iamops.LastUse{State: iamops.Used, At: now.Add(-9 * day), AsOf: now.Add(-rotation.UseFresh - 1)}, stored: 9 * day, want: "[use-unknown]"},
		"a weekly job, quiet for two days": {use: use(2 * day), stored: 20 * day, edit: gap(7 * day), want: "[gap-longer]"},
		"a weekly job, quiet for a week":   {use: use(7 * day), stored: 20 * day, edit: gap(7 * day), want: "[gap-longer]"},
		"a weekly job, quiet for longer":   {use: use(7*day + time.Second), stored: 20 * day, edit: gap(7 * day), want: "[]"},
		"silent while it was off":          {use: use(9 * day), stored: 20 * day, edit: both(gap(time.Hour), func(s *rotation.State) { s.Old.ActiveAgain = now.Add(-time.Hour) }), want: "[used-recently]"},
		"keyturn's own use":                {use: use(2 * day), stored: 9 * day, edit: both(gap(time.Hour), ownUse(2*day+time.Minute)), want: "[]"},
		"keyturn's own use, a while ago":   {use: use(2 * time.Hour), stored: 9 * day, edit: both(gap(time.Hour), ownUse(2*time.Hour)), want: "[used-recently]"},
		"keyturn's own use, just now":      {use: use(2 * time.Minute), stored: 9 * day, edit: ownUse(2 * time.Minute), want: "[use-unknown]"},
		"used well after keyturn's own":    {use: use(2 * day), stored: 9 * day, edit: both(gap(time.Hour), ownUse(3*day)), want: "[]"},
	} {
		s := at(rotation.Deactivate, func(s *rotation.State) { s.Old.LastUse, s.StoredAt = c.use, now.Add(-c.stored) })
		if c.edit != nil {
			c.edit(&s)
		}
		if got := fmt.Sprint(rotation.GateOf(s, settings, now).Whys); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// A key that was off could only be silent: that time is no gap between its uses.
func TestARollBacksSilenceIsNoGap(t *testing.T) {
	s := at(rotation.Distribute)
	use := func(day int) {
		at := now.AddDate(0, 0, day)
		s, _, _ = rotation.Next(s, rotation.UseSeen{At: at, KeyID: oldID, Use: iamops.LastUse{State: iamops.Used, At: at, AsOf: at}}, settings)
	}
	use(0)
	s.Old.WasOff, s.Old.ActiveAgain = now.AddDate(0, 0, 1), now.AddDate(0, 0, 8)
	use(8)
	if want := 24 * time.Hour; s.Old.LongestGap != want {
		t.Errorf("longest gap %v, want %v", s.Old.LongestGap, want)
	}
}

func both(a, b edit) edit { return func(s *rotation.State) { a(s); b(s) } }

func users(all ...iamops.KeyUser) edit {
	return func(s *rotation.State) { s.Evidence.AsOf, s.Evidence.Old = now, all }
}

func gap(d time.Duration) edit { return func(s *rotation.State) { s.Old.LongestGap = d } }

func ownUse(ago time.Duration) edit {
	return func(s *rotation.State) { s.Old.OwnUse = now.Add(-ago) }
}

func TestGapsAreLearnedFromUses(t *testing.T) {
	s := at(rotation.Distribute)
	for _, day := range []int{0, 1, 8, 8, 3, 9} { // one comes late
		use := iamops.LastUse{State: iamops.Used, At: now.AddDate(0, 0, day), AsOf: now.AddDate(0, 0, day)}
		s, _, _ = rotation.Next(s, rotation.UseSeen{At: use.AsOf, KeyID: oldID, Use: use}, settings)
	}
	s, _, _ = rotation.Next(s, rotation.UseSeen{At: now, KeyID: oldID, Use: iamops.LastUse{}}, settings)
	if want := 7 * 24 * time.Hour; s.Old.LongestGap != want {
		t.Errorf("longest gap %v, want %v", s.Old.LongestGap, want)
	}
	if s.Old.LastUse.State != iamops.UseUnknown {
		t.Error("a failed look-up left the earlier value standing as the present one")
	}
}
