package guide

import (
	"strings"

	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// tallHeight is the height from which the prose has room before the evidence.
const tallHeight = 30

// text is everything that the step has to say, what is urgent first.
func (s *Screen) text(width int) []string {
	state, st := s.snapshot.State, s.common.Styles
	heading := words.Heading(state)
	if s.width < wideWidth {
		heading = state.User + ": " + heading // the header may have no room for the name
	}
	var lines []string
	if !s.showing() { // then the secret alone has to be in view at every size
		lines = s.verdict(width)
	}
	lines = append(lines, s.common.Glyphs.Truncate(st.Title.Render(clean.Text(heading)), width))
	part := func(more []string) {
		if len(more) > 0 {
			lines = append(append(lines, ""), more...)
		}
	}
	secret := s.secretLines()
	if s.showing() && len(secret) > 0 {
		lines = append(lines, secret...) // at once under the headline, so that it is in view at every size
		secret = nil
	}
	part(s.alerts(width))
	part(secret)
	part(s.deliveryLines(width))
	if s.height < tallHeight { // the evidence must be in view, more than the prose
		part(s.knownLines(width))
		part(s.placeLines(width))
		part(s.bodyLines(width))
		part(s.commandLines(width))
		return lines
	}
	part(s.bodyLines(width))
	part(s.commandLines(width))
	part(s.knownLines(width))
	part(s.placeLines(width))
	return lines
}

// verdict is where the rotation stands, as every other picture of it says.
func (s *Screen) verdict(width int) []string {
	state, st := s.snapshot.State, s.common.Styles
	at := s.snapshot.Standing(s.now)
	style := map[rotation.Turn]kit.Style{
		rotation.TurnReady: st.Good, rotation.TurnYours: st.Accent, rotation.TurnWaiting: st.Muted, rotation.TurnBlocked: st.Warning,
		rotation.TurnAttention: st.Danger, rotation.TurnOver: st.Good,
	}[at.Turn]
	lines := hanging(style.Render(words.Verdict(at))+"  ", words.Stands(state, at, s.now), width)
	return lines[:min(len(lines), verdictLines)]
}

// verdictLines is the most that the verdict takes.
const verdictLines = 2

// alerts are what the operator has to know first: what is under way, what went
// wrong, what is unclear.
func (s *Screen) alerts(width int) []string {
	state, st, g := s.snapshot.State, s.common.Styles, s.common.Glyphs
	var lines []string
	say := func(glyph string, style kit.Style, texts ...string) {
		for i, text := range texts {
			if text == "" {
				continue
			}
			mark := glyph
			if i > 0 {
				mark = strings.Repeat(" ", kit.Width(glyph))
			}
			lines = append(lines, marked(mark, style, text, width)...)
		}
	}
	say(g.Warn, st.Warning, words.HeldBy(state, s.snapshot.Settings))
	if p := s.snapshot.Unrecorded; p != nil {
		say(g.Cross, st.Danger, "What happened could not be written to the journal yet. "+p.Message,
			"keyturn writes it before anything else. If keyturn ends first, the next start reads it from AWS.")
	}
	if p := s.snapshot.Undescribed; p != nil {
		say(g.Warn, st.Warning, append([]string{"The keys' descriptions, which colleagues see, could not be read or written."}, words.Problem(p, s.options.Profile).Lines()...)...)
	}
	say(g.Bullet, st.Accent, words.InFlight(state))
	if p := state.Problem; p != nil {
		say(g.Cross, st.Danger, words.Problem(p, s.options.Profile).Lines()...)
	}
	say(g.Cross, st.Danger, words.LeakAlarm(state))
	say(g.Warn, st.Warning, words.Note(state))
	if state.Phase == rotation.Unclear || state.Look.Exists() && state.Look.Overdue {
		say(g.Unknown, st.Unknown, words.Look(state, s.now))
	} else {
		say(g.Rotating, st.Accent, words.Look(state, s.now))
	}
	return lines
}

// bodyLines are what the step does, what it means, and the way back.
func (s *Screen) bodyLines(width int) []string {
	state, st, g := s.snapshot.State, s.common.Styles, s.common.Glyphs
	var lines []string
	for _, p := range words.Body(state, s.snapshot.Settings) {
		lines = append(lines, kit.Wrap(st.Text.Render(clean.Text(p)), width)...)
	}
	if state.Step == rotation.Store {
		mark, style := g.Dot, st.Muted
		switch state.Trial.State {
		case rotation.TrialPassed:
			mark, style = g.Check, st.Good
		case rotation.TrialFailed:
			mark, style = g.Cross, st.Danger
		case rotation.TrialRunning:
			mark, style = g.Rotating, st.Accent
		case rotation.TrialNone:
		}
		lines = append(lines, "")
		lines = append(lines, marked(mark, style, words.Trial(state.Trial), width)...)
	}
	if state.Over() {
		for i, o := range words.Overrides(state) {
			if i == 0 {
				lines = append(lines, "", st.Muted.Render("Against these warnings:"))
			}
			lines = append(lines, marked(g.Warn, st.Warning, o, width)...)
		}
	}
	return lines
}

// commandLines are the AWS CLI command that does what the step is about to do.
func (s *Screen) commandLines(width int) []string {
	for _, o := range s.offers {
		if o.Decision == rotation.MakeChange {
			return kit.Wrap(s.common.Styles.Accent.Render(clean.Text(words.Command(o.Change, s.snapshot.State.User, o.KeyID))), width)
		}
	}
	return nil
}

// knownLines are the facts behind the decision.
func (s *Screen) knownLines(width int) []string {
	facts := words.Known(s.snapshot.State, s.snapshot.Settings, s.now)
	if len(facts) == 0 {
		return nil
	}
	st, g := s.common.Styles, s.common.Glyphs
	lines := []string{st.Muted.Render(g.Truncate("What is known, "+s.now.UTC().Format("15:04 UTC"), width))}
	labels := 0
	for _, f := range facts {
		labels = max(labels, kit.Width(f.Label))
	}
	for _, f := range facts {
		mark, style := g.Dot, st.Muted
		switch f.Mark {
		case words.Good:
			mark, style = g.Check, st.Good
		case words.Bad:
			mark, style = g.Cross, st.Danger
		case words.Unknown:
			mark, style = g.Unknown, st.Unknown
		case words.Neutral:
		}
		head := style.Render(kit.Pad(mark, kit.Width(g.Check))) + " "
		if width < narrowFacts {
			lines = append(lines, hanging(head, f.Label+": "+f.Text, width)...)
			continue
		}
		lines = append(lines, hanging(head+kit.Pad(f.Label, labels)+"  ", f.Text, width)...)
	}
	return lines
}

// narrowFacts is the width below which the facts have no column of labels.
const narrowFacts = 70

// marked draws a text behind a mark.
func marked(mark string, style kit.Style, text string, width int) []string {
	return hanging(style.Render(mark)+" ", text, width)
}

// hanging draws a text behind a head, wrapped, its further lines under the first.
func hanging(head, text string, width int) []string {
	in := kit.Width(head)
	lines := kit.Wrap(clean.Text(text), max(1, width-in))
	for i, l := range lines {
		if i == 0 {
			lines[i] = head + l
			continue
		}
		lines[i] = strings.Repeat(" ", in) + l
	}
	return lines
}
