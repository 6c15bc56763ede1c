package plain

import (
	"context"

	"keyturn/iamops/rotation"
	"keyturn/ui/words"
)

// handsOut reports whether the new key is on its way to the applications.
func (s *Session) handsOut(st rotation.State) bool {
	return s.Files != nil && (st.Step == rotation.Distribute || st.Step == rotation.Deactivate) && st.New.Known() && st.Old.Known()
}

// handOut looks for the old key in a folder, or writes the hand-over note.
func (s *Session) handOut(ctx context.Context, st rotation.State, word, what string) {
	switch {
	case !s.handsOut(st):
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
		path, err := s.Files.Write(words.HandOverName(st), words.HandOver(st, what, s.places, s.Clock.Now()))
		if err != nil {
			s.say("  %v", err)
			return
		}
		s.say("  Written: %s", path)
	}
}
