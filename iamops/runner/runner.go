// Package runner owns a rotation under way. It hands events to the machine of
// package rotation and carries out the intents: it lists, looks up, tries the new
// key, and is the only one that makes changes.
//
// # The way of a change
//
//	decide → record the intent → call → record the outcome → event → look
//
// Each change runs in a goroutine of the runner's own, under a bounded time of its
// own: no screen, signal or cancelled context cuts it short. Whoever ends the
// program calls [Runner.Close] first, which waits for it.
//
// # The secret
//
// The runner holds the new key's secret in memory, from the answer to CreateAccessKey
// until the operator says that it is put away. States and snapshots say only that
// it is held. [Runner.Lend] hands it to a function.
package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/evidence"
	"keyturn/iamops/journal"
	"keyturn/iamops/policy"
	"keyturn/iamops/rotation"
)

// Account is what a rotation needs of an AWS account.
type Account interface {
	Caller() iamops.Caller
	Keys(ctx context.Context, user string) ([]iamops.AccessKey, error)
	LastUsed(ctx context.Context, keyID string) (iamops.LastUse, string, error)
	Try(ctx context.Context, keyID string, secret iamops.Secret, regions []string) (requestIDs []string, err error)
	Change(ctx context.Context, permit iamops.Permit) iamops.Outcome
}

// Journal is where records go.
type Journal interface {
	Append(r journal.Record) error
}

// Parts are what a runner is built from.
type Parts struct {
	Account  Account
	Journal  Journal
	Clock    iamops.Clock // the account's
	Settings rotation.Settings
	// Targets are where the secret can be delivered; nil leaves that to the operator.
	Targets Targets
	// Describer keeps the console's descriptions of the keys up to date, for colleagues;
	// nil leaves them alone.
	Describer Describer
	// Trail is the account's event history; nil leaves it unread.
	Trail evidence.Trail
	// TrailRegions are asked besides the account's regions, and TrailPages is how many
	// pages of events are read, a key and region; 0 is evidence.Pages.
	TrailRegions []string
	TrailPages   int
	// Policies tells whether a user is in quarantine; nil leaves that unknown.
	Policies Policies
	// Simulator tells what the operator is allowed; nil leaves that unknown.
	Simulator policy.Simulator
	// Renew resolves the credentials of Account afresh, so that its Caller is who signs
	// from then on; nil where there is nothing to resolve.
	Renew func(ctx context.Context) error
}

// Describer reads and writes the descriptions of keys.
type Describer interface {
	Descriptions(ctx context.Context, user string) (map[string]string, error)
	Describe(ctx context.Context, about iamops.Change, keyID, text string) error
}

// Snapshot is a rotation at one moment. It holds no secret.
type Snapshot struct {
	State    rotation.State
	Settings rotation.Settings
	// Unrecorded is why something that has happened is not in the journal; nil if all is.
	Unrecorded *iamops.Problem
	// Undescribed is why a description could not be read or written; nil if it could,
	// or was not asked for.
	Undescribed *iamops.Problem
}

// Offers are the decisions that belong to the snapshot, at the given time.
func (s Snapshot) Offers(now time.Time) []rotation.Offer {
	return rotation.Offers(s.State, s.Settings, now)
}

// Runner runs one rotation. It is safe for concurrent use.
type Runner struct {
	parts  Parts
	ctx    context.Context // of reads; ended by Close
	cancel context.CancelFunc

	mu          sync.Mutex
	state       rotation.State
	secret      iamops.Secret
	begun       bool // the journal knows of the rotation
	unrecorded  *iamops.Problem
	owed        []journal.Record // what happened and could not be written; it goes before any other record
	undescribed *iamops.Problem
	closed      bool
	lookNow     bool // the event history is to be read again at once
	listNumber  int  // of the latest list asked for: older ones don't count
	stopList    context.CancelFunc
	// preflightNumber is of the latest question what the operator is allowed.
	preflightNumber int
	// describeNumber is of the latest descriptions asked for; describing holds a token
	// while some are being written.
	describeNumber int
	describing     chan struct{}
	// tried are the IDs of the requests of the new key's trial. The journal knows the first
	// of them, as many as triedKnown says.
	tried      []string
	triedKnown int

	// work is all that runs: what is not begun by such work itself begins under the lock,
	// and not after Close.
	work    sync.WaitGroup
	updates chan Snapshot
}

// Task is what a runner is to do.
type Task struct {
	Plan  rotation.PlanName // "" is rotation.Rotate
	ID    string            // of the rotation
	User  string
	KeyID string // "" is the user's only key
	// Memory is the rotation to go on with; nil begins one, and the rest of the task
	// tells which.
	Memory *rotation.Memory
}

// Start begins a rotation, or goes on with one.
func Start(parts Parts, task Task) *Runner {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Runner{parts: parts, ctx: ctx, cancel: cancel, stopList: func() {}, updates: make(chan Snapshot, 1), describing: make(chan struct{}, 1)}
	r.mu.Lock()
	defer r.mu.Unlock()
	var intents []rotation.Intent
	if task.Memory != nil {
		r.begun = true
		r.tried, r.triedKnown = task.Memory.Tried, len(task.Memory.Tried)
		r.nameTargets(task.Memory.Deliveries)
		r.state, intents = rotation.Resume(*task.Memory, parts.Account.Caller(), parts.Clock.Now())
	} else {
		if task.Plan == "" {
			task.Plan = rotation.Rotate
		}
		r.state, intents = rotation.Begin(task.Plan, task.ID, parts.Account.Caller(), task.User, task.KeyID, parts.Clock.Now())
	}
	r.carryOut(intents)
	r.readQuarantine(rotation.State{}, r.state, false)
	r.preflight(rotation.State{}, r.state, true)
	r.publish()
	r.work.Go(r.tick)
	r.work.Go(r.readDescriptions)
	if parts.Trail != nil {
		r.work.Go(r.readTrail)
	}
	return r
}

