package guide

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"keyturn/iamops/rotation"
)

var sizes = []struct {
	name          string
	width, height int
}{{"120x40", 120, 40}, {"80x24", 80, 24}, {"60x15", 60, 15}, {"200x60", 200, 60}}

// plain is a view without styles and without the blanks at the lines' ends.
func plain(view string) string {
	lines := strings.Split(ansi.Strip(view), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// styled is a view with its styles, and without the blanks at the lines' ends.
func styled(view string) string {
	lines := strings.Split(view, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// requireGolden compares a view that fills its window with what it was, plain and styled.
func requireGolden(t *testing.T, view string, width, height int) {
	t.Helper()
	if err := fits(view, width, height); err != nil {
		t.Error(err)
	}
	t.Run("plain", func(t *testing.T) { golden.RequireEqual(t, plain(view)) })
	t.Run("styled", func(t *testing.T) { golden.RequireEqual(t, styled(view)) })
}

func TestGoldenSteps(t *testing.T) {
	for _, size := range sizes {
		for name, state := range scenes() {
			t.Run(size.name+"/"+name, func(t *testing.T) {
				var view string
				synctest.Test(t, func(t *testing.T) { view = newStage(t, state, size.width, size.height).view() })
				requireGolden(t, view, size.width, size.height)
			})
		}
	}
}

// The questions of every change, as they stand when they open.
func TestGoldenQuestions(t *testing.T) {
	questions := []struct {
		name  string
		state rotation.State
		keys  []string
	}{
		{"create", stateAt(rotation.Create), []string{"n"}},
		{"stored", stateAt(rotation.Store), []string{"n"}},
		{"secret-shown", stateAt(rotation.Store), []string{"v"}},
		{"give-up", stateAt(rotation.Store), []string{"D"}},
		{"leave-with-secret", stateAt(rotation.Store), []string{"esc"}},
		{"deactivate", stateAt(rotation.Deactivate), []string{"n"}},
		{"deactivate-reason", shutGate(), []string{"n"}},
		{"roll-back", stateAt(rotation.Watch), []string{"R"}},
		{"have-secret", scenes()["secret-unknown"], []string{"n"}},
		{"add-target", stateAt(rotation.Store), []string{"a"}},
		{"search", stateAt(rotation.Distribute), []string{"f"}},
		{"hand-over", stateAt(rotation.Distribute), []string{"o"}},
		{"not-asked", usedScenes()["users-watch"], []string{"n"}},
		{"not-allowed", usedScenes()["not-allowed"], []string{"n"}},
		{"delete", stateAt(rotation.Delete), []string{"n", "M", "P", "L"}},
	}
	for _, size := range sizes {
		for _, q := range questions {
			t.Run(size.name+"/"+q.name, func(t *testing.T) {
				var view string
				synctest.Test(t, func(t *testing.T) {
					st := newStage(t, q.state, size.width, size.height)
					st.press(q.keys...)
					view = st.view()
				})
				requireGolden(t, view, size.width, size.height)
			})
		}
	}
}

// While somebody else is at work on the user, one can only look on.
func TestGoldenLooksOn(t *testing.T) {
	for _, size := range sizes {
		t.Run(size.name, func(t *testing.T) {
			var view string
			synctest.Test(t, func(t *testing.T) {
				st := newStage(t, stateAt(rotation.Deactivate), size.width, size.height)
				st.looksOn()
				view = st.view()
			})
			requireGolden(t, view, size.width, size.height)
		})
	}
}
