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
}{{"120x40", 120, 40}, {"80x24", 80, 24}, {"60x15", 60, 15}}

// plain is a view without styles and without the blanks at the lines' ends.
func plain(view string) string {
	lines := strings.Split(ansi.Strip(view), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestGoldenSteps(t *testing.T) {
	for _, size := range sizes {
		for name, state := range scenes() {
			t.Run(size.name+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					golden.RequireEqual(t, plain(newStage(t, state, size.width, size.height).view()))
				})
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
		{"delete", stateAt(rotation.Delete), []string{"n", "M", "P", "L"}},
	}
	for _, size := range sizes {
		for _, q := range questions {
			t.Run(size.name+"/"+q.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					st := newStage(t, q.state, size.width, size.height)
					st.press(q.keys...)
					golden.RequireEqual(t, plain(st.view()))
				})
			})
		}
	}
}

// While somebody else is at work on the user, one can only look on.
func TestGoldenLooksOn(t *testing.T) {
	for _, size := range sizes {
		t.Run(size.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := newStage(t, stateAt(rotation.Deactivate), size.width, size.height)
				st.looksOn()
				golden.RequireEqual(t, plain(st.view()))
			})
		})
	}
}
