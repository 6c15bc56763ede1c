package guide

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// ShownFor is how long the secret stays in view after it was asked for.
const ShownFor = 30 * time.Second

func (s *Screen) held() bool { return s.snapshot.State.Secret == rotation.SecretHeld }

func (s *Screen) showing() bool { return s.held() && s.now.Before(s.shownUntil) }

// showsSecret reports whether the secret can be read on the screen as it is drawn now.
func (s *Screen) showsSecret() bool { return s.showing() && s.Dialog() == nil }

func (s *Screen) hide() { s.shownUntil = time.Time{} }

// cover hides the secret because something comes to the front.
func (s *Screen) cover() {
	s.hide()
	s.toShow = false
}

// show shows the secret for a while, or hides it.
func (s *Screen) show() tea.Cmd {
	switch {
	case s.showing():
		s.hide()
	case s.held():
		s.toShow = true
		id, r := s.id, s.rotation
		return func() tea.Msg { return givenOut{id, r.GiveOut()} }
	default:
		return kit.Warn("there is no secret here: it is had once, when a key is created")
	}
	return nil
}

// givenOut shows the secret, now that it is on record that it may be seen, unless something has
// come to the front meanwhile.
func (s *Screen) givenOut(err error) tea.Cmd {
	if err != nil {
		return s.tell(err)
	}
	if s.held() && s.toShow {
		s.shownUntil = s.now.Add(ShownFor)
		s.scroll.Start()
	}
	return nil
}

// clip sends the secret to a clipboard. It goes from the rotation to
// the terminal without a stop: the message that follows says only how that ended.
func (s *Screen) clip() tea.Cmd {
	switch {
	case !s.held():
		return kit.Warn("there is no secret here: it is had once, when a key is created")
	case s.options.Clipboard == nil:
		return kit.Warn("there is no way to the clipboard here")
	}
	r, send := s.rotation, s.options.Clipboard
	return func() tea.Msg {
		said := ""
		err := r.GiveOut()
		if err == nil {
			err = r.Lend(func(secret iamops.Secret) (err error) {
				said, err = send(secret)
				return err
			})
		}
		if err != nil {
			return kit.Toast{Text: "not sent to the clipboard: " + words.Refused(err, r.Snapshot().State, s.common.Clock.Now()), Bad: true}
		}
		return kit.Toast{Text: said}
	}
}

// secretLines are the new key and its secret, each on a line of its own, so that a
// double click selects it. The secret is borrowed for this frame.
func (s *Screen) secretLines() []string {
	if !s.held() {
		return nil
	}
	st, g := s.common.Styles, s.common.Glyphs
	line := func(label, text string, style kit.Style) string {
		return st.Muted.Render(kit.Pad(label, len("secret  "))) + style.Render(text)
	}
	id := line("key ID", s.snapshot.State.New.ID, st.Strong)
	if !s.showsSecret() {
		hidden := strings.Repeat(g.Bullet, hiddenLength)
		hint := fmt.Sprintf("  %s shows it for %d s, %s copies it, %s adds a target",
			showKey.Help().Key, int(ShownFor/time.Second), clipKey.Help().Key, addKey.Help().Key)
		return []string{id, line("secret", hidden, st.Muted) + st.Muted.Render(hint)}
	}
	lines := []string{id}
	err := s.rotation.Lend(func(secret iamops.Secret) error {
		lines = append(lines, line("secret", secret.Reveal(), st.Strong))
		return nil
	})
	if err != nil {
		return append(lines, line("secret", "not in memory any more", st.Unknown))
	}
	return append(lines, st.Muted.Render(fmt.Sprintf("Select it with the mouse, or %s. Hides itself in %s.",
		clipKey.Help().Key, words.Wait(s.shownUntil.Sub(s.now)))))
}

// hiddenLength is the number of signs that stand for the secret: not its length.
const hiddenLength = 8
