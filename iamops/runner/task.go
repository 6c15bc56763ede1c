package runner

import "keyturn/iamops/rotation"

// MetBy reports whether a rotation is the one that the task asks for. Giving up a new
// key is a part of the rotation that made it.
func (t Task) MetBy(s rotation.State) bool {
	leaked := rotation.PlanOf(t.Plan).OffFirst() == rotation.PlanOf(s.Plan).OffFirst()
	samePlan := leaked && (t.Plan == rotation.Retire) == (s.Plan == rotation.Retire)
	return s.User == t.User && samePlan && (t.KeyID == "" || t.KeyID == s.Old.ID || t.KeyID == s.New.ID)
}

// GoesBefore reports whether a rotation goes before any other task of its user: it is
// not over, and something was decided in it. A user has one rotation at a time.
func GoesBefore(s rotation.State) bool { return !s.Over() && (s.Turn > 0 || s.Recalled) }
