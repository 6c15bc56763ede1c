package guide

import (
	"charm.land/bubbles/v2/key"

	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// keyMap are the keys of the screen besides those that scroll.
type keyMap struct {
	enter, next, previous, esc key.Binding
	goOn, rollBack, giveUp     key.Binding
	leaked, back               key.Binding
	show, clip, add, try, look key.Binding
	folder, note, summary      key.Binding
	tick                       key.Binding
	choose, scroll             key.Binding // for help only
}

func newKeyMap(k kit.Keys) keyMap {
	return keyMap{
		enter:    k.Enter,
		next:     kit.Bind("next choice", k.Right.Help().Key, "right", "l", "tab"),
		previous: kit.Bind("choice before", k.Left.Help().Key, "left", "h", "shift+tab"),
		esc:      k.Esc,
		goOn:     kit.Bind("go on", "n", "n"),
		rollBack: kit.Bind("roll back", "R", "R"),
		leaked:   kit.Bind("it has leaked: off first", "!", "!"),
		back:     kit.Bind("a step back", "b", "b"),
		giveUp:   kit.Bind("give up the new key", "D", "D"),
		show:     kit.Bind("show secret", "v", "v"),
		clip:     kit.Bind("send it to the clipboard", "c", "c"),
		add:      kit.Bind("add a target", "a", "a"),
		try:      kit.Bind("try again", "t", "t"),
		look:     kit.Bind("look again", "r", "r"),
		folder:   kit.Bind("look for the old key in a folder", "f", "f"),
		note:     kit.Bind("write a hand-over note", "o", "o"),
		tick:     kit.Bind("tick a target, or not", "1-9", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
		summary:  kit.Bind("write the summary", "w", "w"),
		choose:   kit.Bind("choose", k.Left.Help().Key+"/"+k.Right.Help().Key, "left", "right"),
		scroll:   k.Move("scroll"),
	}
}

// ShortHelp are the keys for the footer, as things are.
func (s *Screen) ShortHelp() []key.Binding {
	if s.question != nil {
		return s.question.dialog.Hints()
	}
	if s.snapshot.State.Over() {
		return append([]key.Binding{kit.Describe(s.keys.enter, "back to the list")}, s.summaryHint()...)
	}
	hints := []key.Binding{s.keys.choose, kit.Describe(s.keys.enter, "take it")}
	if s.held() { // what is done with the secret comes first
		hints = append([]key.Binding{s.showHint(), kit.Describe(s.keys.clip, "clipboard"), s.keys.add}, kit.Describe(s.keys.enter, "take it"), s.keys.choose)
	}
	if s.width < wideWidth {
		return append(hints, s.keys.esc)
	}
	if s.handsOut() {
		hints = append(hints, kit.Describe(s.keys.folder, "search a folder"), kit.Describe(s.keys.note, "note"))
	}
	return append(hints, s.escHint(), s.keys.look)
}

// FullHelp are all keys that do something as things are, in groups.
func (s *Screen) FullHelp() [][]key.Binding {
	if s.snapshot.State.Over() {
		return [][]key.Binding{append([]key.Binding{kit.Describe(s.keys.enter, "back to the list"), s.keys.scroll}, s.summaryHint()...)}
	}
	var direct []key.Binding
	add := func(b key.Binding, o rotation.Offer, offered bool) {
		if offered {
			direct = append(direct, kit.Describe(b, words.Decision(o, s.snapshot.State)))
		}
	}
	leading, leads := s.leading()
	add(s.keys.goOn, leading, leads)
	for _, k := range []struct {
		binding  key.Binding
		decision rotation.Decision
	}{
		{s.keys.rollBack, rotation.RollBack}, {s.keys.giveUp, rotation.GiveUpNew},
		{s.keys.back, rotation.StepBack}, {s.keys.leaked, rotation.Leak},
		{s.keys.try, rotation.TryAgain}, {s.keys.look, rotation.LookAgain},
	} {
		o, offered := rotation.OfferFor(s.offers, k.decision)
		add(k.binding, o, offered)
	}
	groups := [][]key.Binding{
		{s.keys.choose, kit.Describe(s.keys.enter, "take the choice"), s.keys.scroll, s.keys.esc},
		direct,
	}
	if s.handsOut() {
		groups = append(groups, []key.Binding{s.keys.folder, s.keys.note})
	}
	if s.held() {
		groups = append(groups, []key.Binding{s.showHint(), s.keys.clip, s.keys.add, s.keys.tick})
	}
	return groups
}

func (s *Screen) escHint() key.Binding {
	if s.Holds() == HoldsSecret {
		return kit.Describe(s.keys.esc, "leave: asks about the secret")
	}
	return s.keys.esc
}

func (s *Screen) showHint() key.Binding {
	if s.showing() {
		return kit.Describe(s.keys.show, "hide secret")
	}
	return s.keys.show
}
