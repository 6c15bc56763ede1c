package inflight

import (
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/desk"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// turnWords are whose turn it is, in the cell of a table.
var turnWords = map[rotation.Turn]string{
	rotation.TurnReady: "ready", rotation.TurnYours: "your turn", rotation.TurnWaiting: "waiting", rotation.TurnBlocked: "blocked",
	rotation.TurnAttention: "attention", rotation.TurnOver: "done", unknown: "not known",
}

// unknown is the turn of a rotation whose keys could not be read.
const unknown rotation.Turn = ""

func turnOf(r desk.Rotation) rotation.Turn {
	if r.Problem != nil {
		return unknown
	}
	return r.At.Turn
}

// look is a turn's glyph and style.
func (s *Screen) look(t rotation.Turn) (string, kit.Style) {
	st, g := s.common.Styles, s.common.Glyphs
	switch t {
	case rotation.TurnReady, rotation.TurnYours:
		return g.Bullet, st.Accent
	case rotation.TurnAttention:
		return g.Cross, st.Danger
	case rotation.TurnWaiting, rotation.TurnOver:
		return g.Circle, st.Muted
	case rotation.TurnBlocked:
		return g.Warn, st.Warning
	}
	return g.Unknown, st.Unknown
}

// columns at 120 cells are all there; at 80 what it waits for is left to the details; at
// 60 the plan and the new key go too.
var columns = []kit.Column{
	{Title: "USER", Min: 12, Wide: 15, Flex: 1, Importance: 8},
	{Title: "PLAN", Min: 8, Importance: 2},
	{Title: "STEP", Min: 10, Importance: 6},
	{Title: "OLD KEY", Min: 8, KeepEnd: true, Importance: 4},
	{Title: "NEW KEY", Min: 8, KeepEnd: true, Importance: 3},
	{Title: "SINCE", Min: 7, Right: true, Importance: 5},
	{Title: "TURN", Min: 11, Importance: 7},
	{Title: "WAITS FOR", Min: 20, Wide: 60, Flex: 3, Importance: 1},
}

// cells draws one rotation.
func (s *Screen) cells(i int, _ []int) []kit.Cell {
	standing := s.list.Rows()[i]
	st, now := s.common.Styles, s.common.Clock.Now()
	state, t := standing.State, turnOf(standing)
	glyph, style := s.look(t)
	text := func(text string) kit.Cell { return kit.Cell{{Text: text, Style: st.Text}} }
	return []kit.Cell{
		{{Text: state.User, Style: st.Strong}}, text(words.ShortPlan(state.Plan)), text(words.StepName(state.Step)),
		s.keyEnd(state.Old), s.keyEnd(state.New), text(words.Age(now.Sub(since(standing)))),
		{{Text: glyph + " " + turnWords[t], Style: style}}, {{Text: s.waits(standing, now), Style: st.Text}},
	}
}

// keyEnd is a key's ID, of which the column keeps the end, in the look of its status.
func (s *Screen) keyEnd(k rotation.KeyFacts) kit.Cell {
	st := s.common.Styles
	switch {
	case !k.Known():
		return kit.Cell{{Text: "none", Style: st.Muted}}
	case k.Gone:
		return kit.Cell{{Text: "gone", Style: st.Danger}}
	case k.Status == iamops.Inactive:
		return kit.Cell{{Text: k.ID, Style: st.Muted}}
	}
	return kit.Cell{{Text: k.ID, Style: st.Text}}
}

// since is since when a rotation stands where it does: as far as that is not known, when
// something was last done in it.
func since(st desk.Rotation) time.Time {
	if st.At.Since.IsZero() {
		return st.Last
	}
	return st.At.Since
}

// waits says what a rotation waits for, or why that is not known.
func (s *Screen) waits(st desk.Rotation, now time.Time) string {
	if st.Problem != nil {
		return "not known: " + words.ProblemName(st.Problem.Kind)
	}
	return words.Waits(st.State, st.At, now)
}

// detail is what there is to say about a rotation, what it waits for first.
func (s *Screen) detail(standing desk.Rotation) []string {
	st, now := s.common.Styles, s.common.Clock.Now()
	state := standing.State
	var lines []string
	add := func(label, text string, style kit.Style) {
		for i, l := range kit.Wrap(clean.Text(text), max(1, s.width-detailMargin)) {
			if i > 0 {
				label = ""
			}
			lines = append(lines, " "+st.Muted.Render(kit.Pad(label, detailMargin-2))+" "+style.Render(l))
		}
	}
	_, style := s.look(turnOf(standing))
	add("waits for", s.waits(standing, now), style)
	if p := standing.Problem; p != nil {
		for _, line := range words.Problem(p, "").Lines() {
			add("", line, st.Danger)
		}
	}
	old := "old key"
	if state.Plan == rotation.Retire {
		old = "key"
	}
	for _, k := range []struct {
		label string
		facts rotation.KeyFacts
	}{{old, state.Old}, {"new key", state.New}} {
		if k.facts.Known() {
			add(k.label, words.Key(k.facts, now), st.Text)
		}
	}
	add("begun", begun(standing.Memory, now), st.Text)
	return lines
}

// detailMargin is the cells before the text of the details.
const detailMargin = 12

// begun says when a rotation was begun, and who was last at work on it.
func begun(m rotation.Memory, now time.Time) string {
	text := words.Clock(m.Begun, now)
	if m.Last.After(m.Begun) {
		text += ", last done " + words.Ago(m.Last, now)
	}
	if m.By != "" {
		text += " by " + iamops.Caller{ARN: m.By}.ShortARN()
	}
	return text + ", ID " + m.ID
}
