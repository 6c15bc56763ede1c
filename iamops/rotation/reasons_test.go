package rotation_test

import (
	"os"
	"regexp"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// refused is a decision that is refused in a state.
type refused struct {
	state  rotation.State
	decide rotation.Decide
	set    rotation.Settings
}

// refusals are, for each reason, a decision that is refused for it.
var refusals = map[rotation.Reason]refused{
	rotation.ChangeInFlight: {state: at(rotation.Deactivate, phase(rotation.Changing, iamops.Deactivate, oldID)), decide: change},
	rotation.StillLooking:   {state: at(rotation.Create, phase(rotation.Unclear, iamops.Create, "")), decide: change},
	rotation.InReadOnly:     {state: at(rotation.Create), decide: change, set: rotation.Settings{ReadOnly: true}},
	rotation.NotListed:      {state: begun(), decide: goOn},
	rotation.NoSuchUser:     {state: at(rotation.Check, func(s *rotation.State) { s.UserGone = true }), decide: goOn},
	rotation.NoKey:          {state: at(rotation.Check, noKeys), decide: goOn},
	rotation.NoSuchKey:      {state: at(rotation.Check, gone), decide: rotation.Decide{Decision: rotation.Leak}},
	rotation.NoSlot:         {state: at(rotation.Create, withOther), decide: change},
	rotation.CallerIsRoot:   {state: at(rotation.Check, as(iamops.Caller{ARN: "arn:aws:iam::1:root"})), decide: goOn},
	rotation.CallersKey:     {state: at(rotation.Deactivate, as(suzieOld)), decide: change},
	rotation.MaybeCallers:   {state: at(rotation.Check, as(roleDark)), decide: goOn},
	rotation.NewKeyMissing:  {state: at(rotation.Distribute, func(s *rotation.State) { s.New.Gone, s.New.GoneSure = true, true }), decide: goOn},
	rotation.NewKeyOff:      {state: at(rotation.Distribute, newOff), decide: goOn},
	rotation.SecretNotPut:   {state: at(rotation.Deactivate, secret(rotation.SecretHeld)), decide: change},
	rotation.SecretIsLost:   {state: at(rotation.Deactivate, secret(rotation.SecretLost)), decide: change},
	rotation.SecretNotKnown: {state: at(rotation.Distribute, secret(rotation.SecretUnknown)), decide: goOn},
	rotation.TrialUnderWay:  {state: at(rotation.Store, trial(rotation.TrialRunning)), decide: rotation.Decide{Decision: rotation.Stored}},
	rotation.DeliveryRuns:   {state: at(rotation.Store, target("a", rotation.DeliveryUnderWay, false)), decide: rotation.Decide{Decision: rotation.Stored}},
	rotation.TargetActive:   {state: at(rotation.Delete, func(s *rotation.State) { s.Old.Status = iamops.Active }), decide: change},
	rotation.TooSoon:        {state: at(rotation.Delete, inactiveSince(now.Add(-time.Minute))), decide: change},
	rotation.HeldElsewhere:  {state: at(rotation.Check), decide: goOn, set: rotation.Settings{HeldBy: "somebody"}},
	rotation.OddStatus:      {state: at(rotation.Deactivate, func(s *rotation.State) { s.Old.Status = iamops.Expired }), decide: change},
	rotation.Resolving:      {state: at(rotation.Distribute, as(suzieOld), func(s *rotation.State) { s.Resigning = true }), decide: rotation.Decide{Decision: rotation.SignAfresh}},

	rotation.KeyNotNamed: {state: at(rotation.Distribute), decide: rotation.Decide{Decision: rotation.Leak}},
	rotation.PlaysNoPart: {state: at(rotation.Distribute), decide: rotation.Decide{Decision: rotation.Leak, KeyID: otherID}},

	rotation.NotOffered:    {state: at(rotation.Watch), decide: change},
	rotation.NotConfirmed:  {state: at(rotation.Deactivate), decide: rotation.Decide{Decision: rotation.MakeChange}},
	rotation.WrongText:     {state: at(rotation.Delete), decide: rotation.Decide{Decision: rotation.MakeChange, Typed: "MPLA"}},
	rotation.ReasonMissing: {state: at(rotation.Store, trial(rotation.TrialFailed)), decide: rotation.Decide{Decision: rotation.Stored}},
	rotation.NewGuard:      {state: at(rotation.Store, trial(rotation.TrialFailed)), decide: rotation.Decide{Decision: rotation.Stored, Reason: "because"}},
}

var (
	goOn   = rotation.Decide{Decision: rotation.GoOn}
	change = rotation.Decide{Decision: rotation.MakeChange, Yes: true, Typed: "MPLE", Reason: "because", Whys: everyWhy}
)

func secret(state rotation.SecretState) edit {
	return func(s *rotation.State) { s.Secret = state }
}

// TestEachReasonCanBeMet: a reason that nothing is refused for is one that nobody has to
// be told of.
func TestEachReasonCanBeMet(t *testing.T) {
	var names []string
	for _, file := range []string{"offer.go", "next.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\t\w+ +Reason = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
			names = append(names, m[1])
		}
	}
	if len(names) != len(refusals) {
		t.Errorf("%d reasons, %d of them met", len(names), len(refusals))
	}
	for _, name := range names {
		met, there := refusals[rotation.Reason(name)]
		if !there {
			t.Errorf("%s: nothing is refused for it", name)
			continue
		}
		set := met.set
		set.Quiet, set.WatchPeriod = settings.Quiet, settings.WatchPeriod
		met.decide.At = now
		_, _, err := rotation.Next(met.state, met.decide, set)
		var refusal *rotation.Refusal
		if !asRefusal(err, &refusal) || string(refusal.Reason) != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
