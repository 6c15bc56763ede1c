package runner

import (
	"encoding/json"
	"strings"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// record is a journal record about a state.
func (r *Runner) record(s rotation.State, kind journal.Kind) journal.Record {
	return journal.Record{
		At: r.parts.Clock.Now(), Kind: kind,
		Rotation: s.ID, Account: s.Account, Partition: s.Partition, User: s.User, Caller: s.Caller.ARN,
		Plan: string(s.Plan), Step: string(s.Step), OldKeyID: s.Old.ID, NewKeyID: s.New.ID,
		LongestGap: s.Old.LongestGap, Adopted: s.Adopted,
	}
}

// append writes a record, after those that are owed. The caller holds the lock.
func (r *Runner) append(rec journal.Record) error {
	if err := r.payOwed(); err != nil {
		return err
	}
	rec.Tried = r.tried[r.triedKnown:]
	if err := r.parts.Journal.Append(rec); err != nil {
		return err
	}
	r.triedKnown = len(r.tried)
	return nil
}

// payOwed writes the records that are owed. The caller holds the lock.
func (r *Runner) payOwed() error {
	for len(r.owed) > 0 {
		if err := r.parts.Journal.Append(r.owed[0]); err != nil {
			return err
		}
		r.owed = r.owed[1:]
	}
	r.unrecorded = nil
	return nil
}

// appendAlone is append for a caller who does not hold the lock.
func (r *Runner) appendAlone(rec journal.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.append(rec)
}

// recordDecision writes a decision down, and before the first one that the rotation
// is begun.
func (r *Runner) recordDecision(before, next rotation.State, d rotation.Decide) error {
	if !r.begun {
		if err := r.append(r.record(before, journal.Begun)); err != nil {
			return err
		}
		r.begun = true
	}
	rec := r.record(before, journal.Decided)
	rec.Decision, rec.ToPlan, rec.ToStep = string(d.Decision), string(next.Plan), string(next.Step)
	rec.OldKeyID, rec.NewKeyID, rec.Adopted = next.Old.ID, next.New.ID, next.Adopted
	if len(next.Fine) > len(before.Fine) {
		rec.About = next.Fine[len(next.Fine)-1]
	}
	if len(next.Overrides) > len(before.Overrides) {
		override := next.Overrides[len(next.Overrides)-1]
		rec.Reason = override.Reason
		for _, why := range override.Whys {
			rec.Overrides = append(rec.Overrides, string(why))
		}
	}
	return r.append(rec)
}

// gate is what is known of a key that is about to be switched off or deleted; nil for
// other changes.
func (r *Runner) gate(change iamops.Change) json.RawMessage {
	if change.Kind != iamops.Deactivate && change.Kind != iamops.Delete {
		return nil
	}
	text, err := json.Marshal(rotation.GateFactsOf(r.state, r.parts.Settings, r.parts.Clock.Now()))
	if err != nil {
		return nil // times and texts
	}
	return text
}

// recordOutcome writes down how a change ended. If that fails the change is made
// all the same: it is said, and found again by the intent that stands alone.
func (r *Runner) recordOutcome(intent journal.Record, o iamops.Outcome) {
	rec := intent
	rec.At, rec.Kind, rec.Listed, rec.Gate = r.parts.Clock.Now(), journal.Outcome, nil, nil
	rec.Effect, rec.RequestID = string(o.Effect), o.RequestID
	if o.Key.ID != "" {
		rec.KeyID, rec.NewKeyID = o.Key.ID, o.Key.ID
	}
	if o.Problem != nil {
		rec.Problem = problemName(o.Problem)
		if rec.RequestID == "" {
			rec.RequestID = o.Problem.RequestID
		}
	}
	r.appendOrOwe(rec)
}

// appendOrOwe writes down what has happened already. What can't be written now goes before
// the next record, and is told until it is there. The caller holds the lock.
func (r *Runner) appendOrOwe(rec journal.Record) {
	if err := r.append(rec); err != nil {
		r.unrecorded, r.owed = noRecord(err), append(r.owed, rec)
	}
}

// recordProof writes down what the lists have shown of a change.
func (r *Runner) recordProof(before, next rotation.State) {
	look := before.Look
	if look == nil || next.Look != nil || next.InFlight() || r.looksOn() {
		return
	}
	rec := r.record(next, journal.Proven)
	rec.Change, rec.KeyID, rec.Effect = string(look.Change.Kind), look.Change.KeyID, string(iamops.Done)
	if next.Note == rotation.NoteNoEffect {
		rec.Effect = string(iamops.NoEffect)
	}
	r.appendOrOwe(rec)
}

// looksOn reports whether somebody else is at work on the rotation: the records are
// theirs.
func (r *Runner) looksOn() bool { return r.parts.Settings.HeldBy != "" }

// recordEnd writes down that the rotation has come to its end.
func (r *Runner) recordEnd(before, next rotation.State) {
	if before.Over() || !next.Over() || !r.begun || r.looksOn() {
		return
	}
	r.appendOrOwe(r.record(next, journal.Ended))
}

// problemName is a problem as the journal keeps it: its kind, and AWS's code.
func problemName(p *iamops.Problem) string {
	return strings.TrimSuffix(string(p.Kind)+" "+p.Code, " ")
}

func noRecord(err error) *iamops.Problem {
	return &iamops.Problem{Kind: iamops.NoRecord, Message: err.Error(), Err: err}
}
