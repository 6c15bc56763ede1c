package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// remember is a memory of a rotation that was left at a step.
func remember(step rotation.Step, edits ...func(*rotation.Kept)) rotation.Kept {
	m := rotation.Kept{
		ID: "rot1", User: "Suzie", Plan: rotation.Rotate, Step: step, Phase: rotation.Ready, Begun: now.AddDate(0, 0, -9),
		Old: rotation.KeyFacts{ID: oldID, Status: iamops.Active}, New: rotation.KeyFacts{ID: newID, Status: iamops.Active},
		Secret: rotation.SecretStored, StoredAt: now.AddDate(0, 0, -8),
	}
	switch step {
	case rotation.Check, rotation.Create:
		m.New, m.Secret, m.StoredAt = rotation.KeyFacts{}, rotation.NoSecret, time.Time{}
	case rotation.Store:
		m.Secret, m.StoredAt = rotation.SecretUnknown, time.Time{}
	case rotation.Watch, rotation.Review, rotation.Delete:
		off := now.AddDate(0, 0, -2)
		m.Old.Status, m.Old.InactiveSince, m.Old.InactiveSeen = iamops.Inactive, off, off
	case rotation.Distribute, rotation.Deactivate, rotation.Finished:
	}
	for _, e := range edits {
		e(&m)
	}
	return m
}

func open(kind iamops.ChangeKind, keyID string) func(*rotation.Kept) {
	return func(m *rotation.Kept) {
		m.Phase = rotation.Changing
		m.Pending = &iamops.Change{Kind: kind, Rotation: m.ID, Account: caller.Account, User: "Suzie", KeyID: keyID}
		m.PreIDs, m.PendingAt = []string{oldID}, now
		if m.New.ID != "" {
			m.PreIDs = append(m.PreIDs, m.New.ID)
		}
	}
}

func plan(p rotation.PlanName) func(*rotation.Kept) { return func(m *rotation.Kept) { m.Plan = p } }

func TestResumeStandsWhereAWSShows(t *testing.T) {
	oldOn, oldOff := key(oldID, iamops.Active), key(oldID, iamops.Inactive)
	newOn, newOff := key(newID, iamops.Active), key(newID, iamops.Inactive)
	for name, c := range map[string]struct {
		memory rotation.Kept
		keys   []iamops.AccessKey
		step   rotation.Step
		note   rotation.Note
		offers string
	}{
		"left in check":                  {remember(rotation.Check), []iamops.AccessKey{oldOn}, rotation.Check, "", "go-on; leaked; look-again"},
		"left before create":             {remember(rotation.Create), []iamops.AccessKey{oldOn}, rotation.Check, rotation.NoteMovedOn, "go-on; leaked; look-again"},
		"died before the secret was put": {remember(rotation.Store), []iamops.AccessKey{oldOn, newOn}, rotation.Create, "", "have-secret why:secret-nowhere; give-up-new; leaked; look-again"},
		"left in distribute":             {remember(rotation.Distribute), []iamops.AccessKey{oldOn, newOn}, rotation.Distribute, "", "go-on; give-up-new; leaked; look-again"},
		"left in watch":                  {remember(rotation.Watch), []iamops.AccessKey{oldOff, newOn}, rotation.Watch, "", "go-on; roll-back=reactivate; leaked; look-again"},
		"left in delete":                 {remember(rotation.Delete), []iamops.AccessKey{oldOff, newOn}, rotation.Delete, "", "make-change=delete type:MPLE why:new-unused why:watch-not-over; roll-back=reactivate; step-back; leaked; look-again"},
		"deactivated by somebody":        {remember(rotation.Distribute), []iamops.AccessKey{oldOff, newOn}, rotation.Watch, rotation.NoteMovedOn, "go-on; roll-back=reactivate; leaked; look-again"},
		"reactivated by somebody":        {remember(rotation.Watch), []iamops.AccessKey{oldOn, newOn}, rotation.Distribute, rotation.NoteMovedOn, "go-on; give-up-new; leaked; look-again"},
		"deleted by somebody":            {remember(rotation.Watch), []iamops.AccessKey{newOn}, rotation.Finished, rotation.NoteMovedOn, ""},
		"new key deleted by somebody":    {remember(rotation.Distribute), []iamops.AccessKey{oldOn}, rotation.Check, rotation.NoteMovedOn, "go-on; leaked; look-again"},
		"new key gone, old one off":      {remember(rotation.Watch), []iamops.AccessKey{oldOff}, rotation.Watch, "", "go-on; roll-back=reactivate; leaked; look-again"},
		"both gone":                      {remember(rotation.Watch), nil, rotation.Finished, rotation.NoteMovedOn, ""},
		"giving up, left":                {remember(rotation.Deactivate, plan(rotation.DiscardStored)), []iamops.AccessKey{oldOn, newOn}, rotation.Deactivate, "", "make-change=deactivate why:use-unknown; keep-new; leaked; look-again"},
		"giving up, off":                 {remember(rotation.Delete, plan(rotation.Discard)), []iamops.AccessKey{oldOn, newOff}, rotation.Delete, "", "make-change=delete type:MPLE no:too-soon; leaked; look-again"},
		"retiring, left":                 {remember(rotation.Watch, plan(rotation.Retire), func(m *rotation.Kept) { m.New = rotation.KeyFacts{} }), []iamops.AccessKey{oldOff}, rotation.Watch, "", "go-on; roll-back=reactivate; leaked; look-again"},
	} {
		s, intents := rotation.Reopen(c.memory, caller, now)
		if got := intentsOf(intents); got != "list+0s" {
			t.Errorf("%s: begins with %s", name, got)
		}
		s, _, _ = rotation.Next(s, listed(now, c.keys...), settings)
		// What one list misses may be there all the same.
		s, _, _ = rotation.Next(s, listed(now.Add(rotation.LookGap), c.keys...), settings)
		if s.Step != c.step || s.Note != c.note {
			t.Errorf("%s: stands at %s, note %q; want %s, %q", name, s.Step, s.Note, c.step, c.note)
		}
		if got := offersOf(s, settings, now); got != c.offers {
			t.Errorf("%s: offers %s", name, got)
		}
	}
}

