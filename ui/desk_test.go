package ui_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/ui/calllog"
)

// ledger is a journal that can be read back.
type ledger interface {
	runner.Journal
	records() ([]rotation.Record, error)
	Close() error
}

// notes is a journal in memory. It can be made to fail.
type notes struct {
	mu      sync.Mutex
	written []rotation.Record
	failing bool // the next record can't be written
}

func (n *notes) fail() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failing = true
}

func (n *notes) Append(line any) error {
	r, _ := line.(rotation.Record)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failing {
		n.failing = false
		return errors.New("no space left on device")
	}
	n.written = append(n.written, r)
	return nil
}

func (n *notes) records() ([]rotation.Record, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]rotation.Record(nil), n.written...), nil
}

func (n *notes) Close() error { return nil }

// book is a journal in a folder.
type book struct {
	*journal.Journal
	dir string
}

func openBook(t *testing.T, dir string) book {
	t.Helper()
	j, err := journal.Open(dir, "aws", sandbox.AccountID)
	if err != nil {
		t.Fatal(err)
	}
	return book{j, dir}
}

func (b book) records() ([]rotation.Record, error) {
	records, damages, err := runner.Records(b.dir, "aws", sandbox.AccountID)
	if len(damages) > 0 {
		err = errors.Join(err, errors.New(damages[0].Why))
	}
	return records, err
}

// text is all that is in a folder.
func text(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all += string(content)
	}
	return all
}

// desk begins rotations, and goes on with them by the journal, as the command does for
// the screens.
type desk struct {
	account *account.Account
	clock   iamops.Clock
	ledger  ledger
	calls   *calllog.Log

	mu      sync.Mutex
	runners map[string]*runner.Runner // by user
}

func (d *desk) start(task runner.Task) (*runner.Runner, error) {
	r, err := d.open(task)
	if err != nil {
		return nil, err
	}
	return r, r.Take(context.Background(), task)
}

func (d *desk) open(task runner.Task) (*runner.Runner, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.runners[task.User]; r != nil {
		if s := r.Snapshot().State; !s.Over() && (runner.GoesBefore(s) || s.Turn == 0 && task.MetBy(s)) {
			return r, nil
		}
		if err := r.Close(context.Background()); err != nil {
			return nil, err
		}
	}
	records, err := d.ledger.records()
	if err != nil {
		return nil, err
	}
	if m, found := rotation.MemoryOf(records, task.User); found && !task.Yields(m, d.account.Caller(), d.clock.Now()) {
		task.Memory = &m
	}
	task.ID = "rot-" + task.User
	r := runner.Start(runner.Parts{Account: d.account, Journal: d.ledger, Clock: d.clock, Settings: rotation.DefaultSettings()}, task)
	if d.runners == nil {
		d.runners = map[string]*runner.Runner{}
	}
	d.runners[task.User] = r
	return r, nil
}

func (d *desk) underWay(ctx context.Context) ([]runner.Standing, error) {
	records, err := d.ledger.records()
	if err != nil {
		return nil, err
	}
	last := map[string]rotation.Memory{}
	var users []string
	for _, m := range rotation.Memories(records) {
		if _, known := last[m.User]; !known {
			users = append(users, m.User)
		}
		last[m.User] = m
	}
	var memories []rotation.Memory
	for _, user := range users {
		if last[user].AtStake() {
			memories = append(memories, last[user])
		}
	}
	return runner.Survey(ctx, d.account, d.clock, rotation.DefaultSettings(), memories), nil
}

// states are the rotations that were begun here, as they are now.
func (d *desk) states() []rotation.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	var states []rotation.State
	for _, r := range d.runners {
		states = append(states, r.Snapshot().State)
	}
	return states
}

// close ends all rotations, after what is under way and its record.
func (d *desk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	for _, r := range d.runners {
		err = errors.Join(err, r.Close(context.Background()))
	}
	d.runners = nil
	return errors.Join(err, d.ledger.Close())
}
