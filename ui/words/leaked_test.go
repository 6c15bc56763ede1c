package words

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// A leaked key goes off after one confirmation, which names who uses it, as far as is known.
func TestTheConfirmationForALeakedKeyNamesItsUsers(t *testing.T) {
	users := func(n int) []iamops.KeyUser {
		var users []iamops.KeyUser
		for i := range n {
			users = append(users, iamops.KeyUser{Agent: fmt.Sprintf("app-%d", i), Address: "10.0.0.1", Count: 1})
		}
		return append(users, iamops.KeyUser{Agent: "refused", Address: "10.0.0.2", Refused: 1})
	}
	looked := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		plan     rotation.PlanName
		evidence iamops.Evidence
		want     string
	}{
		"some":            {rotation.Leaked, iamops.Evidence{AsOf: looked, Old: users(2)}, " Used by: app-0 at 10.0.0.1, app-1 at 10.0.0.1."},
		"the new key":     {rotation.LeakedNew, iamops.Evidence{AsOf: looked, Old: users(1)}, " Used by: app-0 at 10.0.0.1."},
		"many":            {rotation.Leaked, iamops.Evidence{AsOf: looked, Old: users(6)}, "app-3 at 10.0.0.1 and 2 more, all named in this step."},
		"not all read":    {rotation.Leaked, iamops.Evidence{Old: users(1)}, " Used by: app-0 at 10.0.0.1; not all of the event history is read yet."},
		"nobody":          {rotation.Leaked, iamops.Evidence{AsOf: looked, Old: users(0)}, " shows nobody who uses it, which proves nothing."},
		"nothing read":    {rotation.LeakedAlone, iamops.Evidence{}, " Who uses it is not known yet."},
		"guards stand by": {rotation.Rotate, iamops.Evidence{AsOf: looked, Old: users(2)}, " It can be reactivated."},
	} {
		t.Run(name, func(t *testing.T) {
			s := rotation.State{Kept: rotation.Kept{Plan: tc.plan, User: "Suzie"}, Seen: rotation.Seen{Evidence: tc.evidence}}
			if got := Effect(rotation.Offer{Decision: rotation.MakeChange, Change: iamops.Deactivate, KeyID: "AKIAI44QH8DHBEXAMPLE"}, s); !strings.HasSuffix(got, tc.want) {
				t.Errorf("it says %q, not %q", got, tc.want)
			}
		})
	}
}
