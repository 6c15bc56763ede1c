package words

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// A key that a colleague made and switched off minutes ago is not a forgotten one.
func TestFindingsFreshKey(t *testing.T) {
	t.Run("small-1.9", func(t *testing.T) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for age, forgotten := range map[time.Duration]bool{19 * time.Minute: false, 40 * 24 * time.Hour: true} {
			s := rotation.State{Kept: rotation.Kept{
				User: "Suzie",
				Plan: rotation.Rotate,
				Step: rotation.Check,
			}, Seen: rotation.Seen{
				ListedAt: now,
				Listed: []iamops.AccessKey{
					{ID: "AKIAOLDKEYEXAMPLE000", Status: iamops.Active, Created: now.Add(-400 * 24 * time.Hour)},
					{ID: "AKIANEWKEYEXAMPLE000", Status: iamops.Inactive, Created: now.Add(-age)},
				},
			}}
			said := strings.Join(TwoKeys(s), " ")
			if strings.Contains(said, "forgotten") != forgotten || !strings.Contains(said, "AKIANEWKEYEXAMPLE000 is Inactive") {
				t.Errorf("%s old: %s", age, said)
			}
		}
	})
}
