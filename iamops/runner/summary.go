package runner

import (
	"encoding/json"
	"slices"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// Summaries are what was done in the rotations of an account's journal, in the order in
// which they were begun.
func Summaries(records []journal.Record) []rotation.Summary {
	var order []string
	summaries := map[string]*rotation.Summary{}
	for _, r := range records {
		s := summaries[r.Rotation]
		if s == nil {
			s = &rotation.Summary{Rotation: r.Rotation, User: r.User, Plan: rotation.PlanName(r.Plan), Begun: r.At.UTC(), By: []string{}, Deeds: []rotation.Deed{}}
			summaries[r.Rotation] = s
			order = append(order, r.Rotation)
		}
		tell(s, r)
	}
	all := make([]rotation.Summary, 0, len(order))
	for _, id := range order {
		all = append(all, *summaries[id])
	}
	return all
}

// tell adds a record to a summary.
func tell(s *rotation.Summary, r journal.Record) {
	if !slices.Contains(s.By, r.Caller) {
		s.By = append(s.By, r.Caller)
	}
	if r.OldKeyID != "" {
		s.OldKeyID = r.OldKeyID
	}
	if r.NewKeyID != "" {
		s.NewKeyID = r.NewKeyID
	}
	deed := rotation.Deed{
		At: r.At.UTC(), By: r.Caller, Plan: rotation.PlanName(r.Plan), Step: rotation.Step(r.Step), KeyID: r.KeyID,
		Problem: r.Problem, Target: r.Target, Against: []rotation.Why{},
	}
	switch r.Kind {
	case journal.Begun:
		deed.Kind = rotation.DeedBegun
	case journal.Left:
		deed.Kind = rotation.DeedLeft
	case journal.Ended:
		deed.Kind = rotation.DeedEnded
		s.Ended = &deed.At
	case journal.Decided:
		deed.Kind, deed.Decision, deed.About, deed.Reason = rotation.DeedDecided, rotation.Decision(r.Decision), r.About, r.Reason
		for _, why := range r.Overrides {
			deed.Against = append(deed.Against, rotation.Why(why))
		}
	case journal.Intent:
		deed.Kind, deed.Change, deed.Effect = rotation.DeedChanged, iamops.ChangeKind(r.Change), iamops.Unclear
		if len(r.Gate) > 0 {
			var facts rotation.GateFacts
			if json.Unmarshal(r.Gate, &facts) == nil {
				deed.Evidence = &facts
			}
		}
	case journal.Outcome:
		if changed := lastOf(s, r.Change); changed != nil && changed.Effect == iamops.Unclear && changed.RequestID == "" { // else the line of its intent is damaged
			changed.Effect, changed.RequestID, changed.Problem, changed.KeyID = iamops.Effect(r.Effect), r.RequestID, r.Problem, r.KeyID
			return
		}
		deed.Kind, deed.Change, deed.Effect, deed.RequestID = rotation.DeedChanged, iamops.ChangeKind(r.Change), iamops.Effect(r.Effect), r.RequestID
	case journal.Proven:
		if changed := lastOf(s, r.Change); changed != nil {
			changed.Effect = iamops.Effect(r.Effect)
			if changed.Effect == iamops.Done {
				changed.Proven = &deed.At
			}
			if changed.KeyID == "" {
				changed.KeyID = r.NewKeyID
			}
		}
		return
	case journal.Delivered:
		deed.Kind = rotation.DeedDelivered
	case journal.PutBack:
		deed.Kind = rotation.DeedPutBack
	case journal.Settled:
		deed.Kind = rotation.DeedSettled
	case journal.Lent, journal.Delivering, journal.PuttingBack, journal.Settling, journal.Described:
		return // how they ended is told
	}
	s.Deeds = append(s.Deeds, deed)
}

// lastOf is the latest change of a kind, nil if there is none.
func lastOf(s *rotation.Summary, change string) *rotation.Deed {
	for i := range slices.Backward(s.Deeds) {
		if d := &s.Deeds[i]; d.Kind == rotation.DeedChanged && d.Change == iamops.ChangeKind(change) {
			return d
		}
	}
	return nil
}
