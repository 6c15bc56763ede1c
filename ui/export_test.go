package ui

import (
	"slices"

	"github.com/charmbracelet/x/ansi"
)

// Question is the dialog that is open, with all of its text; "" if none is.
func (p *Program) Question() string {
	d := p.openDialog()
	if d == nil {
		return ""
	}
	box, _ := d.View(200, 200)
	return ansi.Strip(box)
}

// Clashes are the keys that two records answer to: one of them would never be heard.
func (p *Program) Clashes() []string {
	var taken, twice []string
	for _, k := range slices.Concat(p.keyGroups()...) {
		if k.Run == nil && k.RunOf == nil && k.Not == "" {
			continue
		}
		for _, name := range k.Keys() {
			if slices.Contains(taken, name) {
				twice = append(twice, name)
			}
			taken = append(taken, name)
		}
	}
	return twice
}
