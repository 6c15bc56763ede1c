package guide

import (
	"testing"
	"testing/synctest"

	"keyturn/iamops/rotation"
	"keyturn/ui/uitest"
)

var steps = uitest.Layouts{
	Large: []string{
		"check", "create", "store", "store-targets", "distribute", "users-distribute", "deactivate", "watch", "delete", "done",
		"leaked-review", "two-keys-both-live",
	},
	Small:  []string{"store"},
	Styled: []string{"store-targets", "deactivate-not-quiet"},
}

var questions = uitest.Layouts{Large: []string{"deactivate-reason"}, Small: []string{"delete"}, Styled: []string{"delete"}}

func requireGolden(t *testing.T, l uitest.Layouts, scene string, size uitest.Size, view string) {
	t.Helper()
	l.Require(t, scene, size, view, uitest.Plain(view), uitest.Trimmed(view))
}

func TestGoldenSteps(t *testing.T) {
	for _, size := range uitest.Sizes {
		for name, state := range scenes() {
			t.Run(size.Name+"/"+name, func(t *testing.T) {
				var view string
				synctest.Test(t, func(t *testing.T) { view = newStage(t, state, size.Width, size.Height).view() })
				requireGolden(t, steps, name, size, view)
			})
		}
	}
}

// The questions of every change, as they stand when they open.
func TestGoldenQuestions(t *testing.T) {
	asked := []struct {
		name  string
		state rotation.State
		keys  []string
	}{
		{"create", stateAt(rotation.Create), []string{"n"}},
		{"stored", with(stateAt(rotation.Store), lent), []string{"n"}},
		{"secret-shown", stateAt(rotation.Store), []string{"v"}},
		{"give-up", stateAt(rotation.Store), []string{"D"}},
		{"leave-with-secret", stateAt(rotation.Store), []string{"esc"}},
		{"deactivate", stateAt(rotation.Deactivate), []string{"n"}},
		{"deactivate-reason", shutGate(), []string{"n"}},
		{"roll-back", stateAt(rotation.Watch), []string{"R"}},
		{"have-secret", with(scenes()["secret-unknown"], lent), []string{"n"}},
		{"add-target", stateAt(rotation.Store), []string{"a"}},
		{"search", stateAt(rotation.Distribute), []string{"f"}},
		{"hand-over", stateAt(rotation.Distribute), []string{"o"}},
		{"not-asked", usedScenes()["users-watch"], []string{"n"}},
		{"not-allowed", usedScenes()["not-allowed"], []string{"n"}},
		{"delete", stateAt(rotation.Delete), []string{"n", "M", "P", "L"}},
	}
	for _, size := range uitest.Sizes {
		for _, q := range asked {
			t.Run(size.Name+"/"+q.name, func(t *testing.T) {
				var view string
				synctest.Test(t, func(t *testing.T) {
					st := newStage(t, q.state, size.Width, size.Height)
					st.press(q.keys...)
					view = st.view()
				})
				requireGolden(t, questions, q.name, size, view)
			})
		}
	}
}

// While somebody else is at work on the user, one can only look on.
func TestGoldenLooksOn(t *testing.T) {
	for _, size := range uitest.Sizes {
		t.Run(size.Name, func(t *testing.T) {
			var view string
			synctest.Test(t, func(t *testing.T) {
				st := newStage(t, stateAt(rotation.Deactivate), size.Width, size.Height)
				st.looksOn()
				view = st.view()
			})
			requireGolden(t, uitest.Layouts{}, "looks-on", size, view)
		})
	}
}
