package plain

import (
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/words"
)

// tell says what is new since the last time, and nothing twice.
func (s *Session) tell(snap runner.Snapshot) {
	st, now := snap.State, s.Clock.Now()
	// What two keys mean hangs on when each was used.
	readable := known(st) && (st.TwoKeysOf().Story == rotation.NoStory || st.Fresh())
	if readable && s.news("step", fmt.Sprint(st.Plan, st.Step, st.Orphan(), st.TwoKeysOf().Idle)) && !st.Over() {
		s.say("\n%s", stepLine(st))
		for _, line := range words.Body(st, snap.Settings) {
			s.say("%s", line)
		}
		s.prompted = ""
		delete(s.told, "known") // each step is decided by what is known then
	}
	if at := snap.Standing(now); settled(st) && s.news("stands", fmt.Sprint(at.Turn, at.About, at.Until, at.Refused, at.Lead)) {
		s.say("  %s: %s", words.Verdict(at), words.Stands(st, at, now))
	}
	for _, line := range []struct{ topic, text string }{ // a text's line breaks are ours
		{"clock", s.driftText()},
		{"in flight", clean.Text(words.InFlight(st))},
		{"problem", problemText(st.Problem, s.Profile)},
		{"unrecorded", problemText(snap.Unrecorded, s.Profile)},
		{"undescribed", problemText(snap.Undescribed, s.Profile)},
		{"descriptions", joined(words.Descriptions(st))},
		{"note", clean.Text(words.Note(st))},
		{"alarm", clean.Text(words.LeakAlarm(st))},
		{"look", clean.Text(lookText(st))},
		{"trial", clean.Text(s.trialText(st))},
	} {
		if s.news(line.topic, line.text) && line.text != "" {
			s.sayLines("  ", strings.Split(line.text, "\n"))
			s.prompted = ""
		}
	}
	if settled(st) && s.news("keys", keysText(st)) {
		for _, line := range s.keyLines(st) {
			s.say("  %s", line)
		}
		s.prompted = ""
	}
	for _, d := range st.Deliveries {
		if text := fmt.Sprintf("%s %s: %s", markText[words.DeliveryMark(d)], d.Name, words.DeliveryState(d, st)); s.news("target "+d.Spec, text) {
			s.say("  %s", text)
			for _, w := range d.Warnings {
				s.say("    ! %s", w)
			}
			s.prompted = ""
		}
	}
	for i, note := range st.TargetNotes {
		if s.news(fmt.Sprint("note ", i), note) {
			s.say("  - %s", note)
			s.prompted = ""
		}
	}
	if !st.Evidence.Looked() {
		st.Evidence = iamops.Evidence{} // told once it is whole
	}
	facts := words.Known(st, snap.Settings, now)
	if settled(st) && s.news("known", marks(facts)) {
		for _, f := range facts {
			s.say("  %s %s: %s", markText[f.Mark], f.Label, f.Text)
		}
		s.prompted = ""
	}
}

// news reports whether the text on a topic is another than the last.
func (s *Session) news(topic, text string) bool {
	if s.told[topic] == text {
		return false
	}
	s.told[topic] = text
	return true
}

var markText = map[words.Mark]string{words.Neutral: "-", words.Good: "ok", words.Bad: "!", words.Unknown: "?"}

// marks is what of the facts is worth telling again when it changes.
func marks(facts []words.Fact) string {
	var text strings.Builder
	for _, f := range facts {
		fmt.Fprintf(&text, "%s %s;", markText[f.Mark], f.Label)
	}
	return text.String()
}

// stepLine is the stepper in one line: "Step 5 of 8: Deactivate the old key".
func stepLine(st rotation.State) string {
	steps := rotation.PlanOf(st.Plan).Steps
	for i, step := range steps {
		if step == st.Step {
			return fmt.Sprintf("Step %d of %d: %s", i+1, len(steps), words.Heading(st))
		}
	}
	return words.Heading(st)
}

func (s *Session) driftText() string {
	if s.Drift == nil {
		return ""
	}
	return joined(words.Drift(s.Drift()))
}

func problemText(p *iamops.Problem, profile string) string {
	if p == nil {
		return ""
	}
	return joined(words.Problem(p, profile).Lines())
}

// joined are lines as one text, in which the line breaks are ours alone.
func joined(lines []string) string {
	whole := make([]string, len(lines))
	for i, line := range lines {
		whole[i] = clean.Text(line)
	}
	return strings.Join(whole, "\n")
}

// lookText is a look without its running counts, so that it is told once a state.
func lookText(st rotation.State) string {
	if !st.Look.Exists() {
		return ""
	}
	return words.Look(st, st.Look.Since)
}

func (s *Session) trialText(st rotation.State) string {
	switch {
	case st.Step != rotation.Store || st.Secret != rotation.SecretHeld:
		return ""
	case st.Trial.State == rotation.TrialRunning:
		return "The new key is being tried …"
	}
	return words.Trial(st.Trial)
}

// keysText is what of the keys is worth telling again when it changes.
func keysText(st rotation.State) string {
	text := fmt.Sprint(st.Old.ID, st.Old.Status, st.Old.Gone, st.New.ID, st.New.Status, st.New.Gone, len(st.Others))
	for _, k := range st.Others {
		text += fmt.Sprint(k.ID, k.Status, st.OtherUses[k.ID].State, st.OtherUses[k.ID].At)
	}
	return text
}

func (s *Session) keyLines(st rotation.State) []string {
	var lines []string
	for _, k := range []struct {
		name  string
		facts rotation.KeyFacts
	}{{"old key", st.Old}, {"new key", st.New}} {
		if k.facts.Known() {
			lines = append(lines, k.name+": "+words.Key(k.facts, s.Clock.Now()))
		}
	}
	for _, k := range st.Others {
		name := "another key"
		if n := numberOf(st, k.ID); n > 0 {
			name = fmt.Sprint("key ", n)
		}
		facts := rotation.KeyFacts{ID: k.ID, Status: k.Status, Created: k.Created, LastUse: st.OtherUses[k.ID]}
		lines = append(lines, name+": "+words.Key(facts, s.Clock.Now()))
	}
	return lines
}

// toChoose are the keys of which one has to be chosen, by their numbers from 1.
func toChoose(st rotation.State) []iamops.AccessKey {
	if st.Step != rotation.Check || st.Old.Known() || len(st.Listed) < 2 {
		return nil
	}
	return st.Listed
}

// numberOf is the number by which a key is chosen; 0 if it can't be.
func numberOf(st rotation.State, keyID string) int {
	return slices.IndexFunc(toChoose(st), func(k iamops.AccessKey) bool { return k.ID == keyID }) + 1
}
