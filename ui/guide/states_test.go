package guide

import (
	"maps"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// stateAt is a rotation that stands at a step, in good order.
func stateAt(step rotation.Step) rotation.State {
	s := rotation.State{Kept: rotation.Kept{
		ID:        "r1",
		Account:   "123456789012",
		Partition: "aws",
		User:      "billing-cron",
		Begun:     noon.Add(-time.Hour),
		Plan:      rotation.Rotate,
		Step:      step,
		Phase:     rotation.Ready,
		Old:       rotation.KeyFacts{ID: oldKeyID, Status: iamops.Active, Created: noon.Add(-412 * day), LastUse: used(2*time.Hour, "s3", "us-east-1"), LongestGap: time.Hour},
	}, Seen: rotation.Seen{
		Caller:   iamops.Caller{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/alice", SigningKeyID: "AKIAALICEEXAMPLE0001"},
		Turn:     rotationTurn(step),
		ListedAt: noon.Add(-10 * time.Second),
	}}
	s.Listed = []iamops.AccessKey{{UserName: s.User, ID: oldKeyID, Status: iamops.Active, Created: s.Old.Created}}
	if rotationTurn(step) < rotationTurn(rotation.Store) {
		return s
	}
	s.New = rotation.KeyFacts{ID: newKeyID, Status: iamops.Active, Created: noon.Add(-3 * day), LastUse: used(4*time.Minute, "dynamodb", "eu-west-1")}
	s.Listed = append(s.Listed, iamops.AccessKey{UserName: s.User, ID: newKeyID, Status: iamops.Active, Created: s.New.Created})
	s.Secret = rotation.SecretHeld
	if step == rotation.Store {
		s.New.Created = noon.Add(-time.Minute)
		s.New.LastUse = iamops.LastUse{State: iamops.Used, At: noon.Add(-30 * time.Second), Service: "sts", AsOf: noon}
		s.New.OwnUse = noon.Add(-30 * time.Second)
		s.Trial = rotation.Trial{State: rotation.TrialPassed, Since: noon.Add(-40 * time.Second), Ended: noon.Add(-30 * time.Second), InARow: 5, Rounds: 6}
		return s
	}
	s.Secret, s.StoredAt = rotation.SecretStored, noon.Add(-3*day)
	if step == rotation.Deactivate {
		s.Old.LastUse = used(52*time.Hour, "s3", "us-east-1")
	}
	if step == rotation.Watch || step == rotation.Delete || step == rotation.Finished {
		since := noon.Add(-2 * day)
		if step == rotation.Delete {
			since = noon.Add(-8 * day)
		}
		s.Old.Status, s.Old.InactiveSince, s.Old.InactiveSeen = iamops.Inactive, since, since
		s.Listed[0].Status = iamops.Inactive
		s.Old.LastUse = used(10*day, "s3", "us-east-1")
	}
	if step == rotation.Finished {
		s.Listed = s.Listed[1:]
		s.Old.Gone = true
		s.Overrides = []rotation.Override{{
			At: noon.Add(-3 * time.Hour), Step: rotation.Deactivate,
			Whys: []rotation.Why{rotation.WhyUsedRecently, rotation.WhyGapLonger}, Reason: "agreed with finance",
		}}
	}
	return s
}

func rotationTurn(step rotation.Step) int {
	for i, s := range rotation.PlanOf(rotation.Rotate).Steps {
		if s == step {
			return i
		}
	}
	return 0
}

func used(ago time.Duration, service, region string) iamops.LastUse {
	return iamops.LastUse{State: iamops.Used, At: noon.Add(-ago), Service: service, Region: region, AsOf: noon.Add(-10 * time.Second)}
}

// with alters a state.
func with(s rotation.State, change func(*rotation.State)) rotation.State {
	change(&s)
	return s
}

var lostAnswer = &iamops.Problem{
	Kind: iamops.Lost, Action: "iam:CreateAccessKey", Message: "connection reset by peer",
}

var denied = &iamops.Problem{
	Kind: iamops.AccessDenied, Action: "iam:UpdateAccessKey", Code: "AccessDenied",
	Message: "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:UpdateAccessKey",
}

// recently used: the gate is shut, and a reason is asked for.
func shutGate() rotation.State {
	return with(stateAt(rotation.Deactivate), func(s *rotation.State) { s.Old.LastUse = used(2*time.Hour, "s3", "us-east-1") })
}

// scenes are the rotations whose screens are kept as goldens.
func scenes() map[string]rotation.State {
	all := map[string]rotation.State{
		"check-own-key": with(stateAt(rotation.Check), func(s *rotation.State) { s.Caller.SigningKeyID = oldKeyID }),
		"create-slot-taken": with(stateAt(rotation.Create), func(s *rotation.State) {
			other := iamops.AccessKey{UserName: s.User, ID: "AKIAJOTHEREXAMPLE001", Status: iamops.Inactive, Created: noon.Add(-700 * day)}
			s.Listed, s.Others = append(s.Listed, other), []iamops.AccessKey{other}
		}),
		"create-under-way": with(stateAt(rotation.Create), func(s *rotation.State) {
			s.Phase, s.Pending = rotation.Changing, &iamops.Change{Kind: iamops.Create, Rotation: s.ID, Account: s.Account, User: s.User}
		}),
		"create-unclear": with(stateAt(rotation.Create), func(s *rotation.State) {
			s.Phase, s.Problem = rotation.Unclear, lostAnswer
			s.Pending = &iamops.Change{Kind: iamops.Create, Rotation: s.ID, Account: s.Account, User: s.User}
			s.Look = rotation.Look{Change: *s.Pending, Effect: iamops.Unclear, Since: noon.Add(-20 * time.Second), Reads: 4}
		}),
		"create-orphan": with(stateAt(rotation.Store), func(s *rotation.State) {
			s.Step, s.Secret, s.Note, s.Trial = rotation.Create, rotation.SecretLost, rotation.NoteEffect, rotation.Trial{}
		}),
		"store-trying": with(stateAt(rotation.Store), func(s *rotation.State) {
			s.Trial = rotation.Trial{State: rotation.TrialRunning, Since: noon.Add(-5 * time.Second), InARow: 2, Rounds: 3}
		}),
		"store-trial-failed": with(stateAt(rotation.Store), func(s *rotation.State) {
			s.Trial = rotation.Trial{State: rotation.TrialFailed, Since: noon.Add(-6 * time.Minute), Ended: noon, Problem: denied}
		}),
		"store-targets":        checklist(),
		"deactivate-not-quiet": shutGate(),
		"deactivate-denied":    with(stateAt(rotation.Deactivate), func(s *rotation.State) { s.Problem = denied }),
		"watch-looking": with(stateAt(rotation.Watch), func(s *rotation.State) {
			s.Old.InactiveSince = noon.Add(-3 * time.Second)
			s.Look = rotation.Look{Change: iamops.Change{Kind: iamops.Deactivate, KeyID: oldKeyID}, Effect: iamops.Done, Since: noon.Add(-3 * time.Second), Reads: 1}
		}),
		"delete-too-soon": with(stateAt(rotation.Delete), func(s *rotation.State) { s.Old.InactiveSince = noon.Add(-time.Minute) }),
		"discard": with(stateAt(rotation.Store), func(s *rotation.State) {
			s.Plan, s.Step = rotation.Discard, rotation.Deactivate
		}),
		"distribute-rolled-back": with(stateAt(rotation.Distribute), func(s *rotation.State) { s.Note = rotation.NoteRolledBack }),
	}
	maps.Copy(all, comeBackTo())
	maps.Copy(all, usedScenes())
	for _, step := range rotation.PlanOf(rotation.Rotate).Steps {
		all[string(step)] = stateAt(step)
	}
	return all
}

// comeBackTo are the rotations that were left, or begun elsewhere, or that need no new key.
func comeBackTo() map[string]rotation.State {
	unknownSecret := with(stateAt(rotation.Store), func(s *rotation.State) {
		s.Step, s.Secret, s.Recalled, s.Trial, s.New.OwnUse = rotation.Create, rotation.SecretUnknown, true, rotation.Trial{}, time.Time{}
		s.New.LastUse = iamops.LastUse{State: iamops.NeverUsed, AsOf: noon}
	})
	retire := func(step rotation.Step) rotation.State {
		return with(stateAt(step), func(s *rotation.State) {
			s.Plan, s.New, s.Secret, s.StoredAt, s.Listed = rotation.Retire, rotation.KeyFacts{}, rotation.NoSecret, time.Time{}, s.Listed[:1]
			s.Old.LastUse = iamops.LastUse{State: iamops.NeverUsed, AsOf: noon}
		})
	}
	return map[string]rotation.State{
		"two-keys-rotation-under-way": twoKeys(iamops.Active, 3*day),
		"two-keys-forgotten":          twoKeys(iamops.Inactive, 80*day),
		"two-keys-both-live":          twoKeys(iamops.Active, 80*day),
		"two-keys-use-unknown":        with(twoKeys(iamops.Active, 80*day), func(s *rotation.State) { s.OtherUses = nil }),
		"two-keys-own-key":            with(twoKeys(iamops.Active, 80*day), func(s *rotation.State) { s.Caller.SigningKeyID = oldKeyID }),
		"secret-unknown":              unknownSecret,
		"adopted":                     with(stateAt(rotation.Distribute), func(s *rotation.State) { s.Adopted = true }),
		"adopted-secret-unknown":      with(unknownSecret, func(s *rotation.State) { s.Adopted, s.Recalled = true, false }),
		"moved-on": with(stateAt(rotation.Watch), func(s *rotation.State) {
			s.Recalled, s.Note, s.Old.InactiveSince = true, rotation.NoteMovedOn, time.Time{}
		}),
		"check-no-key": with(stateAt(rotation.Check), func(s *rotation.State) { s.Old, s.Listed = rotation.KeyFacts{}, nil }),
		"retire-check": retire(rotation.Check),
		"retire":       retire(rotation.Deactivate),
		"retire-watch": retire(rotation.Watch),
	}
}

// twoKeys is a user who has two keys already, the older of which has the given status,
// and the newer the given age.
func twoKeys(older iamops.KeyStatus, newer time.Duration) rotation.State {
	return with(stateAt(rotation.Check), func(s *rotation.State) {
		s.Old = rotation.KeyFacts{}
		s.Listed = []iamops.AccessKey{
			{UserName: s.User, ID: oldKeyID, Status: older, Created: noon.Add(-412 * day)},
			{UserName: s.User, ID: newKeyID, Status: iamops.Active, Created: noon.Add(-newer)},
		}
		s.Others = s.Listed
		s.OtherUses = map[string]iamops.LastUse{oldKeyID: used(62*day, "s3", "us-east-1"), newKeyID: used(4*time.Minute, "dynamodb", "eu-west-1")}
	})
}

// lent makes the secret one that was shown.
func lent(s *rotation.State) { s.Lent = true }
