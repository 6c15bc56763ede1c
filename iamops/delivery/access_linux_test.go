package delivery_test

import (
	"os"
	"syscall"
	"testing"
)

// TestProfileAccess: a reader by name, and one by the group, read the file all the way.
func TestProfileAccess(t *testing.T) {
	const name = "system.posix_acl_access"
	list := []byte{
		2, 0, 0, 0,
		1, 0, 6, 0, 255, 255, 255, 255, // the owner
		2, 0, 4, 0, 33, 0, 0, 0, // a user by number
		4, 0, 0, 0, 255, 255, 255, 255, // the group
		16, 0, 4, 0, 255, 255, 255, 255, // the mask
		32, 0, 0, 0, 255, 255, 255, 255, // others
	}
	h := newHome(t, plain)
	path := h.at(".aws/credentials")
	if os.Geteuid() == 0 {
		if err := os.Chown(path, -1, 33); err != nil {
			t.Fatal(err)
		}
	}
	listed := syscall.Setxattr(path, name, list, 0) == nil // else the file system has no such lists
	check := func(when string) {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if os.Geteuid() == 0 && (!ok || stat.Gid != 33) {
			t.Errorf("%s: group %d", when, stat.Gid)
		}
		is := make([]byte, 1024)
		n, err := syscall.Getxattr(path, name, is)
		if listed && (err != nil || string(is[:n]) != string(list)) {
			t.Errorf("%s: the access control list is %v: %v", when, is[:max(n, 0)], err)
		}
	}
	target := h.target("profile:prod")
	deliver(t, target)
	check("delivered")
	putBack(t, target)
	check("put back")
}
