package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/clean"
	"keyturn/ui/kit"
	"keyturn/ui/words"
)

// What a frame of the screen is made of, from top to bottom: the counts, the
// histogram, a rule, the table, the details, the line of the load, the line of the
// filter. The table gets what the others leave.
type layout struct {
	histogram, detail, filter bool
	progress                  []string // how far the load is, or how it ended
	table                     int      // lines, with the heads
}

// The least height of the body, and the least width, at which the histogram is
// drawn: below that, rows are worth more.
const (
	histogramHeight = 18
	histogramWidth  = 70
)

func (s *Screen) layout() layout {
	l := layout{
		histogram: s.height >= histogramHeight && s.width >= histogramWidth && len(s.ages) > 0,
		detail:    s.detail && s.current() != nil,
		filter:    s.filter.Typing() || s.query.Text != "" || s.query.Finding != audit.NoFinding,
	}
	p := s.inventory.Progress()
	if s.load.running || s.load.stopped || p.UsersProblem != nil && !p.OwnKeys() {
		l.progress = s.progressLines(s.common.Clock.Now())
	}
	l.table = s.height - 2
	take := func(yes bool, lines int) {
		if yes {
			l.table -= lines
		}
	}
	take(l.histogram, 1)
	take(l.detail, s.detailHeight())
	take(true, len(l.progress))
	take(l.filter, 1)
	l.table = max(l.table, 2)
	return l
}

// layOut gives the table and the filter their room.
func (s *Screen) layOut() {
	s.table.SetSize(s.width, s.layout().table)
	s.filter.SetWidth(s.width)
}

// View draws the screen in exactly the size that it was given.
func (s *Screen) View() string {
	l, now := s.layout(), s.common.Clock.Now()
	lines := []string{s.headLine()}
	if l.histogram {
		lines = append(lines, s.histogramLine())
	}
	lines = append(lines, s.common.Rule(s.width), kit.Fit(s.tableView(now), s.width, l.table))
	if l.detail {
		lines = append(lines, s.detailView(now))
	}
	lines = append(lines, l.progress...)
	if l.filter {
		lines = append(lines, s.filterLine())
	}
	return kit.Fit(strings.Join(lines, "\n"), s.width, s.height)
}

// Title is the state of the load and the age of the report in a few words, for the
// header of the frame; and the state of the load alone.
func (s *Screen) Title() (long, short string) {
	short = s.loadStatus()
	return s.reportStatus() + short, short
}

func (s *Screen) loadStatus() string {
	p := s.inventory.Progress()
	text := fmt.Sprintf("live %d/%d", p.KeysLookedUp, p.Keys)
	switch failed := p.UsersFailed + p.KeysFailed; {
	case p.UsersProblem != nil && !p.OwnKeys():
		return "partial"
	case p.Users == 0 && s.load.running:
		return "loading"
	case failed > 0:
		return fmt.Sprintf("%s, %d failed", text, failed)
	case p.Complete():
		return text + " " + s.common.Glyphs.Check
	}
	return text
}

func (s *Screen) reportStatus() string {
	dot := " " + s.common.Glyphs.Dot + " "
	switch p := s.inventory.Progress(); p.Report {
	case audit.ReportMaking:
		return "report in the making" + dot
	case audit.ReportKnown:
		return "report " + words.Age(s.common.Clock.Now().Sub(p.ReportAt)) + " old" + dot
	case audit.ReportFailed:
		if p.OwnKeys() {
			return ""
		}
		return "no report: " + string(p.ReportProblem.Kind) + dot
	case audit.NoReport:
	}
	return ""
}

// Cursor is where the terminal's cursor belongs while the filter is typed,
// relative to the view; nil otherwise.
func (s *Screen) Cursor() *tea.Cursor { return s.filter.Cursor(s.height - 1) }

func (s *Screen) tableView(now time.Time) string {
	if len(s.order) > 0 {
		return s.table.View(s.common, func(i int, widths []int) []kit.Cell {
			return s.cells(&s.rows[s.order[i]], now, widths)
		})
	}
	return s.table.View(s.common, nil) + "\n\n   " + s.common.Styles.Muted.Render(s.whyEmpty())
}

