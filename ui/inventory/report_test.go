package inventory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// reportOf is a credential report of the sketched account, 41 minutes old, with a key of
// the root user.
func reportOf(a *account) *audit.Report {
	at := now.Add(-41 * time.Minute)
	slot := func(k iamops.AccessKey, use iamops.LastUse) audit.Slot {
		use.AsOf = at
		return audit.Slot{Active: k.Status == iamops.Active, Rotated: k.Created, LastUse: use}
	}
	r := &audit.Report{At: at, DatesInactive: true, Users: []audit.ReportUser{{
		Name: audit.RootName, ARN: "arn:aws:iam::123456789012:root", Created: now.Add(-900 * day),
		Console: audit.Console{Password: audit.Yes, MFA: audit.Yes},
		Slots:   [2]audit.Slot{slot(iamops.AccessKey{Status: iamops.Active, Created: now.Add(-895 * day)}, used(401*day, "s3", "us-east-1"))},
	}}}
	for _, u := range a.users {
		line := audit.ReportUser{Name: u.Name, ARN: u.ARN, Created: u.Created}
		for i, k := range a.keys[u.Name] {
			line.Slots[i] = slot(k, a.uses[k.ID])
		}
		r.Users = append(r.Users, line)
	}
	return r
}

// details tell of some of the users.
var details = []iamops.UserDetail{
	{Name: "billing-cron", Tags: map[string]string{"owner": "finance", "purpose": "monthly bills"}, Policies: []string{"billing-read", "s3-billing"}},
	{Name: "ci-deploy", Administrator: true, Groups: []string{"deployers"}, Policies: []string{"AdministratorAccess"}},
	{Name: "Suzie", Tags: map[string]string{"owner": "photo-team", "AKIAJ7EXAMPLE0003NEW": "photo buckets"}},
}

// reported is a screen that has the report and the details, and the live keys of the
// first users.
func reported(t testing.TB, width, height, listed int) *Screen {
	a := sketchAccount()
	s := newScreen(t, a, width, height, kit.Look{})
	s.options.Rules = &audit.Rules{
		OwnerTags: []string{"owner"}, PurposeTags: []string{"purpose"},
		Exemptions: []audit.Exemption{{User: "legacy-*", Reason: "gone in May", Until: now.Add(60 * day)}},
	}
	s.Init()
	events := []audit.Event{audit.ReportRead{Report: reportOf(a)}, audit.DetailsRead{Users: details}, audit.UsersFound{Users: a.users}, audit.UsersEnd{}}
	for _, u := range a.users[:listed] {
		events = append(events, audit.KeysListed{User: u.Name, Keys: a.keys[u.Name], At: now})
	}
	s.Update(arrived{generation: s.load.generation, batch: audit.Batch{Events: events}})
	return s
}

func TestGoldenReport(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"120x40", 120, 40}, {"80x24", 80, 24}} {
		t.Run(size.name, func(t *testing.T) {
			s := reported(t, size.width, size.height, 2)
			s.Select("billing-cron", "AKIAIOSFODNN7EXAMPLE")
			press(s, "d", "u")
			golden.RequireEqual(t, ansi.Strip(framed(s)))
		})
	}
}

func TestTheSelectionFollowsASlotToItsKey(t *testing.T) {
	s := reported(t, 120, 40, 0)
	s.selected = rowID{user: "Suzie", slot: 2}
	s.reselect()
	if r := s.current(); r.User.Name != "Suzie" || r.Slot != 2 || r.Key.ID != "" {
		t.Fatalf("the selected row is %+v", r)
	}
	s.Update(arrived{generation: s.load.generation, batch: audit.Batch{Events: []audit.Event{
		audit.KeysListed{User: "Suzie", Keys: sketchAccount().keys["Suzie"], At: now},
	}}})
	if got := selectedID(s); got != "Suzie AKIAJ7EXAMPLE0003NEW" {
		t.Errorf("the selection is %s", got)
	}
	if s.selected.key == "" {
		t.Error("the selection does not hold the key's ID")
	}
}

