package inflight

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

const (
	day      = 24 * time.Hour
	oldKeyID = "AKIAIOSFODNN7EXAMPLE"
	newKeyID = "AKIAI44QH8DHBEXAMPLE"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// standing is a rotation that was left at a step some days ago.
func standing(user string, plan rotation.PlanName, step rotation.Step, change func(*desk.Rotation)) desk.Rotation {
	use := iamops.LastUse{State: iamops.Used, At: noon.Add(-2 * time.Hour), Service: "s3", Region: "us-east-1", AsOf: noon}
	st := desk.Rotation{
		Memory: rotation.Memory{
			Kept: rotation.Kept{ID: "r-" + user, User: user, Plan: plan, Step: step, Begun: noon.Add(-5 * day)},
			Last: noon.Add(-3 * day), By: "arn:aws:iam::123456789012:user/alice",
		},
		State: rotation.State{Kept: rotation.Kept{
			ID:       "r-" + user,
			User:     user,
			Plan:     plan,
			Step:     step,
			Phase:    rotation.Ready,
			Secret:   rotation.SecretStored,
			StoredAt: noon.Add(-4 * day),
			Old:      rotation.KeyFacts{ID: oldKeyID, Status: iamops.Active, Created: noon.Add(-412 * day), LastUse: use, LongestGap: time.Hour},
			New:      rotation.KeyFacts{ID: newKeyID, Status: iamops.Active, Created: noon.Add(-5 * day), LastUse: use},
		}, Seen: rotation.Seen{
			ListedAt: noon,
		}},
	}
	if step == rotation.Watch || step == rotation.Delete {
		st.State.Old.Status, st.State.Old.InactiveSince = iamops.Inactive, noon.Add(-3*day)
	}
	if change != nil {
		change(&st)
	}
	st.At = rotation.StandingOf(st.State, rotation.DefaultSettings(), noon)
	return st
}

// several are rotations that wait for all kinds of things.
func several() []desk.Rotation {
	return []desk.Rotation{
		standing("billing-cron", rotation.Rotate, rotation.Distribute, nil),
		standing("ci-deploy", rotation.Rotate, rotation.Distribute, func(st *desk.Rotation) {
			st.State.Old.LastUse.At = noon.Add(-50 * time.Hour)
		}),
		standing("invoice-api", rotation.Rotate, rotation.Watch, nil),
		standing("backup-agent", rotation.Retire, rotation.Watch, func(st *desk.Rotation) {
			st.State.New, st.State.Secret = rotation.KeyFacts{}, rotation.NoSecret
			st.State.Old.InactiveSince = noon.Add(-9 * day)
		}),
		standing("terraform", rotation.Rotate, rotation.Create, func(st *desk.Rotation) { st.State.Secret = rotation.SecretUnknown }),
		standing("web-frontend", rotation.Rotate, rotation.Create, func(st *desk.Rotation) {
			st.State.Phase, st.State.New, st.State.Secret = rotation.Unclear, rotation.KeyFacts{}, rotation.NoSecret
			st.State.Pending = &iamops.Change{Kind: iamops.Create, User: "web-frontend"}
		}),
		standing("data-pipeline", rotation.DiscardStored, rotation.Deactivate, func(st *desk.Rotation) {
			st.State.ListedAt = time.Time{}
			st.Problem = &iamops.Problem{Kind: iamops.AccessDenied, Action: "iam:ListAccessKeys", Message: "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:ListAccessKeys"}
		}),
	}
}

var errNoJournal = errors.New("reading what is under way: permission denied")

// account is a source that answers as the test likes.
type account struct {
	standings []desk.Rotation
	err       error
	asked     int
}

func (a *account) underWay(ctx context.Context) ([]desk.Rotation, error) {
	a.asked++
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return a.standings, a.err
}

// stage is a screen on such an account. Commands run where the test says so.
type stage struct {
	t       *testing.T
	clock   *uitest.Clock
	account *account
	screen  *Screen
}

func newStage(t *testing.T, standings []desk.Rotation, notice string, width, height int) *stage {
	t.Helper()
	st := &stage{t: t, clock: uitest.NewClock(noon), account: &account{standings: standings}}
	common := kit.NewCommon(st.clock, kit.Look{})
	common.Update(tea.WindowSizeMsg{Width: width, Height: height})
	st.screen = New(t.Context(), common, st.account.underWay, Options{Notice: notice})
	return st
}

func (st *stage) load() { st.screen.Update(st.screen.Reload()()) }

// press hands keys over and returns what came of the last one.
func (st *stage) press(keys ...string) tea.Msg {
	var msg tea.Msg
	for _, k := range keys {
		msg = nil
		if cmd := st.screen.Update(uitest.Key(k)); cmd != nil {
			msg = cmd()
			st.screen.Update(msg)
		}
	}
	return msg
}

// view is the screen in its frame.
func (st *stage) view() string {
	s := st.screen
	aside := s.Aside()
	title, _ := s.Title()
	return kit.Frame{
		Left:  []kit.Part{{Text: "keyturn"}, {Text: "acme-prod · 1234-5678-9012", Pinned: true}, {Text: "profile prod", Pinned: true}},
		Right: title, Body: s.View(), Hints: kit.Footer(s.Keys()), Notice: kit.Cell{{Text: aside.Text}},
	}.View(s.common)
}

func (st *stage) want(parts ...string) {
	st.t.Helper()
	view := uitest.Plain(st.view())
	for _, part := range parts {
		if !strings.Contains(view, part) {
			st.t.Fatalf("the view lacks %q:\n%s", part, view)
		}
	}
}
