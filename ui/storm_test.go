package ui_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui"
	"keyturn/ui/calllog"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

// gust is one input of a storm: one of its fields.
type gust struct {
	key           string
	paste         string
	width, height int // a resize
	mouse         tea.MouseMsg
	later         time.Duration // time that passes
	fault         *faults.Fault
	journal       bool // the next record can't be written
	// obey does what the screen asks for so many times, with time in between, and visit goes
	// to a user: keys at random would hardly hit upon it.
	obey  int
	visit string
}

var stormKeys = []string{
	"enter", "enter", "enter", "right", "right", "n", "n", "tab", "esc", "down", "up",
	"R", "D", "v", "c", "t", "r", "x", "A", "u", "+", "+", "q", "ctrl+c", "?", "/", "s", "f", "d", "G", "y", "S", "m", "2", "left", "pgdown", "space", "L", "w", "ctrl+r",
}

// stormUsers are those of the sandbox about whose keys there is the most to do.
var stormUsers = []string{"Suzie", "Suzie", "invoice-api", "report-mailer", "backup-agent", "data-pipeline", "terraform", sandbox.OperatorUser}

var gusts = rapid.Custom(func(t *rapid.T) gust {
	switch n := rapid.IntRange(0, 99).Draw(t, "what"); {
	case n < 34:
		return gust{key: rapid.SampledFrom(stormKeys).Draw(t, "key")}
	case n < 68:
		return gust{obey: 1}
	case n < 78:
		return gust{obey: rapid.IntRange(2, 9).Draw(t, "times"), later: time.Second * time.Duration(rapid.SampledFrom([]int{12, 400}).Draw(t, "seconds"))}
	case n < 80:
		return gust{visit: rapid.SampledFrom(stormUsers).Draw(t, "user")}
	case n < 83:
		at := tea.Mouse{X: 8, Y: rapid.IntRange(0, 45).Draw(t, "line"), Button: rapid.SampledFrom([]tea.MouseButton{tea.MouseLeft, tea.MouseLeft, tea.MouseWheelUp, tea.MouseWheelDown}).Draw(t, "button")}
		if at.Button == tea.MouseLeft {
			return gust{mouse: tea.MouseClickMsg(at)}
		}
		return gust{mouse: tea.MouseWheelMsg(at)}
	case n < 90:
		return gust{later: time.Second * time.Duration(rapid.SampledFrom([]int{1, 12, 70, 400}).Draw(t, "seconds"))}
	case n < 94:
		return gust{width: rapid.IntRange(20, 160).Draw(t, "width"), height: rapid.IntRange(5, 50).Draw(t, "height")}
	case n < 96:
		return gust{paste: rapid.SampledFrom([]string{"MPLE", "AILR", "a reason", "q\nq", "\x1b[31mred", "鍵", strings.Repeat("long ", 99)}).Draw(t, "paste")}
	case n < 99:
		return gust{fault: &faults.Fault{
			Action: rapid.SampledFrom([]string{"iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "sts:GetCallerIdentity"}).Draw(t, "action"),
			Break:  rapid.SampledFrom([]faults.Break{faults.InternalError, faults.ConnectionReset, faults.CutBody, faults.Deny, faults.Expire}).Draw(t, "break"),
			At:     rapid.SampledFrom([]faults.Moment{faults.BeforeEffect, faults.AfterEffect}).Draw(t, "moment"),
			Times:  1,
		}}
	}
	return gust{journal: true}
})

// Whatever is pressed, pasted, resized and lost on the way, on the whole program over a
// whole account: no change but those that were confirmed, once each and on record; no
// Active key deleted, nor one just deactivated; no secret left behind or in view after it
// was put away; every frame fits. With -rapid.checks=4200 these are 100,000 inputs and
// more.
func TestStorm(t *testing.T) {
	inputs, made := 0, map[iamops.ChangeKind]int{}
	rapid.Check(t, func(rt *rapid.T) {
		from := gust{visit: rapid.SampledFrom(stormUsers).Draw(rt, "user")}
		storm := append([]gust{from}, rapid.SliceOfN(gusts, 10, 60).Draw(rt, "storm")...)
		stale := rapid.SampledFrom([]time.Duration{0, 0, 25 * time.Second}).Draw(rt, "lists lag by")
		var failure error
		synctest.Test(t, func(t *testing.T) { failure = weather(t, storm, stale, made) })
		if failure != nil {
			rt.Fatal(failure)
		}
		for _, g := range storm {
			inputs += max(1, g.obey)
		}
	})
	t.Logf("%d inputs; %d keys created, %d deactivated, %d reactivated, %d deleted",
		inputs, made[iamops.Create], made[iamops.Deactivate], made[iamops.Reactivate], made[iamops.Delete])
	if inputs > 1000 && (made[iamops.Create] == 0 || made[iamops.Deactivate] == 0) {
		t.Error("no storm came as far as to change anything")
	}
}

// house is the program in a storm. When it ends, the next one begins, on the same
// account and journal.
type house struct {
	t      *testing.T
	ctx    context.Context
	cloud  *faults.Account
	wire   *wire
	notes  *notes
	client *http.Client

	desk          *office
	program       *ui.Program
	msgs          chan tea.Msg
	stop          context.CancelFunc
	quit          bool
	width, height int
	secrets       []string // all that ever were
	faults        []*faults.Injected
}

func weather(t *testing.T, storm []gust, stale time.Duration, made map[iamops.ChangeKind]int) error {
	h := &house{t: t, ctx: t.Context(), cloud: faults.New(sandbox.Options{Seed: 1}), notes: &notes{}, width: 120, height: 40}
	h.cloud.Configure(func(b *sandbox.Behavior) { b.StaleLists = stale })
	h.wire = newWire(h.cloud, h.notes)
	h.wire.watcher = reach(h.ctx, t, h.cloud, h.cloud.Client(), calllog.NewLog())
	h.client = &http.Client{Transport: h.wire}
	h.begin()
	err := h.endure(storm)
	err = errors.Join(err, h.end())
	for kind, n := range h.wire.made {
		made[kind] += n
	}
	return err
}

func (h *house) endure(storm []gust) error {
	for i, g := range storm {
		if err := h.strike(g); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
		if err := h.inOrder(); err != nil {
			return fmt.Errorf("after input %d: %w", i, err)
		}
		if !h.quit {
			continue
		}
		if err := h.leftNothing(); err != nil {
			return fmt.Errorf("quit by input %d: %w", i, err)
		}
		if err := h.end(); err != nil {
			return err
		}
		h.begin()
	}
	return nil
}

func (h *house) begin() {
	for _, f := range h.faults {
		f.Remove() // what is still to come would keep the next program from beginning
	}
	h.faults = nil
	ctx, stop := context.WithCancel(h.ctx)
	calls := calllog.NewLog()
	acc := reach(ctx, h.t, h.cloud, h.client, calls)
	h.desk = newOffice(h.t, acc, h.cloud, h.notes, calls)
	h.program = newProgram(ctx, h.desk, func(iamops.Secret) (string, error) { return "", nil }, sandboxOf{h.cloud})
	h.stop, h.quit, h.msgs = stop, false, make(chan tea.Msg, 10_000)
	h.run(h.program.Init())
	h.send(tea.WindowSizeMsg{Width: h.width, Height: h.height})
}

// end ends the program, and waits for its last commands.
func (h *house) end() error {
	h.quit = true // what still comes is not taken any more
	err := h.desk.close()
	h.stop()
	h.pass(2 * time.Second)
	return err
}

func (h *house) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msgs := h.msgs
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				h.run(c)
			}
		default:
			msgs <- msg
		}
	}()
}

