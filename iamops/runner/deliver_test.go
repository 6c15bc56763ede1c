package runner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// atHome are the targets in a home folder of the test's.
type atHome struct{ env delivery.Env }

func (h atHome) Find(_, oldKeyID string) ([]delivery.Target, []string, error) {
	holders, err := delivery.FindProfiles(h.env, oldKeyID)
	return holders.Profiles, nil, err
}

func (h atHome) Parse(spec string) (delivery.Target, error) { return delivery.Parse(spec, h.env) }

const suziesFile = "[photo]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY\n"

// atHomeScene is a rotation of Suzie's key that a credentials file in a home folder
// holds. It returns the path of the file.
func atHomeScene(t *testing.T, home string) (*scene, string) {
	t.Helper()
	path := filepath.Join(home, ".aws", "credentials")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(suziesFile), 0o600); err != nil {
		t.Fatal(err)
	}
	env := delivery.Env{Home: home, Getenv: func(string) string { return "" }}
	return beginWith(t, "Suzie", func(p *runner.Parts, _ *scene) { p.Targets = atHome{env} }), path
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// created takes the rotation to Store, with the new key tried.
func (s *scene) created() {
	s.t.Helper()
	s.must(rotation.GoOn)
	s.change(rotation.MakeChange, rotation.Store)
	s.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed })
}

// settled waits until no delivery is under way.
func (s *scene) settled() {
	s.t.Helper()
	s.await("the deliveries", func(st rotation.State) bool {
		for _, d := range st.Deliveries {
			if d.State == rotation.DeliveryUnderWay {
				return false
			}
		}
		return true
	})
}

func TestASecretIsDeliveredToTheProfileThatHoldsTheOldKey(t *testing.T) {
	home := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, path := atHomeScene(t, home)
		s.created()
		if err := s.run.AddTarget("file:json:" + filepath.Join(home, "new.json")); err != nil {
			t.Fatal(err)
		}
		if err := s.run.AddTarget("carrier-pigeon:home"); err == nil {
			t.Error("a target that does not exist was added")
		}
		if n := len(s.state().Deliveries); n != 2 {
			t.Fatalf("%d targets: %+v", n, s.state().Deliveries)
		}
		var secret string
		if err := given(s.run, func(lent iamops.Secret) error { secret = lent.Reveal(); return nil }); err != nil {
			t.Fatal(err)
		}
		s.must(rotation.Deliver)
		s.settled()
		for _, file := range []string{path, filepath.Join(home, "new.json")} {
			if text := contents(t, file); !strings.Contains(text, s.state().New.ID) || !strings.Contains(text, secret) {
				t.Errorf("%s does not hold the new key", file)
			}
		}
		if before := contents(t, path); !strings.Contains(before, "[photo-before-keyturn]") {
			t.Errorf("the way back is not kept:\n%s", strings.ReplaceAll(before, secret, "(secret)"))
		}
		if story := s.notes.story(); strings.Contains(story, secret) || !strings.Contains(story, "delivering, ") || !strings.Contains(story, "delivered") {
			t.Errorf("journal: %s", story)
		}
		s.must(rotation.Stored)
		s.must(rotation.GoOn)
		s.change(rotation.MakeChange, rotation.Watch)
		s.must(rotation.GoOn)
		iamops.Sleep(t.Context(), rotation.DeleteAfter)
		s.change(rotation.MakeChange, rotation.Finished)
		s.settled()
		if after := contents(t, path); strings.Contains(after, "before-keyturn") || !strings.Contains(after, s.state().New.ID) {
			t.Error("the way back is still kept, or the new key is not")
		}
	})
}

func TestGivingUpPutsTargetsBack(t *testing.T) {
	home := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, path := atHomeScene(t, home)
		s.created()
		s.must(rotation.Deliver)
		s.settled()
		s.must(rotation.GiveUpNew)
		if s.state().Plan != rotation.DiscardStored {
			t.Errorf("plan %s", s.state().Plan)
		}
		s.must(rotation.TakeBackAll)
		s.settled()
		if got := contents(t, path); got != suziesFile {
			t.Errorf("the file is not as it was: %d bytes, %d before", len(got), len(suziesFile))
		}
	})
}

func TestATargetThatFailsLeavesTheRest(t *testing.T) {
	home := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, path := atHomeScene(t, home)
		s.created()
		if err := s.run.AddTarget("file:csv:" + filepath.Join(home, "no", "such", "folder.csv")); err != nil {
			t.Fatal(err)
		}
		s.must(rotation.Deliver)
		s.settled()
		st := s.state()
		if st.Deliveries[0].State != rotation.DeliveryMade || st.Deliveries[1].State != rotation.DeliveryFailed || st.Deliveries[1].Problem == nil {
			t.Errorf("deliveries %+v", st.Deliveries)
		}
		if st.Secret != rotation.SecretHeld || !strings.Contains(contents(t, path), st.New.ID) {
			t.Errorf("secret %q", st.Secret)
		}
		if err := os.MkdirAll(filepath.Join(home, "no", "such"), 0o700); err != nil {
			t.Fatal(err)
		}
		s.must(rotation.Deliver)
		s.settled()
		if d := s.state().Deliveries[1]; d.State != rotation.DeliveryMade {
			t.Errorf("tried again: %+v", d)
		}
	})
}
