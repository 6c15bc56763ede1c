package ui

import "github.com/charmbracelet/x/ansi"

// Question is the dialog that is open, with all of its text; "" if none is.
func (p *Program) Question() string {
	d := p.openDialog()
	if d == nil {
		return ""
	}
	box, _ := d.View(200, 200)
	return ansi.Strip(box)
}
