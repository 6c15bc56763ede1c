package cli

import tea "charm.land/bubbletea/v2"

// BreakOn makes the program panic, with a value that must not be told, when a key is
// pressed.
func (a *App) BreakOn(key, value string) {
	a.hears = func(msg tea.Msg) {
		if press, ok := msg.(tea.KeyPressMsg); ok && press.String() == key {
			panic(defect{value})
		}
	}
}
