package plain

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/handover"
	"keyturn/ui/words"
)

// prompt lists what can be answered, once a picture.
func (s *Session) prompt(snap runner.Snapshot) {
	var text strings.Builder
	line := func(word, meaning, refusal string) {
		if refusal != "" {
			refusal = " — not now: " + refusal
		}
		fmt.Fprintf(&text, "\n  %s", clean.Sprintf("%-13s %s%s", word, meaning, refusal))
	}
	st, now := snap.State, s.Clock.Now()
	for _, o := range snap.Offers(now) {
		line(words.Words(o)[0], words.Decision(o, st), words.Refusal(o, st, now))
	}
	for i, k := range toChoose(st) {
		line(fmt.Sprint(i+1), words.ChooseKey(st, k.ID), "")
	}
	if st.Secret == rotation.SecretHeld {
		line("show", "Print the secret here", "")
		line("add TARGET", "Add a target for the secret, as in file:csv:/path/new.csv", "")
	}
	if handover.Possible(s.Files, st) {
		line("search FOLDER", "Look for the old key's ID in the text files of a folder", "")
		line("note DATE", "Write a hand-over note for the owner, with that date", "")
	}
	if s.Sandbox != nil {
		line("day", "Sandbox: move the account's clock on by a day", "")
		line("apps", "Sandbox: what the simulated applications say", "")
		line("update X", "Sandbox: give application X the newest key of "+st.User, "")
	}
	leave := "Leave; the rotation stays as it is"
	if s.Sandbox != nil {
		leave = "Leave; the sandbox's account ends"
	}
	line("leave", leave, words.Leave(st))
	if s.prompted != text.String() {
		s.prompted = text.String()
		s.say("Answer with a word:")
		s.sayLines("", strings.Split(strings.TrimPrefix(s.prompted, "\n"), "\n"))
		_, _ = fmt.Fprint(s.Out, "> ")
		s.waiting = true
	}
}

// answer acts on a word. It reports whether the conversation is over.
func (s *Session) answer(ctx context.Context, snap runner.Snapshot, line string) (bool, error) {
	s.prompted, s.waiting = "", false
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "":
		return false, nil
	case "help", "?":
		return false, nil // the prompt comes again
	case "show":
		if snap.State.Secret == rotation.SecretHeld {
			return false, s.show(ctx)
		}
		s.say("  There is no secret here to show.")
		return false, nil
	case "add":
		if err := s.Rotation.AddTarget(strings.TrimSpace(rest)); err != nil {
			s.say("  %v", err)
		}
		return false, nil
	case "search", "note":
		s.handOut(ctx, snap.State, word, strings.TrimSpace(rest))
		return false, nil
	case "leave":
		if text := words.Leave(snap.State); text != "" {
			s.say("  %s", text)
			return false, nil
		}
		s.say("%s", words.StaysAt(snap.State, s.Sandbox != nil))
		return true, s.left()
	}
	if s.Sandbox != nil && s.inSandbox(word, strings.TrimSpace(rest), snap.State.User) {
		return false, nil
	}
	offers := snap.Offers(s.Clock.Now())
	if n, err := strconv.Atoi(word); err == nil && n > 0 && n <= len(toChoose(snap.State)) {
		return false, s.chooseKey(ctx, snap, offers, toChoose(snap.State)[n-1].ID)
	}
	for _, o := range offers {
		if slices.Contains(words.Words(o), word) {
			if o.Decision == rotation.Deliver && strings.TrimSpace(rest) != "" {
				if o.Specs = targetsOf(snap.State, rest); len(o.Specs) == 0 {
					s.say("  There is no such target to deliver to. Nothing was done.")
					return false, nil
				}
			}
			if o.Decision == rotation.Leak {
				return false, s.leak(ctx, snap, o, strings.TrimSpace(rest))
			}
			return false, s.decide(ctx, snap, o)
		}
	}
	// "go" takes whatever leads on.
	if o, there := rotation.OfferFor(offers, rotation.MakeChange); word == words.Word(rotation.GoOn) && there {
		return false, s.decide(ctx, snap, o)
	}
	s.say("  %q is not one of the words. Nothing was done.", word)
	return false, nil
}

// chooseKey takes the decision about one of several keys, or begins with that key.
func (s *Session) chooseKey(ctx context.Context, snap runner.Snapshot, offers []rotation.Offer, keyID string) error {
	for _, o := range offers {
		if o.KeyID == keyID && (o.Decision == rotation.RetireOlder || o.Decision == rotation.RetireNewer) {
			return s.decide(ctx, snap, o)
		}
	}
	if s.Choose == nil {
		s.say("  Start again with --key %s.", keyID)
		return nil
	}
	run, err := s.Choose(snap.State, keyID)
	if err != nil {
		return err
	}
	s.Rotation, s.told, s.prompted = run, map[string]string{}, ""
	return nil
}

