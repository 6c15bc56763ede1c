package audit

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"keyturn/iamops"
)

// conductor is one load: it gives out the calls in their order to workers, and passes
// the answers on.
type conductor struct {
	loader  Loader
	emit    func(Event)
	calls   chan call  // to the workers
	answers chan Event // from them; each call ends in one callEnded

	first []call // to be made before what is in the queue
	queue *queue
	live  bool // whether the live way has begun

	report reportQuest
	polled call        // the next call for the report, if it is to be made after a wait
	poll   *time.Timer // that wait
	alone  bool        // whether a call for the report has the line to itself
	until  *time.Timer // for so long

	read  *Report                // once it is there
	lines map[string]*ReportUser // of it, by user
}

// callEnded is the answer behind the last one of a call.
type callEnded struct{}

func (callEnded) event() {}

func newConductor(l Loader, emit func(Event)) *conductor {
	return &conductor{
		loader: l, emit: emit, calls: make(chan call), answers: make(chan Event), queue: newQueue(),
		poll: stoppedTimer(), until: stoppedTimer(),
	}
}

func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// loadAll reads the whole account.
func (c *conductor) loadAll(ctx context.Context) error {
	source, ok := c.loader.Source.(ReportSource)
	switch {
	case ok:
		c.report.source = source
		c.askAlone(c.report.generate)
	case c.loader.ReportOnly:
		c.emit(ReportRead{
			Only:    true,
			Problem: &iamops.Problem{Kind: iamops.Rejected, Message: "there is no credential report here"},
		})
	default:
		c.beginLive()
	}
	return c.run(ctx)
}

// loadUser reads one user.
func (c *conductor) loadUser(ctx context.Context, user string) error {
	c.live = true
	c.queue.addUser(user, false)
	return c.run(ctx)
}

// askAlone has a call for the report made next, and for a while no other begun.
func (c *conductor) askAlone(next call) {
	c.first = append(c.first, next)
	c.alone = true
	c.until.Reset(reportHeadStart)
}

// beginLive begins the live way, unless it has begun or is not wanted.
func (c *conductor) beginLive() {
	if c.live || c.loader.ReportOnly {
		return
	}
	c.live = true
	c.first = append(c.first, c.loader.listUsers, c.loader.readDetails)
}

func (c *conductor) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range MaxInFlight {
		g.Go(func() error { return c.work(ctx) })
	}
	g.Go(func() error {
		defer close(c.calls)
		return c.conduct(ctx)
	})
	return g.Wait() //nolint:wrapcheck // the functions above have wrapped it
}

func (c *conductor) work(ctx context.Context) error {
	send := func(e Event) error {
		select {
		case c.answers <- e:
			return nil
		case <-ctx.Done():
			return cutShort(ctx)
		}
	}
	for next := range c.calls {
		if err := next(ctx, send); err != nil {
			return err
		}
		if err := send(callEnded{}); err != nil {
			return err
		}
	}
	return nil
}

// conduct gives out the calls and passes the answers on, until there is neither a call
// to make nor one under way nor one to come.
func (c *conductor) conduct(ctx context.Context) error {
	defer c.poll.Stop()
	defer c.until.Stop()
	for underWay := 0; ; {
		next, take := c.next()
		if next == nil && underWay == 0 && c.polled == nil {
			return nil
		}
		out := c.calls
		if next == nil {
			out = nil
		}
		select {
		case out <- next:
			take()
			underWay++
		case answer := <-c.answers:
			if _, ended := answer.(callEnded); ended {
				underWay--
			} else {
				c.take(answer)
			}
		case <-c.poll.C:
			next, c.polled = c.polled, nil
			c.askAlone(next)
		case <-c.until.C:
			c.alone = false
			c.beginLive()
		case <-ctx.Done():
			return cutShort(ctx)
		}
	}
}

// next is the call whose turn it is, nil if there is none, and what takes it.
func (c *conductor) next() (next call, take func()) {
	if len(c.first) > 0 {
		return c.first[0], func() { c.first = c.first[1:] }
	}
	if !c.live || c.alone {
		return nil, nil
	}
	t, ok := c.queue.next()
	if !ok {
		return nil, nil
	}
	if t.keyID == "" {
		next = c.loader.listKeys(t.user)
	} else {
		next = c.loader.lookUp(t.user, t.keyID)
	}
	return next, func() { c.queue.take(t) }
}

// take passes an answer on, and takes up what follows from it.
func (c *conductor) take(answer Event) {
	switch e := answer.(type) {
	case reportAnswer:
		c.takeReport(e)
		return
	case UsersFound:
		for _, u := range e.Users {
			c.queue.addUser(u.Name, false)
		}
	case UsersEnd:
		if e.Own = c.ownAlone(e.Problem); e.Own {
			c.queue.addUser(c.loader.Own.Name, false)
			c.first = append(c.first, c.loader.seeQuarantine)
			c.emit(UsersFound{Users: []iamops.User{c.loader.Own}})
			answer = e
		}
	case DetailsRead:
		for _, u := range e.Users {
			c.queue.addUser(u.Name, false)
		}
	case KeysListed:
		c.queue.addLookUps(e.User, c.told(e), iamops.KeyIDs(e.Keys)...)
	}
	c.emit(answer)
}

// ownAlone reports whether the list of users was refused to a caller who can be shown its
// own keys in its place.
func (c *conductor) ownAlone(problem *iamops.Problem) bool {
	return c.loader.Own.Name != "" && problem != nil && problem.Kind == iamops.AccessDenied
}

// told reports whether the report has told the last use of all of the keys.
func (c *conductor) told(e KeysListed) bool {
	line := c.lines[e.User]
	for _, slot := range joined(e.Keys, line, c.read) {
		if slot == 0 || line.Slots[slot-1].LastUse.State == iamops.UseUnknown {
			return false
		}
	}
	return true
}

// takeReport goes on with the report. The live way begins as soon as the report is
// there, or is known to take its time.
func (c *conductor) takeReport(a reportAnswer) {
	next, wait, done := c.report.after(a)
	c.alone = false
	switch {
	case done != nil:
		done.Only = c.loader.ReportOnly
		if done.Report != nil {
			c.read, c.lines = done.Report, make(map[string]*ReportUser, len(done.Report.Users))
			for i := range done.Report.Users {
				u := &done.Report.Users[i]
				if c.lines[u.Name] = u; u.Name != RootName {
					c.queue.addUser(u.Name, u.HasKey())
				}
			}
		}
		c.emit(*done)
		c.beginLive()
	case wait:
		c.polled = next
		c.poll.Reset(reportPoll)
		c.emit(ReportAwaited{})
		c.beginLive()
	default:
		c.askAlone(next)
	}
}