func TestAKeyWithoutItsIDCannotBeCopied(t *testing.T) {
	s := reported(t, 120, 40, 0)
	s.selected = rowID{user: "Suzie", slot: 1}
	s.reselect()
	got := press(s, "y")
	if toast, ok := got[0].(kit.Toast); len(got) != 1 || !ok || !toast.Bad || !strings.Contains(toast.Text, "not known yet") {
		t.Errorf("y yields %v", got)
	}
}

func TestWhereValuesComeFrom(t *testing.T) {
	s := reported(t, 120, 40, 1)
	if got := title(s); got != "report 41 min old · live 0/1" {
		t.Errorf("the status is %q", got)
	}
	say := func(user string, parts ...string) {
		t.Helper()
		i := slices.IndexFunc(s.order, func(i int) bool { return s.rows[i].User.Name == user })
		s.selected = idOf(&s.rows[s.order[i]])
		s.reselect()
		view := ansi.Strip(s.View())
		for _, part := range parts {
			if !strings.Contains(view, part) {
				t.Errorf("of %s, %q is missing in\n%s", user, part, view)
			}
		}
	}
	press(s, "d", "u")
	say("billing-cron", "AKIAIOSFODNN7EXAMPLE", "last used 2 h ago s3 us-east-1 (report 11:19)", "owner finance · purpose monthly bills", "policies billing-read, s3-billing")
	say("ci-deploy", "ci-deploy admin", "slot 1", "(report), ", "administrator", "groups deployers")
	say("legacy-export", "exempt until 2026-04-30: gone in May", "exempt  ")
	if s.counts.Exempt != 1 {
		t.Errorf("%d rows are exempt", s.counts.Exempt)
	}
	say(audit.RootName, "✗ 1 root-key", "✗ root-key", "as root", "console password, MFA")
	say("auditor", "none   ", "   in the report of 11:19", "No key here in the report of 11:19.")

	narrow := reported(t, 80, 24, 1)
	if view := ansi.Strip(framed(narrow)); !strings.Contains(view, "report 11:19, by risk") {
		t.Errorf("at 80 columns the report's time is missing in\n%s", view)
	}
	s.Update(arrived{generation: s.load.generation, batch: audit.Batch{Events: []audit.Event{audit.ReportAwaited{}}}})
	if got := title(s); got != "report in the making · live 0/1" {
		t.Errorf("the status is %q", got)
	}
	denied := &iamops.Problem{Kind: iamops.AccessDenied}
	s.Update(arrived{generation: s.load.generation, batch: audit.Batch{Events: []audit.Event{audit.ReportRead{Problem: denied}}}})
	if got := title(s); got != "no report: access-denied · live 0/1" {
		t.Errorf("the status is %q", got)
	}
}

// gated is a source that lists no keys before its gate opens, and notes whose it lists.
type gated struct {
	*account
	gate chan struct{}

	mu     sync.Mutex
	listed []string
}

func (g *gated) Keys(ctx context.Context, user string) ([]iamops.AccessKey, error) {
	g.mu.Lock()
	g.listed = append(g.listed, user)
	g.mu.Unlock()
	<-g.gate
	return g.account.Keys(ctx, user)
}

// TestTheRowsInViewAreAskedForFirst: of 2,000 users, those whom the screen shows.
func TestTheRowsInViewAreAskedForFirst(t *testing.T) {
	a := manyKeys(2000)
	source := &gated{account: a, gate: make(chan struct{})}
	s := newScreen(t, source, 80, 24, kit.Look{})
	cmd := s.Init()
	for s.Progress().Users < 2000 {
		cmd = s.Update(cmd())
	}
	s.inventory.Apply(audit.ReportRead{Report: reportOf(a)})
	s.recount()
	press(s, "s", "s", "s", "G")
	last := s.rows[s.order[len(s.order)-1]].User.Name
	close(source.gate)
	for s.load.running {
		cmd = s.Update(cmd())
	}
	if at := slices.Index(source.listed, last); at < 0 || at > audit.MaxInFlight+s.table.Visible() {
		t.Errorf("%s, at the end of the list and in view, was listed as number %d", last, at)
	}
	if len(source.listed) != 2000 {
		t.Errorf("%d users were listed", len(source.listed))
	}
}
