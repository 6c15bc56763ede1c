package runner_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
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
		{"new", m.NewID != ""}, {"secret " + string(m.Secret), m.Secret != ""}, {"stored at", !m.StoredAt.IsZero()},
		{"off", len(m.OffSince) > 0}, {"on again", len(m.OnSince) > 0},
		{"override", len(m.Overrides) > 0}, {"over", m.Over}, {"at stake", m.AtStake()},
	} {
		if part.is {
			text += ", " + part.word
		}
	}
	if m.Open != nil {
		text += ", open " + string(m.Open.Kind)
	}
	if m.Unproven != nil {
		text += ", unproven " + string(m.Unproven.Kind)
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
			what := strings.Join(strings.Fields(string(r.Kind)+" "+r.Decision+" "+r.Change+" "+r.Effect), " ")
			fmt.Fprintf(&got, "%s: %s\n", what, remembered(runner.Recall(s.notes.records[:i+1])[0]))
		}
		const want = `begun: rotate/check
decided go-on: rotate/create
decided make-change: rotate/create
intent create: rotate/create, at stake, open create
outcome create done: rotate/store, new, secret unknown, at stake, unproven create
proven create done: rotate/store, new, secret unknown, at stake
lent: rotate/store, new, secret unknown, at stake
decided stored: rotate/distribute, new, secret stored, stored at, at stake
decided go-on: rotate/deactivate, new, secret stored, stored at, at stake
decided make-change: rotate/deactivate, new, secret stored, stored at, override, at stake
intent deactivate: rotate/deactivate, new, secret stored, stored at, override, at stake, open deactivate
outcome deactivate done: rotate/watch, new, secret stored, stored at, off, override, at stake, unproven deactivate
proven deactivate done: rotate/watch, new, secret stored, stored at, off, override, at stake
decided roll-back: rotate/watch, new, secret stored, stored at, off, override, at stake
intent reactivate: rotate/watch, new, secret stored, stored at, off, override, at stake, open reactivate
outcome reactivate done: rotate/distribute, new, secret stored, stored at, on again, override, at stake, unproven reactivate
proven reactivate done: rotate/distribute, new, secret stored, stored at, on again, override, at stake
decided give-up-new: discard-stored/deactivate, new, secret stored, stored at, on again, override, at stake
decided make-change: discard-stored/deactivate, new, secret stored, stored at, on again, override, at stake
intent deactivate: discard-stored/deactivate, new, secret stored, stored at, on again, override, at stake, open deactivate
outcome deactivate done: discard-stored/watch, new, secret stored, stored at, off, on again, override, at stake, unproven deactivate
proven deactivate done: discard-stored/watch, new, secret stored, stored at, off, on again, override, at stake
decided go-on: discard-stored/delete, new, secret stored, stored at, off, on again, override, at stake
decided make-change: discard-stored/delete, new, secret stored, stored at, off, on again, override, at stake
intent delete: discard-stored/delete, new, secret stored, stored at, off, on again, override, at stake, open delete
outcome delete done: discard-stored/done, new, secret stored, stored at, off, on again, override, over, unproven delete
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

const (
	oldKeyID = "AKIAI44QH8DHBEXAMPLE"
	newKeyID = "AKIAIOSFODNN7EXAMPLE"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// line is a record of rotation r1 of Suzie, altered by edits.
func line(kind journal.Kind, step rotation.Step, edits ...func(*journal.Record)) journal.Record {
	r := journal.Record{
		Version: journal.Version, At: noon, Kind: kind, Rotation: "r1", Account: "111122223333", Partition: "aws", User: target,
		Caller: "arn:aws:iam::111122223333:user/operator", Plan: string(rotation.Rotate), Step: string(step), OldKeyID: oldKeyID,
	}
	for _, edit := range edits {
		edit(&r)
	}
	return r
}

func change(kind iamops.ChangeKind, keyID string) func(*journal.Record) {
	return func(r *journal.Record) {
		r.Change, r.KeyID = string(kind), keyID
		if r.Kind == journal.Intent {
			r.Listed = []string{oldKeyID}
		}
	}
}

func effect(e iamops.Effect) func(*journal.Record) {
	return func(r *journal.Record) { r.Effect = string(e) }
}

func made(r *journal.Record) { r.NewKeyID = newKeyID }

func of(rotationID, user string) func(*journal.Record) {
	return func(r *journal.Record) { r.Rotation, r.User = rotationID, user }
}

func decided(d rotation.Decision, to rotation.Step) func(*journal.Record) {
	return func(r *journal.Record) {
		r.Decision, r.ToPlan, r.ToStep = string(d), string(rotation.Rotate), string(to)
	}
}

func TestRecallUser(t *testing.T) {
	intent := line(journal.Intent, rotation.Create, change(iamops.Create, ""))
	outcome := func(e iamops.Effect, edits ...func(*journal.Record)) journal.Record {
		return line(journal.Outcome, rotation.Create, append(edits, change(iamops.Create, newKeyID), effect(e))...)
	}
	proven := line(journal.Proven, rotation.Create, change(iamops.Create, newKeyID), effect(iamops.Done), made)
	stored := line(journal.Decided, rotation.Store, decided(rotation.Stored, rotation.Distribute), made)
	for name, c := range map[string]struct {
		records []journal.Record
		want    string // "": there is nothing to go on with
	}{
		"nothing":                            {nil, ""},
		"begun and left":                     {[]journal.Record{line(journal.Begun, rotation.Check), line(journal.Left, rotation.Check)}, ""},
		"an intent alone":                    {[]journal.Record{intent}, "rotate/create, at stake, open create"},
		"refused":                            {[]journal.Record{intent, outcome(iamops.NoEffect)}, ""},
		"unclear":                            {[]journal.Record{intent, outcome(iamops.Unclear)}, "rotate/create, at stake, open create"},
		"unclear, with a key":                {[]journal.Record{intent, outcome(iamops.Unclear, made)}, "rotate/create, new, secret lost, at stake, open create"},
		"unclear, then proven":               {[]journal.Record{intent, outcome(iamops.Unclear), proven}, "rotate/store, new, secret lost, at stake"},
		"an intent, then proven":             {[]journal.Record{intent, proven}, "rotate/store, new, secret lost, at stake"},
		"the intent's line is damaged":       {[]journal.Record{outcome(iamops.Done, made)}, "rotate/store, new, secret unknown, at stake, unproven create"},
		"the outcome could not be recorded":  {[]journal.Record{intent, stored}, "rotate/distribute, new, secret stored, stored at, at stake"},
		"a kind of record that is not known": {[]journal.Record{intent, line("blessed", rotation.Store)}, "rotate/create, at stake, open create"},
		"another user's":                     {[]journal.Record{line(journal.Intent, rotation.Create, change(iamops.Create, ""), of("r2", "ci"))}, ""},
		"the last of two": {[]journal.Record{
			line(journal.Intent, rotation.Delete, change(iamops.Delete, oldKeyID), of("r0", target)),
			line(journal.Ended, rotation.Finished, of("r0", target)), intent,
		}, "rotate/create, at stake, open create"},
		"two at once, record by record": {[]journal.Record{
			intent, line(journal.Intent, rotation.Create, change(iamops.Create, ""), of("r2", "ci")), outcome(iamops.Done, made),
			line(journal.Ended, rotation.Finished, of("r2", "ci")),
		}, "rotate/store, new, secret unknown, at stake, unproven create"},
		"a later one is over": {[]journal.Record{
			intent, outcome(iamops.Done, made), line(journal.Ended, rotation.Finished, of("r2", target)),
		}, ""},
	} {
		m, found := runner.RecallUser(c.records, target)
		got := ""
		if found {
			got = remembered(m)
		}
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestTheOldKeyIsNotTakenForTheNewOneWhereTheIntentIsDamaged(t *testing.T) {
	m, found := runner.RecallUser([]journal.Record{
		line(journal.Outcome, rotation.Create, change(iamops.Create, ""), effect(iamops.Unclear)),
	}, target)
	if !found || !slices.Equal(m.PreIDs, []string{oldKeyID}) {
		t.Errorf("listed before: %v", m.PreIDs)
	}
}

// TestDamageTouchesOnlyItsOwnRotation writes journals of two rotations that alternate,
// damages lines, and tears the last one.
func TestDamageTouchesOnlyItsOwnRotation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var records []journal.Record
		for range rapid.IntRange(1, 12).Draw(t, "records") {
			kind := rapid.SampledFrom([]journal.Kind{
				journal.Begun, journal.Decided, journal.Intent, journal.Outcome, journal.Proven, journal.Left, journal.Ended, "blessed",
			}).Draw(t, "kind")
			kindOfChange := rapid.SampledFrom([]iamops.ChangeKind{iamops.Create, iamops.Deactivate, iamops.Reactivate, iamops.Delete}).Draw(t, "change")
			who := rapid.SampledFrom([]func(*journal.Record){of("r1", target), of("r2", "ci")}).Draw(t, "rotation")
			records = append(records, line(kind, rapid.SampledFrom(rotation.PlanOf(rotation.Rotate).Steps).Draw(t, "step"), who,
				change(kindOfChange, oldKeyID),
				effect(rapid.SampledFrom([]iamops.Effect{iamops.Done, iamops.NoEffect, iamops.Unclear}).Draw(t, "effect"))))
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
		read, damages, err := journal.Read(&text)
		if err != nil || len(damages) == 0 {
			t.Fatalf("damages %v, %v", damages, err)
		}
		other := map[string]string{target: "ci", "ci": target}[damagedUser]
		before, found := runner.RecallUser(records, other)
		after, foundAfter := runner.RecallUser(read, other)
		if found != foundAfter || found && remembered(before) != remembered(after) {
			t.Fatalf("before: %v %s\nafter: %v %s", found, remembered(before), foundAfter, remembered(after))
		}
		// What is left of the damaged one can be gone on with, and asks for no change.
		if m, found := runner.RecallUser(read, damagedUser); found {
			_, intents := rotation.Resume(m, iamops.Caller{}, noon)
			for _, i := range intents {
				if _, isChange := i.(rotation.Make); isChange {
					t.Fatal("a change is asked for without a decision")
				}
			}
		}
	})
}
