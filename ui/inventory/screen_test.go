package inventory

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

func selectedID(s *Screen) string {
	if r := s.current(); r != nil {
		return r.User.Name + " " + r.Key.ID
	}
	return ""
}

func shown(s *Screen) []string {
	var out []string
	for _, i := range s.order {
		out = append(out, s.rows[i].User.Name)
	}
	return out
}

func TestChoose(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	s.Select("billing-cron", "AKIAIOSFODNN7EXAMPLE")
	got := press(s, "enter")
	want := Chosen{User: "billing-cron", KeyID: "AKIAIOSFODNN7EXAMPLE", Next: audit.Rotate}
	if len(got) != 1 || got[0] != want {
		t.Errorf("enter yields %v, want %v", got, want)
	}
}

func TestChooseFromAnEmptyList(t *testing.T) {
	s := loaded(t, newAccount(), 80, 24)
	if got := press(s, "enter", "y", "j", "d"); len(got) != 0 {
		t.Errorf("keys on an empty list yield %v", got)
	}
	if !strings.Contains(s.View(), "There are no users.") {
		t.Error("the empty list does not say why it is empty")
	}
}

func TestCopy(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	s.Select("ci-deploy", "AKIAI44QH8DHBEXAMPLE")
	got := press(s, "y")
	if !slices.Contains(got, tea.Msg(Copied{KeyID: "AKIAI44QH8DHBEXAMPLE"})) {
		t.Errorf("y yields %v, without Copied", got)
	}
	if len(got) != 2 {
		t.Errorf("y yields %d messages, want the clipboard's and Copied", len(got))
	}
}

func TestFilterAsYouType(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	press(s, "/", "S", "U", "z")
	if !s.Typing() {
		t.Error("letters are commands while the filter is typed")
	}
	if got := shown(s); !slices.Equal(got, []string{"Suzie", "Suzie"}) {
		t.Errorf("the filter SUz shows %v", got)
	}
	press(s, "enter")
	if s.Typing() || len(s.order) != 2 {
		t.Error("enter does not keep the filter and end the typing")
	}
	press(s, "esc")
	if len(s.order) != 12 {
		t.Errorf("after esc %d rows are shown, want all 12", len(s.order))
	}
	press(s, "/", "q", "esc")
	if s.Typing() || s.query.Text != "" {
		t.Error("esc does not drop what was typed")
	}
}

func TestFilterTakesAPaste(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	s.Update(tea.PasteMsg{Content: "ignored"})
	press(s, "/")
	s.Update(tea.PasteMsg{Content: "AKIAI44QH8DHBEXAMPLE\n"})
	if got := shown(s); !slices.Equal(got, []string{"ci-deploy"}) {
		t.Errorf("the pasted key ID shows %v", got)
	}
	if s.Cursor() == nil {
		t.Error("there is no cursor in the filter")
	}
}

func TestSelectionFollowsTheKey(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	s.Select("nearly", "AKIAJAEXAMPLE0000DUE")
	for range 4 {
		press(s, "s")
		if got := selectedID(s); got != "nearly AKIAJAEXAMPLE0000DUE" {
			t.Errorf("sorted by %s, the selection is %s", s.query.Order, got)
		}
	}
	press(s, "/", "z", "esc")
	if got := selectedID(s); got != "nearly AKIAJAEXAMPLE0000DUE" {
		t.Errorf("after a filter that hid it, the selection is %s", got)
	}
	press(s, "r")
	if got := selectedID(s); got != "nearly AKIAJAEXAMPLE0000DUE" {
		t.Errorf("after a refresh, the selection is %s", got)
	}
}

func TestSelectTellsAUsersKeysApart(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	for _, id := range []string{"AKIAJ7EXAMPLE0003OLD", "AKIAJ7EXAMPLE0003NEW"} {
		s.Select("Suzie", id)
		if got := selectedID(s); got != "Suzie "+id {
			t.Errorf("the selection is %s, want Suzie %s", got, id)
		}
	}
}

func TestRecountFollowsTheClock(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	before := s.counts.Of(audit.Overdue)
	s.common.Clock = uitest.NewClock(now.Add(11 * day))
	s.recount()
	if after := s.counts.Of(audit.Overdue); after != before+1 {
		t.Errorf("eleven days later %d keys are overdue, want %d", after, before+1)
	}
}

func TestQuickFilters(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	var seen []audit.Finding
	for range 8 {
		press(s, "f")
		seen = append(seen, s.query.Finding)
		for _, i := range s.order {
			if f := s.query.Finding; f != audit.NoFinding && !s.rows[i].Findings.Has(f) {
				t.Errorf("only %s shows %s", f, s.rows[i].User.Name)
			}
		}
	}
	want := append(audit.All()[2:], audit.NoFinding) // there is no report, and so no root key; nor are there policies
	if !slices.Equal(seen, want) {
		t.Errorf("f goes round %v, want %v", seen, want)
	}
	press(s, "3")
	if s.query.Finding != audit.All()[2] {
		t.Errorf("3 shows %s", s.query.Finding)
	}
	press(s, "0")
	if s.query.Finding != audit.NoFinding {
		t.Errorf("0 shows only %s", s.query.Finding)
	}
}

