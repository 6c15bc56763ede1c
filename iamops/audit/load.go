package audit

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"keyturn/iamops"
)

// Source is an AWS account, as far as an audit asks it.
type Source interface {
	// Users hands on the users page by page, as iam:ListUsers answers, and stops
	// when page returns an error, which it returns.
	Users(ctx context.Context, page func([]iamops.User) error) error
	// Keys are the keys of a user, from iam:ListAccessKeys.
	Keys(ctx context.Context, user string) ([]iamops.AccessKey, error)
	// LastUsed is the last use of a key and the user whose it is, from
	// iam:GetAccessKeyLastUsed.
	LastUsed(ctx context.Context, keyID string) (use iamops.LastUse, owner string, err error)
}

// MaxInFlight is the greatest number of calls that a load has under way at a time.
const MaxInFlight = 16

// Load asks the source for all users, their keys and the last use of each, and
// calls emit, from one goroutine, with each answer as it arrives. A user's failed
// listing is that user's, and a key's failed look-up that key's. Only the end of
// ctx ends a load early, and is returned.
//
// Listings go before look-ups: with them, every key's age is known.
func Load(ctx context.Context, src Source, emit func(Event)) error {
	l := newLoader(src)
	return l.run(ctx, []call{l.listUsers}, emit)
}

// LoadUser asks the source for the keys of one user and the last use of each, as
// Load does for all.
func LoadUser(ctx context.Context, src Source, user string, emit func(Event)) error {
	l := newLoader(src)
	return l.run(ctx, []call{l.listKeys(user)}, emit)
}

type loader struct {
	src     Source
	calls   chan call  // to the workers
	answers chan Event // from them; each call ends in one callEnded
}

// call is a call to make. It sends its answers.
type call func(ctx context.Context, send func(Event) error) error

// callEnded is the answer behind the last one of a call.
type callEnded struct{}

func (callEnded) event() {}

// cutShort is the error of a load whose context has ended.
func cutShort(ctx context.Context) error {
	return fmt.Errorf("loading access keys was cut short: %w", context.Cause(ctx))
}

func newLoader(src Source) *loader {
	return &loader{src: src, answers: make(chan Event), calls: make(chan call)}
}

func (l *loader) run(ctx context.Context, calls []call, emit func(Event)) error {
	g, ctx := errgroup.WithContext(ctx)
	for range MaxInFlight {
		g.Go(func() error { return l.work(ctx) })
	}
	g.Go(func() error {
		defer close(l.calls)
		return l.conduct(ctx, calls, emit)
	})
	return g.Wait() //nolint:wrapcheck // the functions above have wrapped it
}

func (l *loader) work(ctx context.Context) error {
	send := func(e Event) error {
		select {
		case l.answers <- e:
			return nil
		case <-ctx.Done():
			return cutShort(ctx)
		}
	}
	for c := range l.calls {
		if err := c(ctx, send); err != nil {
			return err
		}
		if err := send(callEnded{}); err != nil {
			return err
		}
	}
	return nil
}

// conduct gives out the calls, listings first, and passes the answers on, until
// there is neither a call to make nor one under way.
func (l *loader) conduct(ctx context.Context, listings []call, emit func(Event)) error {
	var lookUps []call
	for underWay := 0; underWay > 0 || len(listings)+len(lookUps) > 0; {
		queue, next, out := &listings, call(nil), chan call(nil)
		if len(listings) == 0 {
			queue = &lookUps
		}
		if len(*queue) > 0 {
			next, out = (*queue)[0], l.calls
		}
		select {
		case out <- next:
			*queue = (*queue)[1:]
			underWay++
		case answer := <-l.answers:
			switch e := answer.(type) {
			case callEnded:
				underWay--
				continue
			case UsersFound:
				for _, u := range e.Users {
					listings = append(listings, l.listKeys(u.Name))
				}
			case KeysListed:
				for _, k := range e.Keys {
					lookUps = append(lookUps, l.lookUp(e.User, k.ID))
				}
			}
			emit(answer)
		case <-ctx.Done():
			return cutShort(ctx)
		}
	}
	return nil
}

func (l *loader) listUsers(ctx context.Context, send func(Event) error) error {
	err := l.src.Users(ctx, func(page []iamops.User) error { return send(UsersFound{Users: page}) })
	if ctx.Err() != nil {
		return cutShort(ctx)
	}
	return send(UsersEnd{Problem: iamops.AsProblem(err)})
}

func (l *loader) listKeys(user string) call {
	return func(ctx context.Context, send func(Event) error) error {
		keys, err := l.src.Keys(ctx, user)
		if ctx.Err() != nil {
			return cutShort(ctx)
		}
		if err != nil {
			keys = nil
		}
		return send(KeysListed{User: user, Keys: keys, Problem: iamops.AsProblem(err)})
	}
}

// lookUp turns a failure into an unknown last use: whatever the source returned
// with its error is not believed.
func (l *loader) lookUp(user, keyID string) call {
	return func(ctx context.Context, send func(Event) error) error {
		use, _, err := l.src.LastUsed(ctx, keyID)
		if ctx.Err() != nil {
			return cutShort(ctx)
		}
		if err != nil {
			use = iamops.LastUse{AsOf: use.AsOf, Problem: iamops.AsProblem(err)}
		}
		return send(UseLookedUp{User: user, KeyID: keyID, LastUse: use})
	}
}
