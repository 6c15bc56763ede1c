package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
)

// events are all the answers about a small account, users first.
func events() []Event {
	k := func(user, id string, age time.Duration) iamops.AccessKey {
		return iamops.AccessKey{UserName: user, ID: id, Status: iamops.Active, Created: now.Add(-age)}
	}
	return []Event{
		UsersFound{Users: []iamops.User{{Name: "web"}, {Name: "Suzie"}, {Name: "none"}, {Name: "locked"}, {Name: "batch"}}},
		UsersEnd{},
		KeysListed{User: "web", Keys: []iamops.AccessKey{k("web", "AKIAWEB", 37*day)}},
		KeysListed{User: "Suzie", Keys: []iamops.AccessKey{
			k("Suzie", "AKIANEW", 3*day), k("Suzie", "AKIAOLD", 120*day),
		}},
		KeysListed{User: "none"},
		KeysListed{User: "locked", Problem: &iamops.Problem{Kind: iamops.AccessDenied}},
		KeysListed{User: "batch", Keys: []iamops.AccessKey{k("batch", "AKIABAT", 700*day)}},
		UseLookedUp{User: "web", KeyID: "AKIAWEB", LastUse: unknown},
		UseLookedUp{User: "Suzie", KeyID: "AKIANEW", LastUse: used(time.Minute)},
		UseLookedUp{User: "Suzie", KeyID: "AKIAOLD", LastUse: used(time.Hour)},
		UseLookedUp{User: "batch", KeyID: "AKIABAT", LastUse: never},
	}
}

// keysOf are the keys of a user as the inventory knows them.
func keysOf(inv *Inventory, user string) []KeyUse {
	if i, ok := inv.index[user]; ok {
		return slices.Clone(inv.users[i].keys)
	}
	return nil
}

func describe(rows []Row) []string {
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		text := strings.TrimSpace(r.User.Name + " " + r.Key.ID)
		if r.Findings != 0 {
			text += ": " + r.Findings.String()
		}
		if r.Rotating {
			text += " (rotating)"
		}
		out = append(out, text)
	}
	return out
}

