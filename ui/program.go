// Package ui is keyturn's full-screen program: the root that the screens hang on.
//
// A [Program] is the Bubble Tea model. It holds a stack of screens, of which the
// last is in front, and draws the frame around it: the account and the profile
// above, the keys below. On top of that there may be one dialog, or the help.
//
// # The order of things
//
// A message is handled by the first that it is for:
//
//  1. The terminal's size and background go to what all screens share.
//  2. What is not input goes to every screen, in front or not: a result must not be
//     lost because a dialog is open. Each screen knows its own.
//  3. Keys and pastes go to the question for an MFA code, else to the dialog, else to the
//     help, else to a screen that takes text, else they are the root's own, else the front
//     screen's.
//
// # The session
//
// Calls don't ask for anything: they fail when the operator's session has ended. The root
// sees that in the log of calls, says so in the header, and renews it on demand. A screen
// may ask for that by [kit.RenewSession], and hears of it by [kit.SessionRenewed].
//
// # Ending
//
// The program ends only after every rotation has put on record that the operator
// leaves. A rotation that holds a secret refuses that, and the operator is asked.
// A change under way is not cut short by the end: whoever runs the program waits
// for it afterwards.
//
// Nothing here knows AWS or holds a secret.
package ui

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/desk"
	"keyturn/iamops/runner"
	"keyturn/ui/calllog"
	"keyturn/ui/guide"
	"keyturn/ui/handover"
	"keyturn/ui/inflight"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
	"keyturn/ui/simulation"
	"keyturn/ui/words"
)

// Options are what a program is put together from.
type Options struct {
	// Common is what the screens share; its clock is the account's, and so are the words in
	// which it explains errors.
	Common *kit.Common
	// List is the audit. It is loaded when it first comes to the front.
	List *inventory.Screen
	// Identity is shown in the header, always.
	Identity Identity
	// StartRotation begins the rotation that a task asks for, or goes on with the one
	// that is under way for its user. It is called in a command and may read and write.
	// The rotation is ended by whoever gave the function.
	StartRotation func(task runner.Task) (guide.Rotation, error)
	// InProgress tells where the rotations in progress stand. It is called in a command,
	// and may read. Nil: there is no screen of them.
	InProgress func(ctx context.Context) ([]desk.Rotation, error)
	// Notice is something that the operator should know from the start, such as a line
	// of the journal that can't be read; "" if there is nothing.
	Notice string
	// Files are the operator's; nil: there are none.
	Files handover.Files
	// Summary is what was done in a rotation, as Markdown; nil: there is none.
	Summary func(rotationID string) (string, error)
	// Clipboard sends a secret to a clipboard, past Bubble Tea. It may be
	// nil.
	Clipboard guide.Clipboard
	// Sandbox is the embedded account behind the screens; nil on AWS.
	Sandbox simulation.Sandbox
	// Drift is how far clocks are apart that should agree; nil: they are not.
	Drift func() iamops.Drift
	// StartAt is the task that the program opens in; nil opens it in the list.
	StartAt *runner.Task

	// Renew begins a new session for the operator, and returns who signs by it. It is
	// called in a command, and may ask for a code by Codes. Nil: the session does not end.
	Renew func(ctx context.Context) (caller string, err error)
	// Codes brings the questions for MFA codes; nil if nobody asks.
	Codes *mfa.Codes
	// Calls is the log of AWS calls; nil: there is none to show.
	Calls *calllog.Log
}

// Identity is who is at work, and where, for the header.
type Identity struct {
	Account   string // the ID as the operator is used to it, 1234-5678-9012
	Alias     string // "" if there is none
	Caller    string // user/alice
	Profile   string // "" if none is in use
	Partition string // told if it is another than aws
	Banner    string // what must not be overlooked, such as READ-ONLY; may be ""
}

// account is the account as a dialog names it.
func (i Identity) account() string {
	if i.Alias == "" {
		return i.Account
	}
	return i.Alias + " " + i.Account
}

// screen is what the root knows of a screen. Those that need only some of it embed
// [kit.Simple].
type screen interface {
	// Update takes input in front, and every other message wherever it is.
	Update(msg tea.Msg) tea.Cmd
	View() string
	// Title is its name for the header, and a shorter one where there is one.
	Title() (long, short string)
	// Keys are its keys as things are, in the groups of the help.
	Keys() [][]kit.Key
	Typing() bool
	Dialog() *kit.Dialog // its question, nil if it asks none
	Cursor() *tea.Cursor
	// Shown and Hidden are called when it comes to the front and when something covers it.
	Shown() tea.Cmd
	Hidden()
}

// Program is the root model.
type Program struct {
	options Options
	common  *kit.Common
	ctx     context.Context // the program's own

	stack    []screen // the last is in front; empty while the first is being made
	guides   map[string]*guide.Screen
	awaiting *kit.Dialog                   // says that a new key's answer is awaited; nil: none does
	inFlight *inflight.Screen              // nil if there is no telling what is under way
	apps     screen                        // the applications, as they were last opened; nil: never
	calls    screen                        // the call log, likewise
	opening  string                        // the user whose rotation is being started; "" if none
	quitting bool                          // on the way out
	keysSeen map[string][]iamops.AccessKey // by user, as the user's rotation saw them last

	session session
	drift   string // what is said of clocks that are apart; "" if they agree
	// overFor is whose rotation is over, if who is due next is offered when the list is read.
	overFor string

	code     mfa.Desk    // its question comes before all others
	own      kit.Overlay // the root's own questions
	help     bool
	helpPage int // of the help that is open
	toast    kit.Toast
	until    time.Time // when the toast goes
	ticks    int
}

