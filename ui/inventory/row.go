package inventory

import (
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// The columns, by index.
const (
	colUser = iota
	colKeyID
	colBar
	colAge
	colStatus
	colLastUse
	colVerdict
	colNext
)

// columns at 120 cells are all there; at 80 the last use is told in short, and the next
// step is left to the footer; at 60 the bar and the last use go too.
var columns = []kit.Column{
	colUser:    {Title: "USER", Min: 14, Wide: 15, Flex: 1, Importance: 9},
	colKeyID:   {Title: "KEY ID", Min: 8, Wide: 20, Importance: 10, KeepEnd: true},
	colBar:     {Min: kit.AgeBarWidth, Importance: 4}, // beside the age, and under its head
	colAge:     {Title: "AGE", Min: 6, Importance: 8, Right: true},
	colStatus:  {Title: "STATUS", Min: 8, Importance: 6},
	colLastUse: {Title: "LAST USED", Short: "USED", Min: 7, Wide: 22, Flex: 2, Importance: 5},
	colVerdict: {Title: "VERDICT", Min: 2 + audit.ShortName, Wide: 2 + audit.ShortName, Importance: 7},
	colNext:    {Title: "NEXT", Min: 10, Importance: 3},
}

// cells draws one row.
func (s *Screen) cells(r *audit.Row, now time.Time, widths []int) []kit.Cell {
	st := s.common.Styles
	cells := make([]kit.Cell, len(columns))
	cells[colUser] = s.user(r)
	cells[colVerdict] = s.verdict(r)
	cells[colNext] = kit.Cell{{Text: string(r.Next()), Style: st.Text}}
	if at, known := s.inProgress[r.User.Name]; known {
		cells[colNext] = kit.Cell{{Text: at.Verdict, Style: st.Accent}}
	}
	if r.Exemption != nil {
		cells[colNext] = kit.Cell{{Text: "exempt", Style: st.Muted}}
	}
	if !r.HasKey() {
		cells[colKeyID] = kit.Cell{{Text: s.noKey(r), Style: st.Muted}}
		cells[colLastUse] = kit.Cell{{Text: unknownReason(r.KeysProblem, widths[colLastUse]), Style: st.Unknown}}
		if onlyReported(r) {
			cells[colKeyID] = kit.Cell{{Text: "none", Style: st.Muted}}
			cells[colStatus] = kit.Cell{{Text: "reported", Style: st.Muted}}
			cells[colLastUse] = kit.Cell{{Text: clock(r.ReportAt), Style: st.Muted}}
			if where := "in the report of " + clock(r.ReportAt); kit.Width(where) <= widths[colLastUse] {
				cells[colStatus], cells[colLastUse][0].Text = nil, where
			}
		}
		return cells
	}
	cells[colKeyID] = kit.Cell{{Text: keyName(r), Style: st.Text}}
	if r.KeySeen.Origin == audit.FromReport {
		cells[colKeyID][0].Style = st.Muted
	}
	cells[colStatus] = kit.Cell{{Text: string(r.Key.Status), Style: s.statusStyle(r.Key.Status)}}
	if !r.Since().IsZero() {
		age := r.Age(now)
		cells[colAge] = kit.Cell{{Text: s.age(r, now), Style: s.ageStyle(r)}}
		if widths[colBar] > 0 {
			cells[colBar] = s.common.AgeBar(age, s.inventory.Thresholds().MaxAge, s.ageStyle(r))
		}
	}
	if widths[colLastUse] > 0 {
		cells[colLastUse] = s.lastUse(r, now, widths[colLastUse])
	}
	return cells
}

// user is the user's name, with marks on administrators and on the key that signs.
func (s *Screen) user(r *audit.Row) kit.Cell {
	st := s.common.Styles
	cell := kit.Cell{{Text: r.User.Name, Style: st.Text}}
	if r.Administrator() && !r.Root() {
		cell = append(cell, kit.Span{Text: " admin", Style: st.Warning})
	}
	if r.Key.ID != "" && s.options.Caller().SignsWith(r.User.Name, r.Key.ID) == iamops.DependsOnKey {
		cell = append(cell, kit.Span{Text: " you", Style: st.Accent})
	}
	return cell
}

// keyName is the key's ID, or its place in the report while that is all there is.
func keyName(r *audit.Row) string {
	if r.Key.ID == "" {
		return fmt.Sprintf("slot %d", r.Slot)
	}
	return r.Key.ID
}

// onlyReported reports whether it is the report alone that says that there is no key.
func onlyReported(r *audit.Row) bool {
	return !r.HasKey() && !r.Listed && r.KeysProblem == nil && !r.ReportAt.IsZero()
}

// noKey says why a row has no key.
func (s *Screen) noKey(r *audit.Row) string {
	switch {
	case r.KeysProblem != nil:
		return "unknown"
	case r.Listed:
		return "no key"
	case !r.ReportAt.IsZero():
		return "none in the report of " + clock(r.ReportAt)
	case s.load.running:
		return s.common.Glyphs.Pending
	}
	return "not read"
}

func (s *Screen) statusStyle(status iamops.KeyStatus) kit.Style {
	switch status {
	case iamops.Active:
		return s.common.Styles.Text
	case iamops.Inactive:
		return s.common.Styles.Muted
	case iamops.Expired:
	}
	return s.common.Styles.Unknown
}

// age is how old the key is. One that is past the limit by less than the age shows says so.
func (s *Screen) age(r *audit.Row, now time.Time) string {
	age := words.Age(r.Age(now))
	if r.Findings.Has(audit.Overdue) && age == words.Age(s.inventory.Thresholds().MaxAge) {
		return ">" + age
	}
	return age
}

func (s *Screen) ageStyle(r *audit.Row) kit.Style {
	st := s.common.Styles
	switch {
	case r.Findings.Has(audit.Overdue):
		return st.Danger
	case r.Findings.Has(audit.Due):
		return st.Warning
	case r.Key.Status != iamops.Active:
		return st.Muted
	}
	return st.Good
}

// lastUse says when and where the key was last used, as much as there is room
// for; or why that is not known.
func (s *Screen) lastUse(r *audit.Row, now time.Time, width int) kit.Cell {
	st, use := s.common.Styles, r.LastUse
	style := st.Text
	if r.UseSeen.Origin == audit.FromReport {
		style = st.Muted // the live value is on its way, or would be
	}
	before, after := "", ""
	switch {
	case r.Problem() == nil || use.State == iamops.UseUnknown:
	case width >= agoWidth+len(inReport): // what the report said may not hold any more
		before = inReport
	default:
		after = "?"
	}
	switch use.State {
	case iamops.NeverUsed:
		return kit.Cell{{Text: before + "never" + after, Style: style}}
	case iamops.Used:
		return kit.Cell{{Text: before + usedText(use, now, width-len(before)-len(after)) + after, Style: style}}
	case iamops.UseUnknown:
	}
	if r.Awaited() {
		if s.load.running {
			return kit.Cell{{Text: s.common.Glyphs.Pending, Style: st.Muted}}
		}
		return kit.Cell{{Text: unknown("not asked", width), Style: st.Unknown}}
	}
	return kit.Cell{{Text: unknownReason(use.Problem, width), Style: st.Unknown}}
}

// inReport stands before what the report alone says, where a look-up has failed.
const inReport = "report: "

// agoWidth is the width from which a column tells how long "ago" something was; below it
// the column's head says what the time is.
const agoWidth = 10

// usedText is the longest of the ways to say it that fits.
func usedText(use iamops.LastUse, now time.Time, width int) string {
	if width < agoWidth {
		return words.Age(now.Sub(use.At))
	}
	text := words.AgeAgo(now.Sub(use.At))
	for _, more := range []string{use.Service, use.Region} {
		if more == "" {
			continue
		}
		longer := text + " " + more
		if kit.Width(longer) > width {
			break
		}
		text = longer
	}
	return text
}

// unknownReason is "" where there is no problem.
func unknownReason(p *iamops.Problem, width int) string {
	if p == nil {
		return ""
	}
	return unknown(string(p.Kind), width)
}

// unknown says that something is not known, and why, if there is room for that.
func unknown(why string, width int) string {
	text := "unknown: " + why
	if kit.Width(text) > width {
		return "unknown"
	}
	return text
}

// verdict draws the gravest finding as glyph and word; the glyph of a rotation stands before
// it, where nothing cuts it off.
func (s *Screen) verdict(r *audit.Row) kit.Cell {
	g, st := s.common.Glyphs, s.common.Styles
	rotating := s.rotating(r)
	switch {
	case r.Verdict == audit.NoFinding && rotating && r.HasKey():
		return kit.Cell{{Text: g.Rotating + " rotating", Style: st.Accent}}
	case r.Verdict == audit.Unknown && r.Awaited() && s.load.running:
		return kit.Cell{{Text: g.Pending, Style: st.Muted}}
	case r.Verdict == audit.NoFinding && !r.HasKey():
		return nil
	case r.Verdict == audit.NoFinding:
		return kit.Cell{{Text: g.Check + " in order", Style: st.Good}}
	}
	glyph, style := s.look(r.Verdict)
	if r.Exemption != nil && !r.Counted().Has(r.Verdict) {
		style = st.Muted
	}
	if rotating {
		return kit.Cell{{Text: g.Rotating, Style: st.Accent}, {Text: " " + r.Verdict.Short(), Style: style}}
	}
	return kit.Cell{{Text: glyph + " " + r.Verdict.Short(), Style: style}}
}

// look is a finding's glyph and style.
func (s *Screen) look(f audit.Finding) (string, kit.Style) {
	g, st := s.common.Glyphs, s.common.Styles
	switch f.Tone() {
	case audit.Alarm:
		return g.Cross, st.Danger
	case audit.Idle:
		return g.Unused, st.Warning
	case audit.Warning:
		return g.Warn, st.Warning
	case audit.Doubt:
		return g.Unknown, st.Unknown
	case audit.Quiet:
	}
	return g.Dot, st.Muted
}
