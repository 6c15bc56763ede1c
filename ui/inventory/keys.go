package inventory

import (
	"fmt"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/audit"
	"keyturn/ui/kit"
)

// keylessKey is named by the text of an empty list as well.
var keylessKey = kit.Bind("users without keys", "u", "u")

// Keys are the keys of the screen as things are, in the groups of the help.
func (s *Screen) Keys() [][]kit.Key {
	k := s.common.Keys
	if s.filter.Typing() {
		return [][]kit.Key{append(s.filter.Keys(), kit.Key{Binding: k.UpDown, Foot: kit.FootMore})}
	}
	return [][]kit.Key{
		s.table.Keys(k),
		{
			s.openKey(), s.retireKey(), s.leakedKey(),
			{Binding: kit.Bind("details", "d", "d"), Run: s.toggleDetail, Foot: kit.FootMore + 4},
			s.copyKey(),
			{Binding: k.Refresh, Run: s.Reload, Foot: kit.FootMore + 5},
			s.escKey(),
		},
		{
			{Binding: k.Filter, Run: s.typeFirst, Foot: kit.FootMore + 1},
			{Binding: k.Sort, Run: s.nextOrder, Foot: kit.FootMore + 2},
			{Binding: kit.Bind("next finding", "f", "f"), Run: s.nextFinding, Foot: kit.FootMore + 3},
			{Binding: numberKey, RunOf: s.oneFinding},
			{Binding: keylessKey, Run: s.toggleKeyless},
		},
	}
}

// numberKey shows one finding alone, 1 being the gravest. Those past nine have no digit.
var numberKey = func() key.Binding {
	last := min(len(audit.All()), 9)
	digits := make([]string, 0, last+1)
	for d := range last + 1 {
		digits = append(digits, strconv.Itoa(d))
	}
	return kit.Bind("one finding, 0 all", fmt.Sprintf("1-%d", last), digits...)
}()

// openKey says what enter does to the selected row.
func (s *Screen) openKey() kit.Key {
	enter := s.common.Keys.Enter
	open := kit.Key{
		Binding: kit.Describe(enter, "rotate"), Foot: kit.FootLead,
		Run: func() tea.Cmd { return s.choose(audit.Nothing) },
	}
	if s.load.running {
		open.Foot = kit.FootMore
	}
	r := s.current()
	switch {
	case r == nil:
		open.Not = noRow
		return open
	case r.Root() && !r.HasKey():
		open.Not, open.Run = whyNoKeyID(r), nil
		return open
	case r.Root():
		open.Not = "the root user's keys are seen to in the console, by root"
		return open
	case !r.HasKey():
		open.Not = "the user has no key, as far as is known"
		return open
	}
	switch r.Next() {
	case audit.GoOn:
		open.Binding = kit.Describe(enter, "go on")
	case audit.Retire, audit.Delete:
		open.Binding = kit.Describe(enter, string(r.Next()))
	case audit.Leaked:
		open.Binding = kit.Describe(enter, "it has leaked")
	case audit.Rotate, audit.LookAgain, audit.Nothing, audit.AsRoot:
	}
	return open
}

const noRow = "no row is selected"

// retireKey is there where enter does something else.
func (s *Screen) retireKey() kit.Key {
	retire := kit.Key{
		Binding: kit.Bind("retire, without a new key", "x", "x"),
		Run:     func() tea.Cmd { return s.choose(audit.Retire) },
	}
	r := s.current()
	switch {
	case r == nil, r.Root(), !r.HasKey():
		retire.Hidden = true
	case r.Next() == audit.Retire, r.Next() == audit.Delete:
		retire.Not = s.common.Keys.Enter.Help().Key + " does that to this key"
	}
	return retire
}

func (s *Screen) leakedKey() kit.Key {
	leaked := kit.Key{Binding: kit.Bind("it has leaked: off first", "!", "!"), Run: s.chooseLeaked}
	r := s.current()
	switch {
	case r == nil:
		leaked.Hidden = true
	case r.Key.ID == "":
		leaked.Not = whyNoKeyID(r)
	case r.Root():
		leaked.Hidden = true
	}
	return leaked
}

func (s *Screen) copyKey() kit.Key {
	k := kit.Key{Binding: s.common.Keys.Copy, Run: s.copyKeyID}
	switch r := s.current(); {
	case r == nil:
		k.Not = noRow
	case r.Key.ID == "":
		k.Not = whyNoKeyID(r)
	}
	return k
}

// escKey undoes one thing: the load, else the pane, else the filters.
func (s *Screen) escKey() kit.Key {
	esc := s.common.Keys.Esc
	switch {
	case s.load.running:
		return kit.Key{Binding: kit.Describe(esc, "stop loading"), Run: s.stop, Foot: kit.FootLead}
	case s.detail:
		return kit.Key{Binding: kit.Describe(esc, "close details"), Run: s.toggleDetail}
	}
	return kit.Key{Binding: kit.Describe(esc, "drop the filters"), Run: s.dropFilters}
}

// whyNoKeyID says why a row has no key ID to copy.
func whyNoKeyID(r *audit.Row) string {
	switch {
	case r.Root() && !r.HasKey():
		return "whether the root user has keys is not known: the credential report alone tells"
	case r.HasKey():
		return "the report names no key IDs, and this one's is not known yet"
	}
	return r.User.Name + " has no key, as far as is known"
}
