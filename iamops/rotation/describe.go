package rotation

import (
	"fmt"
	"time"
)

// Description is what a colleague is told of a key that plays a part: whose rotation it
// is, and where it stands. IAM allows letters, digits, spaces and _.:/=+-@ in it.
type Description struct {
	KeyID string
	Text  string
}

// DescriptionsOf are the descriptions that fit a state, of the keys that are there.
func DescriptionsOf(s State, now time.Time) []Description {
	var all []Description
	add := func(k KeyFacts, part string) {
		if k.Known() && !k.Gone {
			all = append(all, Description{k.ID, fmt.Sprintf("keyturn %s: %s - step %s since %s by %s",
				s.ID, part, s.Step, now.UTC().Format("2006-01-02T15:04Z"), s.Caller.ShortARN())})
		}
	}
	switch {
	case s.Over():
		add(s.New, "rotated")
	case s.New.Known():
		add(s.Old, "old key - new is "+s.New.ID)
		add(s.New, "new key - old is "+s.Old.ID)
	default:
		add(s.Old, "plan "+string(s.Plan))
	}
	return all
}
