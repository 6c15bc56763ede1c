package kit

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Key is one key of a screen, as things are. The footer, the help, the reasons of keys that do
// nothing and the press itself derive from it: see [Footer], [Help], [Unavailable] and [Press].
type Key struct {
	key.Binding // the keys, the name that they have in texts, and what they do
	// Run is what pressing it does. Nil: it says why not, or is there to be shown only.
	Run func() tea.Cmd
	// RunOf stands for Run where one record has several keys: it is told which was pressed.
	RunOf func(pressed string) tea.Cmd
	// Not is why the key does nothing as things are; "" if it does something.
	Not string
	// Hidden keys are in neither footer nor help. Pressing one still does something.
	Hidden bool
	// Foot is the key's place in the footer, from the left; 0: it is in the help alone.
	Foot int
	// Short is what it does in the footer's few words; "" if they are those of the help.
	Short string
}

// Places in the footer. A screen's leading keys come before those of the root, its others after
// them. Where there is little room, the places before the last one go first.
const (
	FootFirst = 1  // what must not be overlooked
	FootLead  = 10 // a screen's leading keys, from here on
	FootRoot  = 30 // the root's
	FootMore  = 50 // a screen's other keys, from here on
	FootLast  = 100
)

func (k *Key) shown() bool { return !k.Hidden && k.Not == "" }

// Footer are the keys of a footer, in their order.
func Footer(groups [][]Key) []key.Binding {
	keys := make([]*Key, 0, 32)
	for _, group := range groups {
		for i := range group {
			if k := &group[i]; k.Foot > 0 && k.shown() {
				keys = append(keys, k)
			}
		}
	}
	slices.SortStableFunc(keys, func(a, b *Key) int { return cmp.Compare(a.Foot, b.Foot) })
	hints := make([]key.Binding, len(keys))
	for i, k := range keys {
		hints[i] = Describe(k.Binding, cmp.Or(k.Short, k.Help().Desc))
	}
	return hints
}

// Help are the keys that do something as things are, in their groups.
func Help(groups [][]Key) [][]key.Binding {
	var help [][]key.Binding
	for _, group := range groups {
		var shown []key.Binding
		for i := range group {
			if k := &group[i]; k.shown() {
				shown = append(shown, k.Binding)
			}
		}
		if len(shown) > 0 {
			help = append(help, shown)
		}
	}
	return help
}

// Unavailable are the keys that do nothing as things are, each with the reason.
func Unavailable(groups [][]Key) []Key {
	return slices.DeleteFunc(slices.Concat(groups...), func(k Key) bool { return k.Hidden || k.Not == "" })
}

// Press does what the key does that was pressed, and reports whether there is one.
func Press(msg tea.KeyPressMsg, groups [][]Key) (cmd tea.Cmd, taken bool) {
	for _, group := range groups {
		for i := range group {
			switch k := &group[i]; {
			case !key.Matches(msg, k.Binding):
			case k.Run != nil:
				return k.Run(), true
			case k.RunOf != nil:
				return k.RunOf(msg.String()), true
			case k.Not != "":
				return Warn(k.Not), true
			}
		}
	}
	return nil, false
}

// Opens is a key's name at the beginning of a sentence: "Esc", but "r", which is another key
// than "R".
func Opens(b key.Binding) string {
	name := b.Help().Key
	if len(name) < len("esc") {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
