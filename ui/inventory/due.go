package inventory

import "keyturn/iamops/audit"

// NextDue is what the audit suggests about the gravest key of another user that breaks a
// rule; false if there is none.
func (s *Screen) NextDue(but string) (Chosen, audit.Finding, bool) {
	for _, i := range audit.Arrange(s.rows, audit.Query{}) {
		r := &s.rows[i]
		switch r.Next() {
		case audit.Rotate, audit.Retire, audit.Delete, audit.Leaked:
			if counted := r.Counted().List(); r.User.Name != but && r.Key.ID != "" && len(counted) > 0 {
				return Chosen{User: r.User.Name, KeyID: r.Key.ID, Next: r.Next()}, counted[0], true
			}
		case audit.AsRoot, audit.GoOn, audit.LookAgain, audit.Nothing:
		}
	}
	return Chosen{}, audit.NoFinding, false
}
