package runner_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
)

// TestTheSummaryTellsTheStory: what was done, on what evidence, against which guards, and
// nothing of the secret.
func TestTheSummaryTellsTheStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := beginWith(t, "billing-cron", func(parts *runner.Parts, s *scene) {
			s.cloud.Configure(func(b *sandbox.Behavior) { b.TrailDelay = 0 })
			parts.Trail = s.account()
		})
		var secret string
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Store)
		s.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed })
		if err := s.run.GiveOut(); err != nil {
			t.Fatal(err)
		}
		if err := s.run.Lend(func(held iamops.Secret) error { secret = held.Reveal(); return nil }); err != nil {
			t.Fatal(err)
		}
		s.must(rotation.Stored)
		s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch) // against the guards, since it is in use
		for len(s.state().ToAsk()) > 0 {
			s.must(rotation.UserFine)
		}
		s.cloud.Advance(8 * 24 * time.Hour)
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Finished)
		s.await("the records", func(rotation.State) bool { return strings.HasSuffix(s.notes.story(), "proven delete done") })

		all := rotation.Summaries(s.notes.all())
		if len(all) != 1 || all[0].Ended == nil || all[0].User != "billing-cron" || all[0].NewKeyID == "" || len(all[0].By) != 1 {
			t.Fatalf("summaries: %+v", all)
		}
		var told []string
		for _, d := range all[0].Deeds {
			switch {
			case d.Kind == rotation.DeedChanged && (d.Effect != iamops.Done || d.Proven == nil || d.RequestID == "" || d.KeyID == ""):
				t.Errorf("change %+v", d)
			case d.Kind == rotation.DeedChanged:
				told = append(told, string(d.Change))
			case d.Decision == rotation.UserFine:
				told = append(told, "fine")
			case len(d.Against) > 0:
				told = append(told, "against "+d.Reason)
			}
			if d.Evidence == nil {
				continue
			}
			e := *d.Evidence
			archive := slices.IndexFunc(e.Users, func(u rotation.GateUser) bool { return strings.Contains(u.Who, "10.7.3.200") })
			if len(e.Users) != 3 || archive < 0 || e.Users[archive].Fine != (d.Change == iamops.Delete) || e.Users[archive].Moved || e.Trail == nil || e.Trail.Regions != 5 || e.LastUse == nil {
				t.Errorf("evidence before %s: %+v", d.Change, e)
			}
			if (e.OffSince != nil) != (d.Change == iamops.Delete) {
				t.Errorf("before %s: off since %v", d.Change, e.OffSince)
			}
		}
		if got := strings.Join(told, ", "); got != "create, against a test, deactivate, fine, fine, fine, against a test, delete" {
			t.Errorf("told: %s", got)
		}
		text, err := json.Marshal(all)
		if err != nil || strings.Contains(string(text), secret) {
			t.Errorf("the secret is in it, or %v", err)
		}
	})
}

// TestASummaryOfADamagedJournal: an outcome whose intent is lost is a change of its own, and
// an intent without an outcome is one of which nobody knows.
func TestASummaryOfADamagedJournal(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	record := func(minute int, kind rotation.DeedKind, effect iamops.Effect) rotation.Record {
		return rotation.Record{Rotation: "r", User: "u", Deed: rotation.Deed{
			At: at.Add(time.Duration(minute) * time.Minute), Kind: kind, Change: iamops.Deactivate, KeyID: "AKIAIOSFODNN7EXAMPLE",
			Effect: effect, RequestID: map[bool]string{true: "q"}[effect != ""],
		}}
	}
	all := rotation.Summaries([]rotation.Record{
		record(0, rotation.DeedAnnounced, ""), record(1, rotation.DeedChanged, "done"), record(2, rotation.DeedChanged, "no effect"), record(3, rotation.DeedAnnounced, ""),
	})
	var effects []iamops.Effect
	for _, d := range all[0].Deeds {
		effects = append(effects, d.Effect)
	}
	if want := []iamops.Effect{iamops.Done, iamops.NoEffect, iamops.Unclear}; !slices.Equal(effects, want) {
		t.Errorf("effects %q, want %q", effects, want)
	}
}
