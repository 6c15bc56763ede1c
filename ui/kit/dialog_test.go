package kit

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"
)

func deactivate(c *Common) *Dialog {
	return NewDialog(c, "Deactivate the old key", []string{
		"AKIAIOSFODNN7EXAMPLE goes from Active to Inactive. Requests signed with it fail from then on.",
		"", "It can be reactivated at any time until it is deleted.",
	}, Choice{ID: "deactivate", Label: "Deactivate", Danger: true}, Choice{ID: "later", Label: "Not yet"})
}

func deleteKey(c *Common) *Dialog {
	return NewTypedDialog(c, "Delete the old key", []string{"This can't be undone."},
		"Type the last 4 characters of the key ID, MPLE", "MPLE", Choice{ID: "delete", Label: "Delete", Danger: true})
}

// feed sends messages and returns the last answer.
func feed(d *Dialog, msgs ...tea.Msg) Answer {
	var a Answer
	for _, m := range msgs {
		a, _ = d.Update(m)
	}
	return a
}

// box is a dialog as it is drawn.
func box(d *Dialog, width, height int) string {
	view, _ := d.View(width, height)
	return view
}

func typed(text string) []tea.Msg {
	var msgs []tea.Msg
	for _, r := range text {
		msgs = append(msgs, press(string(r)))
	}
	return msgs
}

var (
	enter, esc, tab = special(tea.KeyEnter), special(tea.KeyEscape), special(tea.KeyTab)
	left, right     = special(tea.KeyLeft), special(tea.KeyRight)
	cancelled       = Answer{Done: true}
)

func TestDialogChoices(t *testing.T) {
	tests := []struct {
		name string
		msgs []tea.Msg
		want Answer
	}{
		{"a stray enter cancels", []tea.Msg{enter}, cancelled},
		{"esc cancels", []tea.Msg{right, esc}, cancelled},
		{"right, enter", []tea.Msg{right, enter}, Answer{Done: true, Choice: "deactivate"}},
		{"tab, tab, enter", []tea.Msg{tab, tab, enter}, Answer{Done: true, Choice: "later"}},
		{"left goes round", []tea.Msg{left, enter}, Answer{Done: true, Choice: "later"}},
		{"once round", []tea.Msg{right, right, right, enter}, cancelled},
		{"l and h", []tea.Msg{press("l"), press("l"), press("h"), enter}, Answer{Done: true, Choice: "deactivate"}},
		{"other keys and pastes do nothing", []tea.Msg{press("y"), press("D"), tea.PasteMsg{Content: "\r"}}, Answer{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := feed(deactivate(newCommon(80, 24)), tt.msgs...); got != tt.want {
				t.Errorf("the answer is %+v, want %+v", got, tt.want)
			}
		})
	}
	if !cancelled.Cancelled() || (Answer{}).Cancelled() || (Answer{Done: true, Choice: "x"}).Cancelled() {
		t.Error("Cancelled is wrong")
	}
}

func TestTypedDialog(t *testing.T) {
	done := Answer{Done: true, Choice: "delete", Text: "MPLE"}
	cat := func(parts ...[]tea.Msg) []tea.Msg {
		var all []tea.Msg
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	key := func(k tea.Msg) []tea.Msg { return []tea.Msg{k} }
	tests := []struct {
		name string
		msgs []tea.Msg
		want Answer
	}{
		{"nothing typed", key(enter), cancelled},
		{"typed", cat(typed("MPLE"), key(enter)), done},
		{"pasted, with its line's end", cat(key(tea.PasteMsg{Content: " MPLE\r\n"}), key(enter)), done},
		{"wrong: stays open", cat(typed("MPLX"), key(enter)), Answer{}},
		{"in another case", cat(typed("mple"), key(enter)), Answer{Done: true, Choice: "delete", Text: "mple"}},
		{"too much: stays open", cat(typed("MPLEE"), key(enter)), Answer{}},
		{"mended", cat(typed("MPLX"), key(enter), key(special(tea.KeyBackspace)), typed("E"), key(enter)), done},
		{"right, then spoilt", cat(typed("MPLE"), typed("x"), key(enter)), Answer{}},
		{"tab cannot reach it while it is wrong", cat(typed("MP"), key(tab), key(enter)), Answer{}},
		{"tab back to Cancel", cat(typed("MPLE"), key(tab), key(enter)), cancelled},
		{"esc", cat(typed("MPLE"), key(esc)), cancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := feed(deleteKey(newCommon(80, 24)), tt.msgs...); got != tt.want {
				t.Errorf("the answer is %+v, want %+v", got, tt.want)
			}
		})
	}
}

// The footer names enter only where something but Cancel can be taken.
func TestTypedDialogHints(t *testing.T) {
	d := deleteKey(newCommon(80, 24))
	if n := len(d.Hints()); n != 1 || d.Hints()[0].Help().Desc != "cancel" {
		t.Errorf("%d keys while the text is wrong: %+v", n, d.Hints())
	}
	feed(d, typed("MPLE")...)
	if got := d.Hints()[0].Help().Desc; got != "take it" {
		t.Errorf("once it is right the first key is to %s", got)
	}
}

func TestReasonDialog(t *testing.T) {
	ask := func() *Dialog {
		return NewReasonDialog(newCommon(80, 24), "Go against it", nil, "Reason", Choice{ID: "go", Label: "Go on"})
	}
	if got := feed(ask(), append(typed("   "), enter)...); got != cancelled {
		t.Errorf("a blank reason yields %+v", got)
	}
	want := Answer{Done: true, Choice: "go", Text: "agreed with ops"}
	if got := feed(ask(), append(typed(" agreed with ops "), enter)...); got != want {
		t.Errorf("a reason yields %+v, want %+v", got, want)
	}
}

