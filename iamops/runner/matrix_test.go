package runner_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// mishap is what goes wrong with a change, in the process that makes it.
type mishap struct {
	name   string
	wire   faults.Fault      // its Action is the change's, where it names none
	write  rotation.DeedKind // the record that can't be written; "" if all can
	effect bool              // the change takes effect all the same
}

var mishaps = []mishap{
	{name: "answer lost", wire: faults.Fault{Break: faults.ConnectionReset, At: faults.AfterEffect}, effect: true},
	{name: "connection lost before the effect", wire: faults.Fault{Break: faults.ConnectionReset}},
	{name: "answer cut", wire: faults.Fault{Break: faults.CutBody, At: faults.AfterEffect}, effect: true},
	{name: "500 before the effect", wire: faults.Fault{Break: faults.InternalError}},
	{name: "500 after the effect", wire: faults.Fault{Break: faults.InternalError, At: faults.AfterEffect}, effect: true},
	{name: "throttled for good", wire: faults.Fault{Break: faults.Throttle}},
	{name: "timed out before the effect", wire: faults.Fault{Hold: true}},
	{name: "timed out after the effect", wire: faults.Fault{Hold: true, At: faults.AfterEffect}, effect: true},
	{name: "access denied", wire: faults.Fault{Break: faults.Deny}},
	{name: "credentials expired", wire: faults.Fault{Break: faults.Expire}},
	{name: "credentials expired before sending", wire: faults.Fault{Action: "sts:GetCallerIdentity", Break: faults.Expire}},
	{name: "intent not writable", write: rotation.DeedAnnounced},
	{name: "outcome not writable", write: rotation.DeedChanged, effect: true},
	{name: "ended right after the answer", effect: true},
}

// nature is a way in which AWS may be, where that is not documented or differs.
type nature struct {
	name string
	is   func(*sandbox.Behavior)
}

var natures = []nature{
	{"as documented", func(*sandbox.Behavior) {}},
	{"lists lag behind", func(b *sandbox.Behavior) { b.StaleLists = 25 * time.Second }},
	{"the other way", func(b *sandbox.Behavior) {
		b.DeactivateDelay, b.ReactivateDelay = 2*time.Minute, 2*time.Minute
		b.DeleteActive, b.RefusedCounts = !b.DeleteActive, !b.RefusedCounts
	}},
}

// tally counts the cells that passed, by mishap and stage.
type tally struct {
	mu            sync.Mutex
	passed, tried map[[2]string]int
}

func (c *tally) add(row, column string, passed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tried == nil {
		c.passed, c.tried = map[[2]string]int{}, map[[2]string]int{}
	}
	c.tried[[2]string{row, column}]++
	if passed {
		c.passed[[2]string{row, column}]++
	}
}

// log prints the table, and the number of cells that passed.
func (c *tally) log(t *testing.T, rows []string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%-36s", "cells passed/tried")
	for _, s := range stages {
		fmt.Fprintf(&b, "%16s", s.name)
	}
	passed, tried := 0, 0
	for _, row := range rows {
		fmt.Fprintf(&b, "\n%-36s", row)
		for _, s := range stages {
			at := [2]string{row, s.name}
			passed, tried = passed+c.passed[at], tried+c.tried[at]
			fmt.Fprintf(&b, "%16s", fmt.Sprintf("%d/%d", c.passed[at], c.tried[at]))
		}
	}
	t.Logf("%s\n%d of %d cells passed", &b, passed, tried)
}

// TestFaultMatrix lets everything go wrong with every changing call that can go wrong
// while the process lives, ends the process at once, starts afresh on the same account,
// and takes the rotation to its end, both ways.
func TestFaultMatrix(t *testing.T) {
	var count tally
	t.Run("cells", func(t *testing.T) {
		for _, m := range mishaps {
			for _, s := range stages {
				for _, n := range natures {
					for _, e := range []ending{completed, givenUp} {
						t.Run(m.name+"/"+s.name+"/"+n.name+"/"+string(e), func(t *testing.T) {
							t.Parallel()
							t.Cleanup(func() { count.add(m.name, s.name, !t.Failed()) })
							dir := t.TempDir()
							synctest.Test(t, func(t *testing.T) { playOut(t, s, m, n, e, dir) })
						})
					}
				}
			}
		}
	})
	var rows []string
	for _, m := range mishaps {
		rows = append(rows, m.name)
	}
	count.log(t, rows)
}

// playOut is one cell.
func playOut(t *testing.T, s stage, m mishap, n nature, e ending, dir string) {
	cloud := faults.New(sandbox.Options{Seed: 1})
	cloud.Configure(n.is)
	c := newCell(t, cloud, dir, newWitness(t, cloud))
	notes := c.start()
	s.reach(c)

	if m.wire.Action == "" {
		m.wire.Action = s.change.Action()
	}
	fault := cloud.Inject(m.wire)
	notes.kind.Store(m.write)
	before := c.witness.done(s.change)
	c.must(s.decision)
	c.await("the end of the change", func(s rotation.State) bool { return !s.InFlight() })
	if m.write != rotation.DeedAnnounced && fault.Struck() == 0 {
		t.Error("the fault did not strike")
	}
	if effect := c.witness.done(s.change) > before; effect != m.effect {
		t.Errorf("effect: %v", effect)
	}
	c.stop()
	fault.Remove()
	over := c.state().Over()

	c.start()
	if over { // and on record: what begins now is another rotation
		c.report()
		return
	}
	c.finish(e, m.wire.Break == faults.Throttle)
}
