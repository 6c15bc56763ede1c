package audit

import (
	"context"
	"sync"
)

// Stream is a load under way. Its events are had in batches: whoever takes them
// slowly gets more at a time, and never holds up the load.
type Stream struct {
	mu      sync.Mutex
	waiting []Event
	err     error
	ended   bool
	news    chan struct{} // holds a token while there is something to take
}

// Start begins to Load in a goroutine of its own, which ends with the load or soon
// after ctx.
func Start(ctx context.Context, src Source) *Stream {
	return start(func(emit func(Event)) error { return Load(ctx, src, emit) })
}

// StartUser begins to load one user, as LoadUser does.
func StartUser(ctx context.Context, src Source, user string) *Stream {
	return start(func(emit func(Event)) error { return LoadUser(ctx, src, user, emit) })
}

func start(load func(emit func(Event)) error) *Stream {
	s := &Stream{news: make(chan struct{}, 1)}
	go func() {
		err := load(func(e Event) { s.put(func() { s.waiting = append(s.waiting, e) }) })
		s.put(func() { s.ended, s.err = true, err })
	}()
	return s
}

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
