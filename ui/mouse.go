package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/ui/guide"
	"keyturn/ui/kit"
)

// wheelLines is how far one notch of the mouse's wheel goes.
const wheelLines = 3

// click is where and when the mouse was last clicked.
type click struct {
	line int
	at   time.Time
}

// again notes a click, and reports whether it makes a double one with the one before.
func (c *click) again(line int, now time.Time) bool {
	double := c.line == line && now.Sub(c.at) <= kit.DoubleClick
	*c = click{line, now}
	if double {
		*c = click{} // a third one begins anew
	}
	return double
}

// mouse handles a click or a turn of the wheel. Where text is scrolled by the arrows, the
// wheel is as many presses of them; a question is answered by keys alone.
func (p *Program) mouse(msg tea.MouseMsg) tea.Cmd {
	if p.quitting || p.tooSmall() || p.help || p.front() == nil {
		return nil
	}
	at := msg.Mouse()
	switch msg.(type) {
	case tea.MouseWheelMsg:
		return p.wheel(at.Button)
	case tea.MouseClickMsg:
		if at.Button == tea.MouseLeft && p.openDialog() == nil {
			return p.click(at.Y - kit.FrameHead)
		}
	}
	return nil
}

func (p *Program) wheel(button tea.MouseButton) tea.Cmd {
	lines, arrow := wheelLines, tea.KeyPressMsg{Code: tea.KeyDown}
	switch button {
	case tea.MouseWheelDown:
	case tea.MouseWheelUp:
		lines, arrow = -wheelLines, tea.KeyPressMsg{Code: tea.KeyUp}
	default:
		return nil
	}
	_, isGuide := p.front().(*guide.Screen)
	if !isGuide && p.openDialog() == nil {
		return p.front().Update(kit.Roll{Lines: lines})
	}
	var cmds []tea.Cmd
	for range wheelLines {
		cmds = append(cmds, p.input(arrow))
	}
	return tea.Batch(cmds...)
}

// click hands a click to the screen in front, by the line of its view.
func (p *Program) click(line int) tea.Cmd {
	_, height := p.common.BodySize()
	if line < 0 || line >= height {
		return nil
	}
	double := p.clicked.again(line, p.common.Clock.Now())
	return p.front().Update(kit.Click{Line: line, Double: double})
}
