package kit

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Scroll is the place in a text that may have more lines than there is room for. Then the last
// line of the room is left to whoever draws, to say that there is more.
type Scroll struct{ top int }

// scrollPage is how far page up and page down go, in lines.
const scrollPage = 5

// furthest is how far a text of so many lines can be scrolled.
func furthest(lines, room int) int {
	if lines <= room || room < 2 {
		return 0
	}
	return lines - (room - 1)
}

// By scrolls by so many lines, as far as the text goes.
func (s *Scroll) By(n, lines, room int) {
	most := furthest(lines, room)
	s.top = max(0, min(min(s.top, most)+n, most))
}

// Start goes back to the first line.
func (s *Scroll) Start() { s.top = 0 }

// Move scrolls if the key is one that does.
func (s *Scroll) Move(msg tea.KeyPressMsg, k Keys, lines, room int) {
	switch {
	case key.Matches(msg, k.Up):
		s.By(-1, lines, room)
	case key.Matches(msg, k.Down):
		s.By(1, lines, room)
	case key.Matches(msg, k.PageUp):
		s.By(-scrollPage, lines, room)
	case key.Matches(msg, k.PageDown):
		s.By(scrollPage, lines, room)
	case key.Matches(msg, k.Top):
		s.Start()
	case key.Matches(msg, k.Bottom):
		s.By(lines, lines, room)
	}
}

// Cut is what is in view of a text that is longer than its room of two lines or more.
func (s Scroll) Cut(lines []string, room int) []string {
	from := s.First(len(lines), room)
	return slices.Clip(lines[from : from+room-1])
}

// First is the first line in view, counted from 0.
func (s Scroll) First(lines, room int) int { return min(s.top, furthest(lines, room)) }
