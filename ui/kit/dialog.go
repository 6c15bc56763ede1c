package kit

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
)

// Choice is something that a dialog offers to do.
type Choice struct {
	ID    string // comes back in the Answer
	Label string
	// Danger marks what can't be undone.
	Danger bool
}

// Answer is how a dialog ended.
type Answer struct {
	Done   bool   // the dialog is over
	Choice string // the ID of the choice; "" if it was cancelled
	Text   string // what was typed, without blanks around it
}

// Cancelled reports whether the dialog is over and nothing is to be done.
func (a Answer) Cancelled() bool { return a.Done && a.Choice == "" }

// Dialog asks one question. Its first choice is always Cancel, and that is the
// one chosen when it opens: a stray enter does nothing. Esc cancels.
//
// A dialog may ask for a text as well, or for a code of digits. Then its one choice
// can be taken only while the text is right, and is chosen by typing it.
type Dialog struct {
	common  *Common
	title   string
	body    []string
	choices []Choice // without Cancel
	cancel  string   // the label of Cancel
	chosen  int      // 0 is Cancel

	ended func(Answer) tea.Cmd // what follows from the answer; nil: nothing

	input  *textinput.Model // nil if no text is asked for
	expect string           // the text that must be typed; "" for any that is not blank
	label  string           // says what to type
	digits int              // how many digits must be typed, and nothing else can be; 0: any text
	scroll Scroll
}

// CancelLabel is the label of the choice that every dialog has.
const CancelLabel = "Cancel"

// NewDialog returns a dialog that offers the given choices after Cancel. Without
// any it is a message, and its one choice closes it. Each line of the body is a
// paragraph, wrapped to the width; it may be styled.
func NewDialog(c *Common, title string, body []string, choices ...Choice) *Dialog {
	d := &Dialog{common: c, title: title, body: body, choices: choices, cancel: CancelLabel}
	if len(choices) == 0 {
		d.cancel = "Close"
	}
	return d
}

// CancelAs gives the choice that does nothing another label, such as "Stay".
func (d *Dialog) CancelAs(label string) *Dialog {
	d.cancel = label
	return d
}

// Ended has do called with the answer, also if the dialog is cancelled.
func (d *Dialog) Ended(do func(Answer) tea.Cmd) *Dialog {
	d.ended = do
	return d
}

// Then has do called with the answer, unless the dialog is cancelled.
func (d *Dialog) Then(do func(Answer) tea.Cmd) *Dialog {
	return d.Ended(func(a Answer) tea.Cmd {
		if a.Cancelled() {
			return nil
		}
		return do(a)
	})
}

// NewTypedDialog returns a dialog whose choice can be taken only after the
// expected text has been typed or pasted, in capitals or not.
func NewTypedDialog(c *Common, title string, body []string, label, expect string, choice Choice) *Dialog {
	d := NewDialog(c, title, body, choice)
	d.label, d.expect = label, expect
	d.openInput()
	return d
}

// NewReasonDialog returns a dialog whose choice can be taken only after some text
// has been typed, such as the reason for going against a warning.
func NewReasonDialog(c *Common, title string, body []string, label string, choice Choice) *Dialog {
	return NewTypedDialog(c, title, body, label, "", choice)
}

// NewCodeDialog returns a dialog whose choice can be taken only after a code of so many
// digits has been typed or pasted. Nothing but digits can be.
func NewCodeDialog(c *Common, title string, body []string, label string, digits int, choice Choice) *Dialog {
	d := NewTypedDialog(c, title, body, label, "", choice)
	d.digits, d.input.CharLimit = digits, digits
	return d
}

// Typed puts a text where one is asked for, as if it had been typed.
func (d *Dialog) Typed(text string) *Dialog {
	d.input.SetValue(text)
	d.input.CursorEnd()
	d.chosen = 0
	if d.right() {
		d.chosen = 1
	}
	return d
}

func (d *Dialog) openInput() {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 200
	in.SetVirtualCursor(false)
	in.SetStyles(d.common.InputStyles())
	in.Focus()
	d.input = &in
	d.widen(d.input, d.width())
}

// widen gives an input its room in a box.
func (d *Dialog) widen(in *textinput.Model, inner int) { in.SetWidth(max(1, inner-3)) }

// InputStyles are the styles of a text input, with a cursor that does not blink.
func (c *Common) InputStyles() textinput.Styles {
	state := textinput.StyleState{
		Text: c.Styles.Strong.Lipgloss(), Placeholder: c.Styles.Muted.Lipgloss(),
		Suggestion: c.Styles.Muted.Lipgloss(), Prompt: c.Styles.Accent.Lipgloss(),
	}
	return textinput.Styles{
		Focused: state, Blurred: state,
		Cursor: textinput.CursorStyle{Shape: tea.CursorBar},
	}
}

