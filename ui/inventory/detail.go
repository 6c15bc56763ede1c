package inventory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/clean"
	"keyturn/ui/kit"
)

// sideBySide is the width from which two keys stand beside each other.
const sideBySide = 80

// The lines of the details: a rule, the user, what is known of the user, and the keys,
// of four lines each side by side, or of two lines each one above the other.
const (
	aboutHeight    = 16 // the height of the screen from which there is room for the third line
	cardLines      = 4
	shortCardLines = 2
)

func (s *Screen) detailHeight() int {
	about := 3
	if s.height < aboutHeight {
		about = 2
	}
	if r := s.current(); r != nil {
		if n := len(s.rowsOf(r.User.Name)); n > iamops.MaxKeys {
			return about + min(max(n, cardLines), max(cardLines, s.height/2-about))
		}
	}
	return about + cardLines
}

// detailView shows the selected row's user and all of the user's keys.
func (s *Screen) detailView(now time.Time) string {
	r := s.current()
	st, g := s.common.Styles, s.common.Glyphs
	who := " " + st.Strong.Render(clean.Text(r.User.Name)) + "  " + st.Muted.Render(clean.Text(r.User.ARN))
	if !r.User.Created.IsZero() {
		who += st.Muted.Render("  since " + date(r.User.Created))
	}
	rows := s.rowsOf(r.User.Name)
	cards := make([]string, iamops.MaxKeys)
	for i := range cards {
		if i < len(rows) {
			cards[i] = s.card(rows[i], now)
		} else {
			cards[i] = kit.Fit(st.Muted.Render(s.emptySlot(r)), s.cardWidth(), s.cardHeight())
		}
	}
	keys := strings.Join(cards, "\n")
	if len(rows) > iamops.MaxKeys {
		keys = s.keyLines(rows, now)
	} else if s.width >= sideBySide {
		keys = kit.Beside(" "+strings.ReplaceAll(cards[0], "\n", "\n "), s.cardWidth()+1,
			" "+st.Border.Render(g.Wall)+" ", cards[1])
	}
	lines := []string{s.common.Rule(s.width), g.Truncate(who, s.width)}
	if s.height >= aboutHeight {
		lines = append(lines, g.Truncate(" "+s.about(r), s.width))
	}
	lines = append(lines, keys)
	return kit.Fit(strings.Join(lines, "\n"), s.width, s.detailHeight())
}

// keyLines are more keys than there is room for cards: a line each, those around the
// selected one where even that is too much.
func (s *Screen) keyLines(rows []*audit.Row, now time.Time) string {
	room := s.detailHeight() - 2
	if s.height >= aboutHeight {
		room--
	}
	selected := max(0, slices.IndexFunc(rows, func(r *audit.Row) bool { return idOf(r) == idOf(s.current()) }))
	rest := 0
	if len(rows) > room {
		room--
		rest = len(rows) - room
		from := min(max(0, selected-room/2), rest)
		rows = rows[from : from+room]
	}
	lines := make([]string, 0, room+1)
	for _, r := range rows {
		lines = append(lines, s.keyLine(r, now))
	}
	if rest > 0 {
		lines = append(lines, s.common.Styles.Muted.Render(fmt.Sprintf("   and %d more", rest)))
	}
	return strings.Join(lines, "\n")
}

// keyLine draws one key, the selected one with its mark.
func (s *Screen) keyLine(r *audit.Row, now time.Time) string {
	st := s.common.Styles
	mark, age := "  ", "age not known"
	if idOf(r) == idOf(s.current()) {
		mark = st.Accent.Render(s.common.Glyphs.Select) + " "
	}
	if !r.Since().IsZero() {
		age = s.age(r, now)
	}
	use := "used " + s.lastUse(r, now, agoWidth).String()
	if r.LastUse.State == iamops.NeverUsed {
		use = "never used"
	}
	return s.common.Glyphs.Truncate(" "+mark+st.Strong.Render(clean.Text(keyName(r)))+"  "+
		s.statusStyle(r.Key.Status).Render(clean.Text(string(r.Key.Status)))+"  "+age+"  "+use+"  "+s.findings(r), s.width)
}

// about says what is known of the row's user beside the keys.
func (s *Screen) about(r *audit.Row) string {
	st := s.common.Styles
	var said []string
	say := func(style kit.Style, text string) { said = append(said, style.Render(clean.Text(text))) }
	if e := r.Exemption; e != nil {
		until := ""
		if !e.Until.IsZero() {
			until = " until " + date(e.Until)
		}
		say(st.Strong, "exempt"+until+": "+e.Reason)
	}
	if p := s.inventory.Progress(); p.OwnKeys() && p.Complete() && !r.Root() && audit.Compromised.Unclear(p) != nil {
		say(st.Unknown, "whether AWS has seen a key leak is not known")
	}
	if r.Administrator() && !r.Root() {
		say(st.Warning, "administrator")
	}
	for _, label := range []struct{ name, value string }{{"owner", r.Owner}, {"purpose", r.Purpose}} {
		if label.value != "" {
			say(st.Text, label.name+" "+label.value)
		}
	}
	if r.Console != nil {
		say(st.Text, signIn(*r.Console))
	}
	if d := r.Detail; d != nil {
		for _, list := range []struct {
			name   string
			values []string
		}{{"groups", d.Groups}, {"policies", d.Policies}} {
			if len(list.values) > 0 {
				say(st.Muted, list.name+" "+strings.Join(list.values, ", "))
			}
		}
	}
	if len(said) == 0 && r.Detail == nil {
		return st.Muted.Render("Tags, policies and console access are not known.")
	}
	return strings.Join(said, st.Muted.Render(" "+s.common.Glyphs.Dot+" "))
}