func (h *house) take(msg tea.Msg) {
	if _, isQuit := msg.(tea.QuitMsg); isQuit {
		h.quit = true
	}
	if h.quit {
		return
	}
	_, cmd := h.program.Update(msg)
	h.run(cmd)
}

// settle hands over what has come until nothing moves.
func (h *house) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-h.msgs:
			h.take(msg)
		default:
			return
		}
	}
}

func (h *house) send(msg tea.Msg) {
	h.take(msg)
	h.settle()
}

func (h *house) pass(d time.Duration) {
	over := time.NewTimer(d)
	for {
		select {
		case msg := <-h.msgs:
			h.take(msg)
		case <-over.C:
			h.settle()
			return
		}
	}
}

// wait lets time go by; a long time on the account's clock alone.
func (h *house) wait(d time.Duration) {
	if d > longWait {
		h.cloud.Advance(d - longWait)
		d = longWait
	}
	h.pass(d)
}

const longWait = 12 * time.Second

func (h *house) strike(g gust) error {
	switch {
	case g.key != "":
		h.press(g.key)
	case g.paste != "":
		h.send(tea.PasteMsg{Content: g.paste})
	case g.mouse != nil:
		h.send(g.mouse)
		h.send(g.mouse) // a click is half of a double one
	case g.width > 0:
		h.width, h.height = g.width, g.height
		h.send(tea.WindowSizeMsg{Width: g.width, Height: g.height})
	case g.obey > 0:
		for range g.obey {
			h.obey()
			h.wait(g.later)
		}
	case g.later > 0:
		h.wait(g.later)
	case g.fault != nil:
		h.faults = append(h.faults, h.cloud.Inject(*g.fault))
	case g.journal:
		h.notes.fail()
	case g.visit != "":
		for _, k := range []string{"esc", "esc", "/"} {
			h.press(k)
		}
		h.send(tea.PasteMsg{Content: g.visit})
		h.press("enter")
		h.press("enter")
	}
	return h.wire.verdict()
}

