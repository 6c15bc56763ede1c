package runner_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox/faults"
)

// target is the user whose key the cells rotate.
const target = "Suzie"

// stage is a point of a rotation at which one of the four changing calls is made.
type stage struct {
	name     string
	change   iamops.ChangeKind
	decision rotation.Decision // that makes it
	reach    func(*cell)       // takes a rotation from its beginning to that point
}

var stages = []stage{
	{"create", iamops.Create, rotation.MakeChange, func(c *cell) { c.must(rotation.GoOn) }},
	{"deactivate", iamops.Deactivate, rotation.MakeChange, (*cell).reachDeactivate},
	{"reactivate", iamops.Reactivate, rotation.RollBack, (*cell).reachWatch},
	{"delete", iamops.Delete, rotation.MakeChange, func(c *cell) {
		c.reachWatch()
		c.must(rotation.GoOn)
		iamops.Sleep(c.t.Context(), rotation.DeleteAfter)
	}},
	{"deactivate new", iamops.Deactivate, rotation.MakeChange, (*cell).reachDiscard},
	{"delete new", iamops.Delete, rotation.MakeChange, func(c *cell) {
		c.reachDiscard()
		c.change(rotation.MakeChange, rotation.Delete)
		iamops.Sleep(c.t.Context(), rotation.DeleteAfter)
	}},
}

func (c *cell) reachDeactivate() {
	c.stored()
	c.put = true
	c.must(rotation.GoOn)
}

func (c *cell) reachWatch() {
	c.reachDeactivate()
	c.change(rotation.MakeChange, rotation.Watch)
}

func (c *cell) reachDiscard() {
	c.must(rotation.GoOn)
	c.change(rotation.MakeChange, rotation.Store)
	c.must(rotation.GiveUpNew)
}

// ending is how a rotation is to end after the fresh start.
type ending string

const (
	completed ending = "completed"
	givenUp   ending = "given up"
)

// cell is one cell of the fault matrix: a rotation over a sandbox behind a witness,
// with a journal on disk, that can be begun afresh.
type cell struct {
	*scene
	witness *witness
	client  *account.Account // through the witness
	dir     string           // of the journal
	put     bool             // the operator has put the new secret away
	stop    func()           // ends the runner and closes the journal
}

// newCell makes a cell over a sandbox. Its runner is yet to be started.
func newCell(t *testing.T, cloud *faults.Account, dir string, w *witness) *cell {
	t.Helper()
	return &cell{
		scene: &scene{t: t, cloud: cloud}, witness: w, dir: dir,
		client: reach(t, cloud, &http.Client{Transport: w}),
	}
}

// refusing is a journal on disk that can be made to refuse a kind of record.
type refusing struct {
	*journal.Journal
	kind atomic.Value // of rotation.DeedKind
}

func (r *refusing) Append(line any) error {
	rec, _ := line.(rotation.Record)
	if r.kind.Load() == rec.Kind {
		return fmt.Errorf("the %s of a change: no space left on device", rec.Kind)
	}
	return r.Journal.Append(rec)
}

// start is the start of keyturn: it goes on with what the journal remembers, else it
// begins.
func (c *cell) start() *refusing {
	c.t.Helper()
	caller := c.client.Caller()
	file, err := journal.Open(c.dir, caller.Partition, caller.Account)
	if err != nil {
		c.t.Fatal(err)
	}
	records := c.records()
	task := runner.Task{ID: fmt.Sprintf("begun-after-%d", len(records)), User: target}
	if m, found := rotation.MemoryOf(records, target); found {
		task.Memory = &m
	}
	j := &refusing{Journal: file}
	run := runner.Start(runner.Parts{Account: c.client, Journal: j, Clock: c.cloud, Settings: rotation.DefaultSettings()}, task)
	c.run = run
	c.stop = sync.OnceFunc(func() {
		if err := run.Close(context.Background()); err != nil {
			c.t.Error(err)
		}
		if err := file.Close(); err != nil {
			c.t.Error(err)
		}
	})
	c.t.Cleanup(c.stop)
	c.settle()
	return j
}

// records are the journal as it is on disk.
func (c *cell) records() []rotation.Record {
	c.t.Helper()
	caller := c.client.Caller()
	records, damages, err := desk.Read(c.dir, caller.Partition, caller.Account)
	if err != nil || len(damages) > 0 {
		c.t.Fatalf("journal: %v, damages %v", err, damages)
	}
	return records
}

