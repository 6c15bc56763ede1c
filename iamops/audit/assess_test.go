package audit

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func key(id string, age time.Duration, status iamops.KeyStatus) iamops.AccessKey {
	return iamops.AccessKey{UserName: "Suzie", ID: id, Status: status, Created: now.Add(-age)}
}

func used(ago time.Duration) iamops.LastUse {
	return iamops.LastUse{State: iamops.Used, At: now.Add(-ago)}
}

var (
	never   = iamops.LastUse{State: iamops.NeverUsed}
	unknown = iamops.LastUse{Problem: &iamops.Problem{Kind: iamops.Throttled}}
)

func TestFindingsOfOneKey(t *testing.T) {
	const s = time.Second
	tests := []struct {
		name   string
		age    time.Duration
		status iamops.KeyStatus
		use    iamops.LastUse
		want   Set
		next   Next
	}{
		{"in order", 30 * day, iamops.Active, used(day), 0, Nothing},
		{"just before due", 76*day - s, iamops.Active, used(day), 0, Nothing},
		{"due from 14 days before", 76 * day, iamops.Active, used(day), SetOf(Due), Rotate},
		{"exactly 90 days is due", 90 * day, iamops.Active, used(day), SetOf(Due), Rotate},
		{"past 90 days", 90*day + s, iamops.Active, used(day), SetOf(Overdue), Rotate},

		{"exactly 45 days old, not used since the first day", 45 * day, iamops.Active, used(45 * day), 0, Nothing},
		{"used exactly 45 days ago", 50 * day, iamops.Active, used(45 * day), 0, Nothing},
		{"used longer ago", 50 * day, iamops.Active, used(45*day + s), SetOf(Unused), Retire},
		{"unused and old", 200 * day, iamops.Active, used(100 * day), SetOf(Unused, Overdue), Retire},
		{"used in what this clock calls the future", 50 * day, iamops.Active, used(-time.Hour), 0, Nothing},

		{"not used yet", 45 * day, iamops.Active, never, 0, Nothing},
		{"never used for longer", 45*day + s, iamops.Active, never, SetOf(NeverUsed, Unused), Retire},
		{"never used and old", 100 * day, iamops.Active, never, SetOf(NeverUsed, Unused, Overdue), Retire},

		{"inactive", 30 * day, iamops.Inactive, used(day), SetOf(InactiveKey), Delete},
		{"inactive and old is neither overdue nor unused", 500 * day, iamops.Inactive, never, SetOf(InactiveKey), Delete},

		{"unknown use", 60 * day, iamops.Active, unknown, SetOf(Unknown), LookAgain},
		{"not looked up", 60 * day, iamops.Active, iamops.LastUse{}, SetOf(Unknown), LookAgain},
		{"unknown use leaves the age standing", 91 * day, iamops.Active, unknown, SetOf(Overdue, Unknown), Rotate},
		{"unknown use and due", 80 * day, iamops.Active, unknown, SetOf(Unknown, Due), LookAgain},
		{"unknown use of an inactive key", 80 * day, iamops.Inactive, unknown, SetOf(Unknown, InactiveKey), LookAgain},
		{"the third status", 10 * day, iamops.Expired, used(day), SetOf(Unknown), LookAgain},
		{"a status of tomorrow", 400 * day, "Suspended", used(day), SetOf(Unknown), LookAgain},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Assess([]KeyUse{{Key: key("AKIA1", tt.age, tt.status), LastUse: tt.use}}, DefaultThresholds(), now)[0]
			if got.Findings != tt.want || got.Rotating {
				t.Errorf("findings are %q, rotating %v; want %q", got.Findings, got.Rotating, tt.want)
			}
			row := Row{Findings: got.Findings, Verdict: got.Findings.Verdict(), InUse: got.InUse, Kept: got.Kept}
			if row.Next() != tt.next {
				t.Errorf("next is %q, want %q", row.Next(), tt.next)
			}
		})
	}
}

func TestAKeyWithoutADateIsUnknown(t *testing.T) {
	k := iamops.AccessKey{ID: "AKIA1", Status: iamops.Active}
	if got := Assess([]KeyUse{{Key: k, LastUse: used(day)}}, DefaultThresholds(), now)[0].Findings; got != SetOf(Unknown) {
		t.Errorf("findings are %q, want unknown", got)
	}
}

