package inventory

import (
	"context"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops/audit"
)

// load is the load under way, or the one before.
type load struct {
	parent     context.Context // the program's: a screen lives within it
	cancel     context.CancelFunc
	generation int
	stream     *audit.Stream // nil until the first batch has arrived
	running    bool
	stopped    bool      // ended by the operator
	started    time.Time // by the account's clock
}

// arrived is a batch of a load. The batch after it is asked for when it has been
// taken.
type arrived struct {
	generation int
	stream     *audit.Stream
	batch      audit.Batch
	single     bool // of one user, not of the load
}

// Reload forgets what is known, and asks again. An older load is cancelled.
func (s *Screen) Reload() tea.Cmd {
	s.Stop()
	ctx, cancel := context.WithCancel(s.load.parent)
	s.load = load{
		parent: s.load.parent, cancel: cancel, generation: s.load.generation + 1,
		running: true, started: s.common.Clock.Now(),
	}
	s.inventory, s.outdated = newInventory(s.options), false
	s.recount()
	generation, loader := s.load.generation, s.loader()
	return func() tea.Msg {
		stream := loader.Start(ctx)
		return arrived{generation: generation, stream: stream, batch: stream.Next()}
	}
}

// ReloadUser asks again for one user's keys, after something was done to them. What
// is known of the others stays. Where nothing has been asked yet, that will be.
func (s *Screen) ReloadUser(user string) tea.Cmd {
	if s.load.generation == 0 {
		return nil
	}
	ctx, generation, loader := s.load.parent, s.load.generation, s.loader()
	return func() tea.Msg {
		stream := loader.StartUser(ctx, user)
		return arrived{generation: generation, stream: stream, batch: stream.Next(), single: true}
	}
}

// Stop ends the load under way. What has arrived stays.
func (s *Screen) Stop() {
	if s.load.cancel != nil {
		s.load.cancel()
	}
	if s.load.running {
		s.load.running, s.load.stopped = false, true
		s.arrange()
	}
}

// wanting reports whether something that was asked for has failed.
func (s *Screen) wanting() bool {
	p := s.inventory.Progress()
	return p.UsersProblem != nil || p.UsersFailed+p.KeysFailed > 0
}

// Loading reports whether a load is under way.
func (s *Screen) Loading() bool { return s.load.running }

// Progress says how far the load has come.
func (s *Screen) Progress() audit.Progress { return s.inventory.Progress() }

// take applies a batch and asks for the next one, unless a newer load has begun or
// this one was stopped.
func (s *Screen) take(msg arrived) tea.Cmd {
	if msg.generation != s.load.generation || (!msg.single && !s.load.running) {
		return nil
	}
	if !msg.single {
		s.load.stream = msg.stream
	}
	for _, e := range msg.batch.Events {
		s.inventory.Apply(e)
	}
	if msg.batch.Ended && !msg.single {
		s.load.running = false
		s.load.stopped = msg.batch.Err != nil
		s.load.stream = nil // and what it still knows of who was to be asked
		s.load.cancel()
	}
	s.recount()
	if msg.batch.Ended && !msg.single {
		return tidy
	}
	if msg.batch.Ended {
		return nil
	}
	return func() tea.Msg {
		msg.batch = msg.stream.Next()
		return msg
	}
}

// tidy gives back what a load has left behind: of a large account that is many megabytes, which
// the next load is far away from needing.
func tidy() tea.Msg {
	debug.FreeOSMemory()
	return nil
}

// prefer asks for the rows in view first, while a load is under way.
func (s *Screen) prefer() {
	if !s.load.running || s.load.stream == nil {
		return
	}
	from := min(s.table.Top(), len(s.order))
	to := min(from+s.table.Visible(), len(s.order))
	users := make([]string, 0, to-from)
	for _, i := range s.order[from:to] {
		users = append(users, s.rows[i].User.Name)
	}
	s.load.stream.Prefer(users)
}

func (s *Screen) loader() audit.Loader {
	return audit.Loader{Source: s.source, Clock: s.common.Clock, Own: s.options.Caller().User()}
}