func lastOf(records []rotation.Record) rotation.Record {
	if len(records) == 0 {
		return rotation.Record{}
	}
	return records[len(records)-1]
}

// settle waits until nothing moves any more by itself.
func (c *cell) settle() {
	c.t.Helper()
	c.await("rest", func(s rotation.State) bool {
		looking := s.Look.Exists() && !s.Look.Overdue
		if s.Over() {
			return !s.Look.Exists()
		}
		return !s.ListedAt.IsZero() && s.Phase == rotation.Ready && !looking && s.Trial.State != rotation.TrialRunning && s.Fresh()
	})
}

// report checks that keyturn tells of every key that there is, and of a secret that
// nobody has.
func (c *cell) report() {
	c.t.Helper()
	s := c.state()
	for _, k := range c.witness.truth() {
		_, other := iamops.FindKey(s.Others, k.ID)
		isOld, isNew := s.Old.ID == k.ID && !s.Old.Gone, s.New.ID == k.ID && !s.New.Gone
		if !other && !isOld && !isNew {
			c.t.Errorf("nothing is said of %s: old %+v, new %+v, others %v", k.ID, s.Old, s.New, s.Others)
		}
	}
	if made := c.witness.made(); made != "" && !c.put && (!s.Orphan() || s.New.ID != made) {
		c.t.Errorf("the secret of %s is lost without a word: new %s, secret %q", made, s.New.ID, s.Secret)
	}
}

// drive takes the rotation to its end.
func (c *cell) drive(to ending) {
	c.t.Helper()
	for range 30 {
		s := c.state()
		if s.Over() {
			return
		}
		if to == givenUp && s.Step == rotation.Check && !s.New.Known() {
			return // nothing was made: there is nothing to give up
		}
		offer, found := c.choose(s, to)
		if !found {
			c.cloud.Advance(rotation.DeleteAfter) // only time is lacking
			iamops.Sleep(c.t.Context(), time.Second)
			c.settle()
			continue
		}
		c.must(offer.Decision)
		c.put = c.put || offer.Decision == rotation.Stored
		c.settle()
	}
	s := c.state()
	c.t.Fatalf("no end: %s/%s of %s, old %+v, new %+v, secret %q, offers %+v",
		s.Step, s.Phase, s.Plan, s.Old, s.New, s.Secret, c.run.Snapshot().Offers(c.cloud.Now()))
}

// choose takes the first offer that leads to the ending.
func (c *cell) choose(s rotation.State, to ending) (rotation.Offer, bool) {
	prefer := []rotation.Decision{rotation.Stored, rotation.GoOn, rotation.GoBack, rotation.MakeChange}
	switch {
	case s.Orphan() && c.put:
		prefer = append([]rotation.Decision{rotation.HaveSecret}, prefer...)
	case s.Orphan():
		prefer = append([]rotation.Decision{rotation.GiveUpNew}, prefer...)
	case to == givenUp:
		prefer = append([]rotation.Decision{rotation.GiveUpNew}, prefer...)
		if s.Plan == rotation.Rotate {
			prefer = append([]rotation.Decision{rotation.RollBack}, prefer...)
		}
	}
	offers := c.run.Snapshot().Offers(c.cloud.Now())
	for _, d := range prefer {
		if o, found := rotation.OfferFor(offers, d); found && o.Refused == rotation.Possible {
			return o, true
		}
	}
	return rotation.Offer{}, false
}

// finish brings the rotation to an end after the fresh start, and holds everything
// that must never happen against the cell.
func (c *cell) finish(to ending, throttled bool) {
	c.t.Helper()
	c.report()
	s := c.state()
	onlyGivenUp := rotation.PlanOf(s.Plan).Target == rotation.NewKey || s.Orphan() && !c.put
	oldStays := !s.Old.Gone && (to == givenUp || onlyGivenUp)
	c.drive(to)
	c.report()
	c.stop()
	for _, law := range c.witness.compare(c.records(), throttled) {
		c.t.Error(law)
	}
	keys := c.witness.truth()
	if len(keys) != 1 || keys[0].Status != iamops.Active || slices.Contains(c.witness.first, keys[0].ID) != oldStays {
		c.t.Errorf("%s; keys at the end: %v, at the beginning: %v", to, keys, c.witness.first)
	}
}

// sleepUntil lets the bubble's time pass up to an instant.
func sleepUntil(ctx context.Context, at time.Time) { iamops.Sleep(ctx, time.Until(at)) }
