package kit

// Glyphs are the signs that stand beside a word. There are two sets, of which
// the second is ASCII.
type Glyphs struct {
	Check    string    // done, in order
	Cross    string    // failed, a broken rule
	Warn     string    // soon, take care
	Unused   string    // nobody uses it
	Rotating string    // a rotation is under way
	Unknown  string    // not known
	Dot      string    // of no importance; to do
	Bullet   string    // the one in hand
	Circle   string    // a step still to come
	Select   string    // the selected row or choice
	Bar      string    // a full cell of a bar
	Sliver   string    // a bar that is nearly nothing
	Limit    string    // the limit in a bar
	Rule     string    // a horizontal line
	Wall     string    // a vertical line
	Corners  [4]string // of a box: top left, top right, bottom left, bottom right
	Ellipsis string    // text was cut here
	Pending  string    // a value that is being looked up
	Levels   []string  // the heights of a histogram, from nothing to full
}

// NewGlyphs returns the Unicode set or the ASCII set.
func NewGlyphs(ascii bool) Glyphs {
	if ascii {
		return Glyphs{
			Check: "ok", Cross: "x", Warn: "!", Unused: "o", Rotating: "~", Unknown: "?",
			Dot: ".", Bullet: "*", Circle: "o", Select: ">", Bar: "#", Sliver: ":", Limit: "|",
			Rule: "-", Wall: "|", Corners: [4]string{"+", "+", "+", "+"}, Ellipsis: "..", Pending: "...",
			Levels: []string{" ", ".", ":", "-", "=", "+", "*", "#", "@"},
		}
	}
	return Glyphs{
		Check: "✓", Cross: "✗", Warn: "▲", Unused: "○", Rotating: "↻", Unknown: "?",
		Dot: "·", Bullet: "●", Circle: "○", Select: "▸", Bar: "█", Sliver: "▏", Limit: "│",
		Rule: "─", Wall: "│", Corners: [4]string{"╭", "╮", "╰", "╯"}, Ellipsis: "…", Pending: "…",
		Levels: []string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	}
}