func TestUsersWithoutKeys(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	if slices.Contains(shown(s), "auditor") {
		t.Error("a user without a key is shown unasked")
	}
	if !slices.Contains(shown(s), "hidden-one") {
		t.Error("a user whose keys could not be listed is hidden")
	}
	press(s, "u")
	if !slices.Contains(shown(s), "auditor") {
		t.Error("u does not show the users without keys")
	}
}

func TestResultsOfAnOlderLoadAreDropped(t *testing.T) {
	s := newScreen(t, sketchAccount(), 80, 24, kit.Look{})
	first := s.Init()
	late := first() // the first load's answer is on its way
	second := s.Reload()
	before := s.Progress()
	if cmd := s.Update(late); cmd != nil || s.Progress() != before {
		t.Error("an answer of the older load was taken over")
	}
	drain(s, second)
	if p := s.Progress(); !p.Complete() || s.load.running {
		t.Errorf("the newer load did not come to its end: %+v", p)
	}
}

func TestReloadUser(t *testing.T) {
	a := sketchAccount()
	s := loaded(t, a, 120, 40)
	a.keys["ci-deploy"] = nil
	a.key("ci-deploy", "AKIAIOOOOOOOOREPLACE", time.Hour, iamops.Active, used(time.Minute, "ecr", "eu-west-1"))
	s.Select("ci-deploy", "AKIAI44QH8DHBEXAMPLE")
	drain(s, s.ReloadUser("ci-deploy"))
	if got := selectedID(s); got != "ci-deploy AKIAIOOOOOOOOREPLACE" {
		t.Errorf("after the key was replaced, the selection is %s", got)
	}
	if p := s.Progress(); p.Keys != 11 || p.KeysLookedUp != 10 {
		t.Errorf("progress is %+v", p)
	}
}

// slow answers no look-up before its context ends.
type slow struct {
	*account
	cancelled chan struct{}
}

func (a slow) LastUsed(ctx context.Context, _ string) (iamops.LastUse, string, error) {
	<-ctx.Done()
	a.cancelled <- struct{}{}
	return iamops.LastUse{}, "", ctx.Err()
}

func TestEscStopsTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := slow{account: newAccount(), cancelled: make(chan struct{}, 1)}
		source.key("Suzie", "AKIAJ7EXAMPLE0003OLD", 20*day, iamops.Active, never)
		s := newScreen(t, source, 80, 24, kit.Look{})
		cmd := s.Init()
		for s.Progress().Keys == 0 {
			cmd = s.Update(cmd())
		}
		if !strings.Contains(ansi.Strip(s.View()), "last use of 0 of 1 keys") {
			t.Error("the progress is not shown")
		}
		synctest.Wait() // until the look-up is under way
		press(s, "esc")
		if s.load.running {
			t.Error("esc does not stop the load")
		}
		<-source.cancelled
		if next := cmd(); s.Update(next) != nil {
			t.Error("the stopped load goes on")
		}
		view := ansi.Strip(s.View())
		for _, want := range []string{"Stopped; r reads again. Not read: root's keys", "? unknown", "? 1 unknown"} {
			if !strings.Contains(view, want) {
				t.Errorf("after esc, %q is missing in\n%s", want, view)
			}
		}
	})
}

func TestUnknownLastUseSaysWhy(t *testing.T) {
	view := ansi.Strip(loaded(t, sketchAccount(), 120, 40).View())
	for _, want := range []string{"unknown: throttled", "unknown: access-denied", "? 2 unknown"} {
		if !strings.Contains(view, want) {
			t.Errorf("%q is missing in\n%s", want, view)
		}
	}
}

func TestHelpNamesWhatEnterDoes(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	s.Select("Suzie", "AKIAJ7EXAMPLE0003NEW")
	if got := kit.Footer(s.Keys())[0].Help().Desc; got != "go on" {
		t.Errorf("enter on a rotation is said to %q", got)
	}
	s.Select("ci-deploy", "AKIAI44QH8DHBEXAMPLE")
	if got := kit.Footer(s.Keys())[0].Help().Desc; got != "rotate" {
		t.Errorf("enter on an old key is said to %q", got)
	}
	for _, group := range kit.Help(s.Keys()) {
		for _, b := range group {
			if b.Help().Key == "" || b.Help().Desc == "" {
				t.Errorf("a key has no help text: %v", b.Keys())
			}
		}
	}
}

func TestWhatWasNotReadIsSaid(t *testing.T) {
	for want, p := range map[string]audit.Progress{
		"root's keys": {Users: 16, UsersListed: 16, AllUsers: true, Keys: 17, KeysLookedUp: 17, Report: audit.ReportMaking},
		"root's keys, users after the first 100, keys of 90 users, 2 last uses": {
			Users: 100, UsersListed: 10, Keys: 12, KeysLookedUp: 10, KeysFailed: 1, Report: audit.ReportFailed,
		},
		"keys of 1 user": {Users: 16, UsersListed: 15, AllUsers: true, Keys: 17, KeysLookedUp: 17, Report: audit.ReportKnown},
		"nothing more":   {Users: 16, UsersListed: 16, AllUsers: true, Keys: 17, KeysLookedUp: 17, Report: audit.ReportKnown},
	} {
		if got := stopped(p, kit.NewKeys(false).Refresh); got != "Stopped; r reads again. Not read: "+want {
			t.Errorf("of %+v it is said: %s; want %s", p, got, want)
		}
	}
}