// press presses a key. An enter that takes the choice of a question confirms what that
// names.
func (h *house) press(k string) {
	if question := h.program.Question(); k == "enter" && question != "" && !refuses(question) && h.width >= 60 && h.height >= 15 {
		h.wire.confirm(question)
	}
	h.send(uitest.Key(k))
}

// refuses reports whether the choice of a question is to do nothing.
func refuses(question string) bool {
	return strings.Contains(question, "▸  Cancel ") || strings.Contains(question, "▸  Stay ") || strings.Contains(question, "▸  Close ")
}

// obey does what the screen asks for: the text of a question, its choice, or what the
// screen would do next.
func (h *house) obey() {
	question := h.program.Question()
	if refuses(question) {
		_, asked, typed := strings.Cut(question, "characters of its ID: ")
		switch {
		case typed:
			h.send(tea.PasteMsg{Content: asked[:4]})
		case strings.Contains(question, "six digits"):
			h.send(tea.PasteMsg{Content: "123456"})
		case strings.Contains(question, "Why do it all the same?"):
			h.send(tea.PasteMsg{Content: "it was agreed"})
		default:
			h.press("right")
		}
	}
	h.press("enter")
}

func (h *house) view() string { return ansi.Strip(h.program.View().Content) }

// inOrder checks what must hold at any time.
func (h *house) inOrder() error {
	view := h.program.View().Content
	lines := strings.Split(view, "\n")
	if len(lines) != h.height {
		return fmt.Errorf("%d lines in a terminal of %d:\n%s", len(lines), h.height, h.view())
	}
	for _, l := range lines {
		if got := kit.Width(l); got != h.width {
			return fmt.Errorf("a line of %d cells in a terminal of %d: %q", got, h.width, l)
		}
	}
	held := h.hold()
	for _, secret := range h.secrets {
		if strings.Contains(view, secret) && secret != held[secret] {
			return fmt.Errorf("a secret that is put away is in view:\n%s", h.view())
		}
	}
	return nil
}

// hold are the secrets that are in memory.
func (h *house) hold() map[string]string {
	held := map[string]string{}
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	for _, r := range h.desk.runners {
		_ = r.GiveOut() // none is held, as a rule
		_ = r.Lend(func(s iamops.Secret) error {
			held[s.Reveal()] = s.Reveal()
			return nil
		})
	}
	for secret := range held {
		h.secrets = append(h.secrets, secret)
	}
	return held
}

// leftNothing checks that no secret is in memory of a program that ends.
func (h *house) leftNothing() error {
	for _, s := range h.desk.states() {
		if rotation.LeaveBlock(s) == rotation.SecretNotPut {
			return fmt.Errorf("the secret of %s is lost", s.New.ID)
		}
	}
	return nil
}
