package runner_test

import (
	"testing"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// A user has one rotation at a time: the one that was decided on goes first.
func TestTaskAndRotation(t *testing.T) {
	begun := rotation.State{Kept: rotation.Kept{
		User: "Suzie",
		Plan: rotation.Rotate,
		Step: rotation.Check,
		Old:  rotation.KeyFacts{ID: "AKIAOLD"},
	}}
	with := func(change func(*rotation.State)) rotation.State {
		s := begun
		change(&s)
		return s
	}
	rotate, retire := runner.Task{User: "Suzie", KeyID: "AKIAOLD"}, runner.Task{Plan: rotation.Retire, User: "Suzie", KeyID: "AKIAOLD"}
	leaked, leakedNew := runner.Task{Plan: rotation.Leaked, User: "Suzie", KeyID: "AKIAOLD"}, runner.Task{Plan: rotation.Leaked, User: "Suzie", KeyID: "AKIANEW"}
	for name, test := range map[string]struct {
		state  rotation.State
		task   runner.Task
		met    bool
		before bool
	}{
		"the same":          {begun, rotate, true, false},
		"any key":           {begun, runner.Task{User: "Suzie", Plan: rotation.Rotate}, true, false},
		"another key":       {begun, runner.Task{User: "Suzie", KeyID: "AKIAOTHER"}, false, false},
		"its new key":       {with(func(s *rotation.State) { s.New.ID, s.Turn, s.Touched = "AKIANEW", 3, true }), runner.Task{User: "Suzie", KeyID: "AKIANEW"}, true, true},
		"another user":      {begun, runner.Task{User: "Alice", KeyID: "AKIAOLD"}, false, false},
		"another plan":      {begun, retire, false, false},
		"giving up":         {with(func(s *rotation.State) { s.Plan, s.Turn, s.Touched = rotation.Discard, 4, true }), rotate, true, true},
		"decided on":        {with(func(s *rotation.State) { s.Turn = 1 }), retire, false, false}, // and changed nothing
		"changed":           {with(func(s *rotation.State) { s.Touched = true }), retire, false, true},
		"holds a secret":    {with(func(s *rotation.State) { s.New.ID, s.Secret = "AKIANEW", rotation.SecretHeld }), retire, false, true},
		"recalled":          {with(func(s *rotation.State) { s.Recalled, s.Touched = true, true }), retire, false, true},
		"leaked":            {with(func(s *rotation.State) { s.Plan = rotation.Leaked }), leaked, true, false},
		"another leaked":    {with(func(s *rotation.State) { s.Plan, s.New.ID = rotation.Leaked, "AKIANEW" }), leakedNew, false, false},
		"the new key":       {with(func(s *rotation.State) { s.Plan, s.New.ID = rotation.LeakedNew, "AKIANEW" }), leakedNew, true, false},
		"its rotation":      {begun, leaked, false, false},
		"at its end":        {with(func(s *rotation.State) { s.Step, s.Turn = rotation.Finished, 9 }), rotate, true, false},
		"the retiring, too": {with(func(s *rotation.State) { s.Plan = rotation.Retire }), retire, true, false},
	} {
		if met, before := test.task.MetBy(test.state), runner.GoesBefore(test.state); met != test.met || before != test.before {
			t.Errorf("%s: met %v, goes before %v", name, met, before)
		}
	}
}