// New returns the program. What its screens wait for ends with ctx.
func New(ctx context.Context, o Options) *Program {
	p := &Program{
		options: o, common: o.Common, ctx: ctx,
		guides: map[string]*guide.Screen{}, keysSeen: map[string][]iamops.AccessKey{},
		code: mfa.Desk{Codes: o.Codes, Common: o.Common, Profile: o.Identity.Profile},
	}
	if o.InProgress != nil {
		p.inFlight = inflight.New(ctx, o.Common, o.InProgress, inflight.Options{Notice: o.Notice})
	}
	return p
}

// Init returns the commands that fill the first screen. Nothing is drawn later
// because of them.
func (p *Program) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor, tick(), p.code.Listen(p.ctx)}
	if p.options.Notice != "" {
		p.say(kit.Toast{Text: p.options.Notice, Bad: true})
	}
	p.watchClocks()
	if at := p.options.StartAt; at != nil {
		return tea.Batch(append(cmds, p.open(*at))...)
	}
	return tea.Batch(append(cmds, p.push(p.options.List))...)
}

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return kit.Tick{} })
}

// Update handles a message, in the order that the package's comment gives.
func (p *Program) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		return p, p.input(msg)
	case tea.WindowSizeMsg, tea.BackgroundColorMsg, tea.ColorProfileMsg:
		p.common.Update(msg)
		p.resize()
		return p, nil
	}
	return p, tea.Batch(p.result(msg), p.broadcast(msg))
}

// result handles what is the root's own among the messages that are not input.
func (p *Program) result(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kit.Tick:
		return p.second()
	case kit.Toast:
		p.say(msg)
	case inventory.Copied:
		p.say(kit.Toast{Text: "key ID sent to the clipboard: " + msg.KeyID})
	case inventory.Chosen:
		return p.chosen(msg)
	case inflight.Chosen:
		return p.open(taskOf(msg.State))
	case kit.Back:
		return p.back(msg)
	case started:
		return p.started(msg)
	case guide.Left:
		return p.left(msg)
	case departed:
		return p.departed(msg)
	case advanced:
		return p.advanced(msg)
	case kit.RenewSession:
		return p.askRenewal()
	case renewed:
		return p.renewed(msg)
	}
	return p.code.Take(p.ctx, msg)
}

// broadcast hands a message to every screen.
func (p *Program) broadcast(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range p.screens() {
		cmds = append(cmds, s.Update(msg))
	}
	p.offerLate()
	p.answered()
	if p.inFlight != nil {
		p.options.List.SetAside(p.inFlight.Aside())
		p.options.List.SetInProgress(p.standings())
	}
	cmds = append(cmds, p.readChanged())
	return tea.Batch(cmds...)
}

// recountEvery is how often the front screen brings up to date what costs more than a look
// at the clock, in seconds.
const recountEvery = 60

// watchClocks says so when clocks come apart that should agree. The header says it for as
// long as that holds.
func (p *Program) watchClocks() {
	if p.options.Drift == nil {
		return
	}
	said := strings.Join(words.Drift(p.options.Drift()), " ")
	if p.drift == "" && said != "" {
		p.say(kit.Toast{Text: said, Bad: true})
	}
	p.drift = said
}

// second is what is due each second.
func (p *Program) second() tea.Cmd {
	if !p.common.Clock.Now().Before(p.until) {
		p.toast = kit.Toast{}
	}
	p.watchSession()
	p.watchClocks()
	p.ticks++
	if p.ticks%recountEvery > 0 {
		return tick()
	}
	if p.front() == nil {
		return tick()
	}
	return tea.Batch(tick(), p.front().Update(kit.Minute{}))
}

// input handles a key press or a paste.
func (p *Program) input(msg tea.Msg) tea.Cmd {
	if p.quitting {
		return nil
	}
	press, isPress := msg.(tea.KeyPressMsg)
	if isPress {
		p.toast = kit.Toast{} // it was about what came before
		p.overFor = ""        // who goes on by hand needs no offer, least of all over the list
	}
	switch {
	case p.common.TooSmall(): // nobody answers what can't be seen
		if !isPress || !key.Matches(press, p.common.Keys.Interrupt, p.common.Keys.Quit) {
			return nil
		}
		p.own.Drop()
		return p.quit()
	case p.code.Dialog() != nil:
		return p.code.Answer(msg)
	case p.own.Dialog() != nil:
		return p.own.Answer(msg)
	case p.help:
		p.turnHelp(msg)
		return nil
	}
	if isPress {
		if cmd, taken := kit.Press(press, [][]kit.Key{p.ownKeys()}); taken {
			return cmd
		}
	}
	if p.front() == nil {
		return nil
	}
	return p.front().Update(msg)
}

// toastFor is how long a toast stays.
const toastFor = 8 * time.Second

func (p *Program) say(t kit.Toast) {
	p.toast, p.until = t, p.common.Clock.Now().Add(toastFor)
}