func TestMessageDialog(t *testing.T) {
	d := NewDialog(newCommon(80, 24), "Not allowed", []string{"iam:CreateAccessKey is missing."})
	if !strings.Contains(ansi.Strip(box(d, 80, 24)), "Close") {
		t.Error("a message cannot be closed")
	}
	if got := feed(d, right, right, enter); got != cancelled {
		t.Errorf("closing a message yields %+v", got)
	}
}

func TestDialogGolden(t *testing.T) {
	c := newCommon(80, 24)
	t.Run("choices", func(t *testing.T) { golden.RequireEqual(t, ansi.Strip(box(deactivate(c), 80, 24))) })
	t.Run("narrow", func(t *testing.T) { golden.RequireEqual(t, ansi.Strip(box(deactivate(c), 30, 24))) })
	t.Run("low", func(t *testing.T) { golden.RequireEqual(t, ansi.Strip(box(deactivate(c), 40, 9))) })
	t.Run("typed", func(t *testing.T) {
		d := deleteKey(c)
		feed(d, typed("MPLE")...)
		golden.RequireEqual(t, ansi.Strip(box(d, 80, 24)))
	})
	t.Run("styled", func(t *testing.T) {
		golden.RequireEqual(t, box(deactivate(c), 60, 24))
	})
}

func TestDialogScrolls(t *testing.T) {
	c := newCommon(40, 12)
	d := NewDialog(c, "Long", strings.Split("one two three four five six seven eight nine", " "), Choice{ID: "x", Label: "Do it"})
	first := ansi.Strip(box(d, 40, 10))
	if !strings.Contains(first, "one") || strings.Contains(first, "nine") || !strings.Contains(first, "for more") {
		t.Errorf("the beginning is\n%s", first)
	}
	for range 20 {
		feed(d, special(tea.KeyDown))
	}
	last := ansi.Strip(box(d, 40, 10))
	if strings.Contains(last, "one") || !strings.Contains(last, "nine") || !strings.Contains(last, "Do it") {
		t.Errorf("the end is\n%s", last)
	}
	feed(d, special(tea.KeyUp))
	if got := ansi.Strip(box(d, 40, 10)); got == last {
		t.Error("up does not scroll back at once")
	}
}

func TestTheCursorIsInTheInput(t *testing.T) {
	d := deleteKey(newCommon(80, 24))
	feed(d, typed("MPL")...)
	view, c := d.View(80, 24)
	lines := strings.Split(ansi.Strip(view), "\n")
	if c == nil {
		t.Fatal("there is no cursor")
	}
	if got := ansi.Truncate(lines[c.Y], c.X, ""); !strings.HasSuffix(got, "▸ MPL") {
		t.Errorf("before the cursor is %q", got)
	}
	d = deactivate(newCommon(80, 24))
	if _, c := d.View(80, 24); c != nil {
		t.Error("a dialog without text has a cursor")
	}
}

func TestDialogFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCommon(80, 24)
		body := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return line(t, "line") }), 0, 12).Draw(t, "body")
		choices := []Choice{{ID: "a", Label: line(t, "label")}, {ID: "b", Label: "Second", Danger: true}}
		d := NewDialog(c, line(t, "title"), body, choices...)
		if rapid.Bool().Draw(t, "typed") {
			d = NewTypedDialog(c, line(t, "title"), body, line(t, "ask"), "x", choices[0])
			feed(d, tea.PasteMsg{Content: line(t, "paste")})
		}
		width, height := rapid.IntRange(0, 120).Draw(t, "width"), rapid.IntRange(0, 40).Draw(t, "height")
		view := box(d, width, height)
		if view == "" {
			return
		}
		lines := strings.Split(view, "\n")
		if len(lines) > height {
			t.Fatalf("%d lines in %d:\n%s", len(lines), height, view)
		}
		for _, l := range lines {
			if w := Width(l); w > width || w != Width(lines[0]) {
				t.Fatalf("%q has %d cells in %d", l, w, width)
			}
		}
	})
}

// A code is digits, as many as asked for, typed or pasted in groups.
func TestCodeDialog(t *testing.T) {
	used := Answer{Done: true, Choice: "use", Text: "123456"}
	for name, tc := range map[string]struct {
		msgs []tea.Msg
		want Answer
	}{
		"six digits":           {append(typed("123456"), enter), used},
		"among letters":        {append(typed("1a2b3 c4d5-6q"), enter), used},
		"more than six":        {append(typed("12345678"), enter), used},
		"pasted in two groups": {[]tea.Msg{tea.PasteMsg{Content: " 123 456\n"}, enter}, used},
		"too few":              {append(typed("12345"), enter), Answer{}},
		"too few, and the tab": {append(typed("12345"), tab, enter), Answer{}},
		"nothing":              {[]tea.Msg{enter}, cancelled},
		"esc":                  {append(typed("123456"), esc), cancelled},
		"mended": {append(append(typed("123457"), special(tea.KeyBackspace)), append(typed("6"), enter)...),
			used},
	} {
		t.Run(name, func(t *testing.T) {
			d := NewCodeDialog(newCommon(80, 24), "A code", nil, "Type it:", 6, Choice{ID: "use", Label: "Use it"})
			if got := feed(d, tc.msgs...); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}
