package cli_test

import (
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"keyturn/iamops/sandbox"
)

// paint is how a cell is drawn: colours as numbers of the palette or as #rrggbb, "" for the
// terminal's own.
type paint struct {
	text, ground  string
	bold, reverse bool
}

// cellOf is a character with its paint.
type cellOf struct {
	char  rune
	paint paint
}

// drawnRow is a line of the screen.
type drawnRow []cellOf

func (r drawnRow) String() string {
	var b strings.Builder
	for _, c := range r {
		b.WriteRune(c.char)
	}
	return strings.TrimRight(b.String(), " ")
}

// pieces are the texts of the line, each in one paint.
func (r drawnRow) pieces() []string {
	var pieces []string
	for i := 0; i < len(r); {
		start, text := i, ""
		for ; i < len(r) && r[i].paint == r[start].paint; i++ {
			text += string(r[i].char)
		}
		if text = strings.Trim(text, " │"); text != "" {
			pieces = append(pieces, text)
		}
	}
	return pieces
}

// paintOf is the paint of a text in the line.
func (r drawnRow) paintOf(t *testing.T, text string) paint {
	t.Helper()
	before, _, found := strings.Cut(r.String(), text)
	if !found {
		t.Fatalf("no %q in %q", text, r.String())
	}
	return r[len([]rune(before))].paint
}

var drawnPiece = regexp.MustCompile(`\x1b\[([?<>=]?)([0-9;]*) ?([A-Za-z@])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^][^\x1b]*\x1b\\|\x1b[()].|\x1b.|\r|\n|[^\x00-\x1f]`)

// drawScreen is what a terminal shows after a complete redrawing.
func drawScreen(raw string) []drawnRow {
	const rows, columns = 45, 120
	screen := make([]drawnRow, rows)
	for i := range screen {
		screen[i] = make(drawnRow, columns)
		for j := range screen[i] {
			screen[i][j].char = ' '
		}
	}
	row, column, now := 0, 0, paint{}
	put := func(c rune) {
		if row < rows && column < columns {
			screen[row][column] = cellOf{c, now}
		}
		column++
	}
	last := ' '
	for _, m := range drawnPiece.FindAllStringSubmatch(raw, -1) {
		arg := func(i int) int {
			parts := strings.Split(m[2], ";")
			if i < len(parts) {
				if n, err := strconv.Atoi(parts[i]); err == nil && n > 0 {
					return n
				}
			}
			return 1
		}
		switch {
		case m[0] == "\r":
			column = 0
		case m[0] == "\n":
			row++
		case m[0][0] != 0x1b:
			last = []rune(m[0])[0]
			put(last)
		case m[1] != "":
		case m[3] == "H":
			row, column = arg(0)-1, arg(1)-1
		case m[3] == "G", m[3] == "`":
			column = arg(0) - 1
		case m[3] == "d":
			row = arg(0) - 1
		case m[3] == "A":
			row = max(0, row-arg(0))
		case m[3] == "B":
			row += arg(0)
		case m[3] == "C":
			column += arg(0)
		case m[3] == "D":
			column = max(0, column-arg(0))
		case m[3] == "b":
			for range arg(0) {
				put(last)
			}
		case m[3] == "X", m[3] == "K":
			n := arg(0)
			if m[3] == "K" {
				n = columns - column
			}
			for i := column; row < rows && i < min(columns, column+n); i++ {
				screen[row][i] = cellOf{' ', now}
			}
		case m[3] == "m":
			now = now.with(m[2])
		}
	}
	return screen
}

