package inventory

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// framed puts the screen into a frame, as the root does.
func framed(s *Screen) string {
	return kit.Frame{
		Left: []kit.Part{
			{Text: "keyturn", Style: s.common.Styles.Title, Importance: 1},
			{Text: "acme-prod · 1234-5678-9012", Short: "1234-5678-9012", Pinned: true},
			{Text: "as user/alice", Importance: 2},
			{Text: "profile prod", Pinned: true},
		},
		Right: s.Status(), RightShort: s.ShortStatus(), Body: s.View(), Hints: s.ShortHelp(),
	}.View(s.common)
}

// requireGolden compares a frame that fills its window with what it was, plain and styled.
func requireGolden(t *testing.T, frame string, width, height int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != height {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for _, l := range lines {
		if got := kit.Width(l); got != width {
			t.Errorf("a line of %d cells, want %d: %q", got, width, l)
		}
	}
	t.Run("plain", func(t *testing.T) { golden.RequireEqual(t, ansi.Strip(frame)) })
	t.Run("styled", func(t *testing.T) { golden.RequireEqual(t, frame) })
}

func TestGolden(t *testing.T) {
	sizes := []struct {
		name          string
		width, height int
	}{{"120x40", 120, 40}, {"80x24", 80, 24}, {"60x15", 60, 15}, {"200x60", 200, 60}}
	for _, size := range sizes {
		t.Run(size.name+"/list", func(t *testing.T) {
			s := loaded(t, sketchAccount(), size.width, size.height)
			requireGolden(t, framed(s), size.width, size.height)
		})
		t.Run(size.name+"/detail", func(t *testing.T) {
			s := loaded(t, sketchAccount(), size.width, size.height)
			s.Select("Suzie", "AKIAJ7EXAMPLE0003NEW")
			press(s, "d")
			requireGolden(t, framed(s), size.width, size.height)
		})
		t.Run(size.name+"/filter", func(t *testing.T) {
			s := loaded(t, sketchAccount(), size.width, size.height)
			press(s, "/", "e", "x", "p", "i")
			requireGolden(t, framed(s), size.width, size.height)
		})
		t.Run(size.name+"/loading", func(t *testing.T) {
			s := halfLoaded(t, size.width, size.height)
			requireGolden(t, framed(s), size.width, size.height)
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
	s.common.Clock = &fixedClock{now.Add(12 * time.Second)}
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
