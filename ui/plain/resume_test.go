package plain_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops/account"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui/plain"
)

// visit leads one conversation about Suzie, as a process of its own would: with the
// journal in dir, or without what an earlier one knew if dir is another.
func visit(t *testing.T, cloud *faults.Account, a *account.Account, dir string, answers ...string) (string, error) {
	t.Helper()
	caller := a.Caller()
	j, err := journal.Open(dir, caller.Partition, caller.Account)
	if err != nil {
		t.Fatal(err)
	}
	records, damages, err := desk.Read(dir, caller.Partition, caller.Account)
	if err != nil || len(damages) != 0 {
		t.Fatalf("%v, %v", damages, err)
	}
	task := runner.Task{ID: "rot" + cloud.Now().Format("150405"), User: "Suzie"}
	if m, found := rotation.MemoryOf(records, "Suzie"); found {
		task.Memory = &m
	}
	run := runner.Start(runner.Parts{Account: a, Journal: j, Clock: cloud, Settings: rotation.DefaultSettings()}, task)
	var out bytes.Buffer
	session := plain.Session{
		Rotation: run, Clock: cloud, Account: a.Info(), Sandbox: days{cloud},
		In: &typist{ctx: t.Context(), answers: answers}, Out: &out,
	}
	err = session.Run(t.Context())
	if closing := run.Close(t.Context()); closing != nil {
		t.Error(closing)
	}
	if closing := j.Close(); closing != nil {
		t.Error(closing)
	}
	synctest.Wait()
	return out.String(), err
}

func TestARotationIsLeftAndComeBackTo(t *testing.T) {
	for name, elsewhere := range map[string]bool{"with its journal": false, "on another machine": true} {
		t.Run(name, func(t *testing.T) {
			here, there := t.TempDir(), t.TempDir()
			if !elsewhere {
				there = here
			}
			synctest.Test(t, func(t *testing.T) {
				cloud := faults.New(sandbox.Options{Seed: 1})
				a, err := connect(t.Context(), cloud)
				if err != nil {
					t.Fatal(err)
				}
				printed, err := visit(t, cloud, a, here, "go", "change", "yes", "show", "yes", "stored", "yes", "update photo-sync", "update nightly-export", "leave")
				if err != nil {
					t.Fatalf("%v in:\n%s", err, printed)
				}
				cloud.Advance(8 * 24 * time.Hour)
				answers := []string{"go", "change", "yes", "leave"} // both keys are as they should be
				want := []string{"Step 4 of 8", "Step 5 of 8", "Step 6 of 8"}
				if elsewhere {
					// When the secret was put away is not known, so that the quiet is not either.
					answers = []string{"adopt", "go", "change", "its owner moved over three days ago", "yes", "leave"}
					want = append([]string{"looks like a rotation under way"}, want...)
				}
				printed, err = visit(t, cloud, a, there, answers...)
				if err != nil {
					t.Fatalf("%v in:\n%s", err, printed)
				}
				inOrder(t, printed, want...)
				cloud.Advance(8 * 24 * time.Hour)
				printed, err = visit(t, cloud, a, there, "go", "change", "MPLE")
				if err != nil {
					t.Fatalf("%v in:\n%s", err, printed)
				}
				inOrder(t, printed, "Step 6 of 8", "Step 7 of 8", "Done.")
				keys, err := a.Keys(t.Context(), "Suzie")
				if err != nil || len(keys) != 1 {
					t.Errorf("keys at the end: %v, %v", keys, err)
				}
			})
		})
	}
}

func TestASecretThatWasLeftBehindIsSaidAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		a, err := connect(t.Context(), cloud)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := visit(t, cloud, a, dir, "go", "change", "yes"); err == nil {
			t.Error("the input ended with the secret in memory, and that was fine")
		}
		printed, err := visit(t, cloud, a, dir, "give-up", "yes", "change", "yes", "leave") // no reason, no watch: nobody can use it
		if err != nil {
			t.Fatalf("%v in:\n%s", err, printed)
		}
		inOrder(t, printed, "A new key without its secret", "nobody had said that it was put away", "Deactivate the new key", "Step 2 of 3: Delete the new key")
		cloud.Advance(24 * time.Hour)
		printed, err = visit(t, cloud, a, dir, "change", lastFourOfNew(t, a))
		if err != nil {
			t.Fatalf("%v in:\n%s", err, printed)
		}
		keys, err := a.Keys(t.Context(), "Suzie")
		if err != nil || len(keys) != 1 || keys[0].ID != "AKIAI44QH8DHBEXAMPLE" {
			t.Errorf("keys at the end: %v, %v\n%s", keys, err, printed)
		}
	})
}

// lastFourOfNew is how the ID of Suzie's newer key ends.
func lastFourOfNew(t *testing.T, a *account.Account) string {
	t.Helper()
	keys, err := a.Keys(t.Context(), "Suzie")
	if err != nil || len(keys) != 2 {
		t.Fatalf("%v, %v", keys, err)
	}
	newer := keys[0]
	if keys[1].Created.After(newer.Created) {
		newer = keys[1]
	}
	return newer.ID[len(newer.ID)-4:]
}