// with is the paint after a sequence of SGR codes.
func (p paint) with(codes string) paint {
	parts := strings.Split(codes, ";")
	for i := 0; i < len(parts); i++ {
		n, _ := strconv.Atoi(parts[i]) // "" is 0
		switch {
		case n == 0:
			p = paint{}
		case n == 1:
			p.bold = true
		case n == 22:
			p.bold = false
		case n == 7:
			p.reverse = true
		case n == 27:
			p.reverse = false
		case n == 39:
			p.text = ""
		case n == 49:
			p.ground = ""
		case n >= 30 && n <= 37:
			p.text = strconv.Itoa(n - 30)
		case n >= 90 && n <= 97:
			p.text = strconv.Itoa(n - 82)
		case n >= 40 && n <= 47:
			p.ground = strconv.Itoa(n - 40)
		case n >= 100 && n <= 107:
			p.ground = strconv.Itoa(n - 92)
		case (n == 38 || n == 48) && i+2 < len(parts) && parts[i+1] == "5":
			if n == 38 {
				p.text = parts[i+2]
			} else {
				p.ground = parts[i+2]
			}
			i += 2
		}
	}
	return p
}

// colours is a terminal: its 16 colours, and those that text and ground have by themselves.
type colours struct {
	name         string
	palette      []string
	text, ground string
	console      bool // Linux's, where bright is bold
}

var (
	xtermColours = strings.Fields("#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff")
	linuxColours = strings.Fields("#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa #555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff")
)

