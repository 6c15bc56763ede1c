package sandbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

func application(t *testing.T, a *faults.Account, name string) sandbox.Application {
	t.Helper()
	all := a.Applications()
	i := slices.IndexFunc(all, func(p sandbox.Application) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("no application %s", name)
	}
	return all[i]
}

func TestApplicationsUseTheirKeys(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		before := application(t, a, "photo-sync")
		if before.User != "Suzie" || before.KeyID != suzieKey || !before.OK || len(before.Log) == 0 {
			t.Fatalf("seeded: %+v", before)
		}
		used := *lastUsed(t, a, suzieKey).LastUsedDate
		pass(10 * time.Minute) // real time
		if got := lastUsed(t, a, suzieKey).LastUsedDate.Sub(used); got != 10*time.Minute {
			t.Errorf("after ten minutes last used moved by %v", got)
		}
		a.Advance(time.Hour) // account time
		u := lastUsed(t, a, suzieKey)
		if got := u.LastUsedDate.Sub(used); got != 70*time.Minute || *u.ServiceName != "s3" || *u.Region != "eu-west-1" {
			t.Errorf("after an hour more last used moved by %v: %+v", got, u)
		}
		after := application(t, a, "photo-sync")
		if n := len(after.Log) - len(before.Log); n != 35 {
			t.Errorf("%d runs in 70 minutes, want 35", n)
		}
		if !slices.IsSortedFunc(after.Log, func(x, y sandbox.LogLine) int { return x.At.Compare(y.At) }) {
			t.Error("the log is not in order")
		}
	})
}

func TestAnApplicationThatWasForgottenFailsAndRecovers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		key := newKey(t, a, "Suzie")
		if err := a.UpdateApplication("photo-sync", key.KeyID); err != nil {
			t.Fatal(err)
		}
		a.Advance(time.Minute)
		setStatus(t, a, "Suzie", suzieKey, "Inactive")
		a.Advance(24 * time.Hour)

		if p := application(t, a, "photo-sync"); !p.OK || p.KeyID != key.KeyID {
			t.Errorf("the updated application: ok %v, with %s", p.OK, p.KeyID)
		}
		forgotten := application(t, a, "nightly-export")
		last := forgotten.Log[len(forgotten.Log)-1]
		if forgotten.OK || last.OK || last.Text != "InvalidClientTokenId: The security token included in the request is invalid." || !last.At.Equal(forgotten.LastRun) {
			t.Errorf("the forgotten application: ok %v, log %+v", forgotten.OK, last)
		}
		if u := lastUsed(t, a, suzieKey); u.LastUsedDate.After(forgotten.LastRun.Add(-time.Hour)) {
			t.Error("a failed run counts as a use of the key")
		}

		setStatus(t, a, "Suzie", suzieKey, "Active")
		a.Advance(24 * time.Hour)
		if p := application(t, a, "nightly-export"); !p.OK {
			t.Errorf("reactivation does not mend it: %+v", p.Log[len(p.Log)-1])
		}
		setStatus(t, a, "Suzie", suzieKey, "Inactive")
		if err := a.UpdateApplication("nightly-export", key.KeyID); err != nil {
			t.Fatal(err)
		}
		deleteKey(t, a, "Suzie", suzieKey)
		a.Advance(24 * time.Hour)
		if p := application(t, a, "nightly-export"); !p.OK {
			t.Error("the new key does not mend it")
		}
	})
}

func TestApplicationsFailWhileANewKeySpreads(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Configure(func(b *sandbox.Behavior) { b.NewKeyDelayIn = map[string]time.Duration{"eu-west-1": 5 * time.Minute} })
		key := newKey(t, a, "Suzie")
		if err := a.UpdateApplication("photo-sync", key.KeyID); err != nil {
			t.Fatal(err)
		}
		a.Advance(4 * time.Minute)
		if application(t, a, "photo-sync").OK {
			t.Error("it works before the key does")
		}
		a.Advance(4 * time.Minute)
		if !application(t, a, "photo-sync").OK {
			t.Error("it does not work when the key does")
		}
	})
}

func TestUpdateApplicationRefuses(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		gone := newKey(t, a, "Suzie")
		deleteKey(t, a, "Suzie", gone.KeyID)
		for _, c := range []struct{ name, key, part string }{
			{"photo-mill", suzieKey, "no application"},
			{"photo-sync", "AKIAZZZZZZZZZZZZZZZZ", "no access key"},
			{"photo-sync", gone.KeyID, "no access key"},
			{"photo-sync", "AKIAIOSFODNN7EXAMPLE", "is billing-cron's"},
		} {
			err := a.UpdateApplication(c.name, c.key)
			if err == nil || !strings.Contains(err.Error(), c.part) {
				t.Errorf("%s with %s: got %v, want %q", c.name, c.key, err, c.part)
			}
		}
		if application(t, a, "photo-sync").KeyID != suzieKey {
			t.Error("a refused update changed the key")
		}
	})
}

func TestApplicationsTellTheNewestKeyOfTheirUser(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		newest := func(want string) {
			t.Helper()
			if got := application(t, a, "photo-sync").Newest; got != want {
				t.Errorf("the newest key is %q, want %q", got, want)
			}
		}
		newest(suzieKey)
		made := newKey(t, a, "Suzie")
		newest(made.KeyID)
		deleteKey(t, a, "Suzie", made.KeyID)
		newest(suzieKey)
		deleteKey(t, a, "Suzie", suzieKey)
		newest("")
	})
}

func TestALongAdvanceKeepsOrderAndBounds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Advance(366 * 24 * time.Hour)
		for _, p := range a.Applications() {
			if len(p.Log) > 200 {
				t.Errorf("%s keeps %d lines", p.Name, len(p.Log))
			}
			if !slices.IsSortedFunc(p.Log, func(x, y sandbox.LogLine) int { return x.At.Compare(y.At) }) {
				t.Errorf("the log of %s is not in order", p.Name)
			}
			if late := a.Now().Sub(p.LastRun); !p.OK || late < 0 || late >= p.Every {
				t.Errorf("%s ran %v ago, every %v, ok %v", p.Name, late, p.Every, p.OK)
			}
		}
	})
}

func BenchmarkAdvanceADay(b *testing.B) {
	a := newAccount()
	for b.Loop() {
		a.Advance(24 * time.Hour)
	}
}
