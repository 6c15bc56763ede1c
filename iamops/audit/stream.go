package audit

import (
	"context"
	"sync"
)

// Stream is a load under way. Its events are had in batches: whoever takes them
// slowly gets more at a time, and never holds up the load.
type Stream struct {
	queue   *queue
	mu      sync.Mutex
	waiting []Event
	err     error
	ended   bool
	news    chan struct{} // holds a token while there is something to take
}

// Start begins to Load in a goroutine of its own, which ends with the load or soon
// after ctx.
func (l Loader) Start(ctx context.Context) *Stream {
	return l.start(func(c *conductor) error { return c.loadAll(ctx) })
}

// StartUser begins to load one user, as LoadUser does.
func (l Loader) StartUser(ctx context.Context, user string) *Stream {
	return l.start(func(c *conductor) error { return c.loadUser(ctx, user) })
}

func (l Loader) start(load func(*conductor) error) *Stream {
	s := &Stream{news: make(chan struct{}, 1)}
	c := newConductor(l, func(e Event) { s.put(func() { s.waiting = append(s.waiting, e) }) })
	s.queue = c.queue
	go func() {
		err := load(c)
		s.put(func() { s.ended, s.err = true, err })
	}()
	return s
}

// Prefer says whose keys and last uses are wanted first, until it is called again: the
// users in view, from the top. It may be called from any goroutine.
func (s *Stream) Prefer(users []string) { s.queue.prefer(users) }

func (s *Stream) put(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// Batch is the events since the batch before.
type Batch struct {
	Events []Event
	Ended  bool  // there are no more
	Err    error // the load was cut short by the end of its context
}

// Next waits for events and takes all that are there. It may be called again until
// a batch says that the load has ended.
func (s *Stream) Next() Batch {
	<-s.news
	s.mu.Lock()
	defer s.mu.Unlock()
	b := Batch{Events: s.waiting, Ended: s.ended, Err: s.err}
	s.waiting = nil
	return b
}