// shown are the colours that a paint is shown in.
func (c colours) shown(p paint) (text, ground string) {
	text, ground = p.text, p.ground
	bold, reverse := p.bold, p.reverse
	if c.console {
		if text == "" {
			text = "7"
		}
		if ground == "" {
			ground = "0"
		}
		if n, _ := strconv.Atoi(text); n >= 8 && n < 16 {
			text, bold = strconv.Itoa(n-8), true
		}
		if n, _ := strconv.Atoi(ground); n >= 8 && n < 16 {
			ground = strconv.Itoa(n - 8)
		}
		if reverse {
			text, ground, reverse = ground, text, false
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n < 8 && bold {
		text = strconv.Itoa(n + 8)
	}
	text, ground = c.rgb(text, c.text), c.rgb(ground, c.ground)
	if reverse {
		text, ground = ground, text
	}
	return text, ground
}

// rgb is a colour as #rrggbb.
func (c colours) rgb(colour, own string) string {
	n, err := strconv.Atoi(colour)
	level := func(i int) int {
		if i == 0 {
			return 0
		}
		return 55 + 40*i
	}
	switch {
	case colour == "":
		return own
	case err != nil:
		return colour
	case n < 16:
		return c.palette[n]
	case n < 232:
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
	}
	grey := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
}

// contrastOf is WCAG 2's contrast of two colours.
func contrastOf(a, b string) float64 {
	luminance := func(rgb string) float64 {
		n, _ := strconv.ParseUint(rgb[1:], 16, 32)
		part := func(v uint64) float64 {
			s := float64(v&0xff) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*part(n>>16) + 0.7152*part(n>>8) + 0.0722*part(n)
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// screenWith redraws the screen until it shows something, and returns its lines.
func (t *terminal) screenWith(what string, is func([]drawnRow) bool) []drawnRow {
	t.t.Helper()
	var screen []drawnRow
	t.until("waited for "+what, func() bool {
		t.mu.Lock()
		from := len(t.drawn)
		t.mu.Unlock()
		t.rows ^= 1
		if err := pty.Setsize(t.pty, &pty.Winsize{Rows: t.rows, Cols: 120}); err != nil {
			t.t.Fatal(err)
		}
		read := -1
		return t.poll(func() bool {
			drawn := t.output()[from:]
			if len(drawn) == read { // nothing new
				return false
			}
			read = len(drawn)
			_, whole, anew := strings.Cut(drawn, "\x1b[2J") // before it come the cells that had changed
			if anew {
				screen = drawScreen(whole)
			}
			return anew && is(screen)
		}, 300*time.Millisecond)
	})
	return screen
}

// rowWith is the first line with all texts in it.
func rowWith(screen []drawnRow, texts ...string) drawnRow {
	for _, r := range screen {
		s, all := r.String(), true
		for _, text := range texts {
			all = all && strings.Contains(s, text)
		}
		if all {
			return r
		}
	}
	return nil
}

func TestFindingsColour(t *testing.T) {
	t.Parallel()
	broken := regexp.MustCompile(`✗ (expired|overdue)`)
	for _, of := range []struct {
		name, term string
		colours    colours
	}{
		{"R15_xterm_dark", "xterm", colours{"xterm", xtermColours, "#e5e5e5", "#000000", false}},
		{"R15_xterm_light", "xterm", colours{"xterm", xtermColours, "#000000", "#ffffff", false}},
		{"R15_linux_console", "linux", colours{"linux", linuxColours, "#aaaaaa", "#000000", true}},
		{"R15_256_dark", "xterm-256color", colours{"xterm", xtermColours, "#e5e5e5", "#000000", false}},
		{"R15_256_light", "xterm-256color", colours{"xterm", xtermColours, "#000000", "#ffffff", false}},
	} {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			term := openList(t, nil, "TERM="+of.term)
			if of.colours.ground == "#ffffff" {
				term.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\") // as a light terminal answers when it is asked
			}
			readable := func(what string, p paint) {
				t.Helper()
				text, ground := of.colours.shown(p)
				if c := contrastOf(text, ground); c < 4.5 {
					t.Errorf("%s: %s on %s, which is a contrast of %.2f:1", what, text, ground, c)
				}
			}
			list := term.screenWith("the list", func(s []drawnRow) bool {
				r := rowWith(s, "billing-cron", billingCronsKey)
				return r != nil && broken.MatchString(r.String()) && !strings.Contains(r.String(), "▸") && rowWith(s, "backup-agent", "▲ due") != nil && rowWith(s, "▸ ") != nil && rowWith(s, " quit") != nil
			})
			overdue := rowWith(list, "billing-cron", billingCronsKey)
			isBroken, isDue := overdue.paintOf(t, "✗"), rowWith(list, "backup-agent", "▲ due").paintOf(t, "▲ due")
			readable("the finding of a broken rule", isBroken)
			readable("due", isDue)
			brokenText, brokenGround := of.colours.shown(isBroken)
			if text, ground := of.colours.shown(isDue); text == brokenText && ground == brokenGround {
				t.Errorf("due looks like a broken rule: both are %s on %s", text, ground)
			}
			term.press("/billing\r")
			selected := rowWith(term.screenWith("the row to be selected", func(s []drawnRow) bool {
				return rowWith(s, "▸ ", "billing-cron", billingCronsKey) != nil && rowWith(s, "1 shown") != nil
			}), "▸ ", "billing-cron")
			for _, piece := range selected.pieces() {
				readable(fmt.Sprintf("%q in the selected row", piece), selected.paintOf(t, piece))
			}
			text, ground := of.colours.shown(selected.paintOf(t, "billing-cron"))
			if t2, g2 := of.colours.shown(overdue.paintOf(t, "billing-cron")); text == t2 && ground == g2 {
				t.Error("the selected row looks as the others do")
			}
			term.press("\r")
			focused := rowWith(term.screenWith("the guide", func(s []drawnRow) bool {
				return rowWith(s, "OLD "+billingCronsKey) != nil && rowWith(s, "▸") != nil && rowWith(s, " quit") != nil
			}), "▸")
			action := focused[len([]rune(strings.Split(focused.String(), "▸")[0])):]
			for _, piece := range action.pieces() {
				readable(fmt.Sprintf("%q beside the focused action", piece), action.paintOf(t, piece))
			}
			term.press("q")
			term.exit()
		})
	}
}

const billingCronsKey = "AKIAIOSFODNN7EXAMPLE"

// openList opens keyturn in its list, on an account of its own.
func openList(t *testing.T, configure func(*endpoint), env ...string) *terminal {
	t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	served := serve()
	t.Cleanup(served.close)
	if configure != nil {
		configure(served)
	}
	operator := served.cloud.Operator()
	env = append(env, "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret, "AWS_REGION=eu-west-1")
	return openIn(t, program, t.TempDir(), env, "--endpoint-url", served.url)
}

// The list is read again after a change, whatever screens were on top of it.
func TestFindingsOperator(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		name, key string
		open      func(t *testing.T) *terminal
	}{
		{"S1-5_list_after_L", "L", func(t *testing.T) *terminal { t.Helper(); return openList(t, nil) }},
		{"S1-5_list_after_A", "A", func(t *testing.T) *terminal { t.Helper(); return openIn(t, program, t.TempDir(), nil, "sandbox") }},
	} {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			x := of.open(t)
			x.await("alice")
			x.press("/alice\r")
			x.await("1 shown")
			x.press("\r")
			x.await("● 1 Check")
			x.take("n", "● 2 Create")
			x.take("n", "Create the new key?")
			x.press("\x1b[C\r")
			x.await("● 3 Store")
			created := regexp.MustCompile(`NEW (AKIA[A-Z0-9]{16})`)
			id := ""
			x.awaitThat("the new key's ID", func(drawn string) bool {
				if m := created.FindStringSubmatch(drawn); m != nil {
					id = m[1]
				}
				return id != ""
			})
			x.await("5 times in a row")
			x.press("v") // it is said to be stored by somebody who has seen it
			x.await("hide")
			x.take("n", "Cancel")
			x.press("\x1b[C\r")
			x.await("● 4 Distribute")
			x.press(of.key)
			x.awaitThat("another screen on top", func(drawn string) bool {
				return strings.Contains(drawn, " quit") && !strings.Contains(drawn, "Distribute")
			})
			x.press("\x1b")
			x.await("● 4 Distribute")
			x.press("\x1b")
			x.await("KEY ID")
			x.await(id)
			x.press("q")
			x.exit()
		})
	}
}

// Whoever stops the list's load is told what was not read, root's keys first.
func TestFindingsOperatorStopped(t *testing.T) {
	t.Parallel()
	t.Run("S2-14_stopped_says_what_was_not_read", func(t *testing.T) {
		t.Parallel()
		x := openList(t, func(served *endpoint) {
			served.cloud.Configure(func(b *sandbox.Behavior) { b.ReportTakes = time.Hour })
		})
		live := regexp.MustCompile(`live (\d+)/(\d+)`)
		x.awaitThat("all keys to be read", func(drawn string) bool {
			m := live.FindStringSubmatch(drawn)
			return m != nil && m[1] == m[2] && m[1] != "0" && strings.Contains(drawn, "legacy-export")
		})
		x.press("\x1b")
		line := rowWith(x.screenWith("the load to be stopped", func(s []drawnRow) bool {
			return rowWith(s, "Stopped") != nil && rowWith(s, " quit") != nil
		}), "Stopped").String()
		if !strings.Contains(line, "root") {
			t.Errorf("root's keys are not known, and that is not said: %s", line)
		}
	})
}

// What the list says that is next is what the footer says of enter.
func TestFindingsOperatorLabels(t *testing.T) {
	t.Parallel()
	t.Run("S2-21_footer_says_what_NEXT_says", func(t *testing.T) {
		t.Parallel()
		x := openList(t, nil)
		x.await("report-mailer")
		x.press("/report-mailer\r")
		x.await("1 shown")
		screen := x.screenWith("the row", func(s []drawnRow) bool {
			return rowWith(s, "▸", "report-mailer", "Inactive", "delete") != nil && rowWith(s, " quit") != nil
		})
		if footer := rowWith(screen, " quit").String(); !strings.Contains(footer, "enter delete") {
			t.Errorf("NEXT says delete, and the footer: %s", footer)
		}
	})
}
