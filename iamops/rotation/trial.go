package rotation

import (
	"time"

	"keyturn/iamops"
)

// TrialState says how the trial of the new key stands.
type TrialState string

// The states of a trial.
const (
	TrialNone    TrialState = ""        // it has not begun
	TrialRunning TrialState = "running" // it runs
	TrialPassed  TrialState = "passed"  // the key answered TrialRounds times in a row
	TrialFailed  TrialState = "failed"  // TrialBound has passed without that
)

// Trial is the trial of the new key: GetCallerIdentity signed with it, several
// times in a row. It proves that the key signs, not what it may do.
type Trial struct {
	State   TrialState
	Since   time.Time
	Ended   time.Time       // zero while it runs
	InARow  int             // answers since the last failure
	Rounds  int             // all of them
	Problem *iamops.Problem // of the last failed round; nil if none failed
}

// stop ends a trial that is under way, without a result.
func (t *Trial) stop(at time.Time) {
	if t.State == TrialRunning {
		t.State, t.Ended = TrialNone, at
	}
}

// beginTrial starts the trial over.
func (s *State) beginTrial(at time.Time) []Intent {
	s.Trial = Trial{State: TrialRunning, Since: at}
	return []Intent{Try{}}
}

// tried takes one round into account. A round that comes when no trial runs is of
// an earlier one, and counts for nothing.
func (s *State) tried(ev Tried) []Intent {
	s.Tried = append(s.Tried[:len(s.Tried):len(s.Tried)], ev.RequestIDs...)
	if s.Trial.State != TrialRunning || s.Secret != SecretHeld {
		return nil
	}
	s.Trial.Rounds++
	s.New.OwnUse = ev.At
	if ev.Problem == nil {
		s.Trial.InARow++
	} else {
		s.Trial.InARow, s.Trial.Problem = 0, ev.Problem
	}
	switch {
	case s.Trial.InARow >= TrialRounds:
		s.Trial.State, s.Trial.Ended = TrialPassed, ev.At
	case ev.At.Sub(s.Trial.Since) >= TrialBound:
		s.Trial.State, s.Trial.Ended = TrialFailed, ev.At
	default:
		return []Intent{Try{After: TrialGap}}
	}
	return nil
}
