//go:build linux || darwin

package delivery_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"keyturn/iamops"
	"keyturn/iamops/delivery"
)

// unprivileged is the user that the system's permissions hold for.
const unprivileged = 65534

// TestMain lets the test's own program be a child with less room or fewer rights.
func TestMain(m *testing.M) {
	if spec := os.Getenv("DELIVERY_TEST_SPEC"); spec != "" {
		if err := starved(spec, os.Getenv("DELIVERY_TEST_LIMIT")); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// starved delivers to a target under a limit, and prints the failure's kind.
func starved(spec, limit string) error {
	switch limit {
	case "room":
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 20, Max: 20}); err != nil {
			return fmt.Errorf("limiting the size of files: %w", err)
		}
	case "rights":
		if os.Getuid() == 0 {
			if err := syscall.Setuid(unprivileged); err != nil {
				return fmt.Errorf("giving up rights: %w", err)
			}
		}
	}
	target, err := delivery.Parse(spec, delivery.Env{Home: "/"})
	if err != nil {
		return err
	}
	err = target.Deliver(context.Background(), credential())
	_, printing := fmt.Println(delivery.AsFailure(err).Kind, delivery.AsFailure(err).MayHold, err) //nolint:forbidigo // what the parent reads
	return printing
}

func TestNoRoomAndNoRights(t *testing.T) {
	for _, limit := range []struct {
		name string
		kind iamops.ProblemKind
	}{{"room", delivery.DiskFull}, {"rights", delivery.NotWritable}} {
		for _, kind := range []string{"profile:prod:", "file:csv:"} {
			t.Run(limit.name+" "+kind, func(t *testing.T) {
				h := newHome(t, plain)
				name, left := "credentials", []string{"credentials"}
				if kind == "file:csv:" {
					name = "billing.csv"
				}
				if limit.name == "rights" {
					walkable(t, h)
				}
				child := exec.CommandContext(t.Context(), os.Args[0])
				child.Env = append(os.Environ(), "DELIVERY_TEST_SPEC="+kind+h.at(".aws/"+name), "DELIVERY_TEST_LIMIT="+limit.name)
				out, err := child.CombinedOutput()
				if err != nil || !strings.HasPrefix(string(out), string(limit.kind)+" false ") {
					t.Errorf("%v: %s", err, out)
				}
				keepsSecret(t, string(out))
				if h.read(".aws/credentials") != plain {
					t.Error("the file has changed")
				}
				h.holds(".aws", left...)
			})
		}
	}
}

// walkable lets the unprivileged user reach the credentials file and read it, but
// not write in its folder.
func walkable(t *testing.T, h home) {
	t.Helper()
	for _, folder := range []string{filepath.Dir(h.path), h.path, h.at(".aws")} {
		if err := os.Chmod(folder, 0o555); err != nil { //nolint:gosec // others are what this is about
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(folder, 0o700) }) //nolint:gosec // so that it can be removed
	}
	if os.Getuid() == 0 {
		if err := os.Chown(h.at(".aws/credentials"), unprivileged, -1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProfileHeldByAnother(t *testing.T) {
	h := newHome(t, plain)
	h.write(".aws/.credentials.keyturn", "the other's work")
	other, err := os.Open(h.at(".aws/credentials"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if err := syscall.Flock(int(other.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	fails(t, h.target("profile:prod").Deliver(t.Context(), credential()), delivery.Busy)
	if removed, err := delivery.Sweep(h.at(".aws")); len(removed) != 0 || err != nil {
		t.Errorf("removed %q: %v", removed, err)
	}
	h.holds(".aws", ".credentials.keyturn", "credentials")
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	deliver(t, h.target("profile:prod"))
	h.holds(".aws", "credentials")
}

// TestProfileKeepsOwner needs the rights to give a file away, so it is about what
// this user may do.
func TestProfileKeepsOwner(t *testing.T) {
	h := newHome(t, plain)
	owner := os.Getuid()
	if owner == 0 {
		owner = unprivileged
		if err := os.Chown(h.at(".aws/credentials"), owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	deliver(t, h.target("profile:prod"))
	info, err := os.Stat(h.at(".aws/credentials"))
	if err != nil {
		t.Fatal(err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != owner {
		t.Errorf("owned by %+v", info.Sys())
	}
}

func TestPipeIsNoCredentialsFile(t *testing.T) {
	h := newHome(t, plain)
	if err := syscall.Mkfifo(h.at(".aws/pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, h.target("profile:prod:"+h.at(".aws/pipe")).Deliver(t.Context(), credential()), iamops.Malformed)
}
