package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

func TestOffersOfEachStep(t *testing.T) {
	for name, c := range map[string]struct {
		state rotation.State
		want  string
	}{
		"check":      {at(rotation.Check), "go-on; leaked; look-again"},
		"create":     {at(rotation.Create), "make-change=create; leaked; look-again"},
		"store":      {at(rotation.Store), "stored why:secret-nowhere; try-again; give-up-new; leaked; look-again"},
		"shown":      {at(rotation.Store, func(s *rotation.State) { s.Lent = true }), "stored; try-again; give-up-new; leaked; look-again"},
		"distribute": {at(rotation.Distribute), "go-on; give-up-new; leaked; look-again"},
		"deactivate": {at(rotation.Deactivate), "make-change=deactivate; give-up-new; step-back; leaked; look-again"},
		"watch":      {at(rotation.Watch), "go-on; roll-back=reactivate; leaked; look-again"},
		"delete":     {at(rotation.Delete), "make-change=delete type:MPLE; roll-back=reactivate; step-back; leaked; look-again"},
		"done":       {at(rotation.Finished), ""},

		"give up, unstored":         {discarding(rotation.Discard, rotation.Deactivate), "make-change=deactivate; keep-new; leaked; look-again"},
		"give up, unstored, delete": {discarding(rotation.Discard, rotation.Delete), "make-change=delete type:MPLE; leaked; look-again"},
		"give up, stored":           {discarding(rotation.DiscardStored, rotation.Deactivate), "make-change=deactivate; keep-new; leaked; look-again"},
		"give up, stored, watch":    {discarding(rotation.DiscardStored, rotation.Watch), "go-on; roll-back=reactivate; leaked; look-again"},
		"give up, stored, delete":   {discarding(rotation.DiscardStored, rotation.Delete), "make-change=delete type:MPLE; roll-back=reactivate; step-back; leaked; look-again"},
	} {
		if got := offersOf(c.state, settings, now); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	soon := now.Add(-rotation.DeleteAfter + time.Second)
	for name, c := range map[string]struct {
		state    rotation.State
		decision rotation.Decision
		want     rotation.Reason
		set      rotation.Settings
	}{
		"root caller":   {state: at(rotation.Check, as(iamops.Caller{ARN: "arn:aws:iam::1:root"})), decision: rotation.GoOn, want: rotation.CallerIsRoot},
		"own key":       {state: at(rotation.Check, as(iamops.Caller{SigningKeyID: oldID})), decision: rotation.GoOn},
		"own source":    {state: at(rotation.Check, as(iamops.Caller{SigningKeyID: "ASIA1", SourceKeyIDs: []string{oldID}})), decision: rotation.GoOn},
		"own session":   {state: at(rotation.Check, as(iamops.Caller{SigningKeyID: "ASIA1", ARN: "arn:aws:iam::1:user/dev/Suzie"})), decision: rotation.GoOn, want: rotation.MaybeCallers},
		"other session": {state: at(rotation.Check, as(iamops.Caller{SigningKeyID: "ASIA1", ARN: "arn:aws:sts::1:assumed-role/admin/Suzie"})), decision: rotation.GoOn},
		"no slot":       {state: at(rotation.Check, withOther), decision: rotation.GoOn, want: rotation.NotOffered},
		"no key":        {state: at(rotation.Check, noKeys), decision: rotation.GoOn, want: rotation.NoKey},
		"no user":       {state: at(rotation.Check, func(s *rotation.State) { s.UserGone = true }), decision: rotation.GoOn, want: rotation.NoSuchUser},
		"key gone": {state: at(rotation.Check, func(s *rotation.State) {
			s.Listed, s.ListedAt, s.Old.Gone = []iamops.AccessKey{key(otherID, iamops.Active)}, now, true
		}), decision: rotation.GoOn, want: rotation.NoSuchKey},
		"read-only": {state: at(rotation.Check), set: rotation.Settings{ReadOnly: true}, decision: rotation.GoOn, want: rotation.InReadOnly},

		"create while one is looked for": {state: at(rotation.Create, phase(rotation.Unclear, iamops.Create, "")), decision: rotation.MakeChange, want: rotation.StillLooking},
		"create, slot taken meanwhile":   {state: at(rotation.Create, withOther), decision: rotation.MakeChange, want: rotation.NoSlot},
		"create in read-only":            {state: at(rotation.Create), set: rotation.Settings{ReadOnly: true}, decision: rotation.MakeChange, want: rotation.InReadOnly},

		"stored while tried": {state: at(rotation.Store, trial(rotation.TrialRunning)), decision: rotation.Stored, want: rotation.TrialUnderWay},
		"try while tried":    {state: at(rotation.Store, trial(rotation.TrialRunning)), decision: rotation.TryAgain, want: rotation.TrialUnderWay},

		"distribute, new key gone":     {state: at(rotation.Distribute, func(s *rotation.State) { s.New.Gone = true }), decision: rotation.GoOn, want: rotation.NewKeyMissing},
		"distribute, new key off":      {state: at(rotation.Distribute, newOff), decision: rotation.GoOn, want: rotation.NewKeyOff},
		"deactivate, new key off":      {state: at(rotation.Deactivate, newOff), decision: rotation.MakeChange, want: rotation.NewKeyOff},
		"deactivate, secret held":      {state: at(rotation.Deactivate, func(s *rotation.State) { s.Secret = rotation.SecretHeld }), decision: rotation.MakeChange, want: rotation.SecretNotPut},
		"deactivate, secret lost":      {state: at(rotation.Deactivate, func(s *rotation.State) { s.Secret = rotation.SecretLost }), decision: rotation.MakeChange, want: rotation.SecretIsLost},
		"deactivate, odd status":       {state: at(rotation.Deactivate, func(s *rotation.State) { s.Old.Status = iamops.Expired }), decision: rotation.MakeChange, want: rotation.OddStatus},
		"deactivate in flight":         {state: at(rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, oldID)), decision: rotation.MakeChange, want: rotation.ChangeInFlight},
		"deactivate, creation looked":  {state: at(rotation.Deactivate, proving(iamops.Reactivate)), decision: rotation.MakeChange, want: rotation.StillLooking},
		"give up in flight":            {state: at(rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, oldID)), decision: rotation.GiveUpNew, want: rotation.ChangeInFlight},
		"give up while unclear":        {state: at(rotation.Deactivate, phase(rotation.Unclear, iamops.Deactivate, oldID)), decision: rotation.GiveUpNew, want: rotation.StillLooking},
		"roll back while deleting":     {state: at(rotation.Delete, phase(rotation.Changing, iamops.Delete, oldID)), decision: rotation.RollBack, want: rotation.ChangeInFlight},
		"roll back, deletion unclear":  {state: at(rotation.Delete, phase(rotation.Unclear, iamops.Delete, oldID)), decision: rotation.RollBack, want: rotation.StillLooking},
		"roll back at once":            {state: at(rotation.Watch, proving(iamops.Deactivate)), decision: rotation.RollBack},
		"roll back, key gone":          {state: at(rotation.Watch, func(s *rotation.State) { s.Old.Gone = true }), decision: rotation.RollBack, want: rotation.NoSuchKey},
		"delete an Active key":         {state: at(rotation.Delete, func(s *rotation.State) { s.Old.Status = iamops.Active }), decision: rotation.MakeChange, want: rotation.TargetActive},
		"delete, new key off":          {state: at(rotation.Delete, newOff), decision: rotation.MakeChange, want: rotation.NewKeyOff},
		"delete too soon":              {state: at(rotation.Delete, inactiveSince(soon)), decision: rotation.MakeChange, want: rotation.TooSoon},
		"delete too soon, seen only":   {state: at(rotation.Delete, func(s *rotation.State) { s.Old.InactiveSince, s.Old.InactiveSeen = time.Time{}, soon }), decision: rotation.MakeChange, want: rotation.TooSoon},
		"delete a discarded key soon":  {state: discarding(rotation.Discard, rotation.Delete, func(s *rotation.State) { s.New.InactiveSince = soon }), decision: rotation.MakeChange, want: rotation.TooSoon},
		"look while looking":           {state: at(rotation.Watch, proving(iamops.Deactivate)), decision: rotation.LookAgain, want: rotation.StillLooking},
		"keep a key that is off":       {state: discarding(rotation.DiscardStored, rotation.Watch), decision: rotation.KeepNew, want: rotation.NotOffered},
		"create a third time":          {state: at(rotation.Create, func(s *rotation.State) { s.New.ID, s.Secret = newID, rotation.SecretLost }), decision: rotation.MakeChange, want: rotation.NotOffered},
		"delete from watch":            {state: at(rotation.Watch), decision: rotation.MakeChange, want: rotation.NotOffered},
		"give up while watching":       {state: at(rotation.Watch), decision: rotation.GiveUpNew, want: rotation.NotOffered},
		"roll back in distribute":      {state: at(rotation.Distribute), decision: rotation.RollBack, want: rotation.NotOffered},
		"stored twice":                 {state: at(rotation.Distribute), decision: rotation.Stored, want: rotation.NotOffered},
		"anything when done":           {state: at(rotation.Finished), decision: rotation.RollBack, want: rotation.NotOffered},
		"roll back from undelivered":   {state: discarding(rotation.Discard, rotation.Delete), decision: rotation.RollBack, want: rotation.NotOffered},
		"not listed yet":               {state: begun(), decision: rotation.GoOn, want: rotation.NotListed},
		"keys not chosen and two":      {state: at(rotation.Check, withOther, func(s *rotation.State) { s.Old = rotation.KeyFacts{} }), decision: rotation.GoOn, want: rotation.NotOffered},
		"unclear look that ran out":    {state: at(rotation.Deactivate, phase(rotation.Unclear, iamops.Deactivate, oldID), overdue), decision: rotation.LookAgain},
		"a change on a look that ran":  {state: at(rotation.Deactivate, phase(rotation.Unclear, iamops.Deactivate, oldID), overdue), decision: rotation.MakeChange, want: rotation.StillLooking},
		"roll back an unclear switch":  {state: at(rotation.Deactivate, phase(rotation.Unclear, iamops.Deactivate, oldID), func(s *rotation.State) { s.Old.Status = iamops.Inactive }), decision: rotation.RollBack},
		"deactivate what is off":       {state: at(rotation.Deactivate, func(s *rotation.State) { s.Old.Status = iamops.Inactive }), decision: rotation.GoOn},
		"delete what is gone":          {state: at(rotation.Delete, gone), decision: rotation.GoOn},
		"delete what one list misses":  {state: at(rotation.Delete, func(s *rotation.State) { s.Old.Gone = true }), decision: rotation.GoOn, want: rotation.StillLooking},
		"deactivate a user's key gone": {state: at(rotation.Deactivate, gone, func(s *rotation.State) { s.UserGone = true }), decision: rotation.GoOn},
	} {
		set := c.set
		set.Quiet, set.WatchPeriod = settings.Quiet, settings.WatchPeriod
		decide := rotation.Decide{At: now, Yes: true, Decision: c.decision, Typed: "MPLE", Reason: "because", Whys: everyWhy}
		next, intents, err := rotation.Next(c.state, decide, set)
		var refusal *rotation.Refusal
		switch {
		case c.want == rotation.Possible:
			if err != nil {
				t.Errorf("%s: refused: %v", name, err)
			}
		case !asRefusal(err, &refusal) || refusal.Reason != c.want:
			t.Errorf("%s: got %v, want refused for %s", name, err, c.want)
		case intentsOf(intents) != "" || next.Turn != c.state.Turn || next.Step != c.state.Step || next.Phase != c.state.Phase:
			t.Errorf("%s: a refused decision moved the machine", name)
		}
	}
}

