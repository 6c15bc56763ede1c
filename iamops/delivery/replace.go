package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"keyturn/iamops"
)

// biggest is the size in bytes up to which a file is read.
const biggest = 16 << 20

// held is a file that was read and is about to be replaced, with its lock.
type held struct {
	path string // without symlinks
	file *os.File
	info fs.FileInfo
	text []byte
}

// hold locks a file and reads it. A symlink is followed.
func hold(path string) (*held, error) {
	path, err := realPath(path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return nil, fileFailure(path, "opening the file", err)
	}
	h := &held{path: path, file: f}
	if err := h.read(); err != nil {
		return nil, also(err, h.release())
	}
	return h, nil
}

func (h *held) read() error {
	if !lock(h.file) {
		return refusal(Busy, h.path, "another program has locked the file")
	}
	var err error
	if h.info, err = h.file.Stat(); err != nil {
		return fileFailure(h.path, "looking at the file", err)
	}
	// Whoever had the lock before may have put another file in this one's place.
	now, err := os.Stat(h.path)
	if err != nil {
		return fileFailure(h.path, "looking at the file", err)
	}
	if !os.SameFile(h.info, now) {
		return refusal(ChangedMeanwhile, h.path, "the file was replaced while it was opened")
	}
	h.text, err = readAll(h.path, h.file)
	return err
}

func (h *held) release() error {
	if err := h.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fileFailure(h.path, "closing the file", err)
	}
	return nil
}

// replace puts a text in the file's place, if the file is still as it was read.
func (h *held) replace(ctx context.Context, text []byte) error {
	if err := replaceable(h.path, h.info); err != nil {
		return err
	}
	// Whoever holds the lock alone may have such a file: it is left of a crash.
	beside := besideName(h.path)
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileFailure(h.path, "removing what an earlier write left", err)
	}
	err := writeNew(beside, text, func(f *os.File) error {
		if err := keepOwner(f, h.info); err != nil {
			return err
		}
		if err := f.Chmod(h.info.Mode().Perm()); err != nil {
			return fmt.Errorf("keeping the file's mode: %w", err)
		}
		return keepAccess(f, h.path)
	}, func() error {
		err := h.unchanged(ctx)
		if err == nil {
			err = letGo(h.file)
		}
		if err != nil {
			return also(err, remove(beside))
		}
		return rename(beside, h.path)
	})
	if f := AsFailure(err); f != nil {
		f.Path = h.path // the operator knows this one
		return f
	}
	return nil
}

// unchanged is asked just before the rename.
func (h *held) unchanged(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fileFailure(h.path, "replacing the file", err)
	}
	now, err := os.Stat(h.path)
	if err != nil {
		return fileFailure(h.path, "looking at the file", err)
	}
	text, err := readFile(h.path)
	if err != nil {
		return err
	}
	if !os.SameFile(now, h.info) || string(text) != string(h.text) {
		return refusal(ChangedMeanwhile, h.path, "somebody else has changed the file")
	}
	return nil
}

// besideName is the known name beside a file under which its next content is
// written: /home/suzie/.aws/.credentials.keyturn.
func besideName(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".keyturn")
}