func TestResumeLooksAfterAnOpenChange(t *testing.T) {
	oldOn, oldOff := key(oldID, iamops.Active), key(oldID, iamops.Inactive)
	newOn := iamops.AccessKey{UserName: "Suzie", ID: newID, Status: iamops.Active, Created: now}
	tenSeconds := []time.Duration{10 * time.Second}
	for name, c := range map[string]struct {
		memory rotation.Kept
		lists  [][]iamops.AccessKey
		step   rotation.Step
		note   rotation.Note
		orphan bool
	}{
		"create, with effect":     {remember(rotation.Create, open(iamops.Create, "")), repeat(2, oldOn, newOn), rotation.Create, rotation.NoteEffect, true},
		"create, without":         {remember(rotation.Create, open(iamops.Create, "")), repeat(7, oldOn), rotation.Check, rotation.NoteNoEffect, false},
		"create, stale at first":  {remember(rotation.Create, open(iamops.Create, "")), append(repeat(4, oldOn), repeat(2, oldOn, newOn)...), rotation.Create, rotation.NoteEffect, true},
		"deactivate, with effect": {remember(rotation.Deactivate, open(iamops.Deactivate, oldID)), repeat(2, oldOff, newOn), rotation.Watch, rotation.NoteEffect, false},
		"deactivate, without":     {remember(rotation.Deactivate, open(iamops.Deactivate, oldID)), repeat(7, oldOn, newOn), rotation.Deactivate, rotation.NoteNoEffect, false},
		"reactivate, with effect": {remember(rotation.Watch, open(iamops.Reactivate, oldID)), repeat(2, oldOn, newOn), rotation.Distribute, rotation.NoteRolledBack, false},
		"reactivate, without":     {remember(rotation.Watch, open(iamops.Reactivate, oldID)), repeat(7, oldOff, newOn), rotation.Watch, rotation.NoteNoEffect, false},
		"delete, with effect":     {remember(rotation.Delete, open(iamops.Delete, oldID)), repeat(2, newOn), rotation.Finished, rotation.NoteEffect, false},
		"delete, without":         {remember(rotation.Delete, open(iamops.Delete, oldID)), repeat(7, oldOff, newOn), rotation.Delete, rotation.NoteNoEffect, false},
	} {
		s, _ := rotation.Reopen(c.memory, caller, now)
		if s.Phase != rotation.Unclear {
			t.Errorf("%s: phase %s", name, s.Phase)
		}
		for _, o := range rotation.Offers(s, settings, now) {
			if o.Refused == rotation.Possible && o.Decision != rotation.RollBack {
				t.Errorf("%s: %s is offered before it is known how the change ended", name, o.Decision)
			}
		}
		s = looks(s, tenSeconds, c.lists...)
		if s.Phase != rotation.Ready || s.Step != c.step || s.Note != c.note || s.Orphan() != c.orphan {
			t.Errorf("%s: %s/%s, note %q, orphan %v", name, s.Step, s.Phase, s.Note, s.Orphan())
		}
		if without := c.note == rotation.NoteNoEffect; s.Droppable() != without {
			t.Errorf("%s: gives way to another task: %v", name, s.Droppable())
		}
	}
}

