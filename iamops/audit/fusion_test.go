package audit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
)

// reporting is a source with a credential report, and with details of its users.
type reporting struct {
	*source
	csv      string
	takes    time.Duration // from the first GenerateReport; 0 is no time
	refuses  error         // of GenerateReport
	failing  error         // of Report
	made     time.Time     // by the bubble's clock
	generate []time.Duration
	get      []time.Duration
	start    time.Time
	details  []iamops.UserDetail
	denied   error // of Details
}

func code(c string) *iamops.Problem { return &iamops.Problem{Kind: iamops.Rejected, Code: c} }

func (r *reporting) GenerateReport(ctx context.Context) (bool, error) {
	r.generate = append(r.generate, time.Since(r.start))
	if err := r.call(ctx, "generate"); err != nil || r.refuses != nil {
		return false, errors.Join(err, r.refuses)
	}
	if r.made.IsZero() {
		r.made = time.Now()
	}
	return time.Since(r.made) >= r.takes, nil
}

func (r *reporting) Report(ctx context.Context) ([]byte, time.Time, error) {
	r.get = append(r.get, time.Since(r.start))
	err := r.call(ctx, "report")
	switch {
	case err != nil || r.failing != nil:
		return nil, time.Time{}, errors.Join(err, r.failing)
	case r.made.IsZero():
		return nil, time.Time{}, code("ReportNotPresent")
	case time.Since(r.made) < r.takes:
		return nil, time.Time{}, code("ReportInProgress")
	}
	return []byte(r.csv), now, nil
}

func (r *reporting) Details(ctx context.Context) ([]iamops.UserDetail, error) {
	return r.details, errors.Join(r.call(ctx, "details"), r.denied)
}

// loadReporting loads in a bubble and returns what the inventory then knows, and the
// events.
func loadReporting(t *testing.T, r *reporting, l Loader) (*Inventory, []Event) {
	t.Helper()
	inv := NewInventory(DefaultThresholds())
	var events []Event
	synctest.Test(t, func(t *testing.T) {
		r.start = time.Now()
		l.Source, l.Clock = r, clockAt(now)
		err := l.Load(t.Context(), func(e Event) {
			events = append(events, e)
			inv.Apply(e)
		})
		if err != nil {
			t.Error(err)
		}
	})
	return inv, events
}

// suzies are the keys of Suzie as the report of the test has them, and bob has none.
func suzies(user string) ([]iamops.AccessKey, error) {
	if user != "Suzie" {
		return []iamops.AccessKey{}, nil
	}
	return []iamops.AccessKey{
		{UserName: user, ID: "AKIAOLD", Status: iamops.Active, Created: now.Add(-97 * day)},
		{UserName: user, ID: "AKIAOFF", Status: iamops.Inactive, Created: now.Add(-300 * day)},
	}, nil
}

func ofSuzie() *source {
	return &source{users: 2, names: []string{"Suzie", "bob"}, delay: 60 * time.Millisecond, keysOf: suzies, useOf: usedToday}
}

