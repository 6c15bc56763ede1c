package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

func TestTransitions(t *testing.T) {
	denied := &iamops.Problem{Kind: iamops.AccessDenied}
	both := []iamops.AccessKey{key(oldID, iamops.Active), key(newID, iamops.Active)}
	oldOff := []iamops.AccessKey{key(oldID, iamops.Inactive), key(newID, iamops.Active)}
	created := rotation.Answered{At: now, Effect: iamops.Done, Key: key(newID, iamops.Active)}
	done := rotation.Answered{At: now, Effect: iamops.Done}
	lost := rotation.Answered{At: now, Effect: iamops.Unclear, Problem: &iamops.Problem{Kind: iamops.Lost}}
	refused := rotation.Answered{At: now, Effect: iamops.NoEffect, Problem: denied}
	decide := func(d rotation.Decision) rotation.Decide {
		return rotation.Decide{At: now, Yes: true, Decision: d, Typed: "MPLE", Reason: "because", Whys: everyWhy}
	}
	for name, c := range map[string]struct {
		state   rotation.State
		event   rotation.Event
		step    rotation.Step
		phase   rotation.Phase
		plan    rotation.PlanName
		secret  rotation.SecretState
		note    rotation.Note
		intents string
	}{
		"first list":           {state: begun(), event: listed(now, key(oldID, iamops.Active)), step: rotation.Check, intents: "use×1"},
		"check → create":       {state: at(rotation.Check), event: decide(rotation.GoOn), step: rotation.Create, intents: "use×1"},
		"create confirmed":     {state: at(rotation.Create), event: decide(rotation.MakeChange), step: rotation.Create, phase: rotation.Verifying, intents: "list+0s"},
		"create verified":      {state: at(rotation.Create, phase(rotation.Verifying, iamops.Create, "")), event: listed(now, key(oldID, iamops.Active)), step: rotation.Create, phase: rotation.Changing, intents: "make create"},
		"create, slot taken":   {state: at(rotation.Create, phase(rotation.Verifying, iamops.Create, "")), event: listed(now, both...), step: rotation.Create, note: rotation.NoteChangedByOthers},
		"create, old key gone": {state: at(rotation.Create, phase(rotation.Verifying, iamops.Create, "")), event: listed(now, key(otherID, iamops.Active)), step: rotation.Create, note: rotation.NoteChangedByOthers},
		"create, list failed":  {state: at(rotation.Create, phase(rotation.Verifying, iamops.Create, "")), event: rotation.Listed{At: now, Problem: denied}, step: rotation.Create},
		"create answered":      {state: at(rotation.Create, phase(rotation.Changing, iamops.Create, "")), event: created, step: rotation.Store, secret: rotation.SecretHeld, intents: "list+0s, use×2, try+0s"},
		"create refused":       {state: at(rotation.Create, phase(rotation.Changing, iamops.Create, "")), event: refused, step: rotation.Create, intents: "list+0s, use×1"},
		"create's answer lost": {state: at(rotation.Create, phase(rotation.Changing, iamops.Create, "")), event: lost, step: rotation.Create, phase: rotation.Unclear, intents: "list+0s"},
		"create without secret": {
			state: at(rotation.Create, phase(rotation.Changing, iamops.Create, "")),
			event: rotation.Answered{At: now, Effect: iamops.Unclear, Key: key(newID, iamops.Active)},
			step:  rotation.Create, phase: rotation.Unclear, secret: rotation.SecretLost, intents: "list+0s",
		},
		"an old list while changing": {state: at(rotation.Create, phase(rotation.Changing, iamops.Create, "")), event: listed(now, both...), step: rotation.Create, phase: rotation.Changing},
		"stored":                     {state: at(rotation.Store, func(s *rotation.State) { s.Lent = true }), event: decide(rotation.Stored), step: rotation.Distribute, secret: rotation.SecretStored, intents: "forget, use×2"},
		"try again":                  {state: at(rotation.Store, trial(rotation.TrialFailed)), event: decide(rotation.TryAgain), step: rotation.Store, secret: rotation.SecretHeld, intents: "try+0s"},
		"distribute → deactivate":    {state: at(rotation.Distribute), event: decide(rotation.GoOn), step: rotation.Deactivate, secret: rotation.SecretStored, intents: "use×2"},
		"deactivate confirmed":       {state: at(rotation.Deactivate), event: decide(rotation.MakeChange), step: rotation.Deactivate, phase: rotation.Verifying, secret: rotation.SecretStored, intents: "list+0s"},
		"deactivate verified":        {state: at(rotation.Deactivate, phase(rotation.Verifying, iamops.Deactivate, oldID)), event: listed(now, both...), step: rotation.Deactivate, phase: rotation.Changing, secret: rotation.SecretStored, intents: "make deactivate " + oldID},
		"deactivate, off already":    {state: at(rotation.Deactivate, phase(rotation.Verifying, iamops.Deactivate, oldID)), event: listed(now, oldOff...), step: rotation.Deactivate, secret: rotation.SecretStored, note: rotation.NoteChangedByOthers},
		"deactivate, new key gone":   {state: at(rotation.Deactivate, phase(rotation.Verifying, iamops.Deactivate, oldID)), event: listed(now, both[0]), step: rotation.Deactivate, secret: rotation.SecretStored, note: rotation.NoteChangedByOthers},
		"deactivate answered":        {state: at(rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, oldID)), event: done, step: rotation.Watch, secret: rotation.SecretStored, intents: "list+0s, use×2"},
		"deactivate's answer lost":   {state: at(rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, oldID)), event: lost, step: rotation.Deactivate, phase: rotation.Unclear, secret: rotation.SecretStored, intents: "list+0s"},
		"watch → delete":             {state: at(rotation.Watch), event: decide(rotation.GoOn), step: rotation.Delete, secret: rotation.SecretStored, intents: "use×2"},
		"roll back confirmed":        {state: at(rotation.Watch), event: decide(rotation.RollBack), step: rotation.Watch, phase: rotation.Verifying, secret: rotation.SecretStored, intents: "list+0s"},
		"roll back verified":         {state: at(rotation.Watch, phase(rotation.Verifying, iamops.Reactivate, oldID)), event: listed(now, oldOff...), step: rotation.Watch, phase: rotation.Changing, secret: rotation.SecretStored, intents: "make reactivate " + oldID},
		"roll back, list failed":     {state: at(rotation.Watch, phase(rotation.Verifying, iamops.Reactivate, oldID)), event: rotation.Listed{At: now, Problem: denied}, step: rotation.Watch, phase: rotation.Changing, secret: rotation.SecretStored, intents: "make reactivate " + oldID},
		"rolled back":                {state: at(rotation.Watch, phase(rotation.Changing, iamops.Reactivate, oldID)), event: done, step: rotation.Distribute, secret: rotation.SecretStored, note: rotation.NoteRolledBack, intents: "list+0s, use×2"},
		"delete verified":            {state: at(rotation.Delete, phase(rotation.Verifying, iamops.Delete, oldID)), event: listed(now, oldOff...), step: rotation.Delete, phase: rotation.Changing, secret: rotation.SecretStored, intents: "make delete " + oldID},
		"delete, active again":       {state: at(rotation.Delete, phase(rotation.Verifying, iamops.Delete, oldID)), event: listed(now, both...), step: rotation.Delete, secret: rotation.SecretStored, note: rotation.NoteChangedByOthers},
		"deleted":                    {state: at(rotation.Delete, phase(rotation.Changing, iamops.Delete, oldID)), event: done, step: rotation.Finished, secret: rotation.SecretStored, intents: "list+0s"},

		"reactivated by somebody": {state: at(rotation.Delete, func(s *rotation.State) { s.Old.Status = iamops.Active }), event: decide(rotation.GoBack), step: rotation.Distribute, secret: rotation.SecretStored, intents: "use×2"},
		"a new key reactivated":   {state: discarding(rotation.Discard, rotation.Delete, func(s *rotation.State) { s.New.Status = iamops.Active }), event: decide(rotation.GoBack), plan: rotation.Discard, step: rotation.Deactivate, secret: rotation.SecretLost, intents: "use×2"},

		"give up before storing":    {state: at(rotation.Store), event: decide(rotation.GiveUpNew), plan: rotation.Discard, step: rotation.Deactivate, secret: rotation.SecretHeld, intents: "use×2"},
		"give up after storing":     {state: at(rotation.Distribute), event: decide(rotation.GiveUpNew), plan: rotation.DiscardStored, step: rotation.Deactivate, secret: rotation.SecretStored, intents: "use×2"},
		"keep, not stored":          {state: discarding(rotation.Discard, rotation.Deactivate), event: decide(rotation.KeepNew), step: rotation.Store, secret: rotation.SecretHeld, intents: "use×2"},
		"keep, stored":              {state: discarding(rotation.DiscardStored, rotation.Deactivate), event: decide(rotation.KeepNew), step: rotation.Distribute, secret: rotation.SecretStored, intents: "use×2"},
		"given up, off":             {state: discarding(rotation.Discard, rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, newID)), event: done, plan: rotation.Discard, step: rotation.Delete, secret: rotation.SecretLost, intents: "list+0s, use×2, forget"},
		"given up, refused":         {state: discarding(rotation.Discard, rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, newID)), event: refused, plan: rotation.Discard, step: rotation.Deactivate, secret: rotation.SecretHeld, intents: "list+0s, use×2"},
		"given up, stored, off":     {state: discarding(rotation.DiscardStored, rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, newID)), event: done, plan: rotation.DiscardStored, step: rotation.Watch, secret: rotation.SecretStored, intents: "list+0s, use×2"},
		"given up, rolled back":     {state: discarding(rotation.DiscardStored, rotation.Watch, phase(rotation.Changing, iamops.Reactivate, newID)), event: done, step: rotation.Distribute, secret: rotation.SecretStored, note: rotation.NoteRolledBack, intents: "list+0s, use×2"},
		"given up, deleted":         {state: discarding(rotation.Discard, rotation.Delete, phase(rotation.Changing, iamops.Delete, newID)), event: done, plan: rotation.Discard, step: rotation.Finished, secret: rotation.SecretLost, note: rotation.NoteDiscarded, intents: "list+0s"},
		"an answer to nobody":       {state: at(rotation.Watch), event: done, step: rotation.Watch, secret: rotation.SecretStored},
		"a tick, nothing old":       {state: at(rotation.Distribute), event: rotation.Tick{At: now.Add(time.Second)}, step: rotation.Distribute, secret: rotation.SecretStored},
		"a tick, facts are old":     {state: at(rotation.Distribute), event: rotation.Tick{At: now.Add(rotation.RefreshEvery)}, step: rotation.Distribute, secret: rotation.SecretStored, intents: "list+0s, use×2"},
		"a tick while changing":     {state: at(rotation.Watch, phase(rotation.Changing, iamops.Reactivate, oldID)), event: rotation.Tick{At: now.Add(time.Hour)}, step: rotation.Watch, phase: rotation.Changing, secret: rotation.SecretStored},
		"a tick while looking":      {state: at(rotation.Watch, proving(iamops.Deactivate)), event: rotation.Tick{At: now.Add(time.Hour)}, step: rotation.Watch, secret: rotation.SecretStored},
		"look again":                {state: at(rotation.Watch), event: decide(rotation.LookAgain), step: rotation.Watch, secret: rotation.SecretStored, intents: "list+0s, use×2"},
		"a trial round of no trial": {state: at(rotation.Distribute), event: rotation.Tried{At: now}, step: rotation.Distribute, secret: rotation.SecretStored},
	} {
		if c.phase == "" {
			c.phase = rotation.Ready
		}
		if c.plan == "" {
			c.plan = rotation.Rotate
		}
		next, intents, err := rotation.Next(c.state, c.event, settings)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if next.Step != c.step || next.Phase != c.phase || next.Plan != c.plan || next.Secret != c.secret || next.Note != c.note {
			t.Errorf("%s: got %s/%s of %s, secret %q, note %q", name, next.Step, next.Phase, next.Plan, next.Secret, next.Note)
		}
		if got := intentsOf(intents); got != c.intents {
			t.Errorf("%s: got intents %q, want %q", name, got, c.intents)
		}
	}
}