func TestTwoKeysWithoutAJournal(t *testing.T) {
	at := func(daysOld int, id string, status iamops.KeyStatus) iamops.AccessKey {
		return iamops.AccessKey{UserName: "Suzie", ID: id, Status: status, Created: now.AddDate(0, 0, -daysOld)}
	}
	use := func(daysAgo int) iamops.LastUse {
		return iamops.LastUse{State: iamops.Used, At: now.AddDate(0, 0, -daysAgo), AsOf: now}
	}
	never := iamops.LastUse{State: iamops.NeverUsed, AsOf: now}
	for name, c := range map[string]struct {
		older, newer   iamops.AccessKey
		oldUse, newUse iamops.LastUse
		story          rotation.Story
		idle           string
		firstOffer     rotation.Decision
	}{
		"a rotation under way":         {at(200, oldID, iamops.Active), at(5, newID, iamops.Active), use(2), use(0), rotation.RotationUnderWay, oldID, rotation.Adopt},
		"one in its watch":             {at(200, oldID, iamops.Inactive), at(5, newID, iamops.Active), use(2), use(0), rotation.RotationUnderWay, oldID, rotation.Adopt},
		"a forgotten key":              {at(600, oldID, iamops.Inactive), at(80, newID, iamops.Active), use(90), use(1), rotation.ForgottenKey, oldID, rotation.RetireOlder},
		"a new key that was given up":  {at(600, oldID, iamops.Active), at(80, newID, iamops.Inactive), use(0), never, rotation.ForgottenKey, newID, rotation.RetireNewer},
		"two live keys, older idle":    {at(600, oldID, iamops.Active), at(80, newID, iamops.Active), use(30), use(1), rotation.TwoLiveKeys, oldID, rotation.RetireOlder},
		"two live keys, newer idle":    {at(600, oldID, iamops.Active), at(80, newID, iamops.Active), use(1), never, rotation.TwoLiveKeys, newID, rotation.RetireNewer},
		"two live keys, uses unknown":  {at(600, oldID, iamops.Active), at(80, newID, iamops.Active), use(1), iamops.LastUse{}, rotation.TwoLiveKeys, "", rotation.RetireOlder},
		"created on the same day, new": {iamops.AccessKey{ID: oldID, Status: iamops.Active, Created: now.AddDate(0, 0, -5).Add(-time.Hour)}, at(5, newID, iamops.Active), use(1), use(0), rotation.TwoLiveKeys, oldID, rotation.RetireOlder},
	} {
		s, _ := rotation.Begin(rotation.Rotate, "rot1", caller, "Suzie", oldID, now)
		s, intents, _ := rotation.Next(s, listed(now, c.newer, c.older), settings)
		if got := intentsOf(intents); got != "use×2" {
			t.Errorf("%s: intents %s", name, got)
		}
		s, _, _ = rotation.Next(s, rotation.UseSeen{At: now, KeyID: oldID, Use: c.oldUse}, settings)
		s, _, _ = rotation.Next(s, rotation.UseSeen{At: now, KeyID: newID, Use: c.newUse}, settings)
		told := s.TwoKeysOf()
		if told.Story != c.story || told.Idle != c.idle {
			t.Errorf("%s: story %s, idle %q", name, told.Story, told.Idle)
		}
		if o := rotation.Offers(s, settings, now)[0]; o.Decision != c.firstOffer || o.Refused != rotation.Possible {
			t.Errorf("%s: first offer %+v", name, o)
		}
	}
}

