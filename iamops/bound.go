package iamops

import (
	"context"
	"sync"
	"time"
)

// bound is a time that does not run while a person is asked.
type bound struct {
	mu     sync.Mutex
	length time.Duration
	timer  *time.Timer
	asked  int // questions that are open
}

type boundKey struct{}

// WithBound is a context that ends after a time, which begins again after each question that
// [Asking] announces: people take as long as they take.
func WithBound(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	b := &bound{length: d, timer: time.AfterFunc(d, cancel)}
	return context.WithValue(ctx, boundKey{}, b), func() {
		b.timer.Stop()
		cancel()
	}
}

// Asking holds the bound of ctx up, if it has one, until the question is answered.
func Asking(ctx context.Context) (answered func()) {
	b, bounded := ctx.Value(boundKey{}).(*bound)
	if !bounded {
		return func() {}
	}
	b.ask(1)
	return func() { b.ask(-1) }
}

func (b *bound) ask(more int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked += more
	if b.asked > 0 {
		b.timer.Stop()
		return
	}
	b.timer.Reset(b.length)
}
