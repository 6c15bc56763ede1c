package audit

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
)

func TestJoined(t *testing.T) {
	at := func(daysAgo int) time.Time { return now.Add(-time.Duration(daysAgo) * day) }
	slot := func(active bool, daysAgo int) Slot { return Slot{Active: active, Rotated: at(daysAgo)} }
	live := func(id string, daysAgo int, status iamops.KeyStatus) iamops.AccessKey {
		return key(id, time.Duration(daysAgo)*day, status)
	}
	const on, off = iamops.Active, iamops.Inactive
	for name, tc := range map[string]struct {
		slots  [2]Slot
		silent bool // the report dates no Inactive key
		keys   []iamops.AccessKey
		want   []int
	}{
		"unchanged":                       {[2]Slot{slot(true, 97)}, true, []iamops.AccessKey{live("A", 97, on)}, []int{1}},
		"both unchanged, in other places": {[2]Slot{slot(true, 3), slot(true, 97)}, true, []iamops.AccessKey{live("A", 97, on), live("B", 3, on)}, []int{2, 1}},
		"the old one has been deleted":    {[2]Slot{slot(true, 97), slot(true, 3)}, true, []iamops.AccessKey{live("B", 3, on)}, []int{2}},
		"switched off since":              {[2]Slot{slot(true, 97), slot(true, 3)}, true, []iamops.AccessKey{live("A", 97, off), live("B", 3, on)}, []int{0, 2}},
		"switched off before":             {[2]Slot{slot(false, 60)}, false, []iamops.AccessKey{live("A", 97, off)}, []int{1}},
		"switched off and on":             {[2]Slot{slot(true, 60)}, false, []iamops.AccessKey{live("A", 97, on)}, []int{1}},
		"the only key, and it changed":    {[2]Slot{slot(true, 97)}, false, []iamops.AccessKey{live("A", 97, off)}, []int{1}},
		"perhaps silent about it":         {[2]Slot{slot(true, 60)}, true, []iamops.AccessKey{live("A", 97, on)}, []int{0}},
		"made after the slot's change":    {[2]Slot{slot(true, 97)}, false, []iamops.AccessKey{live("B", 50, on)}, []int{0}},
		"made after the report":           {[2]Slot{slot(true, 97)}, false, []iamops.AccessKey{live("B", 0, on)}, []int{0}},
		"one of two":                      {[2]Slot{slot(true, 60), slot(true, 50)}, false, []iamops.AccessKey{live("A", 97, on)}, []int{0}},
		"two keys of one second":          {[2]Slot{slot(true, 97), slot(true, 97)}, false, []iamops.AccessKey{live("A", 97, on), live("B", 97, on)}, []int{0, 0}},
		"no key in the report":            {[2]Slot{}, false, []iamops.AccessKey{live("A", 97, on)}, []int{0}},
		"in the second of the report":     {[2]Slot{slot(true, 0)}, false, []iamops.AccessKey{live("A", 0, on)}, []int{0}},
		"a key without a date":            {[2]Slot{slot(true, 97)}, false, []iamops.AccessKey{{ID: "A", Status: on}}, []int{0}},
		"a slot without a date":           {[2]Slot{{Active: true}}, false, []iamops.AccessKey{live("A", 97, on)}, []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			report := &Report{At: now, DatesInactive: !tc.silent}
			if got := joined(tc.keys, &ReportUser{Slots: tc.slots}, report); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
	if got := joined([]iamops.AccessKey{live("A", 97, on)}, nil, nil); !slices.Equal(got, []int{0}) {
		t.Errorf("without a report, got %v", got)
	}
}

// world is a user whose keys are created, switched, used and deleted around the time of
// a report, and a report that is right about them in one of the ways that AWS may be.
type world struct {
	datesInactive bool // Inactive keys have a date in the report
	closesUp      bool // the keys move up in the report when one is deleted
	now           time.Time
	made          int
	keys          []*worldKey // live ones, oldest first
}

type worldKey struct {
	iamops.AccessKey
	slot    int
	changed time.Time // created, or the status was set
	used    time.Time
}

// step lets something happen to one of the keys, at least a second after what happened
// last: of two changes in the same second, AWS's dates can't say which was which.
func (w *world) step(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1000, 90_000_000).Draw(t, "milliseconds")) * time.Millisecond)
	second := w.now.Truncate(time.Second)
	switch what := rapid.SampledFrom([]string{"create", "switch", "use", "delete", "wait"}).Draw(t, "what"); {
	case what == "create" && len(w.keys) < iamops.MaxKeys:
		k := &worldKey{slot: 1, changed: second}
		if len(w.keys) > 0 && w.keys[0].slot == 1 {
			k.slot = 2
		}
		w.made++
		k.AccessKey = iamops.AccessKey{UserName: "Suzie", ID: fmt.Sprintf("AKIA%d", w.made), Status: iamops.Active, Created: second}
		w.keys = append(w.keys, k)
	case len(w.keys) == 0:
	case what == "switch":
		k := rapid.SampledFrom(w.keys).Draw(t, "key")
		k.changed = second
		if k.Status == iamops.Active {
			k.Status = iamops.Inactive
		} else {
			k.Status = iamops.Active
		}
	case what == "use":
		if k := rapid.SampledFrom(w.keys).Draw(t, "key"); k.Status == iamops.Active {
			k.used = second
		}
	case what == "delete":
		i := rapid.IntRange(0, len(w.keys)-1).Draw(t, "which")
		w.keys = slices.Delete(w.keys, i, i+1)
		if w.closesUp && len(w.keys) == 1 {
			w.keys[0].slot = 1
		}
	}
}

