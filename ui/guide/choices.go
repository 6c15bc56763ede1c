package guide

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// move chooses the offer before or after the chosen one, going round.
func (s *Screen) move(by int) tea.Cmd {
	offers := s.choices()
	for i, o := range offers {
		if o.Decision == s.chosen {
			s.chosen = offers[(i+by+len(offers))%len(offers)].Decision
			break
		}
	}
	return nil
}

// choices are the offers that are drawn as buttons. After Check a leak, which is no part of
// the way, has its key and its line in the help.
func (s *Screen) choices() []rotation.Offer {
	if s.snapshot.State.Step == rotation.Check {
		return s.offers
	}
	return slices.DeleteFunc(slices.Clone(s.offers), func(o rotation.Offer) bool { return o.Decision == rotation.Leak })
}

// first is the offer that is chosen unless the operator says otherwise. It takes no key out
// of use that works.
func (s *Screen) first() rotation.Decision {
	offers := s.choices()
	if len(offers) == 0 {
		return ""
	}
	o := offers[0]
	key, _ := iamops.FindKey(s.snapshot.State.Listed, o.KeyID)
	if retires := o.Decision == rotation.RetireOlder || o.Decision == rotation.RetireNewer; retires && key.Status == iamops.Active {
		return rotation.LookAgain
	}
	return o.Decision
}

// goOn takes the offer that leads on.
func (s *Screen) goOn() tea.Cmd {
	o, there := rotation.Leading(s.offers)
	if !there {
		return s.tell(&rotation.Refusal{Decision: rotation.GoOn, Reason: rotation.NotOffered})
	}
	return s.choose(o.Decision)
}

// lowHeight is the height below which one choice is drawn, with a count of all.
const lowHeight = 12

// choiceLines draw the offers as buttons, and under them what is to be said about
// the chosen one.
func (s *Screen) choiceLines(width, height int) []string {
	if s.snapshot.State.Over() {
		return []string{s.button("Back to the list", true, true)}
	}
	if len(s.offers) == 0 {
		return nil
	}
	var lines []string
	if height < lowHeight {
		lines = []string{s.oneButton(width)}
	} else {
		lines = s.buttons(width)
	}
	return append(lines, s.aboutChosen(width, max(1, height/3))...)
}

// buttons are all offers, in as many lines as they need.
func (s *Screen) buttons(width int) []string {
	var lines []string
	line := ""
	for _, o := range s.choices() {
		b := s.common.Glyphs.Truncate(s.button(words.Decision(o, s.snapshot.State), o.Decision == s.chosen, o.Refused == rotation.Possible), width)
		switch {
		case line == "":
			line = b
		case kit.Width(line)+len(buttonGap)+kit.Width(b) <= width:
			line += buttonGap + b
		default:
			lines = append(lines, line)
			line = b
		}
	}
	return append(lines, line)
}

const buttonGap = "  "

// oneButton is the chosen offer alone.
func (s *Screen) oneButton(width int) string {
	offers := s.choices()
	for i, o := range offers {
		if o.Decision != s.chosen {
			continue
		}
		count := fmt.Sprintf("  %d of %d", i+1, len(offers))
		b := s.button(words.Decision(o, s.snapshot.State), true, o.Refused == rotation.Possible)
		return s.common.Glyphs.Truncate(b, width-len(count)) + s.common.Styles.Muted.Render(count)
	}
	return ""
}

func (s *Screen) button(label string, chosen, possible bool) string {
	st, g := s.common.Styles, s.common.Glyphs
	text := " " + clean.Text(label) + " "
	mark := strings.Repeat(" ", kit.Width(g.Select))
	if chosen {
		mark = st.Accent.Render(g.Select)
	}
	switch {
	case !possible:
		return mark + st.Muted.Render(" "+g.Dot+text)
	case chosen:
		return mark + " " + st.Chosen.Render(text)
	}
	return mark + " " + st.Text.Render(text)
}

// aboutChosen says why the chosen offer can't be taken, or what it asks for first.
func (s *Screen) aboutChosen(width, most int) []string {
	offer, offered := rotation.OfferFor(s.offers, s.chosen)
	st, g := s.common.Styles, s.common.Glyphs
	var lines []string
	switch {
	case !offered:
		return nil
	case s.deciding.Decision != "":
		lines = marked(g.Bullet, st.Accent, "Deciding "+g.Pending, width)
	case offer.Refused != rotation.Possible:
		lines = marked(g.Cross, st.Warning, words.Refusal(offer, s.snapshot.State, s.now), width)
	case offer.NeedsReason():
		lines = marked(g.Warn, st.Warning, words.Why(offer.Whys[0], s.snapshot.State, s.snapshot.Settings, s.now)+": asks for a reason", width)
	default:
		return nil
	}
	return lines[:min(len(lines), most)]
}
