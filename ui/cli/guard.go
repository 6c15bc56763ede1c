package cli

import (
	"fmt"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

// guard is a model that survives its own panics: they end the program in order, and
// only their type is told, since a panic's value can be anything.
type guard struct {
	tea.Model
	trouble *atomic.Value // the first panic's type; nothing if there was none
	app     *App
}

func (a *App) guard(model tea.Model) guard { return guard{model, new(atomic.Value), a} }

// panicked is the type of a panic that ended the program, "" if none did.
func (g guard) panicked() string {
	text, _ := g.trouble.Load().(string)
	return text
}

// caught notes a panic. It is deferred.
func (g guard) caught(end func()) {
	if p := recover(); p != nil {
		kind := fmt.Sprintf("panic of type %T", p)
		g.app.debug.broke(kind)
		g.trouble.CompareAndSwap(nil, kind)
		end()
	}
}

// Init begins the model.
func (g guard) Init() (cmd tea.Cmd) {
	defer g.caught(func() { cmd = tea.Quit })
	return g.guarded(g.Model.Init())
}

// Update hands the message on.
func (g guard) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	model = g
	if g.panicked() != "" {
		return g, tea.Quit
	}
	defer g.caught(func() { cmd = tea.Quit })
	g.app.debug.heard(msg)
	if g.app.hears != nil {
		g.app.hears(msg)
	}
	next, cmd := g.Model.Update(msg)
	g.Model = next
	return g, g.guarded(cmd)
}

// View draws the model.
func (g guard) View() (view tea.View) {
	defer g.caught(func() { view = tea.NewView("") })
	return g.Model.View()
}

// guarded is a command that can't end the process, nor can those that it brings.
func (g guard) guarded(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.caught(func() { msg = tea.QuitMsg{} })
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i, one := range batch {
				batch[i] = g.guarded(one)
			}
		}
		return msg
	}
}
