package words

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// rotating is a rotation at a step, with the old key quiet and the new one in use.
func rotating(step rotation.Step, change func(*rotation.State)) rotation.State {
	s := rotation.State{Kept: rotation.Kept{
		Plan:     rotation.Rotate,
		Step:     step,
		User:     "Suzie",
		StoredAt: noon.Add(-72 * time.Hour),
		Old:      rotation.KeyFacts{ID: "AKIAOLD", Status: iamops.Active, Created: noon.Add(-2000 * time.Hour), LastUse: usedAgo(50 * time.Hour), LongestGap: time.Hour},
		New:      rotation.KeyFacts{ID: "AKIANEW", Status: iamops.Active, Created: noon.Add(-80 * time.Hour), LastUse: usedAgo(time.Minute)},
	}}
	if change != nil {
		change(&s)
	}
	return s
}

func usedAgo(d time.Duration) iamops.LastUse {
	return iamops.LastUse{State: iamops.Used, At: noon.Add(-d), Service: "s3", AsOf: noon}
}

func inactive(s *rotation.State) {
	s.Old.Status, s.Old.InactiveSince = iamops.Inactive, noon.Add(-time.Hour)
}

func TestKnown(t *testing.T) {
	for name, test := range map[string]struct {
		state rotation.State
		want  string // the marks of the facts, in their order
	}{
		"nothing to decide on":     {rotating(rotation.Create, nil), ""},
		"in order":                 {rotating(rotation.Deactivate, nil), "new key in use + | old key quiet + | not visible"},
		"the new key never used":   {rotating(rotation.Distribute, func(s *rotation.State) { s.New.LastUse.State = iamops.NeverUsed }), "new key in use | old key quiet + | not visible"},
		"the new key unknown":      {rotating(rotation.Distribute, func(s *rotation.State) { s.New.LastUse = iamops.LastUse{} }), "new key in use ? | old key quiet + | not visible"},
		"the new key's own trial":  {rotating(rotation.Distribute, func(s *rotation.State) { s.New.OwnUse = noon }), "new key in use ? | old key quiet + | not visible"},
		"the new key off":          {rotating(rotation.Distribute, func(s *rotation.State) { s.New.Status = iamops.Inactive }), "new key in use - | old key quiet + | not visible"},
		"the new key gone":         {rotating(rotation.Distribute, func(s *rotation.State) { s.New.Gone = true }), "new key in use - | old key quiet + | not visible"},
		"the old key in use":       {rotating(rotation.Deactivate, func(s *rotation.State) { s.Old.LastUse, s.Old.LongestGap = usedAgo(time.Hour), time.Minute }), "new key in use + | old key quiet - | quiet enough | not visible"},
		"the old key back before":  {rotating(rotation.Deactivate, func(s *rotation.State) { s.Old.LongestGap = 60 * time.Hour }), "new key in use + | old key quiet - | a longer gap - | quiet enough | not visible"},
		"the old key unknown":      {rotating(rotation.Deactivate, func(s *rotation.State) { s.Old.LastUse = iamops.LastUse{} }), "new key in use + | old key quiet ? | not visible"},
		"the old key off already":  {rotating(rotation.Deactivate, inactive), "new key in use + | old key off | not visible"},
		"watching":                 {rotating(rotation.Watch, inactive), "new key in use + | old key off | watch - | not visible"},
		"watched":                  {rotating(rotation.Watch, func(s *rotation.State) { inactive(s); s.Old.InactiveSince = noon.Add(-200 * time.Hour) }), "new key in use + | old key off | watch + | not visible"},
		"watching, since when?":    {rotating(rotation.Watch, func(s *rotation.State) { inactive(s); s.Old.InactiveSince = time.Time{} }), "new key in use + | old key off ? | watch ? | not visible"},
		"reactivated by others":    {rotating(rotation.Delete, nil), "new key in use + | old key off - | watch ? | not visible"},
		"the old key gone":         {rotating(rotation.Delete, func(s *rotation.State) { inactive(s); s.Old.Gone = true }), "new key in use + | old key off | watch - | not visible"},
		"retiring a key":           {rotating(rotation.Deactivate, func(s *rotation.State) { s.Plan, s.New = rotation.Retire, rotation.KeyFacts{} }), "the key quiet + | not visible"},
		"giving up a stored key":   {rotating(rotation.Deactivate, func(s *rotation.State) { s.Plan = rotation.DiscardStored }), "old key in use + | new key quiet - | rhythm unknown ? | quiet enough | not visible"},
		"giving up an unknown key": {rotating(rotation.Deactivate, func(s *rotation.State) { s.Plan = rotation.Discard }), "old key in use + | new key quiet | not visible"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			marks := map[Mark]string{Neutral: "", Good: " +", Bad: " -", Unknown: " ?"}
			for i, f := range Known(test.state, rotation.DefaultSettings(), noon) {
				if i > 0 {
					got += " | "
				}
				got += f.Label + marks[f.Mark]
				if f.Text == "" {
					t.Errorf("%s says nothing", f.Label)
				}
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// Every decision that changes or loses something is asked about, with its effect and
// the way back.
func TestEveryQuestionIsComplete(t *testing.T) {
	s := rotating(rotation.Store, nil)
	for _, o := range []rotation.Offer{
		{Decision: rotation.MakeChange, Change: iamops.Create},
		{Decision: rotation.MakeChange, Change: iamops.Deactivate, KeyID: "AKIAOLD"},
		{Decision: rotation.MakeChange, Change: iamops.Delete, KeyID: "AKIAOLD"},
		{Decision: rotation.RollBack, Change: iamops.Reactivate, KeyID: "AKIAOLD"},
		{Decision: rotation.Stored},
		{Decision: rotation.GiveUpNew},
		{Decision: rotation.HaveSecret},
	} {
		if Question(o, s) == "" || Effect(o, s) == "" || WayBack(o, s) == "" {
			t.Errorf("%s %s: %q, %q, %q", o.Decision, o.Change, Question(o, s), Effect(o, s), WayBack(o, s))
		}
	}
}

func TestRefused(t *testing.T) {
	s := rotating(rotation.Store, nil)
	for _, test := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("deciding: %w", &rotation.Refusal{Reason: rotation.WrongText}), "the text does not match: nothing was done"},
		{&iamops.Problem{Kind: iamops.NoRecord, Message: "disk full"}, "The journal can't be written: disk full"},
		{fmt.Errorf("something else"), "something else"},
	} {
		if got := Refused(test.err, s, noon); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestOverridesNameEachWarningAndItsReason(t *testing.T) {
	s := rotating(rotation.Finished, func(s *rotation.State) {
		s.Overrides = []rotation.Override{
			{At: noon, Step: rotation.Store, Whys: []rotation.Why{rotation.WhyTrialNotPassed}, Reason: "a proxy"},
			{At: noon, Step: rotation.Deactivate, Whys: []rotation.Why{rotation.WhyUseUnknown, rotation.WhyGapLonger}, Reason: "leaver"},
		}
	})
	got := Overrides(s)
	if len(got) != 3 || got[0] != "2026-03-01 12:00 UTC, Store: the new key had not passed its trial. Reason: a proxy" {
		t.Errorf("%q", got)
	}
}

// Who has no new key to give is told of none.
func TestANoteOfARollBackNamesANewKeyOnlyWhereOneComes(t *testing.T) {
	for plan, want := range map[rotation.PlanName]bool{rotation.Rotate: true, rotation.Retire: false} {
		s := rotating(rotation.Distribute, func(s *rotation.State) { s.Plan, s.Note = plan, rotation.NoteRolledBack })
		if got := Note(s); strings.Contains(got, "new key") != want || !strings.Contains(got, "AKIAOLD works again") {
			t.Errorf("the plan %s: %q", plan, got)
		}
	}
}
