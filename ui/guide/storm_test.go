package guide

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

// world is a rotation that really moves: the machine behind the screen, and an
// account that answers it as it likes.
type world struct {
	*fakeRotation
	clock *uitest.Clock
	keys  []iamops.AccessKey // as they are at AWS
	taken []decision
}

type decision struct {
	rotation.Decide
	offer rotation.Offer // as it stood
}

// newWorld is a world in which a rotation has come as far as the given state.
func newWorld(clock *uitest.Clock, state rotation.State) *world {
	return &world{fakeRotation: newFake(state), clock: clock, keys: slices.Clone(state.Listed)}
}

func (w *world) Take(_ context.Context, t runner.Task) error {
	return w.Decide(w.Snapshot().State.Turn, rotation.Decide{Decision: rotation.Leak, KeyID: t.KeyID})
}

func (w *world) Decide(turn int, d rotation.Decide) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.snapshot.State
	if state.Turn != turn {
		return runner.ErrOutdated
	}
	d.At = w.clock.Now()
	offer, _ := rotation.OfferFor(w.snapshot.Offers(d.At), d.Decision)
	next, _, err := rotation.Next(state, d, w.snapshot.Settings)
	if err == nil {
		w.taken = append(w.taken, decision{d, offer})
	}
	w.moveTo(next)
	return err
}

func (w *world) Refresh() error {
	return w.Decide(w.Snapshot().State.Turn, rotation.Decide{Decision: rotation.LookAgain})
}

func (w *world) Leave() error {
	if reason := rotation.LeaveBlock(w.Snapshot().State); reason != rotation.Possible {
		return &rotation.Refusal{Reason: reason}
	}
	return w.fakeRotation.Leave()
}

// moveTo publishes a state, and holds a secret exactly when the state says so.
func (w *world) moveTo(s rotation.State) {
	w.snapshot.State = s
	if held := s.Secret == rotation.SecretHeld; held != w.secret.Held() {
		w.secret.Forget()
		if held {
			w.secret = iamops.NewSecret(theSecret)
		}
	}
	select {
	case <-w.updates:
	default:
	}
	w.updates <- w.snapshot
}

// gust is one step of a storm: a key, or an event, and the size of the terminal. All
// of it is drawn before the bubble begins, in which rapid can't draw.
type gust struct {
	key           string // "" for an event
	event         int    // which, of those that can happen
	later         time.Duration
	use           int
	newKey        bool // whose use it is
	effect        iamops.Effect
	failed        bool // a round of the trial
	width, height int
}

// stormKeys are the keys of a storm. Those that lead on come more often.
var stormKeys = []string{
	"enter", "enter", "enter", "n", "n", "right", "right", "right", "left", "tab", "esc", "R", "D", "v", "c", "t", "r",
	"down", "pgup", "MPLE", "MPLE", "M", "a reason", "x", "ctrl+c",
}

var gusts = rapid.Custom(func(t *rapid.T) gust {
	g := gust{
		event:  rapid.IntRange(0, 1000).Draw(t, "event"),
		later:  time.Second * time.Duration(rapid.SampledFrom([]int{1, 12, 70, 3600, 200000, 700000}).Draw(t, "seconds")),
		use:    rapid.IntRange(0, 4).Draw(t, "use"),
		newKey: rapid.Bool().Draw(t, "new key"),
		effect: rapid.SampledFrom([]iamops.Effect{iamops.Done, iamops.Done, iamops.NoEffect, iamops.Unclear}).Draw(t, "effect"),
		failed: rapid.IntRange(0, 4).Draw(t, "round") == 4,
		width:  rapid.IntRange(60, 140).Draw(t, "width"),
		height: rapid.IntRange(15, 50).Draw(t, "height"),
	}
	if rapid.IntRange(0, 2).Draw(t, "what") > 0 {
		g.key = rapid.SampledFrom(stormKeys).Draw(t, "key")
	}
	return g
})

// happen lets something happen in the account.
func (w *world) happen(g gust) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	state, now := w.snapshot.State, w.clock.Now()
	failure := &iamops.Problem{Kind: iamops.Throttled, Action: "iam:ListAccessKeys", Code: "Throttling", Message: "Rate exceeded"}
	events := []string{"list", "list", "list", "use", "try", "tick", "fail"}
	if state.Phase == rotation.Changing {
		events = []string{"answer", "answer", "list"}
	}
	var ev rotation.Event
	switch events[g.event%len(events)] {
	case "list":
		ev = rotation.Listed{At: now, Keys: slices.Clone(w.keys)}
	case "use":
		id := oldKeyID
		if g.newKey {
			id = newKeyID
		}
		ev = rotation.UseSeen{At: now, KeyID: id, Use: []iamops.LastUse{
			{}, {State: iamops.NeverUsed, AsOf: now}, {State: iamops.Used, At: now.Add(-time.Hour), Service: "s3", Region: "us-east-1", AsOf: now},
			{State: iamops.Used, At: now.Add(-90 * day), Service: "s3", AsOf: now}, {Problem: failure},
		}[g.use]}
	case "answer":
		ev = w.answer(g.effect, *state.Pending)
	case "try":
		tried := rotation.Tried{At: now}
		if g.failed {
			tried.Problem = failure
		}
		ev = tried
	case "tick":
		ev = rotation.Tick{At: now}
	case "fail":
		ev = rotation.Listed{At: now, Problem: failure}
	}
	next, _, err := rotation.Next(state, ev, w.snapshot.Settings)
	if err != nil {
		return fmt.Errorf("an observation was refused: %w", err)
	}
	w.moveTo(next)
	return nil
}

