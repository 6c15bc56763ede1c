package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// Marks are of users, in the order in which they were set, and stay whatever is done to
// the list.
func TestMarks(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	for _, user := range []string{"ci-deploy", "billing-cron", "web-frontend"} {
		s.Select(user, "")
		if got := fmt.Sprint(press(s, "space")); got != fmt.Sprintf("[{%s true}]", user) {
			t.Errorf("marking %s yields %s", user, got)
		}
	}
	s.Select("billing-cron", "")
	if got := fmt.Sprint(press(s, "space")); got != "[{billing-cron false}]" {
		t.Errorf("unmarking yields %s", got)
	}
	for _, keys := range [][]string{{"s"}, {"s", "s"}, {"/", "w", "e", "b", "enter"}, {"esc"}, {"2"}, {"0"}} {
		press(s, keys...)
		if got := strings.Join(s.Marks(), " "); got != "ci-deploy web-frontend" {
			t.Errorf("after %v: marked %s", keys, got)
		}
	}
	press(s, "esc")
	view := s.View()
	for _, want := range []string{"◆ 2 marked", "◆ ci-deploy", "◆ web-frontend"} {
		if !strings.Contains(ansi.Strip(view), want) {
			t.Errorf("the view lacks %q:\n%s", want, ansi.Strip(view))
		}
	}
	if strings.Contains(ansi.Strip(view), "◆ billing-cron") {
		t.Error("an unmarked user has a mark")
	}
}

// What can't be rotated can't be marked, and the reason is told.
func TestWhatCannotBeMarked(t *testing.T) {
	s := reported(t, 120, 40, 0)
	for user, why := range map[string]string{audit.RootName: "by root", "auditor": "no key"} {
		press(s, "u")
		s.Select(user, "")
		if s.current().User.Name != user {
			press(s, "u")
			s.Select(user, "")
		}
		got := press(s, "space")
		if toast, ok := got[0].(kit.Toast); len(got) != 1 || !ok || !strings.Contains(toast.Text, why) {
			t.Errorf("%s: %v", user, got)
		}
		if len(s.Marks()) > 0 {
			t.Errorf("marked: %v", s.Marks())
		}
		told := ""
		for _, u := range s.Unavailable() {
			told += u.Key.Help().Key + " "
		}
		if !strings.Contains(told, "space") || !strings.Contains(told, "enter") {
			t.Errorf("%s: the help tells of %q", user, told)
		}
	}
}

// Of a user's keys the one with the gravest verdict is suggested.
func TestSuggested(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	got, known := s.Suggested("billing-cron")
	if want := (Chosen{User: "billing-cron", KeyID: "AKIAIOSFODNN7EXAMPLE", Next: audit.Rotate}); !known || got != want {
		t.Errorf("suggested %+v, %v", got, known)
	}
	if got, known := s.Suggested("nobody"); known {
		t.Errorf("suggested %+v", got)
	}
}

// A click selects the row under it; a second one on the same row opens it.
func TestClicks(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	lines := strings.Split(ansi.Strip(s.View()), "\n")
	at := func(text string) int {
		for i, l := range lines {
			if strings.Contains(l, text) {
				return i
			}
		}
		t.Fatalf("no line with %q", text)
		return 0
	}
	if cmd := s.Update(kit.Click{Line: at("ci-deploy")}); cmd != nil || s.current().User.Name != "ci-deploy" {
		t.Errorf("a click selects %s, with a command: %v", s.current().User.Name, cmd != nil)
	}
	if cmd := s.Update(kit.Click{Line: at("web-frontend"), Double: true}); cmd != nil {
		t.Error("a double click on another row opened it")
	}
	cmd := s.Update(kit.Click{Line: at("web-frontend"), Double: true})
	if cmd == nil {
		t.Fatal("a double click opens nothing")
	}
	if got, ok := cmd().(Chosen); !ok || got.User != "web-frontend" {
		t.Errorf("a double click yields %+v", got)
	}
	for _, line := range []int{0, at("USER"), s.height - 1, -1} {
		if s.Update(kit.Click{Line: line, Double: true}) != nil {
			t.Errorf("a click at line %d does something", line)
		}
	}
	before := s.table.Selected()
	s.Update(kit.Roll{Lines: -2})
	if s.table.Selected() != before-2 || selectedID(s) == "web-frontend" {
		t.Errorf("the wheel went from row %d to %d", before, s.table.Selected())
	}
}

// After a renewal what failed is asked for again, and only then.
func TestRenewedSessions(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	if s.Update(kit.SessionRenewed{}) == nil {
		t.Error("what was throttled is not asked for again")
	}
	whole := newAccount()
	s = loaded(t, whole, 120, 40)
	if s.Update(kit.SessionRenewed{}) != nil {
		t.Error("what is whole is loaded again")
	}
}
