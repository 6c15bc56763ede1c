package guide

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"keyturn/ui/handover"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// searched is the end of a search in a folder.
type searched struct {
	id, folder string
	places     []string
	err        error
}

// handsOut reports whether the new key is on its way to the applications.
func (s *Screen) handsOut() bool {
	return handover.Possible(s.options.Files, s.snapshot.State)
}

// askFolder asks for a folder to look for the old key's ID in.
func (s *Screen) askFolder() tea.Cmd {
	if !s.handsOut() {
		return kit.Warn("there is nothing to look for at this step")
	}
	keyID := s.snapshot.State.Old.ID
	dialog := kit.NewReasonDialog(s.common, words.SearchTitle, words.SearchBody(keyID), words.SearchAsk, kit.Choice{ID: answerYes, Label: "Look"})
	ctx, id, files := s.ctx, s.id, s.options.Files
	s.ask(dialog, func(a kit.Answer) tea.Cmd {
		s.searching = true
		return func() tea.Msg {
			places, err := files.Search(ctx, a.Text, keyID)
			return searched{id, a.Text, places, err}
		}
	})
	return nil
}

// found takes over what a search has found.
func (s *Screen) found(msg searched) tea.Cmd {
	s.searching = false
	if msg.err != nil {
		return kit.Warn(msg.err.Error())
	}
	s.places = append(s.places, msg.places...)
	if len(msg.places) == 0 {
		return func() tea.Msg { return kit.Toast{Text: "the old key's ID is in no text file of " + msg.folder} }
	}
	return func() tea.Msg { return kit.Toast{Text: fmt.Sprintf("found in %d places", len(msg.places))} }
}

// askNote asks for the date of a hand-over note, and writes it.
func (s *Screen) askNote() tea.Cmd {
	if !s.handsOut() {
		return kit.Warn("there is nothing to hand over at this step")
	}
	dialog := kit.NewReasonDialog(s.common, words.HandOverTitle, words.HandOverBody(), words.HandOverAsk, kit.Choice{ID: answerYes, Label: "Write it"})
	files := s.options.Files
	s.ask(dialog, func(a kit.Answer) tea.Cmd {
		state, places, now := s.snapshot.State, s.places, s.now
		return func() tea.Msg {
			path, err := handover.WriteNote(files, state, a.Text, places, now)
			if err != nil {
				return kit.Toast{Text: err.Error(), Bad: true}
			}
			return kit.Toast{Text: "written: " + path}
		}
	})
	return nil
}

// placeLines are the files that name the old key.
func (s *Screen) placeLines(width int) []string {
	st, g := s.common.Styles, s.common.Glyphs
	if !s.handsOut() {
		return nil
	}
	if s.searching {
		return marked(g.Rotating, st.Accent, "Looking for the old key's ID …", width)
	}
	var lines []string
	for i, p := range s.places {
		if i == 0 {
			lines = append(lines, st.Muted.Render("Files that name the old key"))
		}
		lines = append(lines, marked(g.Dot, st.Muted, p, width)...)
	}
	return lines
}
