package words

import (
	"fmt"
	"time"

	"keyturn/iamops/rotation"
)

// Descriptions are what the console's descriptions say of the user's keys, a line each.
func Descriptions(s rotation.State) []string {
	var lines []string
	for _, k := range s.Listed {
		if text := s.Descriptions[k.ID]; text != "" {
			lines = append(lines, fmt.Sprintf("%s is described as %q", k.ID, text))
		}
	}
	return lines
}

// Key is a key in a line: ID, status, age, last use.
func Key(k rotation.KeyFacts, now time.Time) string {
	if k.Gone {
		return k.ID + ", not there any more: no list shows it"
	}
	if k.Unlisted {
		return k.ID + ", created; no list shows it yet"
	}
	status := string(k.Status)
	if status == "" {
		return k.ID + ", not listed yet"
	}
	return fmt.Sprintf("%s, %s, %s old, %s", k.ID, status, shortPeriod(now.Sub(k.Created)), LastUse(k, now))
}
