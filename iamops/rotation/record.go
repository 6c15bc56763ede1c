package rotation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// RecordVersion is the version of the records that this package writes.
const RecordVersion = 2

// Record is one line of the journal: what was done, and where it led. It holds no secret.
type Record struct {
	Version   int    `json:"v"`
	Rotation  string `json:"rotation"`
	Account   string `json:"account"`
	Partition string `json:"partition"`
	User      string `json:"user"`
	Deed
	// After is the rotation as the deed left it.
	After Kept `json:"after"`
}

// RecordOf is the record of a deed that led to a state. What the deed leaves open is taken
// from there.
func RecordOf(s State, d Deed, at time.Time) Record {
	d.At, d.By = at.UTC(), s.Caller.ARN
	if d.Plan == "" {
		d.Plan, d.Step = s.Plan, s.Step
	}
	if d.Against == nil {
		d.Against = []Why{}
	}
	return Record{
		Version: RecordVersion, Rotation: s.ID, Account: s.Account, Partition: s.Partition, User: s.User,
		Deed: d, After: s.Kept,
	}
}

// Deeds are what an event did that goes on record: none for what only was seen.
func Deeds(before, next State, ev Event) []Deed {
	var deeds []Deed
	add := func(d Deed) {
		d.Plan, d.Step = before.Plan, before.Step
		deeds = append(deeds, d)
	}
	switch ev := ev.(type) {
	case Decide:
		if !decisions[ev.Decision].silent {
			add(decided(before, next, ev))
		}
	case Lent:
		if !before.Lent {
			add(Deed{Kind: DeedLent})
		}
	case Answered:
		unsent := ev.Problem != nil && ev.Problem.Kind == iamops.NoRecord // it could not even be announced
		if before.Phase == Changing && !unsent {
			add(answered(before, next, ev))
		}
	case Delivered:
		add(Deed{Kind: DeedDelivered, Target: ev.Spec, Problem: failureName(ev.Failure, ev.Problem)})
	case PutBack:
		add(Deed{Kind: DeedPutBack, Target: ev.Spec, Problem: failureName(ev.Failure, ev.Problem)})
	case Settled:
		add(Deed{Kind: DeedSettled, Target: ev.Spec, Problem: failureName(ev.Failure, ev.Problem)})
	}
	if look := before.Look; look.Exists() && !next.Look.Exists() && !next.InFlight() {
		d := Deed{Kind: DeedProven, Change: look.Change.Kind, KeyID: look.Change.KeyID, Effect: iamops.Done}
		if next.Note == NoteNoEffect {
			d.Effect = iamops.NoEffect
		}
		if look.Change.Kind == iamops.Create {
			d.KeyID = next.New.ID
		}
		add(d)
	}
	if !before.Over() && next.Over() {
		add(Deed{Kind: DeedEnded})
		deeds[len(deeds)-1].Plan, deeds[len(deeds)-1].Step = next.Plan, next.Step
	}
	return deeds
}

func decided(before, next State, ev Decide) Deed {
	d := Deed{Kind: DeedDecided, Decision: ev.Decision}
	if len(next.Fine) > len(before.Fine) {
		d.About = next.Fine[len(next.Fine)-1]
	}
	if len(next.Overrides) > len(before.Overrides) {
		override := next.Overrides[len(next.Overrides)-1]
		d.Reason, d.Against = override.Reason, override.Whys
	}
	return d
}

func answered(before, next State, ev Answered) Deed {
	change := *before.Pending
	d := Deed{
		Kind: DeedChanged, Change: change.Kind, KeyID: change.KeyID, Effect: ev.Effect,
		RequestID: ev.RequestID, Problem: ProblemName(ev.Problem), Evidence: ev.Gate,
	}
	if ev.Key.ID != "" {
		d.KeyID = next.New.ID
	}
	if d.RequestID == "" && ev.Problem != nil {
		d.RequestID = ev.Problem.RequestID
	}
	return d
}

// ProblemName is a problem as the journal keeps it: its kind, and AWS's code.
func ProblemName(p *iamops.Problem) string {
	if p == nil {
		return ""
	}
	return strings.TrimSuffix(string(p.Kind)+" "+p.Code, " ")
}

// failureName is the kind of failure at a target, or else the problem.
func failureName(failure string, p *iamops.Problem) string {
	if failure != "" {
		return failure
	}
	return ProblemName(p)
}

// ParseRecord reads a line of the journal. What it says is made harmless, for whoever shows it.
func ParseRecord(line []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return Record{}, errors.New("not a record: it is torn or was changed")
	}
	if r.Version != RecordVersion {
		return Record{}, fmt.Errorf("version %d; this keyturn reads version %d", r.Version, RecordVersion)
	}
	clean.Fields(&r, "Target", "Spec") // these name what is to be put back
	if r.Rotation == "" || r.Account == "" || r.User == "" {
		return Record{}, errors.New("a record without rotation, account or user")
	}
	_, knownStep := steps[r.After.Step]
	_, knownPlan := plans[r.After.Plan]
	if !knownStep || !knownPlan || (r.After.Phase == Changing || r.After.Phase == Unclear) && r.After.Pending == nil {
		return Record{}, errors.New("a record of a rotation that can't be: it was changed")
	}
	return r, nil
}

// Memories are the rotations of an account's journal as they were left, in the order in which
// they were begun.
func Memories(records []Record) []Memory {
	var order []string
	last := map[string]Memory{}
	for _, r := range records {
		if _, known := last[r.Rotation]; !known {
			order = append(order, r.Rotation)
		}
		last[r.Rotation] = Memory{Kept: r.After, Last: r.At, By: r.By}
	}
	memories := make([]Memory, 0, len(order))
	for _, id := range order {
		memories = append(memories, last[id])
	}
	return memories
}

// MemoryOf is the memory of a user's last rotation, if that left something behind.
func MemoryOf(records []Record, user string) (Memory, bool) {
	for _, m := range slices.Backward(Memories(records)) {
		if m.User == user {
			return m, m.AtStake()
		}
	}
	return Memory{}, false
}
