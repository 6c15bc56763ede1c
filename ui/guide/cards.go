package guide

import (
	"strings"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// cardLines are the keys as they are now: side by side where there is room, else
// one above the other. What is most telling comes first, so that a cut takes the
// least.
func (s *Screen) cardLines(width int) []string {
	state := s.snapshot.State
	if two := state.TwoKeysOf(); two.Story != rotation.NoStory {
		return s.sideBySide(s.card("OLDER", s.factsOf(two.Older)), s.card("NEWER", s.factsOf(two.Newer)), width)
	}
	var lines []string
	if !state.New.Known() && !words.Replaces(state.Plan) { // no new key, and none to come
		lines = []string{s.common.Glyphs.Truncate(s.card("KEY", state.Old), width)}
	} else {
		lines = s.sideBySide(s.card("OLD", state.Old), s.card("NEW", state.New), width)
	}
	for _, k := range state.Others {
		lines = append(lines, s.common.Glyphs.Truncate(s.other(k), width))
	}
	return lines
}

// sideBySide puts two cards into one line, or one above the other.
func (s *Screen) sideBySide(left, right string, width int) []string {
	half := width/2 - 1
	if kit.Width(left) <= half && kit.Width(right) <= half {
		return []string{kit.Pad(left, half) + "  " + right}
	}
	return []string{s.common.Glyphs.Truncate(left, width), s.common.Glyphs.Truncate(right, width)}
}

// factsOf is what is known of one of two keys whose parts are not given yet.
func (s *Screen) factsOf(k iamops.AccessKey) rotation.KeyFacts {
	state := s.snapshot.State
	if state.Old.ID == k.ID {
		return state.Old
	}
	return rotation.KeyFacts{ID: k.ID, Status: k.Status, Created: k.Created, LastUse: state.OtherUses[k.ID]}
}

func (s *Screen) card(role string, k rotation.KeyFacts) string {
	st := s.common.Styles
	parts := []string{" " + st.Muted.Render(role)}
	if !k.Known() {
		return strings.Join(append(parts, st.Muted.Render(words.KeyState(k))), " ")
	}
	parts = append(parts, st.Strong.Render(clean.Text(k.ID)), s.status(words.KeyState(k), k.Status, k.Gone))
	if !k.Gone {
		if !k.Created.IsZero() {
			parts = append(parts, st.Text.Render(words.Age(s.now.Sub(k.Created))))
		}
		parts = append(parts, st.Text.Render(clean.Text(words.ShortUse(k, s.now))))
	}
	return strings.Join(parts, " ")
}

// other is the card of a key that plays no part.
func (s *Screen) other(k iamops.AccessKey) string {
	st := s.common.Styles
	return strings.Join([]string{
		" " + st.Muted.Render("and"), st.Strong.Render(clean.Text(k.ID)), s.status(clean.Text(string(k.Status)), k.Status, false),
		st.Text.Render(words.Age(k.Age(s.now))), st.Muted.Render("plays no part here"),
	}, " ")
}

func (s *Screen) status(text string, status iamops.KeyStatus, gone bool) string {
	st := s.common.Styles
	style := st.Unknown
	switch {
	case gone:
		style = st.Danger
	case status == iamops.Active:
		style = st.Good
	case status == iamops.Inactive:
		style = st.Warning
	}
	return style.Render(text)
}
