package guide

import (
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// wideWidth is the width from which the steps stand in a column of their own.
const wideWidth = 100

// View draws the screen in exactly the size that it was given: the step in hand,
// and under a rule both keys, which are in view at every size.
func (s *Screen) View() string {
	cards := s.cardLines(s.width)
	above := s.above()
	lines := []string{s.common.Rule(s.width)}
	if above == 0 {
		lines = nil // so little room that the keys alone are drawn
	}
	step := s.stepView(s.width, above)
	if step != "" {
		lines = append([]string{step}, lines...)
	}
	return kit.Fit(strings.Join(append(lines, cards...), "\n"), s.width, s.height)
}

// stepView draws the steps and the one in hand.
func (s *Screen) stepView(width, height int) string {
	if height <= 0 {
		return ""
	}
	main := s.mainView(s.mainSize(height))
	if width < wideWidth {
		line := " " + s.common.StepperLine(s.steps(), width-2)
		if height == 1 {
			return line
		}
		return line + "\n" + main
	}
	wall := s.common.Styles.Border.Render(s.common.Glyphs.Wall)
	left := indent(strings.Split(s.common.Stepper(s.steps()), "\n"), " ")
	right := strings.Split(main, "\n")
	for i := range right {
		right[i] = wall + right[i]
	}
	return kit.Fit(kit.Beside(strings.Join(left, "\n"), s.stepsWidth(), " ", strings.Join(right, "\n")), width, height)
}

// stepsWidth is that of the column of steps.
func (s *Screen) stepsWidth() int { return s.common.StepperWidth(s.steps()) + 2 }

// above is the height of what stands above the keys and their rule.
func (s *Screen) above() int { return max(0, s.height-len(s.cardLines(s.width))-1) }

// mainSize is the room of the step in hand, beside or under the steps.
func (s *Screen) mainSize(above int) (width, height int) {
	if s.width < wideWidth {
		return s.width, above - 1
	}
	return s.width - s.stepsWidth() - 2, above
}

// steps are the plan's steps: done are those that happened, whichever is in hand.
func (s *Screen) steps() []kit.Step {
	state := s.snapshot.State
	var steps []kit.Step
	for _, step := range rotation.PlanOf(state.Plan).Steps {
		k := kit.Step{Name: words.StepName(step), State: kit.StepTodo}
		switch {
		case step == state.Step && !state.Over() && (state.Problem != nil || state.Phase == rotation.Unclear):
			k.State = kit.StepFailed
		case step == state.Step && !state.Over():
			k.State = kit.StepCurrent
		case state.Happened(step, s.snapshot.Settings, s.now):
			k.State = kit.StepDone
		}
		steps = append(steps, k)
	}
	return steps
}

// mainView draws the text of the step, which scrolls, and the choices, which stay.
func (s *Screen) mainView(width, height int) string {
	if width <= 2 || height <= 0 {
		return ""
	}
	text, choices, room := s.layout(width, height)
	lines := append(s.cut(text, room, width-2), choices...)
	return kit.Fit(strings.Join(indent(lines, " "), "\n"), width, height)
}

// roomyHeight is the height up to which the text has no blank lines.
const roomyHeight = 8

// layout is the text, how many lines of it can be seen, and the choices under them.
func (s *Screen) layout(width, height int) (text, choices []string, room int) {
	if width <= 2 || height <= 0 {
		return nil, nil, 0
	}
	text, choices = s.text(width-2), s.choiceLines(width-2, height)
	room = max(0, height-len(choices))
	if room <= roomyHeight {
		text = slices.DeleteFunc(text, func(line string) bool { return line == "" })
	}
	if room > len(text)+1 || room > roomyHeight {
		choices = append([]string{""}, choices...)
		room--
	}
	return text, choices, room
}

// cut cuts the text to its room, scrolled, and says that there is more.
func (s *Screen) cut(text []string, room, width int) []string {
	if len(text) <= room || room < 2 {
		return slices.Clip(text[:min(len(text), room)])
	}
	st, g := s.common.Styles, s.common.Glyphs
	shown := s.scroll.Cut(text, room)
	last := s.scroll.First(len(text), room) + len(shown)
	more := fmt.Sprintf("%s more: up and down (%d of %d lines)", g.Dot, last, len(text))
	return append(shown, st.Muted.Render(g.Truncate(more, width)))
}

func indent(lines []string, by string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = by + l
	}
	return out
}
