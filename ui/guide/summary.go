package guide

import (
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// writeSummary writes what was done to a new file, for the ticket.
func (s *Screen) writeSummary() tea.Cmd {
	state := s.snapshot.State
	switch {
	case !s.summarizes():
		return nil
	case !state.Over():
		return kit.Warn("the summary is written at the end")
	}
	summary, files := s.options.Summary, s.options.Files
	return func() tea.Msg {
		text, err := summary(state.ID)
		if err != nil {
			return kit.Toast{Text: err.Error(), Bad: true}
		}
		path, err := files.Write(words.SummaryName(state.User, state.ID), text)
		if err != nil {
			return kit.Toast{Text: err.Error(), Bad: true}
		}
		return kit.Toast{Text: "written: " + path}
	}
}

// summarizes reports whether there is a summary, and a place for it.
func (s *Screen) summarizes() bool { return s.options.Summary != nil && s.options.Files != nil }
