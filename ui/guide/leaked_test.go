package guide

import (
	"testing"

	"keyturn/iamops/rotation"
)

// A key that has leaked is asked about by one key at every step: which it is, where there are
// several, and none of them is chosen by enter alone.
func TestALeakAsksWhichKey(t *testing.T) {
	for _, step := range []rotation.Step{rotation.Store, rotation.Distribute, rotation.Deactivate, rotation.Watch, rotation.Delete} {
		bubble(t, stateAt(step), func(st *stage) {
			st.press("!")
			st.wantView("old key: "+oldKeyID, "new key: "+newKeyID)
			st.press("enter")
			st.wantDecisions()
			st.press("!")
			st.press("right")
			st.press("right")
			st.press("enter")
			st.wantDecisions(rotation.Decide{Decision: rotation.Leak, KeyID: newKeyID})
		})
	}
}

// Before a leaked old key is off, the secret of the new one is held: leaving is no dead end.
func TestLeavingWithALeakedKeyAndASecret(t *testing.T) {
	leaking := with(stateAt(rotation.Store), func(s *rotation.State) { s.Plan, s.Step = rotation.Leaked, rotation.Deactivate })
	bubble(t, leaking, func(st *stage) {
		st.press("esc")
		st.press("tab")
		st.press("enter")
		st.wantDecisions(rotation.Decide{Decision: rotation.KeepNew})
	})
}
