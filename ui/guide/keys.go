package guide

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// The keys that the lines about the secret name as well.
var (
	showKey = kit.Bind("show secret", "v", "v")
	clipKey = kit.Bind("send it to the clipboard", "c", "c")
	addKey  = kit.Bind("add a target", "a", "a")
)

// Keys are the keys of the screen as things are, in the groups of the help.
func (s *Screen) Keys() [][]kit.Key {
	return [][]kit.Key{s.wayKeys(), s.decisionKeys(), s.handOutKeys(), s.secretKeys()}
}

// lead is a place in the footer. How many keys lead depends on whether there is a secret that
// is to be put away: what is done with it comes above all.
func (s *Screen) lead(place int) int {
	leading := 2
	if s.Holds() == HoldsSecret {
		leading = 4
	}
	if place < leading {
		return kit.FootLead + place
	}
	return kit.FootMore + place
}

// roomy is a place behind the leading keys for one that a narrow footer does without.
func (s *Screen) roomy(place int) int {
	if s.width < wideWidth {
		return 0
	}
	return kit.FootMore + place
}

// wayKeys go through the choices and the text, and back.
func (s *Screen) wayKeys() []kit.Key {
	k, over := s.common.Keys, s.snapshot.State.Over()
	left, right := k.Left.Help().Key, k.Right.Help().Key
	enter := kit.Key{
		Binding: kit.Describe(k.Enter, "take the choice"), Short: "take it", Foot: s.lead(1),
		Run: func() tea.Cmd { return s.choose(s.chosen) },
	}
	choose := kit.Key{Binding: kit.Bind("choose", left+"/"+right, "left", "right"), Hidden: over, Foot: s.lead(0)}
	if s.held() {
		enter.Foot, choose.Foot = s.lead(3), s.lead(4)
	}
	esc := kit.Key{Binding: k.Esc, Run: s.leave, Hidden: over, Foot: kit.FootMore + 12}
	if s.width >= wideWidth && s.Holds() == HoldsSecret {
		esc.Short = "leave: asks about the secret"
	}
	if over {
		enter = kit.Key{Binding: kit.Describe(k.Enter, "back to the list"), Run: s.leave, Foot: s.lead(0)}
	}
	return []kit.Key{
		choose,
		{Binding: kit.Bind("next choice", right, "right", "l", "tab"), Run: func() tea.Cmd { return s.move(1) }, Hidden: true},
		{Binding: kit.Bind("choice before", left, "left", "h", "shift+tab"), Run: func() tea.Cmd { return s.move(-1) }, Hidden: true},
		enter,
		{Binding: kit.Describe(k.Move, "scroll")},
		esc,
		{Binding: kit.Bind("write the summary", "w", "w"), Run: s.writeSummary, Hidden: !over || !s.summarizes(), Foot: s.lead(1)},
	}
}

// decisionKeys take an offer at once. Those of what is not offered say why not.
func (s *Screen) decisionKeys() []kit.Key {
	leading, leads := rotation.Leading(s.offers)
	goOn := s.decisionKey(kit.Bind("", "n", "n"), leading, leads)
	goOn.Run = s.goOn
	look := s.keyOf(kit.Bind("", "r", "r"), rotation.LookAgain)
	look.Short, look.Foot = "look again", s.roomy(13)
	return []kit.Key{
		goOn,
		s.keyOf(kit.Bind("", "R", "R"), rotation.RollBack),
		s.keyOf(kit.Bind("", "D", "D"), rotation.GiveUpNew),
		s.keyOf(kit.Bind("", "b", "b"), rotation.StepBack),
		s.keyOf(kit.Bind("", "!", "!"), rotation.Leak),
		s.keyOf(kit.Bind("", "t", "t"), rotation.TryAgain),
		look,
	}
}

func (s *Screen) keyOf(b key.Binding, d rotation.Decision) kit.Key {
	o, offered := rotation.OfferFor(s.offers, d)
	k := s.decisionKey(b, o, offered)
	k.Run = func() tea.Cmd { return s.choose(d) }
	return k
}

// decisionKey is told in the words of its offer.
func (s *Screen) decisionKey(b key.Binding, o rotation.Offer, offered bool) kit.Key {
	if !offered || s.snapshot.State.Over() {
		return kit.Key{Binding: b, Hidden: true}
	}
	return kit.Key{Binding: kit.Describe(b, words.Decision(o, s.snapshot.State))}
}

// handOutKeys help where the new key is on its way to the applications.
func (s *Screen) handOutKeys() []kit.Key {
	no := !s.handsOut()
	return []kit.Key{
		{
			Binding: kit.Bind("look for the old key in a folder", "f", "f"), Run: s.askFolder,
			Hidden: no, Short: "search a folder", Foot: s.roomy(10),
		},
		{Binding: kit.Bind("write a hand-over note", "o", "o"), Run: s.askNote, Hidden: no, Short: "note", Foot: s.roomy(11)},
	}
}

// secretKeys are what can be done with the secret while it is held.
func (s *Screen) secretKeys() []kit.Key {
	no := !s.held()
	show := kit.Key{Binding: showKey, Run: s.show, Hidden: no, Foot: s.lead(0)}
	if s.showing() {
		show.Binding = kit.Describe(showKey, "hide secret")
	}
	return []kit.Key{
		show,
		{Binding: clipKey, Run: s.clip, Hidden: no, Short: "clipboard", Foot: s.lead(1)},
		{Binding: addKey, Run: s.askTarget, Hidden: no, Foot: s.lead(2)},
		{Binding: tickKey, RunOf: s.tick, Hidden: no},
	}
}

// tickKey has a digit for each of the first nine targets.
var tickKey = func() key.Binding {
	var digits []string
	for d := 1; d <= 9; d++ {
		digits = append(digits, strconv.Itoa(d))
	}
	return kit.Bind("tick a target, or not", "1-9", digits...)
}()
