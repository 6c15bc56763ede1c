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
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/ui/calllog"
)

// ledger is a journal that can be read back.
type ledger = desk.Ledger

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

func (n *notes) Records() ([]rotation.Record, []journal.Damage, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]rotation.Record(nil), n.written...), nil, nil
}

func (n *notes) Open() error { return nil }

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

func (b book) Open() error { return nil }

func (b book) Records() ([]rotation.Record, []journal.Damage, error) {
	return desk.Read(b.dir, "aws", sandbox.AccountID)
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

// office is the desk of an account, which remembers what was begun at it.
type office struct {
	*desk.Desk
	account *account.Account
	clock   iamops.Clock
	calls   *calllog.Log

	mu      sync.Mutex
	runners map[string]*runner.Runner // by user
}

func newOffice(t *testing.T, a *account.Account, clock iamops.Clock, l ledger, calls *calllog.Log) *office {
	t.Helper()
	return &office{
		Desk: desk.New(desk.Options{
			Parts: runner.Parts{Account: a, Clock: clock, Settings: rotation.DefaultSettings()}, State: t.TempDir(), Ledger: l,
			Holder: func(h journal.Holder) string { return h.Caller },
		}),
		account: a, clock: clock, calls: calls, runners: map[string]*runner.Runner{},
	}
}

func (o *office) start(task runner.Task) (*runner.Runner, error) {
	r, err := o.Start(task)
	if err == nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.runners[task.User] = r
	}
	return r, err
}

func (o *office) inProgress(ctx context.Context) ([]desk.Rotation, error) {
	all, _, err := o.Rotations(ctx)
	return all, err
}

// states are the rotations that were begun here, as they are now.
func (o *office) states() []rotation.State {
	o.mu.Lock()
	defer o.mu.Unlock()
	var states []rotation.State
	for _, r := range o.runners {
		states = append(states, r.Snapshot().State)
	}
	return states
}

// close ends all rotations, after what is under way and its record.
func (o *office) close() error {
	_, err := o.Close(context.Background())
	return err
}
