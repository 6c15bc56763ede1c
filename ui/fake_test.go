package ui

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/calllog"
	"keyturn/ui/guide"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
	"keyturn/ui/simulation"
	"keyturn/ui/uitest"
)

const (
	day       = 24 * time.Hour
	oldKeyID  = "AKIAIOSFODNN7EXAMPLE"
	newKeyID  = "AKIAI44QH8DHBEXAMPLE"
	theSecret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY01"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// memory is an account with three users.
type memory struct {
	loads int
	slow  time.Duration // how long the list of users takes
	mu    sync.Mutex
	read  map[string]int // how often the keys were asked for, by user
}

func (m *memory) Users(ctx context.Context, page func([]iamops.User) error) error {
	m.loads++
	if m.slow > 0 {
		iamops.Sleep(ctx, m.slow)
	}
	return page([]iamops.User{{Name: "billing-cron"}, {Name: "ci-deploy"}, {Name: "Suzie"}})
}

func (m *memory) Keys(_ context.Context, user string) ([]iamops.AccessKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.read == nil {
		m.read = map[string]int{}
	}
	m.read[user]++
	return []iamops.AccessKey{{UserName: user, ID: oldKeyID, Status: iamops.Active, Created: noon.Add(-100 * day)}}, nil
}

func (m *memory) LastUsed(context.Context, string) (iamops.LastUse, string, error) {
	return iamops.LastUse{State: iamops.Used, At: noon.Add(-time.Hour), Service: "s3", Region: "us-east-1", AsOf: noon}, "", nil
}

// fakeRotation takes every decision, and moves nowhere by itself.
type fakeRotation struct {
	mu       sync.Mutex
	snapshot runner.Snapshot
	updates  chan runner.Snapshot
	secret   iamops.Secret
	leave    error
	left     int
	taken    []rotation.Decision
	fresh    int
}

func (f *fakeRotation) Snapshot() runner.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.snapshot
}

func (f *fakeRotation) Updates() <-chan runner.Snapshot { return f.updates }

func (f *fakeRotation) Decide(_ int, d rotation.Decide) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken = append(f.taken, d.Decision)
	return nil
}

func (f *fakeRotation) Take(context.Context, runner.Task) error {
	return f.Decide(0, rotation.Decide{Decision: rotation.Leak})
}

func (f *fakeRotation) Refresh() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh++
	return nil
}

func (*fakeRotation) GiveOut() error { return nil }

func (f *fakeRotation) Lend(use func(iamops.Secret) error) error { return use(f.secret) }

func (*fakeRotation) AddTarget(string) error { return nil }

func (f *fakeRotation) Leave() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left++
	return f.leave
}

func (f *fakeRotation) publish(change func(*rotation.State)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.snapshot.State)
	f.updates <- f.snapshot
}

// distributing is a rotation that waits for the applications.
func distributing(user string) *fakeRotation {
	keys := []iamops.AccessKey{
		{UserName: user, ID: oldKeyID, Status: iamops.Active, Created: noon.Add(-100 * day)},
		{UserName: user, ID: newKeyID, Status: iamops.Active, Created: noon.Add(-day)},
	}
	use := iamops.LastUse{State: iamops.Used, At: noon.Add(-time.Hour), Service: "s3", Region: "us-east-1", AsOf: noon}
	return &fakeRotation{
		updates: make(chan runner.Snapshot, 1), secret: iamops.NewSecret(theSecret),
		snapshot: runner.Snapshot{Settings: rotation.DefaultSettings(), State: rotation.State{Kept: rotation.Kept{
			ID:       "r-" + user,
			User:     user,
			Account:  "123456789012",
			Plan:     rotation.Rotate,
			Step:     rotation.Distribute,
			Phase:    rotation.Ready,
			Old:      rotation.KeyFacts{ID: oldKeyID, Status: iamops.Active, Created: keys[0].Created, LastUse: use, LongestGap: time.Hour},
			New:      rotation.KeyFacts{ID: newKeyID, Status: iamops.Active, Created: keys[1].Created, LastUse: use},
			Secret:   rotation.SecretStored,
			StoredAt: noon.Add(-day),
			Touched:  true,
		}, Seen: rotation.Seen{
			Turn:     6,
			Listed:   keys,
			ListedAt: noon,
		}}},
	}
}

// holding is a rotation whose secret is in memory.
func holding() *fakeRotation {
	const user = "Suzie"
	f := distributing(user)
	s := &f.snapshot.State
	s.Step, s.Secret, s.Trial = rotation.Store, rotation.SecretHeld, rotation.Trial{State: rotation.TrialPassed, Ended: noon}
	return f
}

// changing is a rotation with a change under way.
func changing(user string, kind iamops.ChangeKind) *fakeRotation {
	f := distributing(user)
	s := &f.snapshot.State
	s.Phase, s.Pending = rotation.Changing, &iamops.Change{Kind: kind, Rotation: s.ID, Account: s.Account, User: user}
	f.leave = &rotation.Refusal{Reason: rotation.ChangeInFlight}
	return f
}

// fakeSandbox has two applications of Suzie.
type fakeSandbox struct {
	mu    sync.Mutex
	clock *uitest.Clock
	apps  []simulation.Application
	fail  error
}

func (s *fakeSandbox) Advance(d time.Duration) error {
	if s.fail == nil {
		s.clock.Move(d)
	}
	return s.fail
}

func (s *fakeSandbox) Applications() []simulation.Application {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]simulation.Application(nil), s.apps...)
}

func (s *fakeSandbox) UpdateApplication(name, keyID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.apps {
		if s.apps[i].Name == name {
			s.apps[i].KeyID, s.apps[i].OK = keyID, true
		}
	}
	return s.fail
}

