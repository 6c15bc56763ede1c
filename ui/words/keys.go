package words

import (
	"fmt"
	"time"

	"keyturn/iamops/rotation"
)

// Key is a key in a line: ID, status, age, last use.
func Key(k rotation.KeyFacts, now time.Time) string {
	if k.Gone {
		return k.ID + ", not there any more"
	}
	status := string(k.Status)
	if status == "" {
		return k.ID + ", not listed yet"
	}
	return fmt.Sprintf("%s, %s, %s old, %s", k.ID, status, shortPeriod(now.Sub(k.Created)), LastUse(k, now))
}
