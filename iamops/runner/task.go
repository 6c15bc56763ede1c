package runner

import "keyturn/iamops/rotation"

// Begun is the task's plan: Rotate if it names none.
func (t Task) plan() rotation.PlanName {
	if t.Plan == "" {
		return rotation.Rotate
	}
	return t.Plan
}

// MetBy reports whether a rotation is the one that the task asks for.
func (t Task) MetBy(s rotation.State) bool {
	return s.User == t.User && s.Plan == t.plan() && (t.KeyID == "" || t.KeyID == s.Old.ID || t.KeyID == s.New.ID)
}

// GoesBefore reports whether a rotation of the task's user goes before the task: it is
// not over, and something was decided in it. A user has one rotation at a time.
func GoesBefore(s rotation.State) bool { return !s.Over() && (s.Turn > 0 || s.Recalled) }
