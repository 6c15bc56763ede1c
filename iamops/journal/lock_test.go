package journal_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"keyturn/iamops/journal"
)

// holdVariable makes a process of this test binary a child that takes the lock on
// Suzie in the folder that it names, says so, and keeps it until it is killed.
const holdVariable = "KEYTURN_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdVariable); dir != "" {
		if _, err := lock(dir, "Suzie", "arn:aws:iam::111122223333:user/first"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("held\n")
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent is gone
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var since = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func lock(dir, user, caller string) (*journal.Lock, error) {
	return journal.LockUser(dir, "aws", "111122223333", user, journal.Holder{
		Process: os.Getpid(), Host: "a-host", Caller: caller, Since: since,
	})
}

// holder starts a child and returns once it has the lock.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), holdVariable+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if said, err := bufio.NewReader(out).ReadString('\n'); err != nil || said != "held\n" {
		t.Fatalf("the child said %q, %v", said, err)
	}
	return child
}

func TestASecondProcessIsToldWhoHoldsTheLock(t *testing.T) {
	dir := t.TempDir()
	child := holder(t, dir)

	_, err := lock(dir, "Suzie", "arn:aws:iam::111122223333:user/second")
	var held *journal.HeldError
	if !errors.As(err, &held) {
		t.Fatalf("got %v", err)
	}
	want := journal.Holder{Process: child.Process.Pid, Host: "a-host", Caller: "arn:aws:iam::111122223333:user/first", Since: since}
	if held.User != "Suzie" || held.Holder != want {
		t.Errorf("held by %+v, want %+v", held.Holder, want)
	}
	other, err := lock(dir, "ci", "arn:aws:iam::111122223333:user/second")
	if err != nil {
		t.Errorf("another user's lock: %v", err)
	} else if err := other.Unlock(); err != nil {
		t.Error(err)
	}

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	mine, err := lock(dir, "Suzie", "arn:aws:iam::111122223333:user/second")
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	if err := mine.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestALockIsFreeAfterItIsGivenBack(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		l, err := lock(dir, "a user/with=odd+signs", "arn:aws:iam::111122223333:user/first")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

// A look who holds a lock is no lock: whoever takes it meanwhile gets it.
func TestWhoOnlyAsksForTheHolderIsNotTakenForOne(t *testing.T) {
	dir, ended := t.TempDir(), make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
					journal.HolderOf(dir, "aws", "111122223333", "Suzie")
				}
			}
		})
	}
	defer asking.Wait()
	defer close(ended)
	for range 300 {
		l, err := lock(dir, "Suzie", "me")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

// A holder that has not signed yet, or whose signature is torn, is still a holder.
func TestAHolderThatCannotBeReadHoldsTheLock(t *testing.T) {
	dir := t.TempDir()
	first, err := lock(dir, "Suzie", "arn:aws:iam::111122223333:user/first")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Unlock() })
	for _, torn := range []string{"", `{"pid":12,"ho`} {
		if err := os.WriteFile(filepath.Join(dir, "locks", "aws-111122223333-Suzie.lock"), []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		var held *journal.HeldError
		if _, err := lock(dir, "Suzie", "arn"); !errors.As(err, &held) || held.Holder != (journal.Holder{}) {
			t.Errorf("signed %q: got %v", torn, err)
		}
	}
}

func TestNothingOfItIsForOthersToRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "keyturn")
	if err := open(t, dir).Append(record("Suzie")); err != nil {
		t.Fatal(err)
	}
	l, err := lock(dir, "Suzie", "arn:aws:iam::111122223333:user/first")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Unlock() })
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil || files != 3 { // the journal, the lock, and that of who looks at the locks
		t.Errorf("%d files, %v", files, err)
	}
}

// Two processes write to the journal of one account, for two users: no record is torn.
func TestTwoJournalsOnOneFile(t *testing.T) {
	dir := t.TempDir()
	const each = 20
	ended := make(chan error, 2)
	for _, user := range []string{"Suzie", "ci"} {
		j := open(t, dir)
		go func() {
			var err error
			for range each {
				err = errors.Join(err, j.Append(record(user)))
			}
			ended <- err
		}()
	}
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	lines := 0
	damages, err := journal.ReadAccount(dir, "aws", "111122223333", func(line []byte) error {
		lines++
		return json.Unmarshal(line, new(any))
	})
	if err != nil || lines != 2*each || len(damages) != 0 {
		t.Errorf("%d lines, damages %v, %v", lines, damages, err)
	}
}

// The record of one write that a crash cut short at any of its bytes hides no other.
func TestATornLastLine(t *testing.T) {
	text, err := json.Marshal(record("torn"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < len(text); cut += 7 {
		dir := t.TempDir()
		j := open(t, dir)
		if err := j.Append(record("first")); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(j.Path(), os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(text[:cut]); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if before, _ := read(t, j.Path()); len(before) != 1 {
			t.Fatalf("cut at %d: %v", cut, before)
		}
		if err := open(t, dir).Append(record("next")); err != nil {
			t.Fatal(err)
		}
		after, damages := read(t, j.Path())
		if len(after) != 2 || after[1].User != "next" || len(damages) != 1 || damages[0].Line != 2 {
			t.Fatalf("cut at %d: %v, damages %v", cut, after, damages)
		}
	}
}