// answer carries a change out.
func (w *world) answer(effect iamops.Effect, c iamops.Change) rotation.Answered {
	a := rotation.Answered{At: w.clock.Now(), Effect: effect}
	if effect != iamops.Done {
		a.Problem = &iamops.Problem{Kind: iamops.Lost, Action: c.Kind.Action(), Message: "connection reset by peer"}
		return a
	}
	if c.Kind == iamops.Create {
		a.Key = iamops.AccessKey{UserName: c.User, ID: newKeyID, Status: iamops.Active, Created: w.clock.Now()}
		w.keys = append(w.keys, a.Key)
		return a
	}
	for i, k := range w.keys {
		switch {
		case k.ID != c.KeyID:
		case c.Kind == iamops.Delete:
			w.keys = append(w.keys[:i:i], w.keys[i+1:]...)
			return a
		case c.Kind == iamops.Deactivate:
			w.keys[i].Status = iamops.Inactive
		case c.Kind == iamops.Reactivate:
			w.keys[i].Status = iamops.Active
		}
	}
	return a
}

// Whatever is pressed, and whatever happens meanwhile: no change without a question
// that was answered by more than one key, no deletion without its text, no secret in
// view unless it is held and was asked for, no leaving with it, and a frame that fits.
func TestKeyStorm(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		scene := rapid.SampledFrom(storms).Draw(rt, "scene")
		steps := rapid.SliceOfN(gusts, 20, 120).Draw(rt, "storm")
		var failure error
		synctest.Test(t, func(t *testing.T) { failure = storm(t, scenes()[scene], steps) })
		if failure != nil {
			rt.Fatal(failure)
		}
	})
}

// storms are the scenes in which a storm begins: each step, and what is found of a
// rotation that was left or begun elsewhere.
var storms = []string{
	"check", "create", "store", "distribute", "deactivate", "watch", "delete", "done", "secret-unknown", "adopted",
	"two-keys-rotation-under-way", "two-keys-forgotten", "two-keys-both-live", "retire-check", "retire-watch",
}

func storm(t *testing.T, from rotation.State, steps []gust) error {
	st := newStage(t, stateAt(rotation.Check), 120, 40)
	w := newWorld(st.clock, from)
	st.screen.Close()
	st.screen = New(t.Context(), st.screen.common, w, Options{Account: "acme-prod 1234-5678-9012", Clipboard: st.screen.options.Clipboard})
	defer st.screen.Close()
	st.run(st.screen.Init())
	st.settle()
	var since []string // the keys that an open question has had
	for _, g := range steps {
		if g.key == "" {
			st.clock.Set(st.clock.Now().Add(g.later))
			if err := w.happen(g); err != nil {
				return err
			}
			st.run(st.screen.Update("a second has passed"))
			st.settle()
			continue
		}
		asked, before := st.screen.Dialog(), len(w.taken)
		if uitest.IsKey(g.key) {
			st.press(g.key)
		} else {
			st.typed(g.key)
		}
		for _, d := range w.taken[before:] {
			if err := justified(d, asked, g.key, since); err != nil {
				return err
			}
		}
		since = append(since, g.key)
		if st.screen.Dialog() == nil || st.screen.Dialog() != asked {
			since = nil
		}
		if err := inOrder(st, w, g); err != nil {
			return err
		}
	}
	return nil
}

// justified checks that a decision that was taken had to be.
func justified(d decision, asked *kit.Dialog, key string, since []string) error {
	changes := d.offer.Change != "" || d.Decision == rotation.Stored || d.Decision == rotation.GiveUpNew || d.Decision == rotation.HaveSecret
	switch {
	case !changes:
		return nil
	case asked == nil || key != "enter":
		return errors.New(string(d.Decision) + " by " + key + " without a question")
	case !slices.ContainsFunc(since, func(k string) bool { return k != "enter" }):
		return errors.New(string(d.Decision) + " by enter alone")
	case d.offer.Change == iamops.Delete && d.Typed != d.offer.Typed:
		return errors.New("a deletion on the text " + d.Typed)
	case d.offer.NeedsReason() && d.Reason == "":
		return errors.New("no reason was given")
	}
	return nil
}

// inOrder checks what must hold at any time.
func inOrder(st *stage, w *world, g gust) error {
	c := st.screen.common
	c.Width, c.Height = g.width, g.height
	width, height := c.BodySize()
	st.screen.Update(kit.Resized{Width: width, Height: height})
	if err := fits(st.screen.View(), width, height); err != nil {
		return err
	}
	state := w.Snapshot().State
	switch {
	case st.showsSecret() && (state.Secret != rotation.SecretHeld || st.screen.shownUntil.IsZero()):
		return errors.New("the secret is in view")
	case st.hasLeft() && !state.Over() && rotation.LeaveBlock(state) != rotation.Possible:
		return errors.New("left, against " + string(rotation.LeaveBlock(state)))
	}
	st.outbox = nil
	return nil
}
