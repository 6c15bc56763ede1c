package kit

import (
	"fmt"
	"strings"

	"keyturn/iamops/clean"
)

// StepState is where a step stands.
type StepState int

// The step is still to come, in hand, done, or has failed and is still in hand.
const (
	StepTodo StepState = iota
	StepCurrent
	StepDone
	StepFailed
)

// Step is one step of a way, with its name.
type Step struct {
	Name  string
	State StepState
}

// Stepper draws the steps as a list, one a line, numbered from 1.
func (c *Common) Stepper(steps []Step) string {
	lines := make([]string, len(steps))
	for i, s := range steps {
		glyph, style := c.stepLook(s.State)
		lines[i] = style.Render(fmt.Sprintf("%s %d %s", Pad(glyph, Width(c.Glyphs.Check)), i+1, clean.Text(s.Name)))
	}
	return strings.Join(lines, "\n")
}

// StepperWidth is the width that Stepper needs in cells.
func (c *Common) StepperWidth(steps []Step) int {
	w := 0
	for _, s := range steps {
		w = max(w, Width(clean.Text(s.Name)))
	}
	return w + len(fmt.Sprint(len(steps))) + 2 + Width(c.Glyphs.Check)
}

// StepperLine draws the steps in one line of at most width cells. Where the names
// of all do not fit, only the step in hand is named, with its number.
func (c *Common) StepperLine(steps []Step, width int) string {
	if line := c.namedSteps(steps); Width(line) <= width {
		return line
	}
	for i, s := range steps {
		if s.State == StepCurrent || s.State == StepFailed {
			glyph, style := c.stepLook(s.State)
			text := style.Render(fmt.Sprintf("%s %s", glyph, clean.Text(s.Name))) +
				c.Styles.Muted.Render(fmt.Sprintf("  step %d of %d", i+1, len(steps)))
			return c.Glyphs.Truncate(text, width)
		}
	}
	return c.Glyphs.Truncate(c.namedSteps(steps), width)
}

// namedSteps puts the sign of what is done behind the name, that of the step in
// hand before it, and a dot between steps that are to come.
func (c *Common) namedSteps(steps []Step) string {
	var b strings.Builder
	for i, s := range steps {
		glyph, style := c.stepLook(s.State)
		switch {
		case i == 0:
		case s.State == StepTodo:
			b.WriteString(" " + c.Styles.Muted.Render(c.Glyphs.Dot) + " ")
		default:
			b.WriteString(" ")
		}
		name := clean.Text(s.Name)
		switch s.State {
		case StepDone:
			name += " " + glyph
		case StepCurrent, StepFailed:
			name = glyph + " " + name
		case StepTodo:
		}
		b.WriteString(style.Render(name))
	}
	return b.String()
}

func (c *Common) stepLook(s StepState) (string, Style) {
	switch s {
	case StepDone:
		return c.Glyphs.Check, c.Styles.Good
	case StepCurrent:
		return c.Glyphs.Bullet, c.Styles.Title
	case StepFailed:
		return c.Glyphs.Cross, c.Styles.Danger
	case StepTodo:
	}
	return c.Glyphs.Circle, c.Styles.Muted
}