// Update takes a key press or a paste. The Answer is Done when the dialog is over.
func (d *Dialog) Update(msg tea.Msg) (Answer, tea.Cmd) {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		if answer, taken := d.press(press); taken {
			return answer, nil
		}
	}
	if d.input == nil {
		return Answer{}, nil
	}
	if paste, ok := msg.(tea.PasteMsg); ok {
		// What is copied from elsewhere often brings its line's end along.
		msg = tea.PasteMsg{Content: strings.TrimSpace(clean.Text(paste.Content))}
	}
	if d.digits > 0 {
		msg = onlyDigits(msg)
	}
	d.widen(d.input, d.width())
	in, cmd := d.input.Update(msg)
	*d.input = in
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		d.chosen = 0
		if d.right() {
			d.chosen = 1
		}
	}
	return Answer{}, cmd
}

// onlyDigits takes what is no digit out of what is typed or pasted, such as the blank in
// the middle of a code. Keys without a text stay as they are.
func onlyDigits(msg tea.Msg) tea.Msg {
	digits := func(text string) string {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text)
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return tea.PasteMsg{Content: digits(msg.Content)}
	case tea.KeyPressMsg:
		if msg.Text != digits(msg.Text) {
			return nil
		}
	}
	return msg
}

// press answers to the keys that are the dialog's own, and reports whether it
// was one. While text is typed, letters and left and right are the input's.
func (d *Dialog) press(msg tea.KeyPressMsg) (Answer, bool) {
	keys := d.common.Keys
	typing := d.input != nil
	switch {
	case key.Matches(msg, keys.Esc, keys.Interrupt):
		return Answer{Done: true}, true
	case key.Matches(msg, keys.Enter):
		return d.take(), true
	case msg.String() == "tab" || !typing && key.Matches(msg, keys.Right):
		d.choose(d.chosen + 1)
	case msg.String() == "shift+tab" || !typing && key.Matches(msg, keys.Left):
		d.choose(d.chosen - 1)
	case msg.String() == "up" || !typing && key.Matches(msg, keys.Up):
		d.vertical(-1)
	case msg.String() == "down" || !typing && key.Matches(msg, keys.Down):
		d.vertical(1)
	default:
		return Answer{}, false
	}
	return Answer{}, true
}

// vertical scrolls a text that is longer than the box. Where all of it is seen and no text is
// typed, it moves among the choices, which may stand one above the other.
func (d *Dialog) vertical(by int) {
	width, height := d.common.DialogSize()
	inner := innerWidth(width)
	body, room := d.bodyLines(inner), d.bodyRoom(inner, height)
	if len(body) <= room && d.input == nil {
		d.choose(d.chosen + by)
		return
	}
	d.scroll.By(by, len(body), room)
}

// choose goes round among the choices that can be taken.
func (d *Dialog) choose(i int) {
	n := 1
	if d.right() {
		n += len(d.choices)
	}
	d.chosen = (i + n) % n
}

// take is enter. A text that is not yet right keeps the dialog open: closing it
// would read as if something had been done.
func (d *Dialog) take() Answer {
	if d.chosen > 0 {
		return Answer{Done: true, Choice: d.choices[d.chosen-1].ID, Text: d.text()}
	}
	if d.input != nil && d.text() != "" && !d.right() {
		return Answer{}
	}
	return Answer{Done: true}
}

func (d *Dialog) text() string {
	if d.input == nil {
		return ""
	}
	return strings.TrimSpace(d.input.Value())
}

// right reports whether the choices can be taken.
func (d *Dialog) right() bool {
	switch {
	case d.input == nil:
		return true
	case d.digits > 0:
		return len(d.text()) == d.digits
	case d.expect == "":
		return d.text() != ""
	}
	return strings.EqualFold(d.text(), d.expect)
}

// The frame and the blanks inside it, on both sides and above and below.
const (
	dialogSides = 6
	dialogEnds  = 4
	dialogWidth = 76 // the widest text that is read with ease
)

// DialogSize is the room that dialogs have in the terminal. The header stays in view: it names
// the account.
func (c *Common) DialogSize() (width, height int) { return c.Width, c.Height - FrameHead }

func innerWidth(width int) int { return min(width-dialogSides, dialogWidth) }

// width is the width of the text at the terminal's size.
func (d *Dialog) width() int {
	width, _ := d.common.DialogSize()
	return innerWidth(width)
}