func TestTypedDecisions(t *testing.T) {
	recent := func(s *rotation.State) { s.Old.LastUse.At = now.Add(-time.Hour) }
	early := inactiveSince(now.Add(-time.Hour))
	for name, c := range map[string]struct {
		state         rotation.State
		typed, reason string
		want          rotation.Reason
	}{
		"deletion":                        {state: at(rotation.Delete), typed: "MPLE"},
		"deletion, lower case and spaces": {state: at(rotation.Delete), typed: " mple "},
		"deletion, nothing typed":         {state: at(rotation.Delete), want: rotation.WrongText},
		"deletion, wrong end":             {state: at(rotation.Delete), typed: "MPLA", want: rotation.WrongText},
		"deletion, whole ID":              {state: at(rotation.Delete), typed: oldID, want: rotation.WrongText},
		"early deletion, no reason":       {state: at(rotation.Delete, early), typed: "MPLE", reason: "  ", want: rotation.ReasonMissing},
		"early deletion":                  {state: at(rotation.Delete, early), typed: "MPLE", reason: "leaked"},
		"deactivation in use, no reason":  {state: at(rotation.Deactivate, recent), want: rotation.ReasonMissing},
		"deactivation in use":             {state: at(rotation.Deactivate, recent), reason: "a test host"},
		"deactivation, quiet":             {state: at(rotation.Deactivate)},
		"stored untried, no reason":       {state: at(rotation.Store, trial(rotation.TrialFailed)), want: rotation.ReasonMissing},
		"stored nowhere, no reason":       {state: at(rotation.Store), want: rotation.ReasonMissing},
		"stored nowhere":                  {state: at(rotation.Store), reason: "a colleague wrote it down"},
		"stored untried":                  {state: at(rotation.Store, trial(rotation.TrialFailed)), reason: "network policy"},
	} {
		decision := rotation.MakeChange
		if c.state.Step == rotation.Store {
			decision = rotation.Stored
		}
		next, _, err := rotation.Next(c.state, rotation.Decide{At: now, Yes: true, Decision: decision, Typed: c.typed, Reason: c.reason, Whys: everyWhy}, settings)
		var refusal *rotation.Refusal
		if got := asRefusal(err, &refusal); got != (c.want != "") || got && refusal.Reason != c.want {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
			continue
		}
		if err == nil && c.reason != "" && (len(next.Overrides) != 1 || next.Overrides[0].Reason != c.reason || len(c.state.Overrides) != 0) {
			t.Errorf("%s: overrides %v", name, next.Overrides)
		}
	}
}

func as(c iamops.Caller) edit { return func(s *rotation.State) { s.Caller = c } }

func trial(state rotation.TrialState) edit {
	return func(s *rotation.State) { s.Trial = rotation.Trial{State: state, Since: now} }
}

func gone(s *rotation.State) { s.Old.Gone, s.Old.GoneSure = true, true }

func newOff(s *rotation.State) { s.New.Status = iamops.Inactive }

func overdue(s *rotation.State) { s.Look.Overdue = true }

func noKeys(s *rotation.State) {
	s.Listed, s.ListedAt, s.Old = nil, now, rotation.KeyFacts{}
}

func withOther(s *rotation.State) {
	s.Listed, s.ListedAt = []iamops.AccessKey{key(oldID, iamops.Active), key(otherID, iamops.Active)}, now
}

func inactiveSince(since time.Time) edit {
	return func(s *rotation.State) { s.Old.InactiveSince, s.Old.InactiveSeen = since, since }
}
