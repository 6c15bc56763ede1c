//go:build darwin || freebsd || linux || netbsd || openbsd

package delivery

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// inOwnGroup makes the end of the command's context end all that it has started.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// lock takes the lock of an open file, which ends when the file is closed. Where
// the file system has no locks there is none to respect.
func lock(f *os.File) (taken bool) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return !errors.Is(err, syscall.EWOULDBLOCK)
}

// awaitLock waits for the lock of a file of this package's own, which nobody holds for long.
func awaitLock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX) // where there are no locks, nobody respects one
}

// letGo does nothing here: a file may be replaced while it is open, under its lock.
func letGo(*os.File) error { return nil }

// names is how many names a file has: more than one, if there are hard links to it.
func names(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) // of other widths elsewhere
	}
	return 1
}

// groupKeepable reports whether a file that replaces this one can have its group, where
// the group has rights to it.
func groupKeepable(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode().Perm()&0o070 == 0 || os.Geteuid() == 0 || int(stat.Gid) == os.Getegid() {
		return true
	}
	groups, err := os.Getgroups()
	return err != nil || slices.Contains(groups, int(stat.Gid))
}

// mayWrite fails for a folder in which no file may be made.
func mayWrite(folder string) error {
	const write, search = 2, 1
	return syscall.Access(folder, write|search) //nolint:wrapcheck // the caller names the folder
}

// isMount reports whether a file is mounted by itself. Only Linux tells.
func isMount(path string) bool {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && mountedIn(string(mounts), path)
}

// mountedIn reports whether a list of mounts, as in /proc/self/mountinfo, has the path.
func mountedIn(mounts, path string) bool {
	for line := range strings.Lines(mounts) {
		if fields := strings.Fields(line); len(fields) > 4 && unescapeMount.Replace(fields[4]) == path {
			return true
		}
	}
	return false
}

// unescapeMount undoes what the kernel does to blanks in the list of mounts.
var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// keepOwner gives f the owner and group of the file that it replaces.
func keepOwner(f *os.File, replaced fs.FileInfo) error {
	fresh, err := f.Stat()
	if err != nil {
		return fmt.Errorf("looking at the new file: %w", err)
	}
	is, ok := fresh.Sys().(*syscall.Stat_t)
	was, ok2 := replaced.Sys().(*syscall.Stat_t)
	if !ok || !ok2 || is.Uid == was.Uid && is.Gid == was.Gid {
		return nil
	}
	err = f.Chown(int(was.Uid), int(was.Gid))
	if err != nil && is.Uid == was.Uid && replaced.Mode().Perm()&0o070 == 0 {
		return nil // only the group is another, and the group has no rights to it
	}
	if err != nil {
		return fmt.Errorf("keeping the file's owner and group: %w", err)
	}
	return nil
}

// syncFolder makes a rename in the folder last. Not every file system can.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the folder of a file that the operator named
	if err != nil {
		return fmt.Errorf("opening the folder: %w", err)
	}
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	if err = errors.Join(err, folder.Close()); err != nil {
		return fmt.Errorf("writing the folder to disk: %w", err)
	}
	return nil
}
