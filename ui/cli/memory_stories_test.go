//go:build stories

package cli_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// memoryTarget is the most that keyturn may have resident with 10,000 keys, in MB of
// 1,000,000 bytes.
const memoryTarget = 60

// loadedList is the header of a list that has loaded everything.
var loadedList = regexp.MustCompile(`live (\d+)/(\d+) ✓`)

// BenchmarkResidentMemory serves an account of 10,000 keys from a process of its own,
// opens it in a terminal of 120 × 40 cells, and asks the system for the memory of the
// process with the screens: the most while it loaded, and what it has after that and
// after some work with the list.
func BenchmarkResidentMemory(b *testing.B) {
	program := build(b)
	for b.Loop() {
		env := append(isolated(b.TempDir()), serveSandbox(b, program, 11_350)...)
		screen := openScreen(b, program, env)
		keys := 0
		screen.await(b, "the end of the load", func(drawn string) bool {
			found := loadedList.FindStringSubmatch(drawn)
			if found == nil || found[1] != found[2] {
				return false
			}
			keys, _ = strconv.Atoi(found[1]) // digits
			return true
		})
		if keys < 10_000 {
			b.Fatalf("the account has %d keys only", keys)
		}
		loaded := resident(b, screen.cmd.Process.Pid)
		for range 5 { // all orders, the end and the beginning, a filter typed and dropped
			screen.press(b, "sssGgd/cron", "cron")
			screen.press(b, "\x1b", "help")
			screen.press(b, "d", "help")
		}
		used := resident(b, screen.cmd.Process.Pid)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(keys), "keys")
		b.ReportMetric(loaded["VmRSS"], "MB-loaded")
		b.ReportMetric(used["VmRSS"], "MB-used")
		b.ReportMetric(used["VmHWM"], "MB-most")
		if used["VmHWM"] > memoryTarget {
			b.Errorf("%d keys take up to %.1f MB, more than %d MB", keys, used["VmHWM"], memoryTarget)
		}
	}
}

// serveSandbox serves an account from a process of its own, and returns the settings for
// it.
func serveSandbox(b *testing.B, program string, users int) []string {
	b.Helper()
	server := exec.CommandContext(b.Context(), program, "sandbox", "--listen", "127.0.0.1:0", "--users", strconv.Itoa(users))
	server.Env = isolated(b.TempDir())
	stdout, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Wait() }) // the end of the benchmark's context has ended it
	var settings []string
	for lines := bufio.NewScanner(stdout); len(settings) < 5 && lines.Scan(); {
		if setting, is := strings.CutPrefix(lines.Text(), "export "); is {
			settings = append(settings, setting)
		}
	}
	if len(settings) < 5 {
		b.Fatalf("the sandbox printed the settings %q", settings)
	}
	return settings
}

// openedScreen is a keyturn in a terminal.
type openedScreen struct {
	cmd *exec.Cmd
	pty *os.File

	mu    sync.Mutex
	drawn []byte
}

func openScreen(b *testing.B, program string, env []string) *openedScreen {
	b.Helper()
	s := &openedScreen{cmd: exec.CommandContext(context.WithoutCancel(b.Context()), program)}
	s.cmd.Env = append(env, "TERM=xterm-256color")
	var err error
	if s.pty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 40, Cols: 120}); err != nil {
		b.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(s, s.pty) // ends with an error when the terminal is closed
	}()
	b.Cleanup(func() {
		_ = s.cmd.Process.Signal(os.Interrupt)
		<-read
		_ = s.cmd.Wait() // it was interrupted
		_ = s.pty.Close()
	})
	return s
}

// Write records what is drawn.
func (s *openedScreen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = append(s.drawn, p...)
	return len(p), nil
}