func TestWhereThereIsAReportTwoCallsTellEveryAge(t *testing.T) {
	r := &reporting{source: ofSuzie(), csv: reportHead + rootLine + suzieLine + bobLine}
	var atReport []Row
	inv := NewInventory(DefaultThresholds())
	synctest.Test(t, func(t *testing.T) {
		err := Loader{Source: r}.Load(t.Context(), func(e Event) {
			inv.Apply(e)
			if _, ok := e.(ReportRead); ok {
				atReport = inv.AppendRows(nil, now)
				if !slices.Equal(r.begun, []string{"generate", "report"}) {
					t.Errorf("when the report is there, the calls made are %v", r.begun)
				}
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	want := []string{"<root_account>: root-key overdue unused", "bob", "Suzie: overdue", "Suzie: inactive"}
	if got := describe(atReport); !slices.Equal(got, want) {
		t.Fatalf("with the report alone, the rows are %q", got)
	}
	suzie := atReport[2]
	if suzie.Slot != 1 || suzie.KeySeen != (Provenance{FromReport, now}) || suzie.UseSeen != suzie.KeySeen || suzie.LastUse.Service != "s3" ||
		suzie.Awaited() || suzie.Console.Password != Yes || suzie.Next() != Rotate || atReport[0].Next() != AsRoot || !atReport[0].Administrator() {
		t.Errorf("a row is %+v", suzie)
	}
	if bob := atReport[1]; bob.HasKey() || bob.Listed || !bob.ReportAt.Equal(now) || bob.Awaited() {
		t.Errorf("of whom the report knows no key is %+v", bob)
	}
	if n := len(Arrange(atReport, Query{})); n != 3 {
		t.Errorf("%d rows are shown, want those with a key", n)
	}

	after := inv.AppendRows(nil, now)
	want = []string{"<root_account>: root-key overdue unused", "bob", "Suzie AKIAOFF: inactive", "Suzie AKIAOLD: overdue"}
	if got := describe(after); !slices.Equal(got, want) {
		t.Errorf("with the live values, the rows are %q", got)
	}
	if old := after[3]; old.Slot != 1 || old.KeySeen.Origin != Live || old.UseSeen.Origin != Live || old.LastUse.Service != "" {
		t.Errorf("a row is %+v", old)
	}
	p := inv.Progress()
	if !p.Complete() || p.Failed() || p.Users != 2 || p.Keys != 2 || p.Report != ReportKnown || !p.ReportAt.Equal(now) {
		t.Errorf("progress is %+v", p)
	}
}

func TestTheLiveWayDoesNotWaitForAReportInTheMaking(t *testing.T) {
	r := &reporting{source: ofSuzie(), csv: reportHead + suzieLine, takes: 5 * time.Second}
	inv, events := loadReporting(t, r, Loader{})
	kinds := kindsOf(events)
	if kinds[0] != "awaited" || kinds[len(kinds)-1] != "report" || !slices.Contains(kinds, "use") {
		t.Errorf("the events are %v", kinds)
	}
	// Generated once, then asked for each 2 s and the time that a call takes.
	const c = 60 * time.Millisecond
	if want := []time.Duration{2*time.Second + c, 4*time.Second + 2*c, 6*time.Second + 3*c}; !slices.Equal(r.get, want) || len(r.generate) != 1 {
		t.Errorf("the report was asked for after %v, generated after %v", r.get, r.generate)
	}
	if p := inv.Progress(); p.Report != ReportKnown || !p.Complete() {
		t.Errorf("progress is %+v", p)
	}
}

func kindsOf(events []Event) []string {
	var kinds []string
	for _, e := range events {
		kind := "other"
		switch e.(type) {
		case ReportAwaited:
			kind = "awaited"
		case ReportRead:
			kind = "report"
		case UseLookedUp:
			kind = "use"
		}
		kinds = append(kinds, kind)
	}
	return kinds
}

func TestWithoutAReportTheLiveWayAlone(t *testing.T) {
	denied := &iamops.Problem{Kind: iamops.AccessDenied, Action: "iam:GenerateCredentialReport"}
	for name, tc := range map[string]struct {
		source reporting
		kind   iamops.ProblemKind
		gets   int
	}{
		"not allowed":                  {reporting{refuses: denied, failing: denied}, iamops.AccessDenied, 1},
		"not allowed to ask, and none": {reporting{refuses: denied}, iamops.AccessDenied, 1},
		"throttled":                    {reporting{refuses: &iamops.Problem{Kind: iamops.Throttled}}, iamops.Throttled, 1},
		"malformed":                    {reporting{csv: "<html>"}, iamops.Malformed, 1},
		"unreachable":                  {reporting{refuses: &iamops.Problem{Kind: iamops.Unreachable}}, iamops.Unreachable, 0},
		"never ready":                  {reporting{takes: time.Hour}, iamops.TimedOut, reportPolls},
		"always expired":               {reporting{failing: code("ReportExpired")}, iamops.TimedOut, reportPolls},
		"lost":                         {reporting{failing: &iamops.Problem{Kind: iamops.Lost}}, iamops.Lost, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := tc.source
			r.source = ofSuzie()
			inv, _ := loadReporting(t, &r, Loader{})
			p := inv.Progress()
			if p.Report != ReportFailed || p.ReportProblem == nil || p.ReportProblem.Kind != tc.kind || len(r.get) != tc.gets {
				t.Errorf("after %d questions, progress is %+v with %v", len(r.get), p, p.ReportProblem)
			}
			if !p.Complete() || p.Failed() || p.KeysLookedUp != 2 {
				t.Errorf("the live way came to %+v", p)
			}
			if root := inv.AppendRows(nil, now)[0]; !root.Root() || root.Findings != SetOf(Unknown) || root.Problem() != p.ReportProblem {
				t.Errorf("of root, nothing is known, and its row is %+v", root)
			}
		})
	}
}

func TestAnExpiredReportIsMadeAgain(t *testing.T) {
	r := &expiring{reporting{source: ofSuzie(), csv: reportHead + suzieLine}}
	synctest.Test(t, func(t *testing.T) {
		r.start = time.Now()
		inv := NewInventory(DefaultThresholds())
		if err := (Loader{Source: r}).Load(t.Context(), inv.Apply); err != nil {
			t.Error(err)
		}
		if p := inv.Progress(); p.Report != ReportKnown || len(r.generate) != 2 || len(r.get) != 2 {
			t.Errorf("progress is %+v after %v and %v", p, r.generate, r.get)
		}
	})
}

// expiring is a source whose report expires between the first two calls.
type expiring struct{ reporting }

func (r *expiring) Report(ctx context.Context) ([]byte, time.Time, error) {
	content, made, err := r.reporting.Report(ctx)
	if len(r.get) == 1 {
		return nil, time.Time{}, code("ReportExpired")
	}
	return content, made, err
}

// TestAReportThatNobodyAnswersHoldsUpNothing: a call for it hangs for an hour, the first
// or the second, soon or late.
func TestAReportThatNobodyAnswersHoldsUpNothing(t *testing.T) {
	for _, takes := range []time.Duration{time.Hour, time.Second, 10 * time.Second} {
		r := &hanging{reporting{source: ofSuzie()}, takes}
		r.delay = 8 * time.Second // so that there is something to hold up
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			inv := NewInventory(DefaultThresholds())
			if err := (Loader{Source: r}).Load(ctx, inv.Apply); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the load ends with %v", err)
			}
			if p := inv.Progress(); p.KeysLookedUp != 2 {
				t.Errorf("the first call took %v; progress is %+v", takes, p)
			}
		})
	}
}

// hanging is a source whose report takes a while to be asked for, and for ever to get.
type hanging struct {
	reporting
	takes time.Duration
}

func (h *hanging) GenerateReport(ctx context.Context) (bool, error) {
	iamops.Sleep(ctx, h.takes)
	return true, ctx.Err()
}

func (*hanging) Report(ctx context.Context) ([]byte, time.Time, error) {
	iamops.Sleep(ctx, time.Hour)
	return nil, time.Time{}, ctx.Err()
}

func TestTheReportOnly(t *testing.T) {
	r := &reporting{source: ofSuzie(), csv: reportHead + rootLine + suzieLine + bobLine, takes: 3 * time.Second}
	inv, _ := loadReporting(t, r, Loader{ReportOnly: true})
	p := inv.Progress()
	if !p.Complete() || p.Failed() || slices.ContainsFunc(r.begun, func(c string) bool { return c != "generate" && c != "report" }) {
		t.Errorf("after %v, progress is %+v", r.begun, p)
	}
	if c := Count(inv.AppendRows(nil, now), now); c.Keys != 3 || c.Awaited != 0 || c.Of(RootKey) != 1 || c.Of(Unknown) != 0 {
		t.Errorf("counts are %+v", c)
	}

	for _, source := range []Source{ofSuzie(), &reporting{source: ofSuzie(), csv: "nonsense"}} {
		inv := NewInventory(DefaultThresholds())
		if err := (Loader{Source: source, ReportOnly: true}).Load(t.Context(), inv.Apply); err != nil {
			t.Error(err)
		}
		if p := inv.Progress(); !p.Failed() || p.Users != 0 {
			t.Errorf("progress is %+v", p)
		}
	}
}

// TestAUserOfTheReportAlone: one who was deleted since is no row, and no failure; one
// whom the list of users does not name yet is a row.
func TestAUserOfTheReportAlone(t *testing.T) {
	s := ofSuzie()
	s.keysOf = func(user string) ([]iamops.AccessKey, error) {
		if user == "gone" {
			return nil, &iamops.Problem{Kind: iamops.NotFound}
		}
		return []iamops.AccessKey{{UserName: user, ID: "AKIA" + user, Status: iamops.Active, Created: now.Add(-day)}}, nil
	}
	r := &reporting{source: s, csv: reportHead + suzieLine + strings.Replace(bobLine, "bob", "gone", 1) + strings.Replace(suzieLine, "Suzie", "late", 1)}
	inv, _ := loadReporting(t, r, Loader{})
	if got := describe(inv.AppendRows(nil, now)); !slices.Equal(got, []string{RootName + ": unknown", "bob AKIAbob", "late AKIAlate", "Suzie AKIASuzie"}) {
		t.Errorf("rows are %q", got)
	}
	if p := inv.Progress(); p.Users != 3 || !p.Complete() || p.Failed() {
		t.Errorf("progress is %+v", p)
	}
	inv.Apply(UsersFound{Users: []iamops.User{{Name: "gone"}}}) // made again
	if p := inv.Progress(); p.Users != 4 || p.Complete() {
		t.Errorf("progress is %+v", p)
	}
}

// TestAFailedListingLeavesTheReport: what it says stands, beside why it is not known whether
// it still holds.
func TestAFailedListingLeavesTheReport(t *testing.T) {
	s := ofSuzie()
	s.keysOf = func(string) ([]iamops.AccessKey, error) { return nil, &iamops.Problem{Kind: iamops.Throttled} }
	unusedLine := strings.Replace(suzieLine, "2026-03-01T11:00:00+00:00,eu-west-1,s3", "N/A,N/A,N/A", 1)
	r := &reporting{source: s, csv: reportHead + rootWithoutKeys + unusedLine}
	inv, events := loadReporting(t, r, Loader{})
	before := NewInventory(DefaultThresholds())
	before.Apply(events[0])
	if got := describe(before.AppendRows(nil, now)); got[0] != "Suzie: overdue never-used unused" {
		t.Errorf("with the report alone, the rows are %q", got)
	}
	rows := inv.AppendRows(nil, now)
	if got := describe(rows); !slices.Equal(got, []string{"bob: unknown", "Suzie: overdue never-used unused unknown", "Suzie: unknown inactive"}) {
		t.Errorf("rows are %q", got)
	}
	if rows[1].Problem().Kind != iamops.Throttled || rows[1].LastUse.State != iamops.NeverUsed || rows[1].UseSeen.Origin != FromReport {
		t.Errorf("a row is %+v", rows[1])
	}
}

func TestDetailsBecomeColumns(t *testing.T) {
	details := []iamops.UserDetail{
		{Name: "bob", Administrator: true},
		{Name: "Suzie", Tags: map[string]string{"Owner": "photo-team", "AKIAOLD": "photo buckets", "use": "photos"}, Policies: []string{"s3"}},
	}
	r := &reporting{source: ofSuzie(), csv: reportHead + rootWithoutKeys + suzieLine, details: details}
	inv, _ := loadReporting(t, r, Loader{})
	inv.SetRules(Rules{OwnerTags: []string{"team", "owner"}, PurposeTags: []string{"purpose", "use"}})
	rows := inv.AppendRows(nil, now)
	if bob := rows[0]; !bob.Administrator() || bob.Owner != "" {
		t.Errorf("bob is %+v", bob)
	}
	if suzie := rows[2]; suzie.Owner != "photo-team" || suzie.Purpose != "photos" || suzie.Description != "photo buckets" || suzie.Administrator() {
		t.Errorf("Suzie is %+v", suzie)
	}
	if off := rows[1]; off.Description != "" {
		t.Errorf("a key without a description is %+v", off)
	}
	if got := Arrange(rows, Query{Text: "PHOTO-"}); len(got) != 2 {
		t.Errorf("the owner's name finds %v", got)
	}
	r = &reporting{source: ofSuzie(), csv: reportHead, denied: &iamops.Problem{Kind: iamops.AccessDenied}, details: details}
	inv, _ = loadReporting(t, r, Loader{})
	if p := inv.Progress(); p.DetailsProblem == nil || p.Failed() || !p.Complete() || inv.AppendRows(nil, now)[0].Detail != nil {
		t.Errorf("progress is %+v", p)
	}
}