// report is what AWS would report now, and whose each slot is.
func (w *world) report(t *rapid.T) (*Report, [iamops.MaxKeys]string) {
	r := &Report{At: w.now, Users: []ReportUser{{Name: "Suzie"}}}
	var truth [iamops.MaxKeys]string
	for _, k := range w.keys {
		s := Slot{Active: k.Status == iamops.Active, LastUse: iamops.LastUse{State: iamops.NeverUsed, AsOf: w.now}}
		if s.Active || w.datesInactive {
			s.Rotated = k.changed
		}
		if !k.used.IsZero() {
			s.LastUse = iamops.LastUse{State: iamops.Used, At: k.used, Service: k.ID, AsOf: w.now}
		}
		if !s.Traced() {
			s.LastUse = iamops.LastUse{}
		}
		r.Users[0].Slots[k.slot-1], truth[k.slot-1] = s, k.ID
		r.DatesInactive = r.DatesInactive || !s.Active && !s.Rotated.IsZero()
	}
	if w.datesInactive && rapid.Bool().Draw(t, "another user's key shows it") {
		r.DatesInactive = true
	}
	return r, truth
}

// TestAValueIsNeverPutOnTheWrongKey: whatever happens before the report and between it
// and the live list, whichever comes in first.
func TestAValueIsNeverPutOnTheWrongKey(t *testing.T) {
	joins := 0
	rapid.Check(t, func(t *rapid.T) {
		w := &world{
			datesInactive: rapid.Bool().Draw(t, "dates Inactive keys"), closesUp: rapid.Bool().Draw(t, "closes up"),
			now: now.Add(-400 * day),
		}
		for range rapid.IntRange(1, 8).Draw(t, "steps before") {
			w.step(t)
		}
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "milliseconds before the report")) * time.Millisecond)
		report, truth := w.report(t)
		for range rapid.IntRange(0, 5).Draw(t, "steps after") {
			w.step(t)
		}
		events := []Event{
			UsersFound{Users: []iamops.User{{Name: "Suzie"}}},
			KeysListed{User: "Suzie", Keys: liveKeys(w), At: w.now},
			ReportRead{Report: report},
		}
		if rapid.Bool().Draw(t, "the report first") {
			events[1], events[2] = events[2], events[1]
		}
		inv := NewInventory(DefaultThresholds())
		for _, e := range events {
			inv.Apply(e)
		}
		for _, r := range inv.AppendRows(nil, w.now) {
			if r.Slot == 0 {
				if r.LastUse != (iamops.LastUse{}) || r.UseSeen != (Provenance{}) || r.HasKey() && !r.Findings.Has(Unknown) {
					t.Fatalf("%s has no slot, and yet %+v from %+v", r.Key.ID, r.LastUse, r.UseSeen)
				}
				continue
			}
			joins++
			if truth[r.Slot-1] != r.Key.ID {
				t.Fatalf("%s is taken for slot %d, which was %s", r.Key.ID, r.Slot, truth[r.Slot-1])
			}
			if r.LastUse.State == iamops.Used && r.LastUse.Service != r.Key.ID {
				t.Fatalf("%s has the last use of %s", r.Key.ID, r.LastUse.Service)
			}
			if r.UseSeen != (Provenance{FromReport, report.At}) || r.KeySeen.Origin != Live {
				t.Fatalf("%s comes from %+v, its use from %+v", r.Key.ID, r.KeySeen, r.UseSeen)
			}
		}
	})
	if joins == 0 {
		t.Error("no key was ever joined")
	}
}

func liveKeys(w *world) []iamops.AccessKey {
	var keys []iamops.AccessKey
	for _, k := range w.keys {
		keys = append(keys, k.AccessKey)
	}
	return keys
}
