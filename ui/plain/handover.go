package plain

import (
	"context"

	"keyturn/iamops/rotation"
	"keyturn/ui/handover"
)

// handOut looks for the old key in a folder, or writes the hand-over note.
func (s *Session) handOut(ctx context.Context, st rotation.State, word, what string) {
	switch {
	case !handover.Possible(s.Files, st):
		s.say("  There is nothing to hand over at this step.")
	case what == "":
		s.say("  Say which folder, or which date, behind the word.")
	case word == "search":
		places, err := s.Files.Search(ctx, what, st.Old.ID)
		if err != nil {
			s.say("  %v", err)
			return
		}
		s.places = append(s.places, places...)
		for _, p := range places {
			s.say("  %s", p)
		}
		if len(places) == 0 {
			s.say("  The old key's ID is in no text file there.")
		}
	default:
		path, err := handover.WriteNote(s.Files, st, what, s.places, s.Clock.Now())
		if err != nil {
			s.say("  %v", err)
			return
		}
		s.say("  Written: %s", path)
	}
}