// Updates delivers the latest snapshot after each change of it. One that is not
// taken in time is replaced by its successor. The channel is never closed.
func (r *Runner) Updates() <-chan Snapshot { return r.updates }

// Snapshot is the rotation as it is now.
func (r *Runner) Snapshot() Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.snapshot()
}

// ErrOutdated says that a decision was made on an older picture than the present
// one. It was not taken.
var ErrOutdated = errors.New("things have moved on since: look again, then decide")

// ErrClosed says that the runner was closed. The decision was not taken.
var ErrClosed = errors.New("keyturn is ending")

// Decide takes a decision that was made on the snapshot whose state has the given
// turn. It returns ErrOutdated, a *rotation.Refusal, or a *iamops.Problem if the
// journal can't be written; the decision was then not taken.
func (r *Runner) Decide(turn int, d rotation.Decide) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return ErrClosed
	case r.state.Turn != turn:
		return ErrOutdated
	}
	d.At = r.parts.Clock.Now()
	before := r.state
	next, intents, err := rotation.Next(before, d, r.parts.Settings)
	if err != nil {
		return fmt.Errorf("deciding: %w", err)
	}
	r.lookNow = r.lookNow || d.Decision == rotation.LookAgain
	if d.Decision != rotation.LookAgain && d.Decision != rotation.TryAgain {
		if err := r.recordDecision(before, next, d); err != nil {
			problem := noRecord(err)
			r.state.Problem = problem
			r.publish()
			return problem
		}
	}
	r.state = next
	r.recordEnd(before, next)
	r.describe(before, next)
	r.findTargets(before, next)
	r.readQuarantine(before, next, d.Decision == rotation.LookAgain)
	r.judgeTargets(before, next, d.Decision == rotation.LookAgain)
	r.preflight(before, next, d.Decision == rotation.LookAgain)
	r.carryOut(intents)
	r.publish()
	return nil
}

// Refresh reads the keys and their last use again, if nothing is under way that
// does so by itself.
func (r *Runner) Refresh() error {
	return r.Decide(r.Snapshot().State.Turn, rotation.Decide{Decision: rotation.LookAgain})
}

// ErrNoSecret says that there is no secret to lend.
var ErrNoSecret = errors.New("the secret is not in memory")

// Lend hands the secret to use, which must not keep it. The first time is on record
// before it happens. It returns ErrNoSecret, a *iamops.Problem if the journal can't be
// written, or the error of use.
func (r *Runner) Lend(use func(iamops.Secret) error) error {
	secret, err := r.lent()
	if err != nil {
		return err
	}
	return use(secret)
}

// lent is the secret, once it is on record that it leaves this process.
func (r *Runner) lent() (iamops.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.state.Secret != rotation.SecretHeld || !r.secret.Held() {
		return iamops.Secret{}, ErrNoSecret
	}
	if !r.state.Lent {
		if err := r.append(r.record(r.state, journal.Lent)); err != nil {
			return iamops.Secret{}, noRecord(err)
		}
		r.applyLocked(rotation.Lent{At: r.parts.Clock.Now()})
	}
	return r.secret, nil
}

// Leave tells the journal that the operator leaves. It returns a *rotation.Refusal
// if that is not possible, since a secret would be lost without a word.
func (r *Runner) Leave() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reason := rotation.LeaveBlock(r.state); reason != rotation.Possible {
		return &rotation.Refusal{Reason: reason}
	}
	if !r.begun {
		return nil
	}
	return r.append(r.record(r.state, journal.Left))
}

// Close stops the runner. It waits for a change in flight and its record, but not
// for longer than ctx lasts. The secret is wiped.
func (r *Runner) Close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.work.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		return fmt.Errorf("waiting for the change in flight: %w", ctx.Err())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.payOwed() // what can't be written even now stays told, in the snapshot
	r.secret.Forget()
	return nil
}

// Clock is the account's clock.
func (r *Runner) Clock() iamops.Clock { return r.parts.Clock }

// apply hands an observation to the machine. The caller holds no lock.
func (r *Runner) apply(ev rotation.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.applyLocked(ev)
}

func (r *Runner) applyLocked(ev rotation.Event) {
	before := r.state
	next, intents, err := rotation.Next(before, ev, r.parts.Settings)
	if err != nil {
		return // only decisions are refused
	}
	r.state = next
	if _, isTick := ev.(rotation.Tick); isTick && len(intents) == 0 {
		return
	}
	r.recordProof(before, next)
	r.recordEnd(before, next)
	r.describe(before, next)
	r.findTargets(before, next)
	r.judgeTargets(before, next, false)
	r.preflight(before, next, false)
	r.carryOut(intents)
	r.publish()
}

func (r *Runner) snapshot() Snapshot {
	return Snapshot{State: r.state, Settings: r.parts.Settings, Unrecorded: r.unrecorded, Undescribed: r.undescribed}
}

// publish replaces the waiting snapshot. The caller holds the lock, so that there
// is one sender.
func (r *Runner) publish() {
	select {
	case <-r.updates:
	default:
	}
	r.updates <- r.snapshot()
}

// tick lets the machine notice that time passes.
func (r *Runner) tick() {
	for iamops.Sleep(r.ctx, time.Second) {
		r.apply(rotation.Tick{At: r.parts.Clock.Now()})
	}
}