// stage is a program in a synctest bubble, without a terminal: commands run beside
// the test, and settle waits until nothing moves any more. Time moves only by pass.
type stage struct {
	t         *testing.T
	clock     *uitest.Clock
	source    *memory
	sandbox   *fakeSandbox
	calls     *calllog.Log
	codes     *mfa.Codes
	renewals  int
	renewal   func(ctx context.Context) error // what a renewal comes to; nil: it goes well
	caller    string                          // who signs after it
	rotations map[string]*fakeRotation
	startErr  error
	starts    []string
	program   *Program
	msgs      chan tea.Msg
	quit      bool
}

func newStage(t *testing.T, change func(*stage, *Options)) *stage {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	st := &stage{t: t, clock: uitest.NewClock(noon), source: &memory{}, rotations: map[string]*fakeRotation{}, msgs: make(chan tea.Msg, 1000)}
	t.Cleanup(func() {
		cancel()
		time.Sleep(2 * time.Second) // of the bubble: the last tick ends
	})
	common := kit.NewCommon(st.clock, kit.Look{})
	o := Options{
		Common:   common,
		List:     inventory.New(ctx, common, st.source, inventory.Options{Thresholds: audit.DefaultThresholds()}),
		Identity: Identity{Account: "1234-5678-9012", Alias: "acme-prod", Caller: "user/alice", Profile: "prod", Partition: "aws"},
		StartRotation: func(task runner.Task) (guide.Rotation, error) {
			user := task.User
			st.starts = append(st.starts, string(task.Plan)+" "+user+" "+task.KeyID)
			if st.startErr != nil {
				return nil, st.startErr
			}
			if f := st.rotations[user]; f != nil {
				return f, nil
			}
			return distributing(user), nil
		},
	}
	if change != nil {
		change(st, &o)
	}
	for _, f := range st.rotations {
		f.updates = make(chan runner.Snapshot, 1) // of this bubble
	}
	st.program = New(ctx, o)
	st.run(st.program.Init())
	st.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	return st
}

// withSandbox gives the stage a sandbox.
func withSandbox(st *stage, o *Options) {
	st.sandbox = &fakeSandbox{clock: st.clock, apps: []simulation.Application{
		{
			Name: "photo-sync", User: "Suzie", KeyID: oldKeyID, NewestKeyID: newKeyID, LastRun: noon.Add(-time.Minute), Seen: "boto3 1.34 at 10.2.0.7",
			Log: []simulation.LogLine{{At: noon.Add(-3 * time.Minute), OK: true, Text: "synchronised the photo bucket"}, {At: noon.Add(-time.Minute), OK: false, Text: "InvalidClientTokenId: The security token is invalid"}},
		},
		{Name: "nightly-export", User: "Suzie", KeyID: newKeyID, NewestKeyID: newKeyID, LastRun: noon.Add(-9 * time.Hour), OK: true, Seen: "aws-cli 2.9 at 10.2.0.8"},
	}}
	o.Sandbox = st.sandbox
}

func (st *stage) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				st.run(c)
			}
		default:
			st.msgs <- msg
		}
	}()
}

func (st *stage) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-st.msgs:
			if _, isQuit := msg.(tea.QuitMsg); isQuit {
				st.quit = true
				continue
			}
			_, cmd := st.program.Update(msg)
			st.run(cmd)
		default:
			return
		}
	}
}

func (st *stage) send(msg tea.Msg) {
	_, cmd := st.program.Update(msg)
	st.run(cmd)
	st.settle()
}

func (st *stage) press(keys ...string) {
	for _, k := range keys {
		st.send(uitest.Key(k))
	}
}

// pass lets time go by, on all clocks.
func (st *stage) pass(d time.Duration) {
	for range int(d / time.Second) {
		st.clock.Move(time.Second)
		time.Sleep(time.Second) // of the bubble
		st.settle()
	}
}

// view is what the operator sees, without styles and blanks at the lines' ends.
func (st *stage) view() string { return uitest.Plain(st.program.View().Content) }

func (st *stage) want(parts ...string) {
	st.t.Helper()
	view := st.view()
	for _, part := range parts {
		if !strings.Contains(view, part) {
			st.t.Fatalf("the view lacks %q:\n%s", part, view)
		}
	}
}

func (st *stage) wantNot(part string) {
	st.t.Helper()
	if view := st.view(); strings.Contains(view, part) {
		st.t.Fatalf("the view has %q:\n%s", part, view)
	}
}

// goTo opens the rotation of a user by way of the list.
func (st *stage) goTo(user string) {
	st.t.Helper()
	st.program.options.List.Select(user, "")
	st.press("enter")
	st.want("rotate " + user)
}

// withSession gives the stage a session that ends, and a log of calls.
func withSession(st *stage, o *Options) {
	st.calls, st.codes, st.caller = calllog.NewLog(), mfa.NewCodes(), "user/alice"
	o.Calls, o.Codes = st.calls, st.codes
	o.Renew = func(ctx context.Context) (string, error) {
		st.renewals++
		if st.renewal == nil {
			return st.caller, nil
		}
		if err := st.renewal(ctx); err != nil {
			return "", err
		}
		return st.caller, nil
	}
}

// call notes an AWS call that came to a problem, or to none.
func (st *stage) call(action string, problem iamops.ProblemKind) {
	c := calllog.Call{Action: action, Region: "eu-west-1", Start: st.clock.Now(), Duration: 42 * time.Millisecond, Attempts: 1, Outcome: "ok", RequestID: "req-" + action}
	if problem != "" {
		c.Outcome, c.Problem = string(problem), problem
	}
	st.calls.Add(c)
}

// bubble runs a test on a stage.
func bubble(t *testing.T, change func(*stage, *Options), test func(st *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newStage(t, change)) })
}

var errNoJournal = errors.New("the journal can't be opened")
