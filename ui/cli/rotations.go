package cli

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/report"
	"keyturn/ui/words"
)

// awaitBound is how long the end of the program waits for a change in flight: the
// change's own bound, that of the descriptions after it, and some time for the records.
const awaitBound = 2*iamops.ChangeTimeout + 10*time.Second

// rotations are those that this process has begun, each behind its lock.
type rotations struct {
	mu      sync.Mutex
	journal *journal.Journal
	runners map[string]*held // by user
	sandbox bool             // set before it ends: nothing outlives the process
}

type held struct {
	run  *runner.Runner
	lock *journal.Lock // nil where somebody else has it: this process looks on
}

// start begins the rotation of a key, or goes on with the one that is under way: in
// this process, or by the journal. One that has changed nothing gives way to a task that it
// does not meet, and begins anew for one that it does. Any other turns to a key that has
// leaked: the task for that never ends in the plan of another key.
func (r *rotations) start(p *place, f flags, task runner.Task) (*runner.Runner, error) {
	run, begun, err := r.open(p, f, task)
	if err != nil {
		return nil, err
	}
	err = run.Take(context.Background(), task)
	if err == nil {
		return run, nil
	}
	var refusal *rotation.Refusal
	if errors.As(err, &refusal) {
		err = turnError(words.NotTurned(run.Snapshot().State, refusal, task.KeyID, p.clock.Now()))
	}
	if begun {
		r.mu.Lock()
		defer r.mu.Unlock()
		if h := r.runners[task.User]; h != nil && h.run == run {
			delete(r.runners, task.User)
			err = errors.Join(err, h.end(context.Background()))
		}
	}
	return nil, err
}

// turnError says why the rotation in progress could not turn to a key that has leaked.
type turnError string

func (e turnError) Error() string { return string(e) }

// open is the rotation in progress, or one that it begins.
func (r *rotations) open(p *place, f flags, task runner.Task) (run *runner.Runner, begun bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.runners[task.User]; h != nil {
		state := h.run.Snapshot().State
		if h.lock != nil && !state.Over() && (runner.GoesBefore(state) || state.Turn == 0 && task.MetBy(state)) {
			return h.run, false, nil
		}
		if err := h.end(context.Background()); err != nil {
			return nil, false, err
		}
		delete(r.runners, task.User)
	}
	caller := p.account.Caller()
	if r.journal == nil {
		j, err := journal.Open(p.state, caller.Partition, caller.Account)
		if err != nil {
			return nil, false, noRecord(err)
		}
		r.journal = j
	}
	set := f.settings()
	lock, err := lockUser(p, task.User)
	var other *journal.HeldError
	switch {
	case errors.As(err, &other):
		set.HeldBy = words.Holder(other.Holder.Caller, other.Holder.Process, other.Holder.Host, other.Holder.Since, p.clock.Now())
	case err != nil:
		return nil, false, noRecord(err)
	}
	// Read only now: what the last holder did is on record.
	records, _, err := runner.Records(p.state, caller.Partition, caller.Account)
	if err != nil {
		if lock != nil {
			err = errors.Join(err, lock.Unlock())
		}
		return nil, false, noRecord(err)
	}
	if lock != nil && !f.readOnly {
		p.targets.cleanUp(context.Background(), records, task.User)
	}
	if m, found := rotation.MemoryOf(records, task.User); found && !task.Yields(m, caller, p.clock.Now()) {
		task.Memory = &m
	}
	task.ID = newID()
	parts := runner.Parts{Account: p.account, Journal: r.journal, Clock: p.clock, Settings: set, Targets: p.targets, Renew: p.account.Renew, Trail: p.account, Policies: p.account, Simulator: p.account}
	parts.TrailRegions, parts.TrailPages = f.trailRegions, f.trailPages
	if f.tag {
		parts.Describer = p.account
	}
	run = runner.Start(parts, task)
	if r.runners == nil {
		r.runners = map[string]*held{}
	}
	r.runners[task.User] = &held{run, lock}
	return run, true, nil
}

func lockUser(p *place, user string) (*journal.Lock, error) {
	caller := p.account.Caller()
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return journal.LockUser(p.state, caller.Partition, caller.Account, user, journal.Holder{
		Process: os.Getpid(), Host: host, Caller: caller.ARN, Since: p.clock.Now(),
	})
}

func noRecord(err error) error {
	return &iamops.Problem{Kind: iamops.NoRecord, Message: err.Error(), Err: err}
}

// end ends the runner, after a change in flight and its record, and gives the lock
// back.
func (h *held) end(ctx context.Context) error {
	err := h.run.Close(ctx)
	if err != nil {
		return attentionError{"a change is still without an answer: look before you do anything else"}
	}
	if h.lock == nil {
		return nil
	}
	return h.lock.Unlock()
}

// close ends all rotations. It adds to err what the operator must look after.
func (r *rotations) close(err error, say func(format string, args ...any)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), awaitBound)
	defer cancel()
	for _, h := range r.runners {
		err = errors.Join(err, h.end(ctx))
		if text := words.Attention(h.run.Snapshot().State, h.run.Snapshot().Unrecorded); text != "" {
			err = errors.Join(attentionError{r.asIsTrue(text)}, err)
		}
		if text := words.LeftDelivered(h.run.Snapshot().State); text != "" {
			say("keyturn: %s", r.asIsTrue(text))
		}
	}
	r.runners = nil
	if r.journal != nil {
		err = errors.Join(err, r.journal.Close())
		r.journal = nil
	}
	return err
}

// asIsTrue is a text about what is left behind, in the sandbox without a promise for the next
// start.
func (r *rotations) asIsTrue(text string) string {
	if r.sandbox {
		return words.InSandbox(text)
	}
	return text
}

// newID is the ID of a rotation: 10 characters, as good as unique in an account.
func newID() string {
	b := make([]byte, 7)
	_, _ = rand.Read(b) // never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:10]
}

// records are the journal of the account, and what of it could not be read.
func (p *place) records() ([]rotation.Record, []journal.Damage, error) {
	caller := p.account.Caller()
	return runner.Records(p.state, caller.Partition, caller.Account)
}

// summary is what was done in a rotation, as Markdown.
func (p *place) summary(rotationID string) (string, error) {
	records, _, err := p.records()
	if err != nil {
		return "", err
	}
	for _, s := range rotation.Summaries(records) {
		if s.Rotation != rotationID {
			continue
		}
		var text strings.Builder
		if err := report.WriteSummaries(&text, report.AsMarkdown, p.account.Info(), []rotation.Summary{s}, p.clock.Now()); err != nil {
			return "", fmt.Errorf("making the summary: %w", err)
		}
		return text.String(), nil
	}
	return "", errors.New("the journal does not tell of this rotation")
}

// underWay are the rotations that the journal remembers as having left something
// behind, the last of each user, and what of the journal could not be read.
func (p *place) underWay() ([]rotation.Memory, []journal.Damage, error) {
	records, damages, err := p.records()
	if err != nil {
		return nil, nil, err
	}
	last := map[string]rotation.Memory{}
	var order []string
	for _, m := range rotation.Memories(records) {
		if _, known := last[m.User]; !known {
			order = append(order, m.User)
		}
		last[m.User] = m
	}
	var memories []rotation.Memory
	for _, user := range order {
		if last[user].AtStake() {
			memories = append(memories, last[user])
		}
	}
	return memories, damages, nil
}
