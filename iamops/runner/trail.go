package runner

import (
	"time"

	"keyturn/iamops"
	"keyturn/iamops/evidence"
	"keyturn/iamops/rotation"
)

// readTrail keeps what the event history says about the keys up to date, at the steps where
// it bears on the decision.
func (r *Runner) readTrail() {
	var search *evidence.Search
	var keys [2]string
	var last time.Time
	for iamops.Sleep(r.ctx, trailPause) {
		r.turn.Lock()
		s, now := r.state, r.parts.Clock.Now()
		old := last.IsZero() || now.Sub(last) >= rotation.EvidenceEvery || now.Before(last)
		due := s.Looks() && s.Old.Known() && (r.lookNow || old || keys != trailKeys(s))
		if due {
			r.lookNow = false
		}
		r.turn.Unlock()
		if !due {
			continue
		}
		if ids := trailKeys(s); search == nil || ids != keys {
			regions := append([]string{s.Old.LastUse.Region, s.New.LastUse.Region}, r.parts.TrailRegions...)
			search, keys = evidence.New(r.parts.Trail, r.parts.Clock, regions...), ids
			if r.parts.TrailPages > 0 {
				search.MostPages = r.parts.TrailPages
			}
		}
		last, search.Ours, search.Off = now, map[string]bool{}, iamops.Span{From: s.Old.WasOff, To: s.Old.ActiveAgain}
		for _, id := range s.Tried {
			search.Ours[id] = true
		}
		search.Run(r.ctx, keys[0], keys[1], func(e iamops.Evidence) {
			r.turn.Lock()
			defer r.turn.Unlock()
			if trailKeys(r.state) == keys {
				_ = r.takeLocked(rotation.Evidenced{At: r.parts.Clock.Now(), Evidence: e})
			}
		})
	}
}

// trailKeys are the keys that the event history is asked for: first the one whose users
// have to be known, and what it did if it has leaked.
func trailKeys(s rotation.State) [2]string {
	if rotation.PlanOf(s.Plan).OffFirst() && rotation.PlanOf(s.Plan).Target == rotation.NewKey {
		return [2]string{s.New.ID, s.Old.ID}
	}
	return [2]string{s.Old.ID, s.New.ID}
}

// trailPause is how often it is seen whether the event history is due.
const trailPause = 500 * time.Millisecond
