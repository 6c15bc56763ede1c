package runner_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// remembered is a memory in a line.
func remembered(m rotation.Memory) string {
	text := fmt.Sprintf("%s/%s", m.Plan, m.Step)
	for _, part := range []struct {
		word string
		is   bool
	}{
		{"new", m.New.Known()}, {"secret " + string(m.Secret), m.Secret != ""}, {"stored at", !m.StoredAt.IsZero()},
		{"off", !m.Old.InactiveSince.IsZero() || !m.New.InactiveSince.IsZero()}, {"on again", !m.Old.ActiveAgain.IsZero()},
		{"override", len(m.Overrides) > 0}, {"over", m.Step == rotation.Finished}, {"at stake", m.AtStake()},
	} {
		if part.is {
			text += ", " + part.word
		}
	}
	if m.Pending != nil {
		text += ", " + string(m.Phase) + " " + string(m.Pending.Kind)
	}
	if m.Look.Exists() {
		text += ", unproven " + string(m.Look.Change.Kind)
	}
	return text
}

// TestRecallAfterEachRecord takes the journal of a whole rotation, and recalls it as
// if the process had died after each of its records.
func TestRecallAfterEachRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, target)
		s.stored()
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch)
		s.change(rotation.RollBack, rotation.Distribute)
		s.must(rotation.GiveUpNew)
		s.change(rotation.MakeChange, rotation.Watch)
		s.must(rotation.GoOn)
		iamops.Sleep(t.Context(), rotation.DeleteAfter)
		s.change(rotation.MakeChange, rotation.Finished)
		var got strings.Builder
		for i, r := range s.notes.records {
			what := strings.Join(strings.Fields(fmt.Sprint(r.Kind, " ", r.Decision, " ", r.Change, " ", r.Effect)), " ")
			fmt.Fprintf(&got, "%s: %s\n", what, remembered(rotation.Memories(s.notes.records[:i+1])[0]))
		}
		const want = `begun: rotate/check
decided go-on: rotate/create
decided make-change: rotate/create, verifying create
intent create: rotate/create, at stake, changing create
changed create done: rotate/store, new, secret held, at stake, unproven create
proven create done: rotate/store, new, secret held, at stake
lent: rotate/store, new, secret held, at stake
decided stored: rotate/distribute, new, secret stored, stored at, at stake
decided go-on: rotate/deactivate, new, secret stored, stored at, at stake
decided make-change: rotate/deactivate, new, secret stored, stored at, override, at stake, verifying deactivate
intent deactivate: rotate/deactivate, new, secret stored, stored at, override, at stake, changing deactivate
changed deactivate done: rotate/watch, new, secret stored, stored at, off, override, at stake, unproven deactivate
proven deactivate done: rotate/watch, new, secret stored, stored at, off, override, at stake
decided roll-back: rotate/watch, new, secret stored, stored at, off, override, at stake, verifying reactivate
intent reactivate: rotate/watch, new, secret stored, stored at, off, override, at stake, changing reactivate
changed reactivate done: rotate/distribute, new, secret stored, stored at, on again, override, at stake, unproven reactivate
proven reactivate done: rotate/distribute, new, secret stored, stored at, on again, override, at stake
decided give-up-new: discard-stored/deactivate, new, secret stored, stored at, on again, override, at stake
decided make-change: discard-stored/deactivate, new, secret stored, stored at, on again, override, at stake, verifying deactivate
intent deactivate: discard-stored/deactivate, new, secret stored, stored at, on again, override, at stake, changing deactivate
changed deactivate done: discard-stored/watch, new, secret stored, stored at, off, on again, override, at stake, unproven deactivate
proven deactivate done: discard-stored/watch, new, secret stored, stored at, off, on again, override, at stake
decided go-on: discard-stored/delete, new, secret stored, stored at, off, on again, override, at stake
decided make-change: discard-stored/delete, new, secret stored, stored at, off, on again, override, at stake, verifying delete
intent delete: discard-stored/delete, new, secret stored, stored at, off, on again, override, at stake, changing delete
changed delete done: discard-stored/done, new, secret stored, stored at, off, on again, override, over, unproven delete
ended: discard-stored/done, new, secret stored, stored at, off, on again, override, over, unproven delete
proven delete done: discard-stored/done, new, secret stored, stored at, off, on again, override, over
`
		if got.String() != want {
			t.Errorf("got\n%s", &got)
		}
	})
}

// While a key was off it could only be silent: a fresh start knows since when it is
// Active again.
func TestQuietCountsFromTheRollBackAfterAFreshStart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		c := newCell(t, cloud, dir, newWitness(t, cloud))
		c.start()
		c.reachWatch()
		cloud.Advance(3 * 24 * time.Hour)
		back := cloud.Now()
		c.change(rotation.RollBack, rotation.Distribute)
		c.stop()
		c.start()
		s := c.state()
		s.Old.LastUse = iamops.LastUse{State: iamops.NeverUsed, AsOf: cloud.Now()}
		gate := rotation.GateOf(s, rotation.DefaultSettings(), cloud.Now())
		if s.Step != rotation.Distribute || gate.Open() || gate.QuietSince.Before(back) {
			t.Errorf("at %s, quiet since %v, reactivated at %v, against it: %v", s.Step, gate.QuietSince, back, gate.Whys)
		}
	})
}

