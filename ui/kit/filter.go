package kit

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/clean"
)

// Filter is a line of text that narrows a list while it is typed.
type Filter struct {
	common *Common
	input  textinput.Model
	typing bool
}

// How long the text may be, and what stands around it.
const (
	filterPrompt = 3 // cells before it: the key's name between two blanks
	filterLimit  = 100
	filterAfter  = 30 // cells that are left for what stands behind the text
)

// NewFilter returns an empty filter.
func NewFilter(c *Common) *Filter {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = filterLimit
	in.SetVirtualCursor(false)
	in.SetStyles(c.InputStyles())
	return &Filter{common: c, input: in}
}

// SetWidth gives the filter its room in cells.
func (f *Filter) SetWidth(width int) {
	f.input.SetWidth(max(1, width-filterPrompt-filterAfter))
}

// Text is what rows have to match; "" if that is all of them.
func (f *Filter) Text() string { return f.input.Value() }

// Typing reports whether letters are text of the filter at the moment.
func (f *Filter) Typing() bool { return f.typing }

// Type begins to take letters.
func (f *Filter) Type() tea.Cmd {
	f.typing = true
	return f.input.Focus()
}

// Drop empties the filter.
func (f *Filter) Drop() { f.input.SetValue("") }

// Update takes a key or a paste while the filter is typed. Enter keeps the text, esc
// drops it.
func (f *Filter) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		var cmd tea.Cmd
		f.input, cmd = f.input.Update(tea.PasteMsg{Content: clean.Text(msg.Content)})
		return cmd
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, f.common.Keys.Esc):
			f.Drop()
			fallthrough
		case key.Matches(msg, f.common.Keys.Enter):
			f.typing = false
			f.input.Blur()
			return nil
		}
		var cmd tea.Cmd
		f.input, cmd = f.input.Update(msg)
		return cmd
	}
	return nil
}

// Keys are those that end the typing.
func (f *Filter) Keys() []Key {
	k := f.common.Keys
	return []Key{
		{Binding: Describe(k.Enter, "keep the filter"), Foot: FootLead},
		{Binding: Describe(k.Esc, "drop the filter"), Foot: FootLead + 1},
	}
}

// View draws the prompt and the text.
func (f *Filter) View() string {
	st := f.common.Styles
	prompt := " " + st.Key.Render(f.common.Keys.Filter.Help().Key) + " "
	if !f.typing {
		return prompt + st.Strong.Render(clean.Text(f.Text()))
	}
	in := f.input
	in.SetStyles(f.common.InputStyles())
	return prompt + in.View()
}

// Cursor is where the terminal's cursor belongs on a line of a view; nil while nothing is
// typed.
func (f *Filter) Cursor(line int) *tea.Cursor {
	if !f.typing {
		return nil
	}
	c := f.input.Cursor()
	if c != nil {
		c.X, c.Y = c.X+filterPrompt, line
	}
	return c
}
