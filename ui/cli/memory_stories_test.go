//go:build stories

package cli_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// memoryTarget is the most that keyturn may have resident with 10,000 keys, in MB of
// 1,000,000 bytes.
const memoryTarget = 60

// TestResidentMemory opens an account of 10,000 keys, which this process serves, with
// the built program, and asks the system how much memory that has: when all is loaded,
// after some work with the list, and at the most.
func TestResidentMemory(t *testing.T) {
	served := serveUsers(11_400)
	defer served.close()
	term := openProgram(t, build(t), served)
	term.patience = 3 * time.Minute
	// The header has no room for how far the load is, beside the endpoint: the load has
	// ended when no more calls come.
	keys, calls, since := 0, 0, time.Now()
	term.until("waited for the end of the load", func() bool {
		if n := served.cloud.Sent(""); n != calls {
			calls, since = n, time.Now()
		}
		keys = served.cloud.Sent("iam:GetAccessKeyLastUsed")
		return keys > 0 && time.Since(since) > 5*time.Second
	})
	loaded := memoryOf(t, term.cmd.Process.Pid)
	for range 4 { // the orders, both ends, the details, a filter that is typed and dropped
		term.press("s")
		term.press("Gg")
		term.press("d/cron")
		term.await("/ cron")
		term.press("\r")
		term.await("filter") // the footer's
		term.press("\x1b")
		term.await("limit 90 d")
	}
	used := memoryOf(t, term.cmd.Process.Pid)
	t.Logf("%d keys: %.1f MB when loaded, %.1f MB after use, %.1f MB at the most", keys, loaded["VmRSS"], used["VmRSS"], used["VmHWM"])
	if keys < 10_000 {
		t.Errorf("the account has %d keys only", keys)
	}
	if most := max(loaded["VmRSS"], used["VmRSS"]); most > memoryTarget {
		t.Errorf("%.1f MB are resident, more than %d MB", most, memoryTarget)
	}
	term.signal(syscall.SIGTERM)
	if code := term.exit(); code != 130 {
		t.Errorf("it ended with %d", code)
	}
}

// memoryOf is what Linux tells of a process's memory, in MB: VmRSS is what is resident,
// VmHWM the most that ever was.
func memoryOf(t *testing.T, pid int) map[string]float64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	memory := map[string]float64{}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		if kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64); err == nil && strings.HasPrefix(name, "Vm") {
			memory[name] = kib * 1024 / 1e6
		}
	}
	return memory
}
