package runner

import (
	"errors"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// take takes one event. The caller holds no lock.
func (r *Runner) take(ev rotation.Event) {
	r.turn.Lock()
	defer r.turn.Unlock()
	_ = r.takeLocked(ev) // only decisions are refused
}

// takeLocked takes one event: the machine's transition, its records, its intents. A decision
// that is refused, or can't be recorded, is not taken. An observation is taken even if
// its record can't be written, which is then owed. The caller holds the turn.
func (r *Runner) takeLocked(ev rotation.Event) error {
	before := r.state
	next, intents, err := rotation.Next(before, ev, r.parts.Settings)
	if err != nil {
		return err
	}
	if err := r.write(before, next, ev); err != nil {
		problem := noRecord(err)
		told, _, _ := rotation.Next(before, rotation.Failed{Problem: problem}, r.parts.Settings) // only decisions are refused
		r.install(told)
		r.publish()
		return problem
	}
	r.install(next)
	if _, isTick := ev.(rotation.Tick); isTick && len(intents) == 0 {
		return nil
	}
	r.carryOut(intents)
	r.publish()
	return nil
}

// install makes a state the present one. The caller holds the turn.
func (r *Runner) install(s rotation.State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = s
}

// write puts what an event did on record. It returns an error if that must come first, and
// could not be written: a decision, or that the secret leaves the process.
func (r *Runner) write(before, next rotation.State, ev rotation.Event) error {
	_, decides := ev.(rotation.Decide)
	_, lends := ev.(rotation.Lent)
	for _, deed := range rotation.Deeds(before, next, ev) {
		switch {
		case decides && deed.Kind == rotation.DeedDecided:
			if !r.begun {
				if err := r.append(rotation.Deed{Kind: rotation.DeedBegun}, before); err != nil {
					return err
				}
				r.begun = true
			}
			if err := r.append(deed, next); err != nil {
				return err
			}
		case lends:
			if err := r.append(deed, next); err != nil {
				return err
			}
		case r.begun && !r.looksOn():
			r.appendOrOwe(deed, next)
		}
	}
	return nil
}

// append writes a record, after those that are owed. The caller holds the turn.
func (r *Runner) append(deed rotation.Deed, after rotation.State) error {
	if err := r.payOwed(); err != nil {
		return err
	}
	return r.parts.Journal.Append(rotation.RecordOf(after, deed, r.parts.Clock.Now()))
}

// payOwed writes the records that are owed. The caller holds the turn.
func (r *Runner) payOwed() error {
	for len(r.owed) > 0 {
		if err := r.parts.Journal.Append(r.owed[0]); err != nil {
			return err
		}
		r.owed = r.owed[1:]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unrecorded = nil
	return nil
}

// appendOrOwe writes down what has happened already. What can't be written now goes before
// the next record, and is told until it is there. The caller holds the turn.
func (r *Runner) appendOrOwe(deed rotation.Deed, after rotation.State) {
	if err := r.append(deed, after); err != nil {
		r.owed = append(r.owed, rotation.RecordOf(after, deed, r.parts.Clock.Now()))
		r.mu.Lock()
		defer r.mu.Unlock()
		r.unrecorded = noRecord(err)
	}
}

// announce is append for a caller who holds no lock: what is about to be done goes on record
// with the state as it is now.
func (r *Runner) announce(deed rotation.Deed) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	return r.append(deed, r.state)
}

// looksOn reports whether somebody else is at work on the rotation: the records are
// theirs.
func (r *Runner) looksOn() bool { return r.parts.Settings.HeldBy != "" }

func noRecord(err error) *iamops.Problem {
	var problem *iamops.Problem
	if errors.As(err, &problem) && problem.Kind == iamops.NoRecord {
		return problem
	}
	return &iamops.Problem{Kind: iamops.NoRecord, Message: err.Error(), Err: err}
}

// publish replaces the waiting snapshot. The caller holds the turn, so that there is one
// sender.
func (r *Runner) publish() {
	r.mu.Lock()
	r.number++
	snapshot := r.snapshot()
	r.mu.Unlock()
	select {
	case <-r.updates:
	default:
	}
	r.updates <- snapshot
}

// snapshot is the rotation as it is now. The caller holds mu.
func (r *Runner) snapshot() Snapshot {
	return Snapshot{
		Number:      r.number,
		State:       r.state,
		Settings:    r.parts.Settings,
		Unrecorded:  r.unrecorded,
		Undescribed: r.undescribed,
	}
}

// tick lets the machine notice that time passes.
func (r *Runner) tick() {
	for iamops.Sleep(r.ctx, time.Second) {
		r.take(rotation.Tick{At: r.parts.Clock.Now()})
	}
}
