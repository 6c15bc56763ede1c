package runner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// TestASessionThatEndsInMidRotation loses nothing: the secret stays in memory, files on
// this machine still take it, giving it up waits until there is a session again, and then
// all goes on.
func TestASessionThatEndsInMidRotation(t *testing.T) {
	for _, giveUp := range []bool{false, true} {
		home := t.TempDir()
		isolateAWS(t, home)
		synctest.Test(t, func(t *testing.T) {
			d := &bureau{scene: scene{t: t, cloud: faults.New(sandbox.Options{Seed: 1}), notes: &notes{}}, way: ownWays["an MFA session"], home: home}
			op := d.cloud.Operator()
			text := "[me]\naws_access_key_id = " + op.KeyID + "\naws_secret_access_key = " + op.Secret + "\n" + suziesFile
			if err := os.WriteFile(filepath.Join(home, "credentials"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			d.start(runner.Task{ID: "rot1", User: "Suzie"})
			defer func() { d.end() }()
			d.must(rotation.GoOn)
			d.change(rotation.MakeChange, rotation.Store)
			d.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed && len(st.Deliveries) == 1 })

			iamops.Sleep(t.Context(), 13*time.Hour) // a session of GetSessionToken lasts 12
			d.await("the end of the session", func(st rotation.State) bool { return st.Problem != nil })
			if p := d.state().Problem; p.Kind != iamops.ExpiredCredentials {
				t.Fatalf("problem %v", p)
			}
			secret := ""
			if err := given(d.run, func(s iamops.Secret) error { secret = s.Reveal(); return nil }); err != nil || secret == "" {
				t.Fatalf("the secret: %v", err)
			}
			if giveUp {
				d.must(rotation.GiveUpNew)
				d.must(rotation.MakeChange)
				d.await("its refusal", func(st rotation.State) bool { return st.Problem != nil && st.Phase == rotation.Ready })
				if st := d.state(); st.Step != rotation.Deactivate || st.Secret != rotation.SecretHeld || d.cloud.Sent("iam:UpdateAccessKey") != 0 {
					t.Fatalf("at %s, secret %s", st.Step, st.Secret)
				}
			} else {
				d.must(rotation.Deliver)
				d.await("the delivery", func(st rotation.State) bool { return st.Deliveries[0].State == rotation.DeliveryMade })
				if !strings.Contains(d.credentials(), secret) {
					t.Fatal("the profile does not hold the new secret")
				}
			}
			if err := d.a.Renew(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := d.run.Refresh(); err != nil {
				t.Fatal(err)
			}
			if !giveUp {
				d.must(rotation.Stored)
			}
			d.await("things as they are", func(st rotation.State) bool { return st.Problem == nil && st.Fresh() })
			d.finish(giveUp)
			if st := d.state(); !st.Over() {
				t.Errorf("at %s/%s", st.Plan, st.Step)
			}
		})
	}
}