// View draws the dialog as a box of at most width × height cells. A body that is
// too long can be scrolled; the question and the choices stay. It also returns where the
// terminal's cursor belongs, relative to the box; nil if the dialog takes no text.
func (d *Dialog) View(width, height int) (string, *tea.Cursor) {
	inner := innerWidth(width)
	if inner <= 0 || height <= dialogEnds {
		return "", nil
	}
	below, cursor := d.belowBody(inner)
	lines := slices.Concat(d.viewBody(inner, height), below)
	if len(lines) > height-dialogEnds { // hardly any room: the choices are last, and stay
		lines = lines[len(lines)-(height-dialogEnds):]
	}
	if cursor != nil {
		cursor.X += dialogSides / 2
		cursor.Y += dialogEnds/2 + len(lines) - len(below)
		if cursor.Y < dialogEnds/2 {
			cursor = nil
		}
	}
	return d.common.Box(d.title, lines, inner), cursor
}

// bodyLines are the body, wrapped.
func (d *Dialog) bodyLines(width int) []string {
	var lines []string
	for _, p := range d.body {
		if p == "" {
			lines = append(lines, "")
			continue
		}
		lines = append(lines, Wrap(p, width)...)
	}
	return lines
}

// bodyRoom is how many lines there are for the body.
func (d *Dialog) bodyRoom(width, height int) int {
	below, _ := d.belowBody(width)
	return height - dialogEnds - len(below)
}

// viewBody cuts the body to the room that it has and says that there is more.
func (d *Dialog) viewBody(width, height int) []string {
	body, room, g := d.bodyLines(width), d.bodyRoom(width, height), d.common.Glyphs
	switch {
	case len(body) <= room:
		return body
	case room <= 0:
		return nil
	case room == 1: // half a text would read as a whole one
		return []string{d.common.Styles.Warning.Render(g.Truncate("The window is too low for the text.", width))}
	}
	return append(d.scroll.Cut(body, room), d.common.Styles.Muted.Render(g.Truncate("up and down for more", width)))
}

// belowBody is what stands under the body, the input and the choices, and where the input's
// cursor is in it.
func (d *Dialog) belowBody(width int) (lines []string, cursor *tea.Cursor) {
	lines = []string{""}
	if d.input != nil {
		in := *d.input
		in.SetStyles(d.common.InputStyles())
		d.widen(&in, width)
		lines = append(lines, Wrap(d.common.Styles.Muted.Render(d.label), width)...)
		if cursor = in.Cursor(); cursor != nil {
			cursor.X, cursor.Y = cursor.X+2, len(lines)
		}
		lines = append(lines, d.common.Styles.Accent.Render(d.common.Glyphs.Select)+" "+in.View(), "")
	}
	return append(lines, d.choiceLines(width)...), cursor
}

// choiceLines puts the choices in one line, or one a line where they don't fit.
func (d *Dialog) choiceLines(width int) []string {
	labels := append([]Choice{{Label: d.cancel}}, d.choices...)
	drawn := make([]string, len(labels))
	for i, l := range labels {
		drawn[i] = d.choice(l, i, width)
	}
	if line := strings.Join(drawn, "    "); Width(line) <= width {
		return []string{line}
	}
	return drawn
}

func (d *Dialog) choice(l Choice, i, width int) string {
	s := d.common.Styles
	text := d.common.Glyphs.Truncate(" "+clean.Text(l.Label)+" ", width-2)
	switch {
	case i == d.chosen:
		return s.Accent.Render(d.common.Glyphs.Select) + " " + s.Chosen.Render(text)
	case i > 0 && !d.right():
		return "  " + s.Muted.Render(text)
	case l.Danger:
		return "  " + s.Danger.Render(text)
	}
	return "  " + s.Text.Render(text)
}

// Hints are the keys that the dialog answers to, for the footer.
func (d *Dialog) Hints() []key.Binding {
	keys := d.common.Keys
	enter, esc := Describe(keys.Enter, "take it"), Describe(keys.Esc, "cancel")
	switch {
	case len(d.choices) == 0:
		return []key.Binding{Describe(keys.Enter, "close")}
	case d.input != nil && !d.right(): // Cancel is all that can be taken, and what was typed keeps the dialog open
		return []key.Binding{esc}
	case d.input != nil:
		return []key.Binding{enter, Describe(keys.Tab, "other choice"), esc}
	}
	choose := Bind("choose", keys.Left.Help().Key+"/"+keys.Right.Help().Key, "left", "right")
	return []key.Binding{choose, enter, esc}
}
