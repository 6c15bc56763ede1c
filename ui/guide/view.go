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
	above := max(0, s.height-len(cards)-1)
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
	steps := s.steps()
	if width < wideWidth {
		line := " " + s.common.StepperLine(steps, width-2)
		if height == 1 {
			return line
		}
		return line + "\n" + s.mainView(width, height-1)
	}
	column := s.common.StepperWidth(steps) + 2
	wall := s.common.Styles.Border.Render(s.common.Glyphs.Wall)
	left := indent(strings.Split(s.common.Stepper(steps), "\n"), " ")
	right := strings.Split(s.mainView(width-column-2, height), "\n")
	for i := range right {
		right[i] = wall + right[i]
	}
	return kit.Fit(kit.Beside(strings.Join(left, "\n"), column, " ", strings.Join(right, "\n")), width, height)
}

// steps are the plan's steps, those before the one in hand as done.
func (s *Screen) steps() []kit.Step {
	state := s.snapshot.State
	var steps []kit.Step
	at := kit.StepDone
	for _, step := range rotation.PlanOf(state.Plan).Steps {
		k := kit.Step{Name: words.StepName(step), State: at}
		if step == state.Step {
			k.State, at = kit.StepCurrent, kit.StepTodo
			switch {
			case state.Over():
				k.State = kit.StepDone
			case state.Problem != nil || state.Phase == rotation.Unclear:
				k.State = kit.StepFailed
			}
		}
		steps = append(steps, k)
	}
	return steps
}

// mainView draws the text of the step, which scrolls, and the choices, which stay.
func (s *Screen) mainView(width, height int) string {
	inner := width - 2
	if inner <= 0 || height <= 0 {
		return ""
	}
	choices := s.choiceLines(inner, height)
	text := s.text(inner)
	room := max(0, height-len(choices))
	if room <= roomyHeight {
		text = slices.DeleteFunc(text, func(line string) bool { return line == "" })
	}
	if room > len(text)+1 || room > roomyHeight {
		choices = append([]string{""}, choices...)
		room--
	}
	lines := append(s.cut(text, room, inner), choices...)
	return kit.Fit(strings.Join(indent(lines, " "), "\n"), width, height)
}

// roomyHeight is the height up to which the text has no blank lines.
const roomyHeight = 8

// cut cuts the text to its room, scrolled, and says that there is more.
func (s *Screen) cut(text []string, room, width int) []string {
	s.room = 0
	if len(text) <= room || room == 0 {
		s.scroll = 0
		return text[:min(len(text), room)]
	}
	st, g := s.common.Styles, s.common.Glyphs
	if room == 1 {
		return text[:1]
	}
	s.room = len(text) - (room - 1)
	s.scroll = min(s.scroll, s.room)
	shown := text[s.scroll : s.scroll+room-1]
	more := fmt.Sprintf("%s more: up and down (%d of %d lines)", g.Dot, s.scroll+len(shown), len(text))
	return append(shown[:len(shown):len(shown)], st.Muted.Render(g.Truncate(more, width)))
}

func indent(lines []string, by string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = by + l
	}
	return out
}