func TestFindingsOfTwoKeys(t *testing.T) {
	tests := []struct {
		name          string
		first, second KeyUse
		wants         [2]Set
		rotating      bool
	}{
		{
			"two live ones", KeyUse{Key: key("AKIA1", 60*day, iamops.Active), LastUse: used(day)},
			KeyUse{Key: key("AKIA2", 50*day, iamops.Active), LastUse: used(day)},
			[2]Set{SetOf(SecondActive), 0}, false,
		},
		{
			"the older one is marked, wherever it stands", KeyUse{Key: key("AKIA1", 50*day, iamops.Active), LastUse: used(day)},
			KeyUse{Key: key("AKIA2", 60*day, iamops.Active), LastUse: used(day)},
			[2]Set{0, SetOf(SecondActive)}, false,
		},
		{
			"of the same age, the lesser ID", KeyUse{Key: key("AKIA2", 5*day, iamops.Active), LastUse: used(day)},
			KeyUse{Key: key("AKIA1", 5*day, iamops.Active), LastUse: used(day)},
			[2]Set{0, SetOf(SecondActive)}, false,
		},
		{
			"a rotation under way", KeyUse{Key: key("AKIA1", 100*day, iamops.Active), LastUse: used(day)},
			KeyUse{Key: key("AKIA2", 30*day-time.Second, iamops.Active), LastUse: used(day)},
			[2]Set{SetOf(SecondActive, Overdue), 0}, true,
		},
		{
			"after 30 days it is two keys", KeyUse{Key: key("AKIA1", 100*day, iamops.Active), LastUse: used(day)},
			KeyUse{Key: key("AKIA2", 30*day, iamops.Active), LastUse: used(day)},
			[2]Set{SetOf(SecondActive, Overdue), 0}, false,
		},
		{
			"the old key is off already", KeyUse{Key: key("AKIA1", 100*day, iamops.Inactive), LastUse: used(day)},
			KeyUse{Key: key("AKIA2", 3*day, iamops.Active), LastUse: used(day)},
			[2]Set{SetOf(InactiveKey), 0}, true,
		},
		{
			"the young key is off", KeyUse{Key: key("AKIA1", 60*day, iamops.Active), LastUse: used(day)},
			KeyUse{Key: key("AKIA2", 3*day, iamops.Inactive), LastUse: used(day)},
			[2]Set{0, SetOf(InactiveKey)}, false,
		},
		{
			"a forgotten one", KeyUse{Key: key("AKIA1", 600*day, iamops.Inactive), LastUse: used(500 * day)},
			KeyUse{Key: key("AKIA2", 60*day, iamops.Active), LastUse: used(day)},
			[2]Set{SetOf(InactiveKey), 0}, false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Assess([]KeyUse{tt.first, tt.second}, DefaultThresholds(), now)
			for i, want := range tt.wants {
				if got[i].Findings != want || got[i].Rotating != tt.rotating {
					t.Errorf("key %d: %q, rotating %v; want %q, %v",
						i, got[i].Findings, got[i].Rotating, want, tt.rotating)
				}
			}
		})
	}
}

// TestUnknownIsNeverNeverUsed holds for every key: with an unknown last use, nothing
// is said that rests on it, and that it is unknown is said.
func TestUnknownIsNeverNeverUsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var keys []KeyUse
		for i := range rapid.IntRange(1, 2).Draw(t, "keys") {
			age := time.Duration(rapid.Int64Range(int64(-day), int64(3000*day)).Draw(t, "age"))
			status := rapid.SampledFrom([]iamops.KeyStatus{iamops.Active, iamops.Inactive, iamops.Expired, "Other"}).
				Draw(t, "status")
			keys = append(keys, KeyUse{Key: key([]string{"AKIA1", "AKIA2"}[i], age, status), LastUse: unknown})
		}
		for _, a := range Assess(keys, DefaultThresholds(), now) {
			if a.Findings.Has(NeverUsed) || a.Findings.Has(Unused) || !a.Findings.Has(Unknown) {
				t.Fatalf("with an unknown last use the findings are %q", a.Findings)
			}
		}
	})
}

func TestSets(t *testing.T) {
	set := SetOf(Due, NeverUsed, Unknown, NoFinding)
	if got := set.String(); got != "never-used unknown due" {
		t.Errorf("the set is %q", got)
	}
	if set.Verdict() != NeverUsed || Set(0).Verdict() != NoFinding || set.Has(NoFinding) {
		t.Error("the verdict is not the gravest finding")
	}
}
