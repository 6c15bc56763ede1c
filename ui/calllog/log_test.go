package calllog

import (
	"fmt"
	"testing"

	"keyturn/iamops"
)

// The log keeps the last calls, and counts all.
func TestTheCallLogIsBounded(t *testing.T) {
	log := NewLog()
	for i := range keptCalls + 7 {
		c := Call{Action: fmt.Sprint(i)}
		if i%2 == 0 {
			c.Problem = iamops.Throttled
		}
		log.Add(c)
	}
	kept := log.newest()
	if len(kept) != keptCalls || kept[0].Action != fmt.Sprint(keptCalls+6) || kept[keptCalls-1].Action != "7" {
		t.Fatalf("%d kept, from %s to %s", len(kept), kept[0].Action, kept[len(kept)-1].Action)
	}
	if kept[0].number != keptCalls+7 || kept[keptCalls-1].number != 8 {
		t.Errorf("numbered from %d to %d", kept[0].number, kept[keptCalls-1].number)
	}
	if calls, failed := log.Total(); calls != keptCalls+7 || failed != (keptCalls+8)/2 {
		t.Errorf("%d calls, %d failed", calls, failed)
	}
}
