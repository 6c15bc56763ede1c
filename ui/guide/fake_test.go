package guide

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
	"keyturn/ui/words"
)

const (
	day       = 24 * time.Hour
	oldKeyID  = "AKIAIOSFODNN7EXAMPLE"
	newKeyID  = "AKIAI44QH8DHBEXAMPLE"
	theSecret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY01"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fakeRotation takes every decision, and moves nowhere by itself. It is safe for
// concurrent use, as commands run beside the test.
type fakeRotation struct {
	mu       sync.Mutex
	snapshot runner.Snapshot
	secret   iamops.Secret
	updates  chan runner.Snapshot

	refuse    error // the answer to every decision
	leave     error // the answer to leaving
	decisions []rotation.Decide
	turns     []int
	refreshed int
	added     []string
	noTarget  error // why a target can not be added
	left      int
}

func newFake(s rotation.State) *fakeRotation {
	f := &fakeRotation{
		snapshot: runner.Snapshot{State: s, Settings: rotation.DefaultSettings()},
		updates:  make(chan runner.Snapshot, 1),
	}
	if s.Secret == rotation.SecretHeld {
		f.secret = iamops.NewSecret(theSecret)
	}
	return f
}

func (f *fakeRotation) Snapshot() runner.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.snapshot
}

func (f *fakeRotation) Updates() <-chan runner.Snapshot { return f.updates }

func (f *fakeRotation) Decide(turn int, d rotation.Decide) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.decisions, f.turns = append(f.decisions, d), append(f.turns, turn)
	return f.refuse
}

func (f *fakeRotation) Take(_ context.Context, t runner.Task) error {
	return f.Decide(f.Snapshot().State.Turn, rotation.Decide{Decision: rotation.Leak, KeyID: t.KeyID})
}

func (f *fakeRotation) Refresh() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refreshed++
	return nil
}

func (f *fakeRotation) GiveOut() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.secret.Held() {
		return runner.ErrNoSecret
	}
	return nil
}

func (f *fakeRotation) Lend(use func(iamops.Secret) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.secret.Held() {
		return runner.ErrNoSecret
	}
	return use(f.secret)
}

func (f *fakeRotation) AddTarget(spec string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.added = append(f.added, spec)
	return f.noTarget
}

func (f *fakeRotation) Leave() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left++
	return f.leave
}

// publish is what the runner does when something has happened.
func (f *fakeRotation) publish(change func(*rotation.State)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.snapshot.State)
	f.snapshot.Number++
	f.updates <- f.snapshot
}

// looksOn lets somebody else be at work on the user.
func (st *stage) looksOn() {
	st.fake.mu.Lock()
	st.fake.snapshot.Settings.HeldBy = "user/bob (process 4711 on build-7, since 11:20:00 UTC)"
	st.fake.mu.Unlock()
	st.fake.publish(func(*rotation.State) {})
	st.settle()
}

func (f *fakeRotation) taken() []rotation.Decide {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.decisions)
}

// stage is a screen on a fake rotation. It lives in a synctest bubble: commands run
// beside the test, and settle waits until nothing moves any more.
type stage struct {
	files  written
	t      *testing.T
	clock  *uitest.Clock
	fake   *fakeRotation
	screen *Screen
	msgs   chan tea.Msg
	outbox []tea.Msg // what came for the root
	sent   []string  // to the clipboard
}

func newStage(t *testing.T, s rotation.State, width, height int) *stage {
	t.Helper()
	st := &stage{t: t, clock: uitest.NewClock(noon), fake: newFake(s), msgs: make(chan tea.Msg, 1000)}
	common := kit.NewCommon(st.clock, kit.Look{})
	common.Update(tea.WindowSizeMsg{Width: width, Height: height})
	st.screen = New(t.Context(), common, st.fake, Options{
		Account: "acme-prod 1234-5678-9012", Profile: "prod", Files: &st.files,
		Summary: func(id string) (string, error) { return "of " + id, nil },
		Clipboard: func(secret iamops.Secret) (string, error) {
			st.sent = append(st.sent, secret.Reveal())
			return words.OnTerminalClipboard, nil
		},
	})
	t.Cleanup(st.screen.Close)
	st.run(st.screen.Init())
	st.settle()
	return st
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

// settle hands over what has come until nothing moves.
func (st *stage) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-st.msgs:
			switch msg.(type) {
			case Left, kit.Toast:
				st.outbox = append(st.outbox, msg)
			}
			st.run(st.screen.Update(msg))
		default:
			return
		}
	}
}

// press hands keys over one after the other, each settled before the next.
func (st *stage) press(keys ...string) {
	for _, k := range keys {
		st.run(st.screen.Update(uitest.Key(k)))
		st.settle()
	}
}

func (st *stage) typed(text string) {
	for _, r := range text {
		st.press(string(r))
	}
}

// view is what the operator sees, with the open question on top.
func (st *stage) view() string {
	c := st.screen.common
	title, _ := st.screen.Title()
	hints := kit.Footer(st.screen.Keys())
	if d := st.screen.Dialog(); d != nil {
		hints = d.Hints()
	}
	view := kit.Frame{
		Left:  []kit.Part{{Text: "keyturn"}, {Text: "acme-prod · 1234-5678-9012", Pinned: true}, {Text: "profile prod", Pinned: true}},
		Right: title, Body: st.screen.View(), Hints: hints,
	}.View(c)
	view, _ = c.WithDialog(view, st.screen.Dialog())
	return view
}

// toast is the last toast, "" if there was none.
func (st *stage) toast() string {
	for i := len(st.outbox) - 1; i >= 0; i-- {
		if t, ok := st.outbox[i].(kit.Toast); ok {
			return t.Text
		}
	}
	return ""
}

func (st *stage) hasLeft() bool {
	for _, msg := range st.outbox {
		if _, ok := msg.(Left); ok {
			return true
		}
	}
	return false
}

// written are files that a screen has written.
type written struct{ all []string }

func (w *written) Search(context.Context, string, string) ([]string, error) { return nil, nil }

func (w *written) Write(name, text string) (string, error) {
	w.all = append(w.all, name+": "+text)
	return "/home/suzie/" + name, nil
}
