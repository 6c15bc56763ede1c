package rotation_test

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

const (
	oldID   = "AKIAI44QH8DHBEXAMPLE"
	newID   = "AKIAIOSFODNN7EXAMPLE"
	otherID = "AKIAJOTHERKEYEXAMPLE"
)

var (
	now    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	caller = iamops.Caller{
		Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/operator", Partition: "aws", SigningKeyID: "AKIAOPERATOREXAMPLE0",
	}
	settings = rotation.DefaultSettings()
)

// everyWhy is an operator who was shown every guard that there is.
var everyWhy = []rotation.Why{
	rotation.WhyUsedRecently, rotation.WhyUseUnknown, rotation.WhyGapLonger, rotation.WhyWatchNotOver,
	rotation.WhyDeactivationUnknown, rotation.WhyTrialNotPassed, rotation.WhyNotPutBack, rotation.WhyOldKeyPutBack, rotation.WhyOldKeyOff,
	rotation.WhySecretNowhere, rotation.WhyRhythmUnknown, rotation.WhyNewUnused,
}

// edit alters a state for a test.
type edit func(*rotation.State)

// at is a rotation that has come, by the book, to the given step, with both keys
// quiet for long.
func at(step rotation.Step, edits ...edit) rotation.State {
	long := now.Add(-30 * 24 * time.Hour)
	quiet := iamops.LastUse{State: iamops.Used, At: long.Add(-time.Hour), AsOf: now, Service: "s3", Region: "eu-west-1"}
	s, _ := rotation.Begin(rotation.Rotate, "rot1", caller, "Suzie", oldID, long)
	s.Step, s.UseAsked = step, now
	s.Old = rotation.KeyFacts{ID: oldID, Status: iamops.Active, Created: long.Add(-24 * time.Hour), LastUse: quiet}
	switch step {
	case rotation.Check, rotation.Create, rotation.Review:
	case rotation.Store:
		s.Secret, s.Trial.State = rotation.SecretHeld, rotation.TrialPassed
	case rotation.Distribute, rotation.Deactivate, rotation.Watch, rotation.Delete, rotation.Finished:
		s.Secret, s.StoredAt, s.Trial.State = rotation.SecretStored, long, rotation.TrialPassed
	}
	if s.Secret != rotation.NoSecret {
		s.New = rotation.KeyFacts{ID: newID, Status: iamops.Active, Created: long, LastUse: quiet}
	}
	switch step {
	case rotation.Watch, rotation.Review, rotation.Delete:
		s.Old.Status, s.Old.InactiveSince, s.Old.InactiveSeen = iamops.Inactive, long, long
	case rotation.Finished:
		s.Old.Gone = true
	case rotation.Check, rotation.Create, rotation.Store, rotation.Distribute, rotation.Deactivate:
	}
	for _, e := range edits {
		e(&s)
	}
	if s.ListedAt.IsZero() {
		s.ListedAt, s.Listed = now, keysOf(s)
	}
	return s
}

// begun is a rotation that nothing is known of yet.
func begun() rotation.State {
	s, _ := rotation.Begin(rotation.Rotate, "rot1", caller, "Suzie", oldID, now)
	return s
}

func keysOf(s rotation.State) []iamops.AccessKey {
	var keys []iamops.AccessKey
	for _, k := range []rotation.KeyFacts{s.Old, s.New} {
		if k.Known() && !k.Gone {
			keys = append(keys, iamops.AccessKey{UserName: "Suzie", ID: k.ID, Status: k.Status, Created: k.Created})
		}
	}
	return keys
}

func discarding(plan rotation.PlanName, step rotation.Step, edits ...edit) rotation.State {
	from := rotation.Store
	if plan == rotation.DiscardStored {
		from = rotation.Distribute
	}
	return at(from, append([]edit{func(s *rotation.State) {
		s.Plan, s.Step = plan, step
		if step == rotation.Watch || step == rotation.Delete {
			since := now.Add(-10 * 24 * time.Hour)
			s.New.Status, s.New.InactiveSince, s.New.InactiveSeen = iamops.Inactive, since, since
			if plan == rotation.Discard {
				s.Secret = rotation.SecretLost
			}
		}
	}}, edits...)...)
}

func phase(p rotation.Phase, kind iamops.ChangeKind, keyID string) edit {
	return func(s *rotation.State) {
		s.Phase = p
		s.Pending = &iamops.Change{Kind: kind, Rotation: s.ID, Account: s.Account, User: s.User, KeyID: keyID}
		s.PreIDs, s.PendingAt = iamops.KeyIDs(keysOf(*s)), now
		if p == rotation.Unclear {
			s.Look = rotation.Look{Change: *s.Pending, Effect: iamops.Unclear, Since: now}
		}
	}
}

// proving is a look at a change that AWS has answered.
func proving(kind iamops.ChangeKind) edit {
	return func(s *rotation.State) {
		change := iamops.Change{Kind: kind, Rotation: s.ID, Account: s.Account, User: s.User, KeyID: oldID}
		s.Look = rotation.Look{Change: change, Effect: iamops.Done, Since: now}
	}
}

// offersOf writes the offers of a state as one line: decision, the key's end, what
// has to be typed, the guards, the refusal.
func offersOf(s rotation.State, set rotation.Settings, at time.Time) string {
	var parts []string
	for _, o := range rotation.Offers(s, set, at) {
		part := string(o.Decision)
		if o.Change != "" {
			part += "=" + string(o.Change)
		}
		if o.Typed != "" {
			part += " type:" + o.Typed
		}
		for _, w := range o.Whys {
			part += " why:" + string(w)
		}
		if o.Refused != rotation.Possible {
			part += " no:" + string(o.Refused)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// intentsOf writes intents as one line.
func intentsOf(intents []rotation.Intent) string {
	var parts []string
	for _, i := range intents {
		switch i := i.(type) {
		case rotation.List:
			parts = append(parts, fmt.Sprintf("list+%s", i.After))
		case rotation.LookUpUse:
			parts = append(parts, fmt.Sprintf("use×%d", len(i.KeyIDs)))
		case rotation.Make:
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("make %s %s", i.Change.Kind, i.Change.KeyID)))
		case rotation.Try:
			parts = append(parts, fmt.Sprintf("try+%s", i.After))
		case rotation.Forget:
			parts = append(parts, "forget")
		}
	}
	return strings.Join(parts, ", ")
}

func listed(at time.Time, keys ...iamops.AccessKey) rotation.Listed {
	return rotation.Listed{At: at, Keys: keys}
}

func key(id string, status iamops.KeyStatus) iamops.AccessKey {
	return iamops.AccessKey{UserName: "Suzie", ID: id, Status: status, Created: now.Add(-31 * 24 * time.Hour)}
}
