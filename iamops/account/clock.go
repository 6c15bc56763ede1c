package account

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"keyturn/iamops"
)

const (
	// sandboxDate is the header in which the sandbox tells its account's time. It counts
	// from a loopback endpoint alone.
	sandboxDate = "X-Keyturn-Date"
	// clocksApart is how far clocks may differ before it is said.
	clocksApart = 5 * time.Minute
	// signatureLasts is how far from its own time AWS accepts a signature at most. A Date
	// that is further ahead of the signature that it answers is not AWS's.
	signatureLasts = 15 * time.Minute
	// trembles is how far back the time may be put without going back: a Date's second, and
	// the time that an answer takes.
	trembles = 3 * time.Second
	// stepped is how far this machine's two clocks may part before what was learned by
	// them is forgotten: somebody set the clock, or the machine slept.
	stepped = 5 * time.Second
)

// Clock tells AWS's time: that of the Date headers of successful answers to signed calls,
// carried on by this machine's monotonic clock. Before the first answer it tells this
// machine's.
//
// A Date must not make a key look idle, so of several services the earliest counts, a Date
// is not believed beyond the signature that it answers, and a time ahead of this machine's
// needs two hosts that agree. A Date that is too early only makes keyturn wait.
type Clock struct {
	machine func() reading

	mu     sync.Mutex
	base   reading
	told   time.Time // the latest time that was told
	heard  map[source]sample
	denied map[string]time.Duration // what hosts claimed and signatures disproved
}

// reading is what this machine's two clocks say: the one that is set, and the one that
// only runs on.
type reading struct {
	wall time.Time
	run  time.Duration
}

// source is a service at a host.
type source struct{ host, service string }

// sample is what a source says, as an offset from the base: of its Date, and of the time
// that counts, which is another in the sandbox alone.
type sample struct {
	wire, counts time.Duration
	sandbox      bool
}

// NewClock returns a Clock that has heard of no answer yet.
func NewClock() *Clock {
	start := iamops.WallClock{}.Now()
	return newClock(func() reading {
		now := iamops.WallClock{}.Now()
		return reading{wall: now.Round(0), run: now.Sub(start)}
	})
}

func newClock(machine func() reading) *Clock {
	return &Clock{machine: machine, base: machine(), heard: map[source]sample{}, denied: map[string]time.Duration{}}
}

// Now is AWS's time, in UTC. Dates have whole seconds, so that one service's time may be a
// little before another's: then it stands still until it has caught up.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	offset, _ := c.offset()
	now := c.at(c.machine()).Add(offset).UTC()
	if back := c.told.Sub(now); back > 0 && back <= trembles {
		return c.told
	}
	c.told = now
	return now
}

// Wire is AWS's time also where the sandbox's account has one of its own.
func (c *Clock) Wire() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	var least time.Duration
	first := true
	for _, s := range c.heard {
		if first || s.wire < least {
			least = s.wire
		}
		first = false
	}
	return c.at(c.machine()).Add(least).UTC()
}

// Known reports whether an answer has told the time.
func (c *Clock) Known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.heard) > 0
}

// Drift is how far the clocks are apart.
func (c *Clock) Drift() iamops.Drift {
	c.mu.Lock()
	defer c.mu.Unlock()
	var d iamops.Drift
	first := true
	var earliest, latest time.Duration
	for from, s := range c.heard {
		if first || s.wire < earliest {
			earliest, d.Earliest = s.wire, from.service
		}
		if first || s.wire > latest {
			latest = s.wire
		}
		first = false
	}
	if first {
		return d
	}
	now := c.machine()
	if ahead := now.wall.Sub(c.at(now).Add(earliest)); ahead.Abs() > clocksApart {
		d.Machine = ahead
	}
	if latest-earliest > clocksApart {
		d.Services = latest - earliest
	}
	if _, believed := c.offset(); !believed {
		d.Machine, d.Doubtful = 0, earliest
		for from := range c.heard {
			d.Claimant = from.host
		}
	}
	for host, claim := range c.denied {
		d.Doubtful, d.Claimant = claim, host
	}
	return d
}

// at is this machine's time by its monotonic clock.
func (c *Clock) at(r reading) time.Time { return c.base.wall.Add(r.run - c.base.run) }

// offset is how far the time that counts is from this machine's, and whether what was
// heard is believed.
func (c *Clock) offset() (least time.Duration, believed bool) {
	first, sandbox, hosts := true, false, map[string]bool{}
	for from, s := range c.heard {
		if first || s.counts < least {
			least, sandbox = s.counts, s.sandbox
		}
		first, hosts[from.host] = false, true
	}
	if least > clocksApart && len(hosts) < 2 && !sandbox {
		return 0, false
	}
	return least, true
}

// observe makes a client's answers tell the time.
func (c *Clock) observe(stack *middleware.Stack) error {
	observer := middleware.DeserializeMiddlewareFunc("keyturnClock",
		func(
			ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
		) (middleware.DeserializeOutput, middleware.Metadata, error) {
			sent := c.machine()
			out, metadata, err := next.HandleDeserialize(ctx, in)
			request, _ := in.Request.(*smithyhttp.Request)
			response, _ := out.RawResponse.(*smithyhttp.Response)
			if err == nil && request != nil && response != nil {
				c.learn(request.Request, response.Header, sent, c.machine())
			}
			return out, metadata, err //nolint:wrapcheck // a middleware passes errors as they are
		})
	return stack.Deserialize.Add(observer, middleware.Before) //nolint:wrapcheck // the SDK wraps it
}

// learn takes the time from a successful answer.
func (c *Clock) learn(request *http.Request, answer http.Header, sent, received reading) {
	date, err := http.ParseTime(answer.Get("Date"))
	service := signedFor(request.Header.Get("Authorization"))
	signed, unsigned := time.Parse("20060102T150405Z", request.Header.Get("X-Amz-Date"))
	if err != nil || unsigned != nil || service == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if parted := received.wall.Sub(c.base.wall) - (received.run - c.base.run); parted.Abs() > stepped {
		c.base = received
		clear(c.heard)
	}
	delete(c.denied, request.URL.Host)
	if claim := date.Sub(signed); claim > signatureLasts {
		c.denied[request.URL.Host], date = claim, signed
	}
	from := source{request.URL.Host, service}
	before, known := c.heard[from]
	next := sample{wire: c.refine(before.wire, known, date, sent, received)}
	next.counts = next.wire
	if moved, err := http.ParseTime(answer.Get(sandboxDate)); err == nil && isLoopback(request.URL.Hostname()) {
		next.counts, next.sandbox = c.refine(before.counts, known, moved, sent, received), true
		for other, s := range c.heard { // it is one account with one clock
			if s.sandbox && other.host == from.host {
				s.counts = next.counts
				c.heard[other] = s
			}
		}
	}
	c.heard[from] = next
}

// refine is the offset that a Date tells, of which it has the whole seconds. What was
// known stays where the two agree, so that the time does not tremble.
func (c *Clock) refine(before time.Duration, known bool, date time.Time, sent, received reading) time.Duration {
	least, most := date.Sub(c.at(received)), date.Add(time.Second).Sub(c.at(sent))
	if known && before >= least && before <= most {
		return before
	}
	return least
}

// signedFor is the service that a signature is for, "" if there is none.
func signedFor(authorization string) string {
	_, scope, signed := strings.Cut(authorization, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if !signed || !strings.HasPrefix(authorization, "AWS4-") || len(parts) != 5 {
		return ""
	}
	return parts[3]
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
