package inventory

import (
	"errors"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

// title is the screen's, for the header.
func title(s *Screen) string {
	long, _ := s.Title()
	return long
}

// framed puts the screen into a frame, as the root does.
func framed(s *Screen) string {
	long, short := s.Title()
	return kit.Frame{
		Left: []kit.Part{
			{Text: "keyturn", Style: s.common.Styles.Title, Importance: 1},
			{Text: "acme-prod · 1234-5678-9012", Short: "1234-5678-9012", Pinned: true},
			{Text: "as user/alice", Importance: 2},
			{Text: "profile prod", Pinned: true},
		},
		Right: long, RightShort: short, Body: s.View(), Hints: kit.Footer(s.Keys()),
	}.View(s.common)
}

func requireGolden(t *testing.T, scene string, size uitest.Size, frame string) {
	t.Helper()
	uitest.Layouts{Small: []string{"detail"}}.Require(t, scene, size, frame, ansi.Strip(frame), frame)
}

func TestGolden(t *testing.T) {
	for _, size := range uitest.Sizes {
		t.Run(size.Name+"/list", func(t *testing.T) {
			s := loaded(t, sketchAccount(), size.Width, size.Height)
			requireGolden(t, "list", size, framed(s))
		})
		t.Run(size.Name+"/detail", func(t *testing.T) {
			s := loaded(t, sketchAccount(), size.Width, size.Height)
			s.Select("Suzie", "AKIAJ7EXAMPLE0003NEW")
			press(s, "d")
			requireGolden(t, "detail", size, framed(s))
		})
		t.Run(size.Name+"/filter", func(t *testing.T) {
			s := loaded(t, sketchAccount(), size.Width, size.Height)
			press(s, "/", "e", "x", "p", "i")
			requireGolden(t, "filter", size, framed(s))
		})
		t.Run(size.Name+"/loading", func(t *testing.T) {
			s := halfLoaded(t, size.Width, size.Height)
			requireGolden(t, "loading", size, framed(s))
		})
	}
	t.Run("first frame", func(t *testing.T) {
		s := newScreen(t, sketchAccount(), 80, 24, kit.Look{})
		s.Init()
		golden.RequireEqual(t, ansi.Strip(framed(s)))
	})
	t.Run("no users to be had", func(t *testing.T) {
		a := newAccount()
		a.usersErr = &iamops.Problem{
			Kind: iamops.AccessDenied, Action: "iam:ListUsers", Code: "AccessDenied",
			Message: "User: arn:aws:iam::123456789012:user/alice\nis not authorized", Err: errors.New("403"),
		}
		golden.RequireEqual(t, ansi.Strip(framed(loaded(t, a, 80, 24))))
	})
	t.Run("ascii", func(t *testing.T) {
		s := newScreen(t, sketchAccount(), 120, 24, kit.Look{ASCII: true, NoColor: true})
		drain(s, s.Init())
		golden.RequireEqual(t, ansi.Strip(framed(s)))
	})
}

func TestGoldenStyled(t *testing.T) {
	for name, look := range map[string]kit.Look{"colour": {}, "no colour": {NoColor: true}} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, sketchAccount(), 120, 24, look)
			drain(s, s.Init())
			press(s, "j")
			golden.RequireEqual(t, framed(s))
		})
	}
}

// halfLoaded is a screen in the middle of a load: some keys are listed, one was
// looked up.
func halfLoaded(t *testing.T, width, height int) *Screen {
	a := sketchAccount()
	s := newScreen(t, a, width, height, kit.Look{})
	s.Init()
	s.common.Clock = uitest.NewClock(now.Add(12 * time.Second))
	events := []audit.Event{audit.UsersFound{Users: a.users}}
	for _, u := range a.users[:5] {
		events = append(events, audit.KeysListed{User: u.Name, Keys: a.keys[u.Name]})
	}
	events = append(events, audit.UseLookedUp{
		User: "billing-cron", KeyID: "AKIAIOSFODNN7EXAMPLE", LastUse: a.uses["AKIAIOSFODNN7EXAMPLE"],
	})
	s.Update(arrived{generation: s.load.generation, batch: audit.Batch{Events: events}})
	return s
}