func TestAdoptAndRetire(t *testing.T) {
	older, newer := key(oldID, iamops.Active), iamops.AccessKey{UserName: "Suzie", ID: newID, Status: iamops.Active, Created: now.AddDate(0, 0, -5)}
	begin := func(newUse iamops.LastUse) rotation.State {
		s, _ := rotation.Begin(rotation.Rotate, "rot1", caller, "Suzie", "", now)
		s, _, _ = rotation.Next(s, listed(now, older, newer), settings)
		s, _, _ = rotation.Next(s, rotation.UseSeen{At: now, KeyID: newID, Use: newUse}, settings)
		return s
	}
	decide := func(s rotation.State, d rotation.Decision) rotation.State {
		t.Helper()
		next, _, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: d, Reason: "because", Whys: everyWhy}, settings)
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		return next
	}
	used := iamops.LastUse{State: iamops.Used, At: now.AddDate(0, 0, -1), AsOf: now}
	s := decide(begin(used), rotation.Adopt)
	if s.Step != rotation.Distribute || s.Old.ID != oldID || s.New.ID != newID || !s.StoredAt.Equal(used.At) {
		t.Errorf("adopted: %s, %s → %s, stored %v", s.Step, s.Old.ID, s.New.ID, s.StoredAt)
	}
	if s = decide(s, rotation.GiveUpNew); s.Plan != rotation.DiscardStored {
		t.Errorf("giving up a key that is probably ours: %s", s.Plan)
	}

	trial := iamops.LastUse{State: iamops.Used, At: now.AddDate(0, 0, -1), AsOf: now, Service: "sts"}
	if s = decide(begin(trial), rotation.Adopt); s.Step != rotation.Create || !s.Orphan() {
		t.Errorf("adopted, used by a trial at the most: %s, secret %q", s.Step, s.Secret)
	}
	s = decide(begin(iamops.LastUse{State: iamops.NeverUsed, AsOf: now}), rotation.Adopt)
	if s.Step != rotation.Create || !s.Orphan() {
		t.Errorf("adopted, never used: %s, secret %q", s.Step, s.Secret)
	}
	if given := decide(s, rotation.GiveUpNew); given.Plan != rotation.DiscardStored {
		t.Errorf("a key that is probably ours is given up by %s", given.Plan)
	}
	if s = decide(s, rotation.HaveSecret); s.Step != rotation.Distribute || s.Secret != rotation.SecretStored || !s.StoredAt.Equal(now) {
		t.Errorf("its secret is put away: %s, %q", s.Step, s.Secret)
	}

	s = decide(begin(used), rotation.RetireOlder)
	if s.Plan != rotation.Retire || s.Step != rotation.Deactivate || s.Old.ID != oldID || s.New.Known() || len(s.Others) != 1 {
		t.Errorf("retiring: %s at %s, %s, others %v", s.Plan, s.Step, s.Old.ID, s.Others)
	}
	if got := offersOf(s, settings, now); got != "make-change=deactivate why:use-unknown; step-back; leaked; look-again" {
		t.Errorf("offers: %s", got)
	}
}

func TestLookingOn(t *testing.T) {
	set := settings
	set.HeldBy = "alice, since 12:00"
	for _, step := range []rotation.Step{rotation.Check, rotation.Create, rotation.Store, rotation.Distribute, rotation.Deactivate, rotation.Watch, rotation.Delete} {
		for _, o := range rotation.Offers(at(step), set, now) {
			if (o.Refused == rotation.HeldElsewhere) == (o.Decision == rotation.LookAgain) {
				t.Errorf("%s at %s: %q", o.Decision, step, o.Refused)
			}
		}
	}
}
