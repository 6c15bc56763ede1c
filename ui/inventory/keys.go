package inventory

import (
	"fmt"
	"strconv"

	"charm.land/bubbles/v2/key"

	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// keyMap are the keys of the screen besides those that move the selection.
type keyMap struct {
	open, retire, leaked                key.Binding
	filter, sort, refresh, detail       key.Binding
	finding, number, keyless, copy, esc key.Binding
	move, pageMove                      key.Binding // for help only
}

func newKeyMap(k kit.Keys) keyMap {
	return keyMap{
		open:     kit.Describe(k.Enter, "rotate"),
		retire:   kit.Bind("retire, without a new key", "x", "x"),
		leaked:   kit.Bind("it has leaked: off first", "!", "!"),
		filter:   k.Filter,
		sort:     k.Sort,
		refresh:  k.Refresh,
		detail:   kit.Bind("details", "d", "d"),
		finding:  kit.Bind("next finding", "f", "f"),
		number:   numberKey(),
		keyless:  kit.Bind("users without keys", "u", "u"),
		copy:     k.Copy,
		esc:      k.Esc,
		move:     kit.Bind("up and down", k.Up.Help().Key+"/"+k.Down.Help().Key, "up", "down"),
		pageMove: kit.Bind("a page", k.PageUp.Help().Key+"/"+k.PageDown.Help().Key, "pgup", "pgdown"),
	}
}

// numberKey shows one finding alone, 1 being the gravest. Those past nine have no digit.
func numberKey() key.Binding {
	last := min(len(audit.All()), 9)
	digits := make([]string, 0, last+1)
	for d := range last + 1 {
		digits = append(digits, strconv.Itoa(d))
	}
	return kit.Bind("one finding, 0 all", fmt.Sprintf("1-%d", last), digits...)
}

// ShortHelp are the keys for the footer, as things are.
func (s *Screen) ShortHelp() []key.Binding {
	if s.filter.Typing() {
		return append(s.filter.Hints(), s.keys.move)
	}
	var hints []key.Binding
	if s.load.running {
		hints = append(hints, kit.Describe(s.keys.esc, "stop loading"))
	}
	return append(hints, s.openHint(), s.keys.filter, s.keys.sort, s.keys.finding, s.keys.detail, s.keys.refresh)
}

// FullHelp are all keys of the screen, in groups.
func (s *Screen) FullHelp() [][]key.Binding {
	k := s.common.Keys
	return [][]key.Binding{
		{k.Move("up and down"), s.keys.pageMove, k.Top, k.Bottom},
		{s.openHint(), s.retireHint(), s.leakedHint(), s.keys.detail, s.copyHint(), s.keys.refresh, s.escHint()},
		{s.keys.filter, s.keys.sort, s.keys.finding, s.keys.number, s.keys.keyless},
	}
}

// openHint says what enter does to the selected row.
func (s *Screen) openHint() key.Binding {
	hint := s.keys.open
	r := s.current()
	if r == nil || !r.HasKey() {
		hint.SetEnabled(false)
		return hint
	}
	switch r.Next() {
	case audit.GoOn:
		return kit.Describe(hint, "go on")
	case audit.Retire, audit.Delete:
		return kit.Describe(hint, string(r.Next()))
	case audit.AsRoot:
		hint.SetEnabled(false)
	case audit.Leaked:
		return kit.Describe(hint, "it has leaked")
	case audit.Rotate, audit.LookAgain, audit.Nothing:
	}
	return hint
}

// retireHint is there where enter does something else.
func (s *Screen) retireHint() key.Binding {
	hint, r := s.keys.retire, s.current()
	hint.SetEnabled(s.openHint().Enabled() && r.Next() != audit.Retire && r.Next() != audit.Delete)
	return hint
}

func (s *Screen) leakedHint() key.Binding {
	hint, r := s.keys.leaked, s.current()
	hint.SetEnabled(r != nil && !r.Root() && r.Key.ID != "")
	return hint
}

// escHint says what esc would undo.
func (s *Screen) escHint() key.Binding {
	switch {
	case s.load.running:
		return kit.Describe(s.keys.esc, "stop loading")
	case s.detail:
		return kit.Describe(s.keys.esc, "close details")
	}
	return kit.Describe(s.keys.esc, "drop the filters")
}

func (s *Screen) copyHint() key.Binding {
	hint, r := s.keys.copy, s.current()
	hint.SetEnabled(r != nil && r.Key.ID != "")
	return hint
}

// whyNoKeyID says why a row has no key ID to copy.
func whyNoKeyID(r *audit.Row) string {
	if r.HasKey() {
		return "the report names no key IDs, and this one's is not known yet"
	}
	return r.User.Name + " has no key, as far as is known"
}

// Unavailable are the keys that do nothing to the selected row, and why.
func (s *Screen) Unavailable() []kit.Unavailable {
	r := s.current()
	if r == nil {
		why := "no row is selected"
		return []kit.Unavailable{{Key: s.keys.open, Why: why}, {Key: s.keys.copy, Why: why}}
	}
	var keys []kit.Unavailable
	no := func(b key.Binding, why string) { keys = append(keys, kit.Unavailable{Key: b, Why: why}) }
	switch {
	case r.Root():
		no(s.keys.open, "the root user's keys are seen to in the console, by root")
	case !r.HasKey():
		no(s.keys.open, "the user has no key, as far as is known")
	case !s.retireHint().Enabled():
		no(s.keys.retire, "enter does that to this key")
	}
	if r.Key.ID == "" {
		no(s.keys.leaked, whyNoKeyID(r))
		no(s.keys.copy, whyNoKeyID(r))
	}
	return keys
}
