package faults

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Moment is when a fault strikes: before the request has its effect, or after.
type Moment int

// The moments.
const (
	BeforeEffect Moment = iota
	AfterEffect         // only the answer of the request is lost
)

// Break is the way in which a request fails.
type Break int

// The ways to fail. Throttle, Deny, Expire and KMSFailure are AWS's refusals, and always
// come before any effect.
const (
	NoBreak         Break = iota // it goes well, in so far as its fault says nothing else
	InternalError                // HTTP 500 InternalFailure
	Unavailable                  // HTTP 503 ServiceUnavailable
	ConnectionReset              // no answer: connection reset by peer
	ConnectionEOF                // no answer: the connection is closed
	CutBody                      // HTTP 200, and the connection is closed within the body
	Throttle                     // HTTP 400 Throttling
	Deny                         // HTTP 403 AccessDenied, with AWS's sentence
	Expire                       // HTTP 403 ExpiredToken
	KMSFailure                   // HTTP 400: the KMS key of a secret or parameter does not do its work
)

// Fault is something that goes wrong with requests. Its parts combine: a fault
// can be slow, then held, then broken. The zero value strikes every request and
// does nothing. Faults strike what comes over the wire; applications are spared.
type Fault struct {
	// Action is the action that it strikes, as in "iam:CreateAccessKey"; "" is any,
	// "iam:*" any of a service.
	Action string
	// User restricts it to requests with this UserName; "" is any.
	User string
	// Skip is how many matching requests pass unharmed first.
	Skip int
	// Times is how many requests it strikes then; 0 is all.
	Times int

	// Latency passes first, on the wire clock's time scale. A caller who hangs up
	// meanwhile has had no effect.
	Latency time.Duration
	// Hold stops the request at the moment At until [Injected.Release]. A caller
	// who hangs up meanwhile has had the effect if At is AfterEffect.
	Hold bool
	// Break is how the request fails, at the moment At.
	Break Break
	At    Moment
}

// Injected is a fault at work in an account.
type Injected struct {
	account  *Account
	fault    Fault
	seen     int // matching requests; guarded by the account's lock
	held     chan struct{}
	released chan struct{}
}

// heldSignals is how many held requests a test can leave unread in Held.
const heldSignals = 1024

// Inject puts a fault to work. Of several that match a request, the latencies
// add up, each that holds is waited for, and the first Break counts. Inject
// panics if the fault names an action that the account does not know, since it
// could never strike.
func (a *Account) Inject(f Fault) *Injected {
	if f.Break == KMSFailure && !strings.HasPrefix(f.Action, "secretsmanager:") &&
		!strings.HasPrefix(f.Action, "ssm:") {
		panic("faults: only secrets and parameters are encrypted by KMS")
	}
	if f.Break == Throttle || f.Break == Deny || f.Break == Expire || f.Break == KMSFailure {
		if f.Hold && f.At == AfterEffect {
			panic("faults: a refusal comes before the effect, so it cannot be held after it")
		}
		f.At = BeforeEffect
	}
	mustKnowAction(f.Action)
	i := &Injected{
		account:  a,
		fault:    f,
		held:     make(chan struct{}, heldSignals),
		released: make(chan struct{}),
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, i)
	return i
}

// Held receives once for each request that the fault has begun to hold.
func (i *Injected) Held() <-chan struct{} { return i.held }

// Release lets held requests go on, now and from now on. It may be called again.
func (i *Injected) Release() {
	i.account.mu.Lock()
	defer i.account.mu.Unlock()
	select {
	case <-i.released:
	default:
		close(i.released)
	}
}

// Remove ends the fault for requests to come. One that it holds stays held until
// Release.
func (i *Injected) Remove() {
	i.account.mu.Lock()
	defer i.account.mu.Unlock()
	i.account.faults = slices.DeleteFunc(i.account.faults, func(o *Injected) bool { return o == i })
}

// Struck is the number of requests that the fault has struck.
func (i *Injected) Struck() int {
	i.account.mu.Lock()
	defer i.account.mu.Unlock()
	struck := max(0, i.seen-i.fault.Skip)
	if i.fault.Times > 0 {
		struck = min(struck, i.fault.Times)
	}
	return struck
}

// strikes counts a request that may match, and reports whether it is struck. The
// caller holds the account's lock.
func (i *Injected) strikes(action, userName string) bool {
	f := i.fault
	if !actionMatches(f.Action, action) || (f.User != "" && f.User != userName) {
		return false
	}
	i.seen++
	return i.seen > f.Skip && (f.Times == 0 || i.seen <= f.Skip+f.Times)
}

// hold waits for the release, and reports whether it came before ctx ended.
func (i *Injected) hold(ctx context.Context) bool {
	select {
	case i.held <- struct{}{}:
	default: // nobody reads so many signals
	}
	select {
	case <-i.released:
		return true
	case <-ctx.Done():
		return false
	}
}

// trouble is all that strikes one request.
type trouble []*Injected

// wait lets the latency pass, and reports whether it did before ctx ended.
func (t trouble) wait(ctx context.Context) bool {
	var d time.Duration
	for _, i := range t {
		d += i.fault.Latency
	}
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hold waits at the moment at for every fault that holds there.
func (t trouble) hold(ctx context.Context, at Moment) bool {
	for _, i := range t {
		if i.fault.Hold && i.fault.At == at && !i.hold(ctx) {
			return false
		}
	}
	return true
}

// breaks is how the request fails at the moment at.
func (t trouble) breaks(at Moment) Break {
	for _, i := range t {
		if i.fault.Break != NoBreak && i.fault.At == at {
			return i.fault.Break
		}
	}
	return NoBreak
}
