package plain

import (
	"context"
	"strings"

	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/words"
)

// leak turns to the plan for a key that has leaked, after what is under way. Where several
// can be meant, and none is named behind the word, it asks which.
func (s *Session) leak(ctx context.Context, snap runner.Snapshot, o rotation.Offer, named string) error {
	st, now := snap.State, s.Clock.Now()
	switch o.Refused {
	case rotation.Possible, rotation.ChangeInFlight, rotation.StillLooking, rotation.DeliveryRuns:
	default:
		s.say("  Not now: %s.", words.Refusal(o, st, now))
		return nil
	}
	if named == "" && len(o.KeyIDs) > 1 {
		s.say("  %s", words.LeakTitle(st.User))
		for _, id := range o.KeyIDs {
			s.say("    %s", words.LeakLabel(st, id, now))
		}
		answer, err := s.ask(ctx, "  Type its ID, or its last 4 characters. An empty line goes back.")
		if err != nil || answer == "" {
			return err
		}
		named = answer
	}
	keyID := o.KeyID
	for _, id := range o.KeyIDs {
		if named != "" && len(named) >= 4 && strings.HasSuffix(id, strings.ToUpper(named)) {
			keyID = id
		}
	}
	if keyID == "" || named != "" && !strings.HasSuffix(keyID, strings.ToUpper(named)) {
		s.say("  %q is none of the keys that can be meant here. Nothing was done.", named)
		return nil
	}
	if o.Refused != rotation.Possible {
		s.say("  Waiting for what is under way, then turning to %s.", keyID)
	}
	if err := s.Rotation.Take(ctx, runner.Task{Plan: rotation.Leaked, User: st.User, KeyID: keyID}); err != nil {
		s.say("  Not done: %s", words.Refused(err, s.snapshot().State, s.Clock.Now()))
	}
	return nil
}
