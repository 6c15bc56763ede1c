package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// orders are what a child process is to do: go on with the rotation in a journal, over
// the network, and take decisions.
type orders struct {
	URL       string
	Operator  sandbox.Credentials
	Dir       string
	Decisions []rotation.Decision
}

// ordersVariable makes a process of this test binary a child.
const ordersVariable = "KEYTURN_TEST_ORDERS"

func TestMain(m *testing.M) {
	if text := os.Getenv(ordersVariable); text != "" {
		fmt.Fprintln(os.Stderr, obey(text))
		os.Exit(1) // a child ends by being killed
	}
	debug.SetGCPercent(400) // the cells of the matrix make much garbage, and little of it stays
	os.Exit(m.Run())
}

// obey is the life of a child. It returns only if something went wrong.
func obey(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	op := account.Endpoint{
		URL: o.URL, Region: "eu-west-1",
		KeyID: o.Operator.KeyID, Secret: iamops.NewSecret(o.Operator.Secret), SessionToken: o.Operator.SessionToken,
	}
	clock := account.NewClock()
	a, err := account.At(context.Background(), op, account.Options{Clock: clock})
	if err != nil {
		return err
	}
	caller := a.Caller()
	j, err := journal.Open(o.Dir, caller.Partition, caller.Account)
	if err != nil {
		return err
	}
	records, _, err := desk.Read(o.Dir, caller.Partition, caller.Account)
	if err != nil {
		return err
	}
	task := runner.Task{ID: "childs", User: target}
	if m, found := rotation.MemoryOf(records, target); found {
		task.Memory = &m
	}
	run := runner.Start(runner.Parts{Account: a, Journal: j, Clock: clock, Settings: rotation.DefaultSettings()}, task)
	for {
		snapshot := <-run.Updates()
		s := snapshot.State
		if len(o.Decisions) == 0 || s.ListedAt.IsZero() || s.Phase != rotation.Ready || s.Look.Exists() || !s.Fresh() {
			continue
		}
		next := o.Decisions[0]
		o.Decisions = o.Decisions[1:]
		offer, _ := rotation.OfferFor(snapshot.Offers(clock.Now()), next)
		if err := run.Decide(s.Turn, rotation.Decide{Decision: next, Yes: true, Typed: lastFour(s.Target().ID), Reason: "a test", Whys: offer.Whys}); err != nil {
			return fmt.Errorf("%s at %s: %w", next, s.Step, err)
		}
	}
}

// death is the moment at which a child is killed.
type death struct {
	name string
	hold faults.Fault // which holds the child there; its Action is the change's, where it names none
}

var deaths = []death{
	// The intent is on record, and the call that must precede the change is under way.
	// The first such call is that of the child's start.
	{"killed before sending", faults.Fault{Action: "sts:GetCallerIdentity", Skip: 1, Hold: true}},
	{"killed between sending and effect", faults.Fault{Hold: true}},
	{"killed after the effect", faults.Fault{Hold: true, At: faults.AfterEffect}},
}

// TestKilledMatrix kills a process with SIGKILL in the middle of every changing call,
// starts afresh on the same account and journal, and takes the rotation to its end.
func TestKilledMatrix(t *testing.T) {
	var count tally
	t.Run("cells", func(t *testing.T) {
		for _, d := range deaths {
			for _, s := range stages {
				for _, n := range natures {
					for _, e := range []ending{completed, givenUp} {
						t.Run(d.name+"/"+s.name+"/"+n.name+"/"+string(e), func(t *testing.T) {
							t.Parallel()
							t.Cleanup(func() { count.add(d.name, s.name, !t.Failed()) })
							killAndGoOn(t, s, d, n, e)
						})
					}
				}
			}
		}
	})
	var rows []string
	for _, d := range deaths {
		rows = append(rows, d.name)
	}
	count.log(t, rows)
}

// killAndGoOn is one cell. Its time is the bubble's up to the change, which is made by
// a child in real time, and then a bubble's again.
func killAndGoOn(t *testing.T, s stage, d death, n nature, e ending) {
	dir := t.TempDir()
	start := time.Now().Round(0)
	var cloud *faults.Account
	var w *witness
	put := false
	synctest.Test(t, func(t *testing.T) {
		sleepUntil(t.Context(), start.Add(-time.Hour))
		cloud = faults.New(sandbox.Options{Seed: 1})
		cloud.Configure(n.is)
		w = newWitness(t, cloud)
		c := newCell(t, cloud, dir, w)
		c.start()
		s.reach(c)
		c.stop()
		put = c.put
		sleepUntil(t.Context(), start)
	})
	if t.Failed() {
		return
	}
	decisions := []rotation.Decision{s.decision}
	if s.change == iamops.Create { // nothing is on record that would be at stake
		decisions = []rotation.Decision{rotation.GoOn, s.decision}
	}
	before := w.done(s.change)
	killChild(t, cloud, w, s, d, orders{Dir: dir, Decisions: decisions})
	if effect := w.done(s.change) > before; effect != (d.hold.At == faults.AfterEffect) {
		t.Errorf("effect: %v", effect)
	}
	if t.Failed() {
		return
	}
	after := time.Now().Round(0)
	synctest.Test(t, func(t *testing.T) {
		sleepUntil(t.Context(), after)
		w.connect(t)
		c := newCell(t, cloud, dir, w)
		c.put = put
		if last := lastOf(c.records()); last.Kind != rotation.DeedAnnounced || last.Change != s.change {
			t.Fatalf("the journal ends with %+v", last)
		}
		c.start()
		c.finish(e, false)
	})
}

// killChild lets a child obey, holds it in the middle of the change, and kills it there.
func killChild(t *testing.T, cloud *faults.Account, w *witness, s stage, d death, o orders) {
	t.Helper()
	if d.hold.Action == "" {
		d.hold.Action = s.change.Action()
	}
	server := httptest.NewServer(w)
	defer server.Close() // waits until what the child has sent is dealt with
	w.connect(t)
	fault := cloud.Inject(d.hold)
	defer fault.Remove()
	o.URL, o.Operator = server.URL, cloud.Operator()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close() //nolint:errcheck // it is read by its name
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), ordersVariable+"="+string(text))
	child.Stderr = stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = child.Wait() // it does not end well
	}()
	select {
	case <-fault.Held():
	case <-ended:
		said, _ := os.ReadFile(stderr.Name())
		t.Fatalf("the child ended by itself: %s", said)
	}
	if err := child.Process.Kill(); err != nil {
		t.Error(err)
	}
	<-ended
}
