//go:build darwin || freebsd || linux || netbsd || openbsd

package delivery

import "testing"

func TestMountedIn(t *testing.T) {
	const mounts = "24 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n" +
		"31 24 8:1 /srv/keys /home/suzie/.aws/credentials rw,relatime - ext4 /dev/sda1 rw\n" +
		"32 24 8:1 /srv/keys /home/suzie/my\\040keys rw,relatime - ext4 /dev/sda1 rw\n"
	for path, want := range map[string]bool{
		"/home/suzie/.aws/credentials": true, "/home/suzie/my keys": true,
		"/home/suzie/.aws": false, "/home/suzie/.aws/credentials2": false, "/srv/keys": false,
	} {
		if got := mountedIn(mounts, path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