const oldKeyID = "AKIAI44QH8DHBEXAMPLE"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// record is what a rotation of a user left at a step, altered by edits.
func record(rotationID, user string, step rotation.Step, edits ...func(*rotation.State)) rotation.Record {
	by := iamops.Caller{Account: "111122223333", Partition: "aws", ARN: "arn:aws:iam::111122223333:user/operator"}
	s, _ := rotation.Begin(rotation.Rotate, rotationID, by, user, oldKeyID, noon)
	s.Step = step
	for _, edit := range edits {
		edit(&s)
	}
	return rotation.RecordOf(s, rotation.Deed{Kind: rotation.DeedDecided}, noon)
}

func created(s *rotation.State) {
	s.New, s.Secret = rotation.KeyFacts{ID: "AKIAIOSFODNN7EXAMPLE", Status: iamops.Active}, rotation.SecretHeld
}

func sending(kind iamops.ChangeKind) func(*rotation.State) {
	return func(s *rotation.State) {
		s.Phase, s.Pending = rotation.Changing, &iamops.Change{Kind: kind, Rotation: s.ID, Account: s.Account, User: s.User}
	}
}

func TestTheMemoryOfAUser(t *testing.T) {
	const r1, r2 = "r1", "r2"
	intent := record(r1, target, rotation.Create, sending(iamops.Create))
	verifying := record(r1, target, rotation.Create, sending(iamops.Create), func(s *rotation.State) { s.Phase = rotation.Verifying })
	for name, c := range map[string]struct {
		records []rotation.Record
		want    string // "": there is nothing to go on with
	}{
		"nothing":               {nil, ""},
		"begun and left":        {[]rotation.Record{record(r1, target, rotation.Check)}, ""},
		"confirmed, not begun":  {[]rotation.Record{verifying}, ""},
		"sent":                  {[]rotation.Record{intent}, "rotate/create, at stake, changing create"},
		"refused":               {[]rotation.Record{intent, record(r1, target, rotation.Create)}, ""},
		"created":               {[]rotation.Record{intent, record(r1, target, rotation.Store, created)}, "rotate/store, new, secret held, at stake"},
		"another user's":        {[]rotation.Record{record(r2, "ci", rotation.Create, sending(iamops.Create))}, ""},
		"the last of two":       {[]rotation.Record{record("r0", target, rotation.Finished), intent}, "rotate/create, at stake, changing create"},
		"a later one is over":   {[]rotation.Record{record(r1, target, rotation.Store, created), record(r2, target, rotation.Finished)}, ""},
		"two, record by record": {[]rotation.Record{intent, record(r2, "ci", rotation.Finished), record(r1, target, rotation.Store, created), record(r2, "ci", rotation.Finished)}, "rotate/store, new, secret held, at stake"},
	} {
		m, found := rotation.MemoryOf(c.records, target)
		got := ""
		if found {
			got = remembered(m)
		}
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// TestDamageTouchesOnlyItsOwnRotation writes journals of two rotations that alternate,
// damages lines, and tears the last one.
func TestDamageTouchesOnlyItsOwnRotation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var records []rotation.Record
		for range rapid.IntRange(1, 12).Draw(t, "records") {
			kind := rapid.SampledFrom([]iamops.ChangeKind{iamops.Create, iamops.Deactivate, iamops.Reactivate, iamops.Delete}).Draw(t, "change")
			edits := rapid.SampledFrom([][]func(*rotation.State){nil, {created}, {sending(kind)}, {created, sending(kind)}}).Draw(t, "state")
			who := rapid.SampledFrom([][2]string{{"r1", target}, {"r2", "ci"}}).Draw(t, "rotation")
			records = append(records, record(who[0], who[1], rapid.SampledFrom(rotation.PlanOf(rotation.Rotate).Steps).Draw(t, "step"), edits...))
		}
		damagedUser := rapid.SampledFrom([]string{target, "ci"}).Draw(t, "damaged")
		var text bytes.Buffer
		for _, r := range records {
			written, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			if r.User == damagedUser && rapid.Bool().Draw(t, "damage") {
				written = written[:rapid.IntRange(0, len(written)-1).Draw(t, "cut")]
			}
			text.Write(append(written, '\n'))
		}
		text.WriteString(`{"v":1,"kind":"intent","rota`) // torn
		var read []rotation.Record
		damages, err := journal.Read(&text, func(line []byte) error {
			r, err := rotation.ParseRecord(line)
			if err == nil {
				read = append(read, r)
			}
			return err
		})
		if err != nil || len(damages) == 0 {
			t.Fatalf("damages %v, %v", damages, err)
		}
		other := map[string]string{target: "ci", "ci": target}[damagedUser]
		before, found := rotation.MemoryOf(records, other)
		after, foundAfter := rotation.MemoryOf(read, other)
		if found != foundAfter || found && remembered(before) != remembered(after) {
			t.Fatalf("before: %v %s\nafter: %v %s", found, remembered(before), foundAfter, remembered(after))
		}
		// What is left of the damaged one can be gone on with, and asks for no change.
		if m, found := rotation.MemoryOf(read, damagedUser); found {
			_, intents := rotation.Reopen(m.Kept, iamops.Caller{}, noon)
			for _, i := range intents {
				if _, isChange := i.(rotation.Make); isChange {
					t.Fatal("a change is asked for without a decision")
				}
			}
		}
	})
}
