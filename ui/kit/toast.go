package kit

import tea "charm.land/bubbletea/v2"

// Toast is a message that asks the root to say something in passing. What the
// operator must not miss belongs on the screen itself.
type Toast struct {
	Text string
	Bad  bool // something did not work
}

// Warn returns the command of a toast that tells what was not done, and why.
func Warn(text string) tea.Cmd {
	return func() tea.Msg { return Toast{Text: text, Bad: true} }
}
