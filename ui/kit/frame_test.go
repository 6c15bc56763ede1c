package kit

import (
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func header(alias, profile string) []Part {
	return []Part{
		{Text: "keyturn", Importance: 1},
		{Text: alias + " · 1234-5678-9012", Short: "1234-5678-9012", Pinned: true},
		{Text: "as user/alice", Importance: 2},
		{Text: profile, Pinned: true},
	}
}

func TestHeaderDropsWhatMattersLeast(t *testing.T) {
	tests := []struct {
		width int
		want  string
	}{
		{120, " keyturn   acme-prod · 1234-5678-9012   as user/alice   profile prod" + strings.Repeat(" ", 27) + "live 12/12 ✓, of an hour"},
		{90, " keyturn   acme-prod · 1234-5678-9012   as user/alice   profile prod" + strings.Repeat(" ", 16) + "12/12"},
		{75, " acme-prod · 1234-5678-9012   as user/alice   profile prod" + strings.Repeat(" ", 11) + "12/12"},
		{62, " acme-prod · 1234-5678-9012   as user/alice   profile prod"},
		{50, " acme-prod · 1234-5678-9012   profile prod"},
		{40, " 1234-5678-9012   profile prod"},
		{26, " 1234-567…   profile prod"},
	}
	for _, tt := range tests {
		c := newCommon(tt.width, 10)
		got := strings.Split(ansi.Strip(Frame{Left: header("acme-prod", "profile prod"), Right: "live 12/12 ✓, of an hour", RightShort: "12/12"}.View(c)), "\n")[0]
		if strings.TrimRight(got, " ") != tt.want {
			t.Errorf("at %d the header is\n%q, want\n%q", tt.width, got, tt.want)
		}
	}
}

func TestHintsThatAreOffAreLeftOut(t *testing.T) {
	c := newCommon(80, 24)
	off := c.Keys.Sort
	off.SetEnabled(false)
	hints := []key.Binding{Describe(c.Keys.Enter, "rotate"), off, c.Keys.Filter, c.Keys.Quit}
	if got, want := ansi.Strip(c.HintLine(hints, 80)), "enter rotate   / filter   q quit"; got != want {
		t.Errorf("the hints are %q, want %q", got, want)
	}
	for width, want := range map[int]string{32: "enter rotate   / filter   q quit", 31: "enter rotate   q quit", 20: "q quit", 5: ""} {
		if got := ansi.Strip(c.HintLine(hints, width)); got != want {
			t.Errorf("in %d cells the hints are %q, want %q", width, got, want)
		}
	}
	f := Frame{Hints: hints, Notice: Cell{{Text: "Sent to the clipboard.", Style: c.Styles.Good}}}
	lines := strings.Split(ansi.Strip(f.View(c)), "\n")
	if got := strings.TrimSpace(lines[len(lines)-1]); got != "Sent to the clipboard." {
		t.Errorf("the footer is %q", got)
	}
}

// A reason that is longer than the footer takes the rule's line too.
func TestALongNoticeIsToldInFull(t *testing.T) {
	c := newCommon(40, 10)
	f := Frame{Notice: Cell{{Text: "x "}, {Text: "a key of the root user: sign in as root and delete it there"}}}
	lines := strings.Split(ansi.Strip(f.View(c)), "\n")
	got := []string{strings.TrimRight(lines[8], " "), strings.TrimRight(lines[9], " ")}
	want := []string{" x a key of the root user: sign in as", "   root and delete it there"}
	if !slices.Equal(got, want) || len(lines) != 10 {
		t.Errorf("the foot is %q, want %q", got, want)
	}
}

func TestFrameAndOverlayAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCommon(rapid.IntRange(1, 140).Draw(t, "width"), rapid.IntRange(1, 50).Draw(t, "height"))
		f := Frame{
			Left: header(line(t, "alias"), line(t, "profile")), Right: line(t, "right"), RightShort: line(t, "short"), Body: line(t, "body"),
			Hints: []key.Binding{c.Keys.Enter, c.Keys.Esc, c.Keys.PageDown},
		}
		if rapid.Bool().Draw(t, "notice") {
			f.Notice = Cell{{Text: "x "}, {Text: line(t, "reason")}}
		}
		check := func(view string) {
			lines := strings.Split(view, "\n")
			if len(lines) != c.Height {
				t.Fatalf("%d lines, want %d", len(lines), c.Height)
			}
			for _, l := range lines {
				if Width(l) != c.Width {
					t.Fatalf("%q has %d cells, want %d", l, Width(l), c.Width)
				}
			}
		}
		screen := f.View(c)
		check(screen)
		d := NewDialog(c, "Title", []string{line(t, "text")}, Choice{ID: "x", Label: "Do it"})
		if box, _ := d.View(c.Width, c.Height); box != "" {
			view, x, y := LayOver(strings.Repeat("用\n", 3)+screen, box, c.Width, c.Height)
			check(view)
			first := strings.Split(box, "\n")[0]
			if got := ansi.Strip(ansi.Cut(strings.Split(view, "\n")[y], x, x+Width(first))); got != ansi.Strip(first) {
				t.Fatalf("at %d,%d is %q, not the box's corner", x, y, got)
			}
		}
	})
}

func TestThePinnedPartsAreNeverDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCommon(rapid.IntRange(40, 140).Draw(t, "width"), 10)
		f := Frame{Left: header(strings.Repeat("a", rapid.IntRange(0, 63).Draw(t, "alias")), "profile prod")}
		first := strings.Split(ansi.Strip(f.View(c)), "\n")[0]
		if !strings.Contains(first, "1234-5678-9012") || !strings.Contains(first, "profile prod") {
			t.Fatalf("the header is %q", first)
		}
	})
}

func TestStepper(t *testing.T) {
	c := newCommon(80, 24)
	names := []string{"Check", "Create", "Store", "Distribute", "Deactivate", "Watch", "Delete", "Done"}
	steps := make([]Step, len(names))
	for i, n := range names {
		steps[i] = Step{Name: n, State: []StepState{StepDone, StepCurrent, StepTodo}[min(2, max(0, i-3))]}
	}
	want := "✓ 1 Check\n✓ 2 Create\n✓ 3 Store\n✓ 4 Distribute\n● 5 Deactivate\n○ 6 Watch\n○ 7 Delete\n○ 8 Done"
	got := ansi.Strip(c.Stepper(steps))
	if got != want {
		t.Errorf("the stepper is\n%s", got)
	}
	if w := c.StepperWidth(steps); w != len("x 5 Deactivate") {
		t.Errorf("the stepper's width is %d", w)
	}
	tests := []struct {
		width int
		want  string
	}{
		{80, "Check ✓ Create ✓ Store ✓ Distribute ✓ ● Deactivate · Watch · Delete · Done"},
		{60, "● Deactivate  step 5 of 8"},
		{8, "● Deact…"},
	}
	for _, tt := range tests {
		if got := ansi.Strip(c.StepperLine(steps, tt.width)); got != tt.want {
			t.Errorf("in %d cells the line is %q, want %q", tt.width, got, tt.want)
		}
	}
	steps[4].State = StepFailed
	if got := ansi.Strip(c.StepperLine(steps, 60)); got != "✗ Deactivate  step 5 of 8" {
		t.Errorf("a failed step is %q", got)
	}
	for i := range steps {
		steps[i].State = StepDone
	}
	if got := ansi.Strip(c.StepperLine(steps, 20)); Width(got) > 20 {
		t.Errorf("%q is wider than 20", got)
	}
}
