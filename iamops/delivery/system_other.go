//go:build !(darwin || freebsd || linux || netbsd || openbsd)

package delivery

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

// inOwnGroup does nothing here: the end of the command's context ends the command
// alone.
func inOwnGroup(*exec.Cmd) {}

// lock takes no lock here: that a file has changed meanwhile is noticed without.
func lock(*os.File) (taken bool) { return true }

// awaitLock takes no lock here.
func awaitLock(*os.File) {}

// letGo closes a file that is about to be replaced: an open one can't be.
func letGo(f *os.File) error {
	if err := f.Close(); err != nil {
		return fmt.Errorf("closing the file: %w", err)
	}
	return nil
}

// names is not known here.
func names(fs.FileInfo) uint64 { return 1 }

// groupKeepable is not in question here.
func groupKeepable(fs.FileInfo) bool { return true }

// mayWrite asks nothing here: making the file tells.
func mayWrite(string) error { return nil }

// isMount is not known here.
func isMount(string) bool { return false }

// keepOwner does nothing here: a new file has the owner of its folder.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// syncFolder does nothing here: a folder can't be opened.
func syncFolder(string) error { return nil }
