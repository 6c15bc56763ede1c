package inventory

import (
	"testing"

	"keyturn/ui/kit"
)

// After a renewal what failed is asked for again, and only then.
func TestRenewedSessions(t *testing.T) {
	s := loaded(t, sketchAccount(), 120, 40)
	if s.Update(kit.SessionRenewed{}) == nil {
		t.Error("what was throttled is not asked for again")
	}
	whole := newAccount()
	s = loaded(t, whole, 120, 40)
	if s.Update(kit.SessionRenewed{}) != nil {
		t.Error("what is whole is loaded again")
	}
}