func TestTrial(t *testing.T) {
	s, _, _ := rotation.Next(at(rotation.Store), rotation.Decide{At: now, Yes: true, Decision: rotation.TryAgain}, settings)
	fail := &iamops.Problem{Kind: iamops.BadCredentials}
	rounds := []*iamops.Problem{fail, nil, nil, nil, nil, fail, nil, nil, nil, nil, nil}
	for i, problem := range rounds {
		if s.Trial.State != rotation.TrialRunning {
			t.Fatalf("round %d: %s", i, s.Trial.State)
		}
		s, _, _ = rotation.Next(s, rotation.Tried{At: now.Add(time.Duration(i) * rotation.TrialGap), Problem: problem}, settings)
	}
	if s.Trial.State != rotation.TrialPassed {
		t.Errorf("after %d rounds: %s", len(rounds), s.Trial.State)
	}

	s, _, _ = rotation.Next(at(rotation.Store), rotation.Decide{At: now, Yes: true, Decision: rotation.TryAgain}, settings)
	s, intents, _ := rotation.Next(s, rotation.Tried{At: now.Add(rotation.TrialBound), Problem: fail}, settings)
	if s.Trial.State != rotation.TrialFailed || len(intents) != 0 {
		t.Errorf("after the bound: %s, %v", s.Trial.State, intents)
	}
}

