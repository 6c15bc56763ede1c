//go:build stories

package cli_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/creack/pty"
)

// build builds keyturn as it is installed.
func build(tb testing.TB) string {
	tb.Helper()
	program := filepath.Join(tb.TempDir(), "keyturn")
	out, err := exec.CommandContext(tb.Context(), "go", "build", "-o", program, "keyturn").CombinedOutput()
	if err != nil {
		tb.Fatalf("building: %v\n%s", err, out)
	}
	return program
}

// lastOfFirstFrame is what the first frame of the list ends with: a key of the footer,
// which has no room for more while the list loads.
const lastOfFirstFrame = "help"

// BenchmarkFirstFrame starts the built `keyturn sandbox` in a terminal of 120 × 40 cells,
// 20 times, and takes the time from before the start of the process until the last of
// its first frame has arrived. The terminal answers none of keyturn's questions.
func BenchmarkFirstFrame(b *testing.B) {
	program := build(b)
	env := append(isolated(b.TempDir()), "TERM=xterm-256color")
	firstFrame(b, program, env) // the machine reads the program from disk once
	var times []time.Duration
	for b.Loop() {
		times = times[:0]
		for range 20 {
			times = append(times, firstFrame(b, program, env))
		}
	}
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms((times[9]+times[10])/2), "ms-median")
	b.ReportMetric(ms(times[0]), "ms-best")
	b.ReportMetric(ms(times[len(times)-1]), "ms-worst")
}

// firstFrame is the time from start to first frame.
func firstFrame(b *testing.B, program string, env []string) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), program, "sandbox")
	cmd.Env = env
	start := time.Now()
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		b.Fatal(err)
	}
	var drawn []byte
	buf := make([]byte, 64<<10)
	for !bytes.Contains(drawn, []byte(lastOfFirstFrame)) {
		n, err := screen.Read(buf)
		if err != nil {
			b.Fatalf("%v after %q", err, drawn)
		}
		drawn = append(drawn, buf[:n]...)
	}
	took := time.Since(start)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, screen) // ends with an error when the terminal is closed
	_ = cmd.Wait()                     // it was interrupted
	if err := screen.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}
