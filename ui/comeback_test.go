package ui_test

import (
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// A rotation that was left, and whose program ended, is found in flight by the next one,
// days later, and goes on from there to its end.
func TestLeavingAndComingBack(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		first := newTerminal(t, cloud, dir)
		first.toDistribute()
		first.press("esc")
		first.await("rotation under way") // the old key is still in use
		first.quit()
		cloud.Advance(3 * 24 * time.Hour)

		second := newTerminal(t, cloud, dir)
		second.await("billing-cron", "↻ 1 rotation under way")
		second.press("\t")
		second.await("1 rotation under way", "Suzie", "Distribute", "○ waiting", "the old key to be quiet")
		second.press("enter")
		second.await("Hand the new key to every application", "rotate Suzie")
		second.updateApplications()
		second.toDone()
		second.press("enter")
		second.await("The next key with a finding", "legacy-export")
		second.press("enter")
		second.await("billing-cron", "tab in flight")
		second.press("\t")
		second.await("No rotation is under way")
		second.quit()
		if got := changes(cloud); got != "1 1 1" {
			t.Errorf("changes sent: %s", got)
		}
	})
}

// Without the journal, as on another machine, the user's two keys tell the same story. It
// is gone on with once the operator has said that it is a rotation.
func TestComingBackWithoutTheJournal(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		first := newTerminal(t, cloud, here)
		first.toDistribute()
		first.updateApplications()
		first.press("q") // straight from the guide
		if err := <-first.ended; err != nil {
			t.Fatal(err)
		}
		cloud.Advance(24 * time.Hour)

		second := newTerminal(t, cloud, there)
		second.await("billing-cron", "go on")
		second.press("\t")
		second.await("No rotation is under way")
		second.press("\t", "/", "Suzie", "enter", "enter")
		second.await("It looks like a rotation under way", "OLDER AKIA", "NEWER AKIA", "▸  Go on with this rotation")
		second.press("enter")
		second.await("Hand the new key to every application", "probably this rotation, by its date")
		second.toDone()
		second.press("enter")
		second.await("The next key with a finding") // once the list has been read
		second.press("enter")
		second.quit()
		if got := changes(cloud); got != "1 1 1" {
			t.Errorf("changes sent: %s", got)
		}
	})
}

// An Inactive key that was left behind goes without a new one: from the list to its
// deletion.
func TestRetiringAKeyLeftBehind(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		term := newTerminal(t, faults.New(sandbox.Options{Seed: 1}), dir)
		term.await("report-mailer", "live")
		term.press("/", "report-mailer", "enter")
		term.await("enter delete")
		term.press("enter")
		term.await("retire a key of report-mailer", "✓ the key    AKIAJ6EXAMPLE62MAILR, Inactive", "▸  Go on to deactivate the key")
		term.press("n")
		term.await("Go on: it is Inactive already")
		term.press("n")
		term.await("Watch what breaks", "not known since when")
		pass(6 * time.Minute) // seen Inactive for long enough
		term.press("n")
		term.await("▸  Delete the key", "the watch can't be counted")
		term.press("n", "left behind for a year", "enter", "AILR", "enter")
		term.await("AKIAJ6EXAMPLE62MAILR of report-mailer is gone", "Reason: left behind")
		term.press("enter")
		term.await("The next key with a finding")
		term.press("enter")
		term.await("0 shown")
		term.quit()
		if got := changes(term.cloud); got != "0 0 1" {
			t.Errorf("changes sent: %s", got)
		}
		keys, err := term.desk.account.Keys(t.Context(), "report-mailer")
		if err != nil || len(iamops.KeyIDs(keys)) > 0 {
			t.Errorf("keys %v, %v", keys, err)
		}
	})
}
