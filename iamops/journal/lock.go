package journal

import (
	"context"
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

// LockUser takes the lock on a user of an account. If another process has it, the
// error is a *HeldError.
func LockUser(dir, partition, account, user string, me Holder) (*Lock, error) {
	path := lockPath(dir, partition, account, user)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of locks: %w", err)
	}
	file := flock.New(path, flock.SetPermissions(0o600))
	done := alone(dir)
	taken, err := file.TryLock()
	done()
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
	done := alone(dir)
	free, err := file.TryRLock()
	_ = file.Close()
	done()
	if err != nil || free {
		return Holder{}, false
	}
	return holderOf(path), true
}

// alone waits until nobody else looks at the locks, and returns what ends that: who only asks
// must not be taken for a holder. It goes on after a while all the same.
func alone(dir string) (done func()) {
	ctx, cancel := context.WithTimeout(context.Background(), askBound)
	defer cancel()
	file := flock.New(filepath.Join(dir, "locks.lock"), flock.SetPermissions(0o600))
	if taken, err := file.TryLockContext(ctx, askPause); err != nil || !taken {
		return func() {}
	}
	return func() { _ = file.Close() }
}

// askBound is how long another look at the locks, which takes no time, is waited for, and
// askPause how often it is seen whether that is over.
const (
	askBound = 2 * time.Second
	askPause = time.Millisecond
)

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