func (s *Screen) whyEmpty() string {
	switch {
	case s.load.running && len(s.rows) == 0:
		return "Waiting for the first answer."
	case s.inventory.Progress().UsersProblem != nil && len(s.rows) == 0:
		return "Nothing is known of this account."
	case s.query.Text != "" || s.query.Finding != audit.NoFinding:
		return "No key matches. " + kit.Opens(s.common.Keys.Esc) + " drops the filters."
	case s.load.running:
		return "No key has been found yet."
	case s.load.stopped:
		return "No key had been found when the load was stopped."
	case s.inventory.Progress().OwnKeys():
		return "You have no access key."
	case s.counts.KeylessRows > 0:
		return "No user has an access key. Press " + keylessKey.Help().Key + " to see the users."
	}
	return "There are no users."
}

// headLine is the counts, and at its end what the root has to say.
func (s *Screen) headLine() string {
	text := s.aside.Text
	if s.width < 80 {
		text = s.aside.Short
	}
	if text == "" {
		return s.countLine(s.width)
	}
	room := s.width - kit.Width(text) - 3
	return kit.Fit(s.countLine(room), room, 1) + "  " + s.aside.Style.Render(text)
}

// ownLine says that the keys are the caller's own, and as much of the reason as fits.
func (s *Screen) ownLine(width int) string {
	mine := " " + s.common.Styles.Strong.Render(words.Count(s.counts.Keys, "key")+" of yours")
	for _, why := range []string{
		". " + words.MayNotList + "; `keyturn policy --audit` prints what that takes.",
		". " + words.MayNotList + ".",
	} {
		if kit.Width(mine+why) <= width {
			return mine + s.common.Styles.Muted.Render(why)
		}
	}
	return s.common.Glyphs.Truncate(mine+s.common.Styles.Muted.Render(". Not allowed: iam:ListUsers."), width)
}

// countLine says what the rows come to, the gravest finding first. Findings that
// do not fit are left out from the end; the filter by number still reaches them.
func (s *Screen) countLine(width int) string {
	if s.inventory.Progress().OwnKeys() {
		return s.ownLine(width)
	}
	st, g := s.common.Styles, s.common.Glyphs
	if len(s.rows) == 0 && (s.load.running || s.inventory.Progress().UsersProblem != nil) {
		return " " + st.Muted.Render("keys: not known yet")
	}
	count := fmt.Sprintf("%d keys of %d users", s.counts.Keys, s.counts.Users)
	if s.width < countWidth {
		count = fmt.Sprintf("%d keys", s.counts.Keys)
	}
	line := " " + st.Strong.Render(count)
	gap := "      "
	if s.width < 100 {
		gap = "  "
	}
	add := func(glyph, name string, n int, style kit.Style) {
		if n == 0 {
			style = st.Muted
		}
		piece := gap + style.Render(fmt.Sprintf("%s %d %s", glyph, n, name))
		if kit.Width(line)+kit.Width(piece) < width {
			line += piece
			gap = gap[:min(len(gap), 3)]
		}
	}
	for _, f := range lineOfCounts {
		n := s.counts.Of(f)
		if f == audit.Unknown && s.load.running {
			n -= s.counts.Awaited // their answers are on the way
		}
		if n > 0 || f == audit.Overdue || f == audit.Unknown {
			glyph, style := s.look(f)
			add(glyph, f.String(), n, style)
		}
	}
	if s.rotations > 0 {
		add(g.Rotating, "rotating", s.rotations, st.Accent)
	}
	if s.counts.Exempt > 0 {
		add(g.Dot, "exempt", s.counts.Exempt, st.Muted)
	}
	return line
}

// countWidth is the width below which the findings need the room of the count of users.
const countWidth = 70

// lineOfCounts are the findings in the order in which a reader asks for them: first what
// needs work, then what can simply go.
var lineOfCounts = slices.SortedStableFunc(slices.Values(audit.All()), func(a, b audit.Finding) int {
	return cmp.Compare(canGo(a), canGo(b))
})

// canGo is 1 of a key that nobody needs, else 0.
func canGo(f audit.Finding) int {
	if next := f.Next(); next == audit.Retire || next == audit.Delete {
		return 1
	}
	return 0
}