// looks feeds lists, each a pause after the other, and returns the state.
func looks(s rotation.State, pauses []time.Duration, lists ...[]iamops.AccessKey) rotation.State {
	clock := now
	for i, keys := range lists {
		clock = clock.Add(pauses[i%len(pauses)])
		s, _, _ = rotation.Next(s, rotation.Listed{At: clock, Keys: keys}, settings)
	}
	return s
}

func repeat(n int, keys ...iamops.AccessKey) [][]iamops.AccessKey {
	lists := make([][]iamops.AccessKey, n)
	for i := range lists {
		lists[i] = keys
	}
	return lists
}

func TestProofByLooking(t *testing.T) {
	active, off := key(oldID, iamops.Active), key(oldID, iamops.Inactive)
	fresh := iamops.AccessKey{UserName: "Suzie", ID: newID, Status: iamops.Active, Created: now.Add(time.Second)}
	tenSeconds := []time.Duration{10 * time.Second}
	unclearCreate := at(rotation.Create, phase(rotation.Unclear, iamops.Create, ""))
	unclearOff := at(rotation.Deactivate, phase(rotation.Unclear, iamops.Deactivate, oldID))
	unclearDelete := at(rotation.Delete, phase(rotation.Unclear, iamops.Delete, oldID))
	for name, c := range map[string]struct {
		got    rotation.State
		step   rotation.Step
		phase  rotation.Phase
		proven bool
		note   rotation.Note
	}{
		"one list proves nothing":      {got: looks(unclearOff, tenSeconds, repeat(1, off, fresh)...), step: rotation.Deactivate, phase: rotation.Unclear},
		"two lists, too close":         {got: looks(unclearOff, []time.Duration{9 * time.Second}, repeat(2, off, fresh)...), step: rotation.Deactivate, phase: rotation.Unclear},
		"two lists":                    {got: looks(unclearOff, tenSeconds, repeat(2, off, fresh)...), step: rotation.Watch, phase: rotation.Ready, proven: true, note: rotation.NoteEffect},
		"a stale list between":         {got: looks(unclearOff, tenSeconds, []iamops.AccessKey{off, fresh}, []iamops.AccessKey{active, fresh}, []iamops.AccessKey{off, fresh}), step: rotation.Deactivate, phase: rotation.Unclear},
		"absent for 50 s":              {got: looks(unclearOff, tenSeconds, repeat(6, active, fresh)...), step: rotation.Deactivate, phase: rotation.Unclear},
		"absent for 60 s, 4 reads":     {got: looks(unclearOff, []time.Duration{20 * time.Second}, repeat(4, active, fresh)...), step: rotation.Deactivate, phase: rotation.Unclear},
		"absent for 60 s, 7 reads":     {got: looks(unclearOff, tenSeconds, repeat(7, active, fresh)...), step: rotation.Deactivate, phase: rotation.Ready, proven: true, note: rotation.NoteNoEffect},
		"absent, then there":           {got: looks(unclearCreate, tenSeconds, append(repeat(5, active), repeat(2, active, fresh)...)...), step: rotation.Create, phase: rotation.Ready, proven: true, note: rotation.NoteEffect},
		"a create without effect":      {got: looks(unclearCreate, tenSeconds, repeat(7, active)...), step: rotation.Create, phase: rotation.Ready, proven: true, note: rotation.NoteNoEffect},
		"a delete with effect":         {got: looks(unclearDelete, tenSeconds, repeat(2, fresh)...), step: rotation.Finished, phase: rotation.Ready, proven: true, note: rotation.NoteEffect},
		"a delete without effect":      {got: looks(unclearDelete, tenSeconds, repeat(7, off, fresh)...), step: rotation.Delete, phase: rotation.Ready, proven: true, note: rotation.NoteNoEffect},
		"answered, not visible yet":    {got: looks(at(rotation.Distribute, proving(iamops.Reactivate)), tenSeconds, repeat(7, off, fresh)...), step: rotation.Distribute, phase: rotation.Ready},
		"answered, visible":            {got: looks(at(rotation.Distribute, proving(iamops.Reactivate)), tenSeconds, repeat(2, active, fresh)...), step: rotation.Distribute, phase: rotation.Ready, proven: true},
		"still absent after 2 minutes": {got: looks(at(rotation.Distribute, proving(iamops.Reactivate)), tenSeconds, repeat(13, off, fresh)...), step: rotation.Distribute, phase: rotation.Ready},
	} {
		if c.got.Step != c.step || c.got.Phase != c.phase || c.got.Note != c.note || (!c.got.Look.Exists()) != c.proven {
			t.Errorf("%s: got %s/%s, note %q, look %+v", name, c.got.Step, c.got.Phase, c.got.Note, c.got.Look)
		}
	}
	orphan := looks(unclearCreate, tenSeconds, repeat(2, active, fresh)...)
	if !orphan.Orphan() || orphan.New.ID != newID {
		t.Errorf("a key whose secret never arrived: %+v, secret %q", orphan.New, orphan.Secret)
	}
	if got := offersOf(orphan, settings, now); got != "give-up-new; leaked; look-again" {
		t.Errorf("offers for it: %s", got)
	}
	late := looks(at(rotation.Distribute, proving(iamops.Reactivate)), tenSeconds, repeat(13, off, fresh)...)
	if !late.Look.Overdue || late.Old.Status != iamops.Inactive {
		t.Errorf("a look that ran out: overdue %v, and the lists count: %s", late.Look.Overdue, late.Old.Status)
	}
	early := looks(at(rotation.Distribute, proving(iamops.Reactivate)), tenSeconds, repeat(3, off, fresh)...)
	if early.Old.Status != iamops.Active {
		t.Errorf("until then AWS's answer stands over the lists: %s", early.Old.Status)
	}
	foreign := looks(unclearCreate, tenSeconds, repeat(2, active, iamops.AccessKey{ID: newID, Status: iamops.Active, Created: now.Add(time.Hour)})...)
	if foreign.Secret != rotation.SecretUnknown || !foreign.Adopted {
		t.Errorf("a key that was made an hour later is taken for ours: secret %q", foreign.Secret)
	}
}

