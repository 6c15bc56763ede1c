package runner_test

import (
	"testing"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// A user has one rotation at a time: the one that was decided on goes first.
func TestTaskAndRotation(t *testing.T) {
	begun := rotation.State{User: "Suzie", Plan: rotation.Rotate, Step: rotation.Check, Old: rotation.KeyFacts{ID: "AKIAOLD"}}
	with := func(change func(*rotation.State)) rotation.State {
		s := begun
		change(&s)
		return s
	}
	rotate, retire := runner.Task{User: "Suzie", KeyID: "AKIAOLD"}, runner.Task{Plan: rotation.Retire, User: "Suzie", KeyID: "AKIAOLD"}
	for name, test := range map[string]struct {
		state  rotation.State
		task   runner.Task
		met    bool
		before bool
	}{
		"the same":          {begun, rotate, true, false},
		"any key":           {begun, runner.Task{User: "Suzie", Plan: rotation.Rotate}, true, false},
		"another key":       {begun, runner.Task{User: "Suzie", KeyID: "AKIAOTHER"}, false, false},
		"its new key":       {with(func(s *rotation.State) { s.New.ID, s.Turn = "AKIANEW", 3 }), runner.Task{User: "Suzie", KeyID: "AKIANEW"}, true, true},
		"another user":      {begun, runner.Task{User: "Alice", KeyID: "AKIAOLD"}, false, false},
		"another plan":      {begun, retire, false, false},
		"giving up":         {with(func(s *rotation.State) { s.Plan, s.Turn = rotation.Discard, 4 }), rotate, true, true},
		"decided on":        {with(func(s *rotation.State) { s.Turn = 1 }), retire, false, true},
		"recalled":          {with(func(s *rotation.State) { s.Recalled = true }), retire, false, true},
		"at its end":        {with(func(s *rotation.State) { s.Step, s.Turn = rotation.Finished, 9 }), rotate, true, false},
		"the retiring, too": {with(func(s *rotation.State) { s.Plan = rotation.Retire }), retire, true, false},
	} {
		if met, before := test.task.MetBy(test.state), runner.GoesBefore(test.state); met != test.met || before != test.before {
			t.Errorf("%s: met %v, goes before %v", name, met, before)
		}
	}
}