// drawBars counts the ages for as many bars as the width allows.
func (s *Screen) drawBars() {
	s.bars = kit.NewHistogram(s.ages, s.inventory.Thresholds().MaxAge, min(20, s.width/8))
}

func (s *Screen) histogramLine() string {
	st := s.common.Styles
	limit := s.inventory.Thresholds().MaxAge
	line := " " + st.Muted.Render("age  ") + s.common.Histogram(s.bars).String() +
		st.Muted.Render(fmt.Sprintf("   limit %s %s oldest %s",
			words.Days(limit), s.common.Glyphs.Limit, words.Days(s.counts.Oldest)))
	right := "by " + s.query.Order.String()
	if p := s.inventory.Progress(); p.Report == audit.ReportKnown {
		right = "report " + clock(p.ReportAt) + ", " + right
	}
	right = st.Muted.Render(right)
	if gap := s.width - 1 - kit.Width(line) - kit.Width(right); gap > 0 {
		line += strings.Repeat(" ", gap) + right
	}
	return line
}

// progressLines say how far the load is and how fast it goes, or how it ended. Why it broke
// off takes a third of the screen at the most.
func (s *Screen) progressLines(now time.Time) []string {
	st, g, p := s.common.Styles, s.common.Glyphs, s.inventory.Progress()
	switch {
	case p.UsersProblem != nil && !p.OwnKeys():
		text := "The list of users broke off: "
		if p.Users == 0 && p.UsersProblem.Kind == iamops.AccessDenied {
			text = "You may not list this account's IAM users. " + words.OneByOne + " "
		}
		text = g.Cross + " " + text + clean.Text(s.common.Explain(p.UsersProblem))
		lines := kit.Wrap(text, max(1, s.width-2))
		lines = lines[:max(1, min(len(lines), s.height/3))]
		for i, l := range lines {
			lines[i] = " " + st.Danger.Render(l)
		}
		return lines
	case s.load.stopped:
		return []string{g.Truncate(" "+st.Unknown.Render(g.Unknown+" "+stopped(p, s.common.Keys.Refresh)), s.width)}
	}
	done, all := p.Answered()
	text := counted(p)
	if failed := p.UsersFailed + p.KeysFailed; failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	if seconds := now.Sub(s.load.started).Seconds(); seconds >= 1 {
		text += fmt.Sprintf(", %.1f/s", float64(done)/seconds)
	}
	const bar = 20
	full := 0
	if all > 0 {
		full = done * bar / all
	}
	line := " " + st.Accent.Render(strings.Repeat(g.Bar, full)) +
		st.Border.Render(strings.Repeat(g.Rule, bar-full)) + "  " + st.Muted.Render(text)
	return []string{g.Truncate(line, s.width)}
}

// stopped says what was not read, the gravest first.
func stopped(p audit.Progress, again key.Binding) string {
	var missing []string
	if p.Report != audit.ReportKnown {
		missing = append(missing, "root's keys")
	}
	if !p.AllUsers {
		missing = append(missing, fmt.Sprintf("users after the first %d", p.Users))
	}
	if n := p.Users - p.UsersListed; n > 0 {
		missing = append(missing, "keys of "+words.Count(n, "user"))
	}
	if n := p.Keys - p.KeysLookedUp; n > 0 {
		missing = append(missing, words.Count(n, "last use"))
	}
	if len(missing) == 0 {
		missing = []string{"nothing more"}
	}
	return "Stopped; " + again.Help().Key + " reads again. Not read: " + strings.Join(missing, ", ")
}

func counted(p audit.Progress) string {
	users := fmt.Sprintf("%d of %d users", p.UsersListed+p.UsersFailed, p.Users)
	if !p.AllUsers {
		users += " so far"
	}
	return fmt.Sprintf("%s, last use of %d of %d keys", users, p.KeysLookedUp+p.KeysFailed, p.Keys)
}

func (s *Screen) filterLine() string {
	st, line := s.common.Styles, s.filter.View()
	if s.query.Finding != audit.NoFinding {
		line += "  " + st.Accent.Render("only "+s.query.Finding.String())
	}
	line += "  " + st.Muted.Render(fmt.Sprintf("%d shown", len(s.order)))
	return s.common.Glyphs.Truncate(line, s.width)
}
