package ui

import (
	"context"
	"testing"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/inventory"
)

// gated is an account of three users that answers as its gates open. An answer that the
// test does not wait for any more ends with its context.
type gated struct {
	memory
	users, keys, uses chan struct{}
}

func (g *gated) Users(ctx context.Context, page func([]iamops.User) error) error {
	if err := through(ctx, g.users); err != nil {
		return err
	}
	return g.memory.Users(ctx, page)
}

func (g *gated) Keys(ctx context.Context, user string) ([]iamops.AccessKey, error) {
	if err := through(ctx, g.keys); err != nil {
		return nil, err
	}
	keys, err := g.memory.Keys(ctx, user)
	for i := range keys {
		keys[i].ID = "AKIA-" + user
	}
	return keys, err
}

func (g *gated) LastUsed(ctx context.Context, keyID string) (iamops.LastUse, string, error) {
	if err := through(ctx, g.uses); err != nil {
		return iamops.LastUse{}, "", err
	}
	return g.memory.LastUsed(ctx, keyID)
}

func through(ctx context.Context, gate chan struct{}) error {
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// The terminal's own indicator follows the load, and goes with it.
func TestTheTerminalsProgressBar(t *testing.T) {
	var source *gated
	slowly := func(st *stage, o *Options) {
		source = &gated{users: make(chan struct{}), keys: make(chan struct{}), uses: make(chan struct{})}
		o.List = inventory.New(st.t.Context(), o.Common, source, inventory.Options{Thresholds: audit.DefaultThresholds()})
	}
	bubble(t, slowly, func(st *stage) {
		want := func(when string, state tea.ProgressBarState, value int) {
			t.Helper()
			st.settle()
			bar := st.program.View().ProgressBar
			if state == tea.ProgressBarNone {
				if bar != nil {
					t.Fatalf("%s: the bar is %+v, want none", when, *bar)
				}
				return
			}
			if bar == nil || *bar != (tea.ProgressBar{State: state, Value: value}) {
				t.Fatalf("%s: the bar is %+v, want %s %d", when, bar, state, value)
			}
		}
		want("before the first answer", tea.ProgressBarIndeterminate, 0)
		source.users <- struct{}{}
		want("with the users", tea.ProgressBarDefault, 0)
		source.keys <- struct{}{}
		want("with one user's key", tea.ProgressBarDefault, 25) // of three users and a key
		close(source.keys)
		want("with all keys", tea.ProgressBarDefault, 50)
		source.uses <- struct{}{}
		want("with one last use", tea.ProgressBarDefault, 66)
		st.press("?")
		want("under the help", tea.ProgressBarDefault, 66)
		st.press("?")
		st.press("esc")
		want("after esc", tea.ProgressBarNone, 0)
		st.press("r")
		want("in a second load", tea.ProgressBarIndeterminate, 0)
		close(source.users)
		close(source.uses)
		want("at the end", tea.ProgressBarNone, 0)
	})
}
