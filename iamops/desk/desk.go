// Package desk keeps one account's rotations: those that this process has begun, each behind
// its lock, and those that the journal remembers.
//
// A user has one rotation at a time. It goes before any other task of the user, but for one
// that has changed nothing, which gives way. Where each stands is asked here, and nowhere else:
// of the live rotation where there is one, else of what is kept of it and the keys at AWS.
package desk

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"os"
	"strings"
	"sync"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
)

// Options are what a desk is built from.
type Options struct {
	// Parts are those of each rotation, but for its journal. A desk that only reads needs
	// Account, Clock and Settings.
	Parts runner.Parts
	// State is the folder of the journal and the locks.
	State string
	// Ledger is the account's journal; nil is the file in State.
	Ledger Ledger
	// Configured are the targets of the configuration, as specs, and Folder is where the
	// credentials file is. A write that was cut off may have left something there.
	Configured []string
	Folder     string
	// Holder names who else is at work on a user.
	Holder func(journal.Holder) string
	// ReadOnly says that nothing is swept.
	ReadOnly bool
}

// Ledger is a journal that can be read back.
type Ledger interface {
	runner.Journal
	// Open makes it ready to be added to. Done again it does nothing.
	Open() error
	// Records are all that is in it, and what could not be read.
	Records() ([]rotation.Record, []journal.Damage, error)
	Close() error
}

// Desk keeps an account's rotations. It is safe for concurrent use.
type Desk struct {
	options Options
	ledger  Ledger

	mu   sync.Mutex
	live map[string]*held // by user
}

type held struct {
	run  *runner.Runner
	lock *journal.Lock // nil where somebody else has it: this process looks on
}

// New returns the desk of the account that the parts reach.
func New(o Options) *Desk {
	d := &Desk{options: o, ledger: o.Ledger, live: map[string]*held{}}
	if d.ledger == nil {
		d.ledger = &file{state: o.State, of: o.Parts.Account.Caller}
	}
	return d
}

// Start begins the rotation of a key, or goes on with the one in progress: in this
// process, or by the journal. One that has changed nothing gives way to a task that it does not
// meet, and begins again for one that it does. Any other turns to a key that has leaked: the
// task for that never ends in the plan of another key. It returns a *NotTurned for that, or a
// *iamops.Problem.
func (d *Desk) Start(task runner.Task) (*runner.Runner, error) {
	run, begun, err := d.open(task)
	if err != nil {
		return nil, err
	}
	err = run.Take(context.Background(), task)
	if err == nil {
		return run, nil
	}
	var refusal *rotation.Refusal
	if errors.As(err, &refusal) {
		err = &NotTurned{State: run.Snapshot().State, Refusal: refusal, KeyID: task.KeyID}
	}
	if begun {
		d.mu.Lock()
		defer d.mu.Unlock()
		if h := d.live[task.User]; h != nil && h.run == run {
			delete(d.live, task.User)
			err = errors.Join(err, h.end(context.Background()))
		}
	}
	return nil, err
}

// NotTurned says that the rotation in progress could not turn to a key that has leaked.
type NotTurned struct {
	State   rotation.State
	Refusal *rotation.Refusal
	KeyID   string // that has leaked
}

// Error names the refusal.
func (e *NotTurned) Error() string { return e.Refusal.Error() }

// Unwrap returns the refusal.
func (e *NotTurned) Unwrap() error { return e.Refusal }

// open is the rotation in progress, or one that it begins.
func (d *Desk) open(task runner.Task) (run *runner.Runner, begun bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h := d.live[task.User]; h != nil {
		s := h.run.Snapshot().State
		if h.lock != nil && !s.Over() && (runner.GoesBefore(s) || s.Turn == 0 && task.MetBy(s)) {
			return h.run, false, nil
		}
		if err := h.end(context.Background()); err != nil {
			return nil, false, err
		}
		delete(d.live, task.User)
	}
	parts := d.options.Parts
	caller := parts.Account.Caller()
	parts.Journal = d.ledger
	if err := d.ledger.Open(); err != nil {
		return nil, false, noRecord(err)
	}
	lock, err := d.lock(task.User)
	var other *journal.HeldError
	switch {
	case errors.As(err, &other):
		parts.Settings.HeldBy = d.options.Holder(other.Holder)
	case err != nil:
		return nil, false, noRecord(err)
	}
	records, _, err := d.Records() // only now: what the last holder did is on record
	if err != nil {
		if lock != nil {
			err = errors.Join(err, lock.Unlock())
		}
		return nil, false, noRecord(err)
	}
	if lock != nil {
		d.cleanUp(records, task.User)
	}
	if m, found := rotation.MemoryOf(records, task.User); found && !task.Yields(m, caller, parts.Clock.Now()) {
		task.Memory = &m
	}
	task.ID = newID()
	run = runner.Start(parts, task)
	d.live[task.User] = &held{run, lock}
	return run, true, nil
}

func (d *Desk) lock(user string) (*journal.Lock, error) {
	caller := d.options.Parts.Account.Caller()
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return journal.LockUser(d.options.State, caller.Partition, caller.Account, user, journal.Holder{
		Process: os.Getpid(), Host: host, Caller: caller.ARN, Since: d.options.Parts.Clock.Now(),
	})
}

// ErrUnanswered says that a change had no answer yet when its rotation had to end.
var ErrUnanswered = errors.New("a change is still without an answer")

// end ends the runner, after an open change and its record, and gives the lock back.
func (h *held) end(ctx context.Context) error {
	if err := h.run.Close(ctx); err != nil {
		return ErrUnanswered
	}
	if h.lock == nil {
		return nil
	}
	return h.lock.Unlock()
}

// Close ends all rotations, each after a change in flight and its record, but not for longer
// than ctx lasts, and returns how they were left.
func (d *Desk) Close(ctx context.Context) ([]runner.Snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	var left []runner.Snapshot
	for _, h := range d.live {
		err = errors.Join(err, h.end(ctx))
		left = append(left, h.run.Snapshot())
	}
	d.live = map[string]*held{}
	return left, errors.Join(err, d.ledger.Close())
}

// Records are the journal of the account, and what of it could not be read.
func (d *Desk) Records() ([]rotation.Record, []journal.Damage, error) { return d.ledger.Records() }

// newID is the ID of a rotation: 10 characters, as good as unique in an account.
func newID() string {
	b := make([]byte, 7)
	_, _ = rand.Read(b) // never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:10]
}

func noRecord(err error) error {
	return &iamops.Problem{Kind: iamops.NoRecord, Message: err.Error(), Err: err}
}