func TestDeletionIsBoundToItsList(t *testing.T) {
	s := at(rotation.Delete, phase(rotation.Verifying, iamops.Delete, oldID))
	_, intents, _ := rotation.Next(s, listed(now, key(oldID, iamops.Inactive), key(newID, iamops.Active)), settings)
	made, ok := intents[0].(rotation.Make)
	if want := now.Add(rotation.ListFresh); !ok || made.Change.SendBefore != want {
		t.Errorf("got %+v, want to send before %v", intents[0], want)
	}
}

func TestWhatOthersDidIsSeen(t *testing.T) {
	s := looks(at(rotation.Watch), []time.Duration{time.Minute}, []iamops.AccessKey{key(oldID, iamops.Active), key(newID, iamops.Active), key(otherID, iamops.Active)})
	if s.Old.Status != iamops.Active || !s.Old.InactiveSince.IsZero() || len(s.Others) != 1 {
		t.Errorf("old %+v, others %v", s.Old, s.Others)
	}
	s, _, _ = rotation.Next(s, rotation.Listed{At: now, Problem: &iamops.Problem{Kind: iamops.NotFound}}, settings)
	if !s.UserGone || !s.Old.Gone || !s.New.Gone {
		t.Errorf("user gone %v, keys %+v %+v", s.UserGone, s.Old, s.New)
	}
}