func TestRowsDoNotDependOnTheOrderOfAnswers(t *testing.T) {
	want := []string{
		"batch AKIABAT: overdue never-used unused",
		"locked: unknown",
		"none",
		"Suzie AKIAOLD: overdue second-active (rotating)",
		"Suzie AKIANEW (rotating)",
		"web AKIAWEB: unknown",
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a repeatable order, nothing secret
	for range 50 {
		inv := NewInventory(DefaultThresholds())
		all := events()
		inv.Apply(all[0])
		listings, lookUps := all[1:7], all[7:]
		for _, part := range [][]Event{listings, lookUps} {
			random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
			for _, e := range part {
				inv.Apply(e)
				inv.AppendRows(nil, now) // sorts in between
			}
		}
		if got := describe(inv.AppendRows(nil, now)); !slices.Equal(got, want) {
			t.Fatalf("rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		p := inv.Progress()
		wantProgress := Progress{
			Users: 5, UsersListed: 4, UsersFailed: 1, Keys: 4, KeysLookedUp: 3, KeysFailed: 1, AllUsers: true,
		}
		if p != wantProgress || !p.Complete() || !p.Failed() {
			t.Fatalf("progress is %+v, want %+v", p, wantProgress)
		}
	}
}

func TestProgressIsCompleteAtTheLastAnswer(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	all := events()
	for i, e := range all {
		if inv.Progress().Complete() {
			t.Errorf("complete after %d of %d answers", i, len(all))
		}
		inv.Apply(e)
	}
	if !inv.Progress().Complete() {
		t.Error("not complete after all answers")
	}
}

func TestCounts(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	for _, e := range events()[:8] {
		inv.Apply(e)
	}
	c := Count(inv.AppendRows(nil, now), now)
	if c.Keys != 4 || c.Users != 3 || c.KeylessRows != 2 || c.Rotating != 1 || c.Oldest != 700*day {
		t.Errorf("counts are %+v", c)
	}
	if c.Of(Overdue) != 2 || c.Of(Unknown) != 5 || c.Awaited != 3 || c.Of(NeverUsed) != 0 || c.Of(findingCount) != 0 {
		t.Errorf("counts of findings are %+v", c)
	}
	if got := len(Ages(inv.AppendRows(nil, now), now)); got != 4 {
		t.Errorf("%d ages, want 4", got)
	}
}

func TestListingAgainKeepsWhatStillHolds(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	for _, e := range events() {
		inv.Apply(e)
	}
	suzie := keysOf(inv, "Suzie")
	inv.Apply(KeysListed{User: "Suzie", Keys: []iamops.AccessKey{suzie[1].Key}})
	if got := keysOf(inv, "Suzie"); len(got) != 1 || got[0] != suzie[1] {
		t.Errorf("after the old key was deleted, the keys are %+v", got)
	}
	inv.Apply(KeysListed{User: "Suzie", Problem: &iamops.Problem{Kind: iamops.Throttled}})
	rows := inv.AppendRows(nil, now)
	i := slices.IndexFunc(rows, func(r Row) bool { return r.User.Name == "Suzie" })
	if !rows[i].HasKey() || !rows[i].Findings.Has(Unknown) || rows[i].Problem().Kind != iamops.Throttled {
		t.Errorf("after a failed listing, the row is %+v", rows[i])
	}
	inv.Apply(KeysListed{User: "stranger", Keys: []iamops.AccessKey{{ID: "AKIAX"}}})
	inv.Apply(UseLookedUp{User: "web", KeyID: "AKIAGONE", LastUse: never})
	if p := inv.Progress(); p.Keys != 3 || keysOf(inv, "stranger") != nil {
		t.Errorf("news of strangers were taken over: %+v", p)
	}
}

func TestArrange(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	all := append([]Event{UsersFound{Users: []iamops.User{{Name: "waiting"}}}}, events()...)
	for _, e := range all {
		inv.Apply(e)
	}
	rows := inv.AppendRows(nil, now)
	tests := []struct {
		query Query
		want  string
	}{
		{Query{Order: ByUser}, "batch locked Suzie-AKIAOLD Suzie-AKIANEW web"},
		{Query{Order: ByRisk}, "batch Suzie-AKIAOLD web locked Suzie-AKIANEW"},
		{Query{Order: ByAge}, "batch Suzie-AKIAOLD web Suzie-AKIANEW locked"},
		{Query{Order: ByLastUse}, "web batch Suzie-AKIAOLD Suzie-AKIANEW locked"},
		{Query{Order: ByUser, Keyless: true}, "batch locked none Suzie-AKIAOLD Suzie-AKIANEW waiting web"},
		{Query{Order: ByUser, Awaited: true}, "batch locked Suzie-AKIAOLD Suzie-AKIANEW waiting web"},
		{Query{Order: ByUser, Text: " SUZ "}, "Suzie-AKIAOLD Suzie-AKIANEW"},
		{Query{Order: ByUser, Text: "akianew"}, "Suzie-AKIANEW"},
		{Query{Order: ByUser, Text: "never"}, "batch"},
		{Query{Order: ByUser, Text: "rotating"}, "Suzie-AKIAOLD Suzie-AKIANEW"},
		{Query{Order: ByUser, Text: "nothing like it"}, ""},
		{Query{Order: ByUser, Finding: Overdue}, "batch Suzie-AKIAOLD"},
		{Query{Order: ByUser, Finding: Overdue, Text: "old"}, "Suzie-AKIAOLD"},
		{Query{Order: ByUser, Finding: Unknown}, "locked web"},
	}
	for _, tt := range tests {
		var got []string
		for _, i := range Arrange(rows, tt.query) {
			name := rows[i].User.Name
			if name == "Suzie" {
				name += "-" + rows[i].Key.ID
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v gives %v, want %s", tt.query, got, tt.want)
		}
	}
	order := ByRisk
	for _, want := range []Order{ByAge, ByLastUse, ByUser, ByRisk} {
		if order = order.Following(); order != want {
			t.Errorf("the order that follows is %s, want %s", order, want)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	inv := NewInventory(DefaultThresholds())
	for i := range 10_000 {
		user := fmt.Sprintf("user-%05d", i)
		inv.Apply(UsersFound{Users: []iamops.User{{Name: user}}})
		inv.Apply(KeysListed{User: user, Keys: []iamops.AccessKey{key("AKIA"+user, time.Duration(i)*time.Hour, iamops.Active)}})
	}
	var rows []Row
	b.Run("AppendRows/10000", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			rows = inv.AppendRows(rows[:0], now)
		}
	})
	for _, q := range []Query{{Order: ByRisk}, {Order: ByLastUse}, {Order: ByUser, Text: "99"}} {
		b.Run(fmt.Sprintf("Arrange/10000/%s/%s", q.Order, q.Text), func(b *testing.B) {
			for range b.N {
				Arrange(rows, q)
			}
		})
	}
}

// TestAUserGoneByTheTimeOfItsListing is no row and no failure, whoever named it before and
// names it after that.
func TestAUserGoneByTheTimeOfItsListing(t *testing.T) {
	gone := KeysListed{User: "vault-bot", Problem: &iamops.Problem{Kind: iamops.NotFound}}
	found := UsersFound{Users: []iamops.User{{Name: "vault-bot"}}}
	details := DetailsRead{Users: []iamops.UserDetail{{Name: "vault-bot"}}}
	for _, events := range [][]Event{{found, gone, details}, {details, gone, found}, {found, details, gone}, {found, gone, found}} {
		inv := NewInventory(DefaultThresholds())
		for _, e := range append(events, UsersEnd{}) {
			inv.Apply(e)
		}
		if p := inv.Progress(); p.Users != 0 || p.Failed() || !p.Complete() || len(inv.AppendRows(nil, now)) != 0 {
			t.Errorf("after %T, %T, %T the progress is %+v", events[0], events[1], events[2], p)
		}
	}
}

// While the report is being made nothing is known of root, and that is shown.
func TestRootIsShownWhileTheReportIsMade(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	root := func() *Row {
		rows := inv.AppendRows(nil, now)
		if i := slices.IndexFunc(rows, func(r Row) bool { return r.Root() }); i >= 0 {
			return &rows[i]
		}
		return nil
	}
	inv.Apply(UsersFound{Users: []iamops.User{{Name: "Suzie"}}})
	if r := root(); r != nil {
		t.Errorf("root is known before anybody asked: %+v", r)
	}
	inv.Apply(ReportAwaited{})
	if r := root(); r == nil || !r.Findings.Has(Unknown) || !r.Awaited() || RootKey.Unclear(inv.Progress()) == nil {
		t.Errorf("root is %+v while the report is made", r)
	}
	inv.Apply(ReportRead{Report: &Report{At: now, Users: []ReportUser{{Name: RootName}}}})
	if r := root(); r != nil || RootKey.Unclear(inv.Progress()) != nil {
		t.Errorf("root has no key, and is shown: %+v", r)
	}
}