// writeNew makes a file that only its owner can read, and sees it to disk. dress is called
// on it before, and then once it is whole; until that has ended the file is locked, so that
// nobody sweeps it away. Both may be nil. On failure of all but then nothing is left.
func writeNew(path string, text []byte, dress func(*os.File) error, then func() error) error {
	f, err := newLocked(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil && dress != nil {
		err = dress(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = letGo(f)
	}
	if err != nil {
		err = errors.Join(err, f.Close())
		return also(fileFailure(path, "writing the file", err), remove(path))
	}
	if then != nil {
		err = then()
	}
	_ = f.Close() // all is on disk
	return err
}

// newLocked makes a file, and takes its lock before anybody else has it.
func newLocked(path string) (*os.File, error) {
	const tries = 10
	for range tries {
		const anew = os.O_WRONLY | os.O_CREATE | os.O_EXCL
		f, err := os.OpenFile(path, anew, 0o600) //nolint:gosec // beside a file that the operator named
		if err != nil {
			return nil, fileFailure(path, "making the file", err)
		}
		awaitLock(f)
		if isAt(f, path) {
			return f, nil
		}
		_ = f.Close() // it was swept away, and is empty
	}
	return nil, refusal(Busy, path, "another program removes the file again and again")
}

// isAt reports whether an open file is the one that a path leads to.
func isAt(f *os.File, path string) bool {
	is, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(is, there)
}

// rename makes the written file the real one, for good.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return also(fileFailure(to, "replacing the file", err), remove(from))
	}
	if err := syncFolder(filepath.Dir(to)); err != nil {
		f := fileFailure(to, "the file is replaced, but a loss of power may undo it", err)
		f.MayHold = true
		return f
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileFailure(path, "removing the file", err)
	}
	return nil
}

// realPath follows symlinks to a regular file.
func realPath(path string) (string, error) {
	found, err := filepath.EvalSymlinks(path)
	if err != nil {
		attempt := "finding the file"
		if info, there := os.Lstat(path); there == nil && info.Mode()&fs.ModeSymlink != 0 {
			attempt = "following the symlink"
			if errors.Is(err, fs.ErrNotExist) {
				attempt = "following the symlink, which leads nowhere"
			}
		}
		return "", fileFailure(path, attempt, err)
	}
	info, err := os.Stat(found)
	if err != nil {
		return "", fileFailure(path, "looking at the file", err)
	}
	if !info.Mode().IsRegular() {
		return "", refusal(iamops.Malformed, path, "it is %s, not a regular file", kindOfFile(info.Mode()))
	}
	return found, nil
}

func kindOfFile(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	}
	return "a device or a socket"
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // a file that the operator named
	if err != nil {
		return nil, fileFailure(path, "opening the file", err)
	}
	text, err := readAll(path, f)
	if closing := f.Close(); err == nil && closing != nil {
		err = fileFailure(path, "closing the file", closing)
	}
	return text, err
}

func readAll(path string, from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, biggest+1))
	if err != nil {
		return nil, fileFailure(path, "reading the file", err)
	}
	if len(text) > biggest {
		return nil, refusal(iamops.Malformed, path, "it is larger than %d MiB", biggest>>20)
	}
	return text, nil
}

// Sweep removes what crashed writes have left in a folder, and returns the paths
// removed. What a write of another process is using now stays.
func Sweep(folder string) (removed []string, err error) {
	left, err := filepath.Glob(filepath.Join(globQuoted(folder), ".*.keyturn"))
	if err != nil {
		return nil, fmt.Errorf("looking for unfinished files in %s: %w", folder, err)
	}
	var failures []error
	for _, path := range left {
		info, err := os.Lstat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue // gone meanwhile, or none of ours
		}
		gone, err := sweep(path)
		if err != nil {
			failures = append(failures, err)
		}
		if gone {
			removed = append(removed, path)
		}
	}
	return removed, errors.Join(failures...)
}

// sweep removes one unfinished file, unless it is being written: its own lock is held then,
// and before that, the lock of the file that it is to replace.
func sweep(path string) (gone bool, err error) {
	base := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "."), ".keyturn")
	for _, held := range []string{filepath.Join(filepath.Dir(path), base), path} {
		f, err := os.Open(held) //nolint:gosec // a file of this package, and the one beside it
		if errors.Is(err, fs.ErrNotExist) && held != path {
			continue
		}
		if err != nil {
			return false, nil // gone meanwhile, or to be looked at the next time
		}
		defer func() { _ = f.Close() }()
		if !lock(f) || held == path && !isAt(f, path) || letGo(f) != nil {
			return false, nil
		}
	}
	if err := remove(path); err != nil {
		return false, err
	}
	return true, nil
}

// globQuoted makes a folder's name stand for itself in a pattern.
func globQuoted(folder string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder)
}
