package desk

import (
	"errors"
	"fmt"
	"sync"

	"keyturn/iamops"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
)

// file is the journal on disk. It is opened by the first rotation, and read by anybody.
type file struct {
	state   string
	of      func() iamops.Caller // whose account's it is
	mu      sync.Mutex
	journal *journal.Journal // nil until it is opened
}

// Open opens it, and makes it where it is missing.
func (f *file) Open() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal != nil {
		return nil
	}
	caller := f.of()
	j, err := journal.Open(f.state, caller.Partition, caller.Account)
	if err != nil {
		return fmt.Errorf("for a rotation: %w", err)
	}
	f.journal = j
	return nil
}

// Append adds a record. What ends after the journal was closed has none to go to.
func (f *file) Append(record any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal == nil {
		return errors.New("the journal is closed")
	}
	return f.journal.Append(record)
}

// Records are all that is in it, and what could not be read.
func (f *file) Records() ([]rotation.Record, []journal.Damage, error) {
	caller := f.of()
	return Read(f.state, caller.Partition, caller.Account)
}

// Read reads the journal of an account in the folder state, and tells which of its lines could
// not be read.
func Read(state, partition, account string) ([]rotation.Record, []journal.Damage, error) {
	var records []rotation.Record
	damages, err := journal.ReadAccount(state, partition, account, func(line []byte) error {
		r, err := rotation.ParseRecord(line)
		if err == nil {
			records = append(records, r)
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the journal: %w", err)
	}
	return records, damages, nil
}

// Close closes it.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.journal == nil {
		return nil
	}
	j := f.journal
	f.journal = nil
	return j.Close()
}
