package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"keyturn/iamops/clean"
)

// Holder is who holds the lock on a user.
type Holder struct {
	Process int       `json:"pid"`
	Host    string    `json:"host"`
	Caller  string    `json:"caller"` // the ARN of who signs
	Since   time.Time `json:"since"`
}

// Lock is the right to rotate one user's keys on this machine. It ends with the
// process that holds it, however that ends.
type Lock struct {
	file *flock.Flock
}

// HeldError says that another process has the lock.
type HeldError struct {
	User   string
	Holder Holder // its zero value if the holder could not be read
}

// Error names the user and the holder.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being rotated by process %d of %s", e.User, e.Holder.Process, e.Holder.Host)
}

// HolderOf has the lock for an instant, and must not be taken for a holder: the lock is tried
// for a few times.
const (
	lockTries = 5
	lockPause = 10 * time.Millisecond
)

// LockUser takes the lock on a user of an account. If another process has it, the
// error is a *HeldError.
func LockUser(dir, partition, account, user string, me Holder) (*Lock, error) {
	path := lockPath(dir, partition, account, user)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of locks: %w", err)
	}
	file := flock.New(path, flock.SetPermissions(0o600))
	taken, err := file.TryLock()
	for tries := 1; err == nil && !taken && tries < lockTries; tries++ {
		time.Sleep(lockPause)
		taken, err = file.TryLock()
	}
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", user, err)
	}
	if !taken {
		return nil, &HeldError{User: user, Holder: holderOf(path)}
	}
	text, err := json.Marshal(me)
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("signing the lock on %s: %w", user, err), file.Unlock())
	}
	return &Lock{file}, nil
}

func lockPath(dir, partition, account, user string) string {
	return filepath.Join(dir, "locks", partition+"-"+account+"-"+url.PathEscape(user)+".lock")
}

// HolderOf tells who has the lock on a user, and whether anybody has. It takes no lock that is
// held on to.
func HolderOf(dir, partition, account, user string) (Holder, bool) {
	path := lockPath(dir, partition, account, user)
	if _, err := os.Stat(path); err != nil {
		return Holder{}, false
	}
	file := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := file.TryRLock()
	if err != nil || free {
		_ = file.Close()
		return Holder{}, false
	}
	return holderOf(path), true
}

// Unlock gives the lock back.
func (l *Lock) Unlock() error {
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("unlocking: %w", err)
	}
	return nil
}

// holderOf reads who signed a lock. Who has just taken it may not have signed yet.
func holderOf(path string) Holder {
	var h Holder
	text, err := os.ReadFile(path) //nolint:gosec // a path of this package
	if err != nil || json.Unmarshal(text, &h) != nil {
		return Holder{}
	}
	h.Host, h.Caller = clean.Text(h.Host), clean.Text(h.Caller)
	return h
}
