package runner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/delivery"
	"keyturn/iamops/policy"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// way is how a profile signs with the operator's own key, which {id} and {secret} stand
// for in its files.
type way struct {
	config, credentials string
	serial              string // of the MFA device; "" without one
}

var ownWays = map[string]way{
	"a static profile": {credentials: "[me]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"},
	"a role by source_profile": {
		config:      "[profile me]\nrole_arn = " + sandbox.AdminRoleARN + "\nsource_profile = base\n",
		credentials: "[base]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n",
	},
	"an MFA session": {
		credentials: "[me]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n",
		serial:      sandbox.MFASerial,
	},
}

// bureau is an operator who rotates the key that signs, from real files, over several runs
// of keyturn.
type bureau struct {
	scene
	way  way
	home string
	a    *account.Account

	calls called
	// only is the policy that the operator has; its zero value leaves all allowed.
	only policy.Document
}

func atDesk(t *testing.T, w way, home string) *bureau {
	return atDeskWith(t, w, home, policy.Document{})
}

// atDeskWith is atDesk for an operator who may do what a policy says, and no more.
func atDeskWith(t *testing.T, w way, home string, only policy.Document) *bureau {
	t.Helper()
	d := &bureau{scene: scene{t: t, cloud: faults.New(sandbox.Options{Seed: 1}), notes: &notes{}}, way: w, home: home, only: only}
	if len(only.Statement) > 0 {
		d.cloud.Allow(sandbox.OperatorUser)
		d.cloud.Attach(sandbox.OperatorUser, "keyturn", only.JSON())
	}
	operator := d.cloud.Operator()
	fill := strings.NewReplacer("{id}", operator.KeyID, "{secret}", operator.Secret)
	for name, text := range map[string]string{"config": w.config, "credentials": w.credentials} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(fill.Replace(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.start(runner.Task{ID: "rot1", User: sandbox.OperatorUser})
	return d
}

// connect signs with the profile as it is in the files.
func (d *bureau) connect() (*account.Account, error) {
	return account.Connect(context.Background(), account.Options{
		Profile: "me", Region: "eu-west-1", EndpointURL: "http://sandbox.test", HTTPClient: d.cloud.Client(), Clock: d.cloud,
		OnCall: d.calls.take, MFASerial: d.way.serial, MFAToken: func(context.Context) (string, error) { return sandbox.MFACode, nil },
	})
}

// start is a run of keyturn.
func (d *bureau) start(task runner.Task) {
	d.t.Helper()
	var err error
	if d.a, err = d.connect(); err != nil {
		d.t.Fatalf("the profile does not work: %v", err)
	}
	env := delivery.Env{Getenv: func(name string) string {
		return map[string]string{"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(d.home, "credentials"), "AWS_CONFIG_FILE": filepath.Join(d.home, "config")}[name]
	}}
	parts := runner.Parts{
		Account: d.a, Journal: d.notes, Clock: d.cloud, Settings: rotation.DefaultSettings(), Targets: atHome{env}, Renew: d.a.Renew,
	}
	if len(d.only.Statement) > 0 {
		parts.Trail, parts.Policies, parts.Simulator = d.a, d.a, d.a
	}
	d.run = runner.Start(parts, task)
	d.await("the first list", func(st rotation.State) bool {
		return !st.ListedAt.IsZero() && !st.Reconciling && st.Phase == rotation.Ready
	})
}

// interrupt ends the run and begins another, by what the journal and the files hold.
func (d *bureau) interrupt() {
	d.t.Helper()
	d.end()
	task := runner.Task{ID: "rot2", User: sandbox.OperatorUser}
	if m, found := rotation.MemoryOf(d.notes.all(), sandbox.OperatorUser); found {
		task.Memory = &m
	}
	d.start(task)
}

func (d *bureau) end() {
	if err := d.run.Close(context.Background()); err != nil {
		d.t.Error(err)
	}
}

// ownSteps are a whole rotation of one's own key, step by step.
var ownSteps = []func(d *bureau){
	func(d *bureau) { d.must(rotation.GoOn) },
	func(d *bureau) {
		d.change(rotation.MakeChange, rotation.Store)
		d.await("the trial", func(st rotation.State) bool { return st.Trial.State == rotation.TrialPassed && len(st.Deliveries) > 0 })
	},
	func(d *bureau) { d.must(rotation.Deliver); d.settled() },
	func(d *bureau) { d.must(rotation.Stored) },
	func(d *bureau) { d.signAfresh() },
	func(d *bureau) { d.must(rotation.GoOn) },
	func(d *bureau) { d.change(rotation.MakeChange, rotation.Watch) },
	func(d *bureau) { d.change(rotation.RollBack, rotation.Distribute) },
	func(d *bureau) { d.must(rotation.GoOn); d.change(rotation.MakeChange, rotation.Watch) },
	func(d *bureau) { d.cloud.Advance(8 * 24 * time.Hour); d.must(rotation.GoOn) },
	func(d *bureau) { d.change(rotation.MakeChange, rotation.Finished) },
}

func (d *bureau) signAfresh() {
	d.must(rotation.SignAfresh)
	d.await("the credentials afresh", func(st rotation.State) bool { return !st.Resigning })
	if p := d.state().Problem; p != nil {
		d.t.Fatalf("resolving the credentials afresh: %v", p)
	}
}

// finish takes the rotation to its end from wherever it stands: on, or by giving the new
// key up.
func (d *bureau) finish(giveUp bool) {
	d.t.Helper()
	for range 60 {
		d.await("an offer", func(st rotation.State) bool {
			return st.Over() || st.Phase == rotation.Ready && !st.Look.Exists() && !st.Resigning && st.Fresh() && st.Trial.State != rotation.TrialRunning
		})
		s := d.state()
		if s.Over() {
			return
		}
		can := map[rotation.Decision]rotation.Offer{}
		for _, o := range d.run.Snapshot().Offers(d.cloud.Now()) {
			if o.Refused == rotation.Possible {
				can[o.Decision] = o
			}
		}
		var choice rotation.Decision
		order := []rotation.Decision{rotation.HaveSecret, rotation.Deliver, rotation.SignAfresh, rotation.Stored, rotation.GoOn, rotation.MakeChange}
		if giveUp {
			order = []rotation.Decision{rotation.GiveUpNew, rotation.TakeBackAll, rotation.SignAfresh, rotation.GoOn, rotation.MakeChange}
		}
		if !giveUp && s.Orphan() && !strings.Contains(d.credentials(), s.New.ID) {
			order = []rotation.Decision{rotation.GiveUpNew, rotation.GoOn, rotation.MakeChange} // nobody has its secret
		}
		for _, want := range order {
			if _, there := can[want]; there {
				choice = want
				break
			}
		}
		switch choice {
		case "":
			d.cloud.Advance(9 * 24 * time.Hour)
			_ = d.run.Refresh() // what is under way looks by itself
		case rotation.SignAfresh:
			d.signAfresh()
		case rotation.GoOn, rotation.MakeChange, rotation.Stored, rotation.HaveSecret, rotation.GiveUpNew, rotation.Deliver, rotation.TakeBackAll:
			d.must(choice)
			d.settled()
		default:
			d.t.Fatalf("took %s", choice)
		}
	}
	s := d.state()
	d.t.Fatalf("not at the end: %s/%s, problem %v", s.Plan, s.Step, s.Problem)
}

func (d *bureau) credentials() string { return contents(d.t, filepath.Join(d.home, "credentials")) }

// works checks that the profile signs, with a key that is Active.
func (d *bureau) works(when string) {
	d.t.Helper()
	a, err := d.connect()
	if err != nil {
		d.t.Fatalf("%s the profile does not work: %v", when, err)
	}
	keys, err := a.Keys(context.Background(), sandbox.OperatorUser)
	if err != nil {
		d.t.Fatalf("%s the profile can't list: %v", when, err)
	}
	for _, k := range keys {
		if a.Caller().SignsWith(sandbox.OperatorUser, k.ID) == iamops.DependsOnKey && k.Status == iamops.Active {
			return
		}
	}
	d.t.Errorf("%s the profile signs with none of %v: %+v", when, keys, a.Caller())
}

// TestOnesOwnKeyWhereverItIsInterrupted rotates the key that signs, ends keyturn after
// each of the steps, and then goes on to the end, or gives the new key up. At every moment
// the profile works.
func TestOnesOwnKeyWhereverItIsInterrupted(t *testing.T) {
	for name, w := range ownWays {
		for after := range ownSteps {
			for _, giveUp := range []bool{false, true} {
				home := t.TempDir()
				t.Run(fmt.Sprintf("%s, after %d, giving up %v", name, after+1, giveUp), func(t *testing.T) {
					isolateAWS(t, home)
					synctest.Test(t, func(t *testing.T) {
						d := atDesk(t, w, home)
						defer func() { d.end() }()
						for i, step := range ownSteps[:after+1] {
							step(d)
							d.works(fmt.Sprintf("after step %d", i+1))
						}
						d.interrupt()
						d.finish(giveUp)
						d.works("at the end")
						if s := d.state(); s.New.Known() && !s.New.Gone && s.Old.Status == iamops.Active && !s.Old.Gone {
							t.Errorf("at the end both keys are Active: %s/%s", s.Plan, s.Step)
						}
					})
				})
			}
		}
	}
}

// isolateAWS keeps the SDK to the files of a test.
func isolateAWS(t *testing.T, home string) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "config"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}
