package rotation_test

import (
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// The callers of these tests: Suzie with her own old or new key, and sessions.
var (
	suzieOld = iamops.Caller{Account: caller.Account, ARN: "arn:aws:iam::1:user/Suzie", SigningKeyID: oldID}
	suzieNew = iamops.Caller{Account: caller.Account, ARN: "arn:aws:iam::1:user/Suzie", SigningKeyID: newID}
	roleOld  = iamops.Caller{Account: caller.Account, ARN: "arn:aws:sts::1:assumed-role/admin/x", SigningKeyID: "ASIA1", SourceKeyIDs: []string{oldID}}
	roleNew  = iamops.Caller{Account: caller.Account, ARN: "arn:aws:sts::1:assumed-role/admin/x", SigningKeyID: "ASIA2", SourceKeyIDs: []string{newID}}
	roleDark = iamops.Caller{Account: caller.Account, ARN: "arn:aws:sts::1:assumed-role/admin/x", SigningKeyID: "ASIA3", SourceUnknown: true}
)

func TestWhoSignsStandsInTheWay(t *testing.T) {
	retire := func(s *rotation.State) { s.Plan = rotation.Retire }
	leaked := func(s *rotation.State) { s.Plan = rotation.Leaked }
	for name, c := range map[string]struct {
		state rotation.State
		want  string
	}{
		"own key, check":              {at(rotation.Check, as(suzieOld)), "go-on; leaked no:callers-key; look-again"},
		"own key, distribute":         {at(rotation.Distribute, as(suzieOld)), "go-on; give-up-new; sign-afresh; leaked; look-again"},
		"own key, deactivate":         {at(rotation.Deactivate, as(suzieOld)), "make-change=deactivate why:use-unknown no:callers-key; give-up-new; sign-afresh; step-back; leaked; look-again"},
		"moved, deactivate":           {at(rotation.Deactivate, as(suzieNew)), "make-change=deactivate; give-up-new; step-back; leaked; look-again"},
		"by a role, deactivate":       {at(rotation.Deactivate, as(roleOld)), "make-change=deactivate why:use-unknown no:callers-key; give-up-new; sign-afresh; step-back; leaked; look-again"},
		"by a role, moved":            {at(rotation.Deactivate, as(roleNew)), "make-change=deactivate; give-up-new; step-back; leaked; look-again"},
		"of unknown source, check":    {at(rotation.Check, as(roleDark)), "go-on no:maybe-caller; session-from-elsewhere; session-from-key; leaked no:maybe-caller; look-again"},
		"retiring one's own key":      {at(rotation.Check, as(suzieOld), retire), "go-on no:callers-key; leaked no:callers-key; look-again"},
		"one's own key has leaked":    {at(rotation.Check, as(suzieOld), leaked), "go-on no:callers-key; look-again"},
		"giving up the key one uses":  {discarding(rotation.DiscardStored, rotation.Deactivate, as(suzieNew)), "make-change=deactivate why:use-unknown no:callers-key; keep-new; sign-afresh; leaked; look-again"},
		"giving up, and moved back":   {discarding(rotation.DiscardStored, rotation.Deactivate, as(suzieOld)), "make-change=deactivate; keep-new; leaked; look-again"},
		"rolling back, with the new":  {at(rotation.Watch, as(suzieNew)), "go-on; roll-back=reactivate; leaked; look-again"},
		"resolving takes its time":    {at(rotation.Distribute, as(suzieOld), func(s *rotation.State) { s.Resigning = true }), "go-on; give-up-new; sign-afresh no:resolving; leaked; look-again"},
		"said to be from this key":    {at(rotation.Deactivate, as(roleDark), origin(rotation.OriginThisKey)), "make-change=deactivate why:use-unknown no:callers-key; give-up-new; sign-afresh; step-back; leaked; look-again"},
		"said to be from another key": {at(rotation.Deactivate, as(roleDark), origin(rotation.OriginElsewhere)), "make-change=deactivate; give-up-new; step-back; leaked; look-again"},
	} {
		s, _, _ := rotation.Next(c.state, rotation.UseSeen{At: now, KeyID: oldID, Use: c.state.Old.LastUse}, settings)
		s, _, _ = rotation.Next(s, rotation.UseSeen{At: now, KeyID: newID, Use: c.state.New.LastUse}, settings)
		if got := offersOf(s, settings, now); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func origin(o rotation.Origin) edit { return func(s *rotation.State) { s.Origin = o } }

func TestTheCallerMovesToTheNewKey(t *testing.T) {
	s := at(rotation.Distribute, as(suzieOld))
	s, intents, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.SignAfresh}, settings)
	if err != nil || len(intents) != 1 || !s.Resigning {
		t.Fatalf("%v, %d intents, resigning %v", err, len(intents), s.Resigning)
	}
	same, _, _ := rotation.Next(s, rotation.Signed{At: now, Caller: suzieOld}, settings)
	if same.Note != rotation.NoteSignsAsBefore || same.SignerOf(oldID) != iamops.DependsOnKey {
		t.Errorf("resolved to the same key: note %q", same.Note)
	}
	failed, _, _ := rotation.Next(s, rotation.Signed{At: now, Caller: suzieOld, Problem: &iamops.Problem{Kind: iamops.ExpiredCredentials}}, settings)
	if failed.Problem == nil || failed.Resigning || failed.Caller.SigningKeyID != oldID {
		t.Errorf("not resolved: problem %v, resigning %v", failed.Problem, failed.Resigning)
	}
	moved, _, _ := rotation.Next(s, rotation.Signed{At: now, Caller: suzieNew}, settings)
	if moved.Note != rotation.NoteSignsAfresh || moved.SignerOf(oldID) != iamops.Independent {
		t.Errorf("resolved to the new key: note %q", moved.Note)
	}
}

func TestAnAnswerAboutASessionEndsWithIt(t *testing.T) {
	s := at(rotation.Deactivate, as(roleDark), origin(rotation.OriginElsewhere))
	other := roleDark
	other.SigningKeyID = "ASIA9"
	s, _, _ = rotation.Next(s, rotation.Signed{At: now, Caller: other}, settings)
	if s.SignerOf(oldID) != iamops.MayDependOnKey {
		t.Error("a new session is not asked about")
	}
}

func TestTheOperatorsAnswerGoesWithTheChange(t *testing.T) {
	s := at(rotation.Deactivate, as(roleDark), origin(rotation.OriginElsewhere))
	s, _, err := rotation.Next(s, rotation.Decide{At: now, Yes: true, Decision: rotation.MakeChange}, settings)
	if err != nil || s.Pending == nil || !s.Pending.SessionElsewhere {
		t.Errorf("pending %+v, %v", s.Pending, err)
	}
}

func TestOnesOwnCallsAreNoUse(t *testing.T) {
	used := iamops.LastUse{State: iamops.Used, At: now.Add(-time.Minute), AsOf: now}
	s, _, _ := rotation.Next(at(rotation.Distribute, as(suzieOld)), rotation.UseSeen{At: now, KeyID: oldID, Use: used}, settings)
	if !s.Old.UseIsOurs() || !s.Old.LatestUse.IsZero() {
		t.Errorf("ours: %v, latest use of others %v", s.Old.UseIsOurs(), s.Old.LatestUse)
	}
	s, _, _ = rotation.Next(at(rotation.Distribute), rotation.UseSeen{At: now, KeyID: oldID, Use: used}, settings)
	if s.Old.UseIsOurs() {
		t.Error("somebody else's use counts as the caller's")
	}
}