// signIn is how the user signs in to the console.
func signIn(c audit.Console) string {
	said := map[audit.Answer]string{audit.Yes: "console password", audit.No: "no console password"}[c.Password]
	if said == "" {
		said = "console password not known"
	}
	switch {
	case c.Password == audit.No:
	case c.MFA == audit.Yes:
		return said + ", MFA"
	case c.MFA == audit.No:
		return said + ", no MFA"
	}
	return said
}

func (s *Screen) cardWidth() int {
	if s.width >= sideBySide {
		return (s.width - 5) / 2
	}
	return s.width
}

func (s *Screen) cardHeight() int {
	if s.width >= sideBySide {
		return cardLines
	}
	return shortCardLines
}

func (s *Screen) emptySlot(r *audit.Row) string {
	switch {
	case r.Root() && r.KeysProblem != nil:
		return "  Whether there is a key here is not known."
	case !r.Listed && !r.ReportAt.IsZero():
		return "  No key here in the report of " + clock(r.ReportAt) + "."
	case !r.Listed:
		return "  Whether there is a key here is not known."
	}
	return "  No key: this slot is free."
}

// rowsOf are the rows of a user that are about a key. They stand together.
func (s *Screen) rowsOf(user string) []*audit.Row {
	var rows []*audit.Row
	for i := range s.rows {
		if r := &s.rows[i]; r.User.Name == user && r.HasKey() {
			rows = append(rows, r)
		}
	}
	return rows
}

// card draws one key, the selected one with its mark.
func (s *Screen) card(r *audit.Row, now time.Time) string {
	st, g, width := s.common.Styles, s.common.Glyphs, s.cardWidth()
	mark := "  "
	if idOf(r) == idOf(s.current()) {
		mark = st.Accent.Render(g.Select) + " "
	}
	head := mark + st.Strong.Render(clean.Text(keyName(r))) + "  " +
		s.statusStyle(r.Key.Status).Render(clean.Text(string(r.Key.Status)))
	created, age := "created "+date(r.Key.Created), "age not known"
	if r.KeySeen.Origin == audit.FromReport {
		created = "changed " + date(r.Key.Created) + " (report)"
	}
	if !r.Since().IsZero() {
		age = s.age(r, now)
	}
	from := ""
	if r.UseSeen.Origin == audit.FromReport && r.LastUse.State != iamops.UseUnknown {
		from = " (report " + clock(r.UseSeen.At) + ")"
	}
	use := s.lastUse(r, now, width-12-kit.Width(from)).String()
	if r.LastUse.State != iamops.NeverUsed {
		use = "last used " + use
	} else {
		use = "never used"
	}
	use += from
	said := s.findings(r)
	if r.Description != "" {
		head += "  " + st.Muted.Render(clean.Text(r.Description))
	}
	lines := []string{head, "  " + created + ", " + age, "  " + use, "  " + said}
	if s.cardHeight() == shortCardLines {
		lines = []string{head + "  " + age + "  " + said, "  " + use}
	}
	for i, l := range lines {
		lines[i] = g.Truncate(l, width)
	}
	return kit.Fit(strings.Join(lines, "\n"), width, len(lines))
}

// findings draws all findings of a row.
func (s *Screen) findings(r *audit.Row) string {
	var said []string
	for _, f := range r.Findings.List() {
		glyph, style := s.look(f)
		said = append(said, style.Render(glyph+" "+f.String()))
	}
	if at, known := s.inProgress[r.User.Name]; known {
		said = append(said, s.common.Styles.Accent.Render(s.common.Glyphs.Rotating+" "+clean.Text(at.Verdict+" "+at.Stands)))
	} else if r.Rotating {
		said = append(said, s.common.Styles.Accent.Render(s.common.Glyphs.Rotating+" rotating"))
	}
	if len(said) == 0 {
		return s.common.Styles.Good.Render(s.common.Glyphs.Check + " in order")
	}
	return strings.Join(said, "  ")
}

// clock is a time of the day in UTC: "13:05".
func clock(t time.Time) string { return t.UTC().Format("15:04") }

// date is a day in UTC.
func date(t time.Time) string {
	if t.IsZero() {
		return "at an unknown time"
	}
	return t.UTC().Format(time.DateOnly)
}
