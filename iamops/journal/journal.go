// Package journal keeps what must survive a crash: a file an account, a line of JSON a
// record, on disk before the call that it announces.
//
// # Rules
//
//   - A record is one write, followed by fsync. Append returns only then.
//   - Lines are only ever added. A last line that was torn by a crash is closed
//     before the next is added, and passed over by Read, which reports it.
//   - What a record says is its writer's: package rotation.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Journal is one account's file, open for adding. It is safe for concurrent use.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	torn bool // the last line may be without its end
}

// Open opens the journal of an account in the folder dir, both of which it makes
// where they are missing, for the operator's eyes only (0700, 0600).
func Open(dir, partition, account string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the journal's folder: %w", err)
	}
	file, err := os.OpenFile(path(dir, partition, account), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	j := &Journal{file: file}
	if err := errors.Join(j.closeTornLine(), syncDir(dir)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// Path is where the journal is.
func (j *Journal) Path() string { return j.file.Name() }

// Close closes the file.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Close(); err != nil {
		return fmt.Errorf("closing the journal: %w", err)
	}
	return nil
}

// Append adds a record, as a line of JSON, and returns when it is on disk.
func (j *Journal) Append(record any) error {
	line, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("writing a journal record: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.inPlace(); err != nil {
		return err
	}
	if j.torn {
		if err := j.closeTornLine(); err != nil {
			return err
		}
		j.torn = false
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		j.torn = true
		return fmt.Errorf("writing to the journal: %w", err)
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("bringing the journal to disk: %w", err)
	}
	return nil
}

// inPlace reports an error if the file has been removed or replaced: what is written to it
// then, the next start does not find.
func (j *Journal) inPlace() error {
	open, err := j.file.Stat()
	if err != nil {
		return fmt.Errorf("finding the journal: %w", err)
	}
	there, err := os.Stat(j.file.Name())
	if err != nil {
		return fmt.Errorf("finding the journal: %w", err)
	}
	if !os.SameFile(open, there) {
		return fmt.Errorf(
			"the journal %s was removed or replaced while keyturn was running: start keyturn again", j.file.Name(),
		)
	}
	return nil
}

// closeTornLine ends a last line that a crash or a full disk left without its end.
func (j *Journal) closeTornLine() error {
	info, err := j.file.Stat()
	if err != nil {
		return fmt.Errorf("reading the journal's size: %w", err)
	}
	if info.Size() == 0 {
		return nil
	}
	last := make([]byte, 1)
	if _, err := j.file.ReadAt(last, info.Size()-1); err != nil {
		return fmt.Errorf("reading the journal's end: %w", err)
	}
	if last[0] == '\n' {
		return nil
	}
	if _, err := j.file.Write([]byte{'\n'}); err != nil {
		return fmt.Errorf("closing a torn line of the journal: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the path is the caller's
	if err != nil {
		return fmt.Errorf("opening the journal's folder: %w", err)
	}
	// Not every system lets a folder be synced; the file itself is.
	_ = d.Sync()
	if err := d.Close(); err != nil {
		return fmt.Errorf("closing the journal's folder: %w", err)
	}
	return nil
}

// ReadAccount reads the journal of an account in the folder dir, as Read does. One that is not
// there is empty.
func ReadAccount(dir, partition, account string, take func(line []byte) error) ([]Damage, error) {
	file, err := os.Open(path(dir, partition, account))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	damages, err := Read(file, take)
	return damages, errors.Join(err, file.Close())
}

func path(dir, partition, account string) string {
	return filepath.Join(dir, partition+"-"+account+".jsonl")
}

// Damage is a line that could not be read as a record.
type Damage struct {
	Line int // from 1
	Why  string
}

// Read hands each line to take, and returns those that it refuses, with its reason. A damaged
// line hides no other.
func Read(r io.Reader, take func(line []byte) error) ([]Damage, error) {
	var damages []Damage
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		whole := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return damages, fmt.Errorf("reading the journal: %w", err)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := take(line); err != nil {
				damages = append(damages, Damage{Line: n, Why: err.Error()})
			}
		}
		if !whole {
			return damages, nil
		}
	}
}
