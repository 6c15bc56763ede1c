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
// Events are taken one at a time, each with its records on disk before its state is seen.
// Whoever draws waits for none of that: it takes the second lock alone.
//
// # The secret
//
// The runner holds the new key's secret in memory, from the answer to CreateAccessKey
// until the operator says that it is stored. States and snapshots say only that
// it is held. [Runner.GiveOut] puts on record that it is about to be seen, and [Runner.Lend]
// hands it to a function from then on.
package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/evidence"
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

// Journal is where records go. A line of it is a rotation.Record.
type Journal interface {
	Append(line any) error
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
	// Number grows with each: an older one never replaces a newer one.
	Number   int
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

// Standing is where the rotation of the snapshot stands, at the given time.
func (s Snapshot) Standing(now time.Time) rotation.Standing {
	return rotation.StandingOf(s.State, s.Settings, now)
}

// Runner runs one rotation. It is safe for concurrent use.
type Runner struct {
	parts  Parts
	ctx    context.Context // of reads; ended by Close
	cancel context.CancelFunc

	// turn is held while an event is taken, its records written, and its intents begun. It
	// guards what no snapshot shows.
	turn     sync.Mutex
	begun    bool              // the journal knows of the rotation
	owed     []rotation.Record // what happened and could not be written; it goes before any other record
	lookNow  bool              // the event history is to be read again at once
	stopList context.CancelFunc
	// Of the latest list, question what the operator is allowed, and descriptions asked for:
	// older ones don't count.
	listNumber, preflightNumber, describeNumber int
	describing                                  chan struct{} // holds a token while descriptions are written

	// mu guards what a snapshot shows, and the secret. It is held for no call and no write.
	// Who changes one of them holds turn too.
	mu          sync.Mutex
	number      int
	state       rotation.State
	secret      iamops.Secret
	closed      bool
	unrecorded  *iamops.Problem
	undescribed *iamops.Problem

	// work is all that runs: what is not begun by such work itself begins under turn, and not
	// after Close.
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
	r := &Runner{
		parts:      parts,
		ctx:        ctx,
		cancel:     cancel,
		stopList:   func() {},
		updates:    make(chan Snapshot, 1),
		describing: make(chan struct{}, 1),
	}
	r.turn.Lock()
	defer r.turn.Unlock()
	var intents []rotation.Intent
	if task.Memory != nil {
		r.begun = true
		r.state, intents = rotation.Reopen(task.Memory.Kept, parts.Account.Caller(), parts.Clock.Now())
		r.nameTargets(r.state.Deliveries)
	} else {
		if task.Plan == "" {
			task.Plan = rotation.Rotate
		}
		r.state, intents = rotation.Begin(
			task.Plan, task.ID, parts.Account.Caller(), task.User, task.KeyID, parts.Clock.Now(),
		)
	}
	r.carryOut(intents)
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
	r.turn.Lock()
	defer r.turn.Unlock()
	switch {
	case r.closed:
		return ErrClosed
	case r.state.Turn != turn:
		return ErrOutdated
	}
	d.At = r.parts.Clock.Now()
	return r.takeLocked(d)
}

// Refresh reads the keys and their last use again, if nothing is under way that
// does so by itself.
func (r *Runner) Refresh() error {
	return r.Decide(r.Snapshot().State.Turn, rotation.Decide{Decision: rotation.LookAgain})
}

// ErrNoSecret says that there is no secret to lend.
var ErrNoSecret = errors.New("the secret is not in memory")

// GiveOut puts on record that the secret is about to be shown or copied. It returns
// ErrNoSecret, or a *iamops.Problem if the journal can't be written; the secret is then not
// lent. Done again it does nothing.
func (r *Runner) GiveOut() error {
	r.turn.Lock()
	defer r.turn.Unlock()
	switch {
	case r.closed, r.state.Secret != rotation.SecretHeld:
		return ErrNoSecret
	case r.state.Lent:
		return nil
	}
	return r.takeLocked(rotation.Lent{At: r.parts.Clock.Now()})
}

// Lend hands the secret to use, which must not keep it. It waits for nothing, and returns
// ErrNoSecret before GiveOut, or the error of use.
func (r *Runner) Lend(use func(iamops.Secret) error) error {
	r.mu.Lock()
	secret := r.secret
	lent := r.state.Secret == rotation.SecretHeld && r.state.Lent
	r.mu.Unlock()
	if !lent || !secret.Held() {
		return ErrNoSecret
	}
	return use(secret)
}

// Leave tells the journal that the operator leaves. It returns a *rotation.Refusal
// if that is not possible, since a secret would be lost without a word.
func (r *Runner) Leave() error {
	r.turn.Lock()
	defer r.turn.Unlock()
	if reason := rotation.LeaveBlock(r.state); reason != rotation.Possible {
		return &rotation.Refusal{Reason: reason}
	}
	if !r.begun {
		return nil
	}
	return r.append(rotation.Deed{Kind: rotation.DeedLeft}, r.state)
}

// Close stops the runner. It waits for a change in flight and its record, but not
// for longer than ctx lasts. The secret is wiped.
func (r *Runner) Close(ctx context.Context) error {
	r.turn.Lock()
	r.closed = true
	r.turn.Unlock()
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
	r.turn.Lock()
	defer r.turn.Unlock()
	_ = r.payOwed() // what can't be written even now stays told, in the snapshot
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret.Forget()
	return nil
}

// Clock is the account's clock.
func (r *Runner) Clock() iamops.Clock { return r.parts.Clock }