// targetsOf are the specs of the targets that are named, by their spec or their name; none
// if one is not there.
func targetsOf(st rotation.State, named string) []string {
	named = strings.TrimSpace(named)
	for _, d := range st.Deliverable() {
		if named == d.Spec || strings.EqualFold(named, d.Name) {
			return []string{d.Spec}
		}
	}
	return nil
}

// newestOf is the newest key of a user who runs applications; "" if there is none.
func (s *Session) newestOf(user string) string {
	for _, app := range s.Sandbox.Applications() {
		if app.User == user {
			return app.NewestKeyID
		}
	}
	return ""
}

func (s *Session) inSandbox(word, rest, user string) bool {
	switch word {
	case "day":
		if err := s.Sandbox.Advance(24 * time.Hour); err != nil {
			s.say("  %v", err)
			return true
		}
		s.say("  It is a day later: %s", s.Clock.Now().UTC().Format("2006-01-02 15:04 UTC"))
		// What is known is a day old now. Where it can't be read again just now, it will be.
		_ = s.Rotation.Decide(s.snapshot().State.Turn, rotation.Decide{Decision: rotation.LookAgain})
	case "apps":
		for _, app := range s.Sandbox.Applications() {
			line := fmt.Sprintf("%s (%s, key %s)", app.Name, app.User, app.KeyID)
			if n := len(app.Log); n > 0 {
				line += ": " + app.Log[n-1].Text
			}
			s.say("  %s", line)
		}
	case "update":
		if err := s.Sandbox.UpdateApplication(rest, s.newestOf(user)); err != nil {
			s.say("  %v", err)
			return true
		}
		s.say("  %s now has the newest key of %s.", rest, user)
	default:
		return false
	}
	return true
}

// decide asks what a decision asks for, and takes it.
func (s *Session) decide(ctx context.Context, snap runner.Snapshot, o rotation.Offer) error {
	st, now := snap.State, s.Clock.Now()
	if refusal := words.Refusal(o, st, now); refusal != "" {
		s.say("  Not now: %s.", refusal)
		return nil
	}
	if o.Decision == rotation.Deliver && len(o.Specs) == 0 {
		for _, d := range st.ToDeliver() { // those that are shown, and none that is found meanwhile
			o.Specs = append(o.Specs, d.Spec)
		}
	}
	d := rotation.Decide{Decision: o.Decision, Specs: o.Specs, About: o.About}
	if o.Change != "" {
		s.say("  %s\n  %s\n  in account %s, once", words.Effect(o, st), words.Command(o.Change, st.User, o.KeyID), s.Account.DisplayID())
	}
	needs := o.Needs()
	if asks := slices.ContainsFunc(needs, func(n rotation.Need) bool { return n != rotation.NeedReason }); asks {
		if o.Change == "" {
			s.say("  %s", words.Effect(o, st))
		}
		s.say("  %s", words.WayBack(o, st))
	}
	for _, need := range needs {
		met, err := s.meet(ctx, snap, o, &d, need)
		if err != nil || !met {
			return err
		}
	}
	if err := s.Rotation.Decide(st.Turn, d); err != nil {
		s.say("  Not done: %s", words.Refused(err, st, now))
	}
	return nil
}

// meet asks for one thing that a decision needs, and reports whether it was given.
func (s *Session) meet(ctx context.Context, snap runner.Snapshot, o rotation.Offer, d *rotation.Decide, need rotation.Need) (bool, error) {
	st := snap.State
	switch need {
	case rotation.NeedReason:
		for _, why := range o.Whys {
			s.say("  ! %s", words.Why(why, st, snap.Settings, s.Clock.Now()))
		}
		reason, err := s.ask(ctx, "  To go on all the same, give the reason; it is recorded. An empty line goes back.")
		d.Reason, d.Whys = reason, o.Whys
		return reason != "", err
	case rotation.NeedTyped:
		typed, err := s.ask(ctx, "  %s. An empty line goes back.", words.TypeThis(o))
		d.Typed = typed
		return typed != "", err
	case rotation.NeedYes:
		yes, err := s.ask(ctx, "  %s Type yes.", words.Question(o, st))
		if d.Yes = strings.EqualFold(yes, "yes"); err == nil && !d.Yes {
			s.say("  Nothing was done.")
		}
		return d.Yes, err
	}
	return false, nil
}

// show prints the secret, once it is certain that this is wanted.
func (s *Session) show(ctx context.Context) error {
	yes, err := s.ask(ctx, "  The terminal may keep what is printed, in its scrollback or a log. Print the secret? Type yes.")
	if err != nil || !strings.EqualFold(yes, "yes") {
		return err
	}
	if err = s.Rotation.GiveOut(); err == nil {
		err = s.Rotation.Lend(func(secret iamops.Secret) error {
			s.say("  access key ID      %s\n  secret access key  %s", s.snapshot().State.New.ID, secret.Reveal())
			return nil
		})
	}
	if err != nil {
		s.say("  %s", words.Refused(err, s.snapshot().State, s.Clock.Now()))
	}
	return nil
}
