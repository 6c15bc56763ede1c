package ui

import (
	"context"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
)

// OpeningOptions are what the program begins with, before there is an account.
type OpeningOptions struct {
	Common *kit.Common
	// Connect reaches the account with a profile, "" for none in particular, and returns
	// the function that makes the program's options. Connect is called in a command, one
	// at a time, and ends with its context; the function it returns neither reads nor
	// writes.
	Connect func(ctx context.Context, profile string) (func() Options, error)
	Profile string // "" if none is named
	// Profiles are those that the operator can choose from instead; Choose asks for one
	// before the first attempt.
	Profiles []Profile
	Choose   bool
	None     bool // that none is named can be chosen as well
	// Sandbox says that it is the embedded account.
	Sandbox bool
	// Codes brings the questions for MFA codes; nil if nobody asks.
	Codes   *Codes
	NoMouse bool
}

// Profile is a profile that can be chosen.
type Profile struct{ Name, Kind, Region string }

// openingStage is how far an Opening is.
type openingStage int

// A profile is being chosen; the account is being reached; that has failed.
const (
	choosing openingStage = iota
	asking
	failed
)

// Opening is the program until the account is reached. Then its Update returns the
// Program in its place.
type Opening struct {
	options OpeningOptions
	common  *kit.Common
	ctx     context.Context //nolint:containedctx // the program's own
	keys    openingKeys

	stage     openingStage
	profile   string
	picker    *kit.Table // of the profiles, and after them that none is named
	stop      context.CancelFunc
	calledOff bool
	failure   error // of the last attempt
	code      codeDesk
}

type openingKeys struct{ choose, retry, pick, back, callOff, quit, interrupt key.Binding }

// profileColumns are the columns of the profiles to choose from.
var profileColumns = []kit.Column{
	{Title: "PROFILE", Min: 16, Wide: 40, Flex: 1, Importance: 3},
	{Title: "CREDENTIALS", Min: 14, Importance: 2},
	{Title: "REGION", Min: 14, Importance: 1},
}

// NewOpening returns the program before there is an account. What it asks ends with ctx.
func NewOpening(ctx context.Context, o OpeningOptions) *Opening {
	k := o.Common.Keys
	p := &Opening{
		options: o, common: o.Common, ctx: ctx, profile: o.Profile, stop: func() {}, picker: kit.NewTable(profileColumns...),
		code: codeDesk{codes: o.Codes, common: o.Common, profile: o.Profile},
		keys: openingKeys{
			choose: kit.Describe(k.Enter, "use it"), retry: kit.Bind("try again", "r", "r"), pick: kit.Bind("another profile", "p", "p"),
			back: k.Esc, callOff: kit.Describe(k.Esc, "call it off"), quit: k.Quit, interrupt: k.Interrupt,
		},
	}
	p.picker.SetLen(len(o.Profiles))
	if o.None {
		p.picker.SetLen(len(o.Profiles) + 1)
	}
	if !o.Choose {
		p.stage = asking
	}
	p.resize()
	return p
}

// Failure is why the account could not be reached, as the operator left it; nil if it was
// reached, or is being tried.
func (p *Opening) Failure() error {
	if p.stage == failed {
		return p.failure
	}
	return nil
}

// Init returns the commands that begin to reach the account.
func (p *Opening) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor, p.code.listen(p.ctx)}
	if p.stage == asking {
		cmds = append(cmds, p.connect())
	}
	return tea.Batch(cmds...)
}

// connected is what came of an attempt.
type connected struct {
	options func() Options
	err     error
}

// connect is the command that reaches the account with the profile.
func (p *Opening) connect() tea.Cmd {
	p.stage, p.failure, p.calledOff = asking, nil, false
	p.code.profile = p.profile
	ctx, stop := context.WithCancel(p.ctx)
	p.stop = stop
	connect, profile := p.options.Connect, p.profile
	return func() tea.Msg {
		defer stop()
		options, err := connect(ctx, profile)
		return connected{options, err}
	}
}

// Update handles a message. After the account is reached, the model that it returns is
// the Program.
func (p *Opening) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg, tea.BackgroundColorMsg, tea.ColorProfileMsg:
		p.common.Update(msg)
		p.resize()
	case tea.KeyPressMsg:
		return p, p.press(msg)
	case tea.PasteMsg:
		if p.code.Dialog() != nil {
			return p, p.code.Answer(msg)
		}
	case codeAsked, codeWithdrawn:
		return p, p.code.take(p.ctx, msg)
	case connected:
		if msg.err == nil {
			return p.enter(msg.options())
		}
		p.stage, p.failure = failed, msg.err
	}
	return p, nil
}

// enter puts the Program in the place of the Opening.
func (p *Opening) enter(o Options) (tea.Model, tea.Cmd) {
	program := New(p.ctx, o)
	program.resize()
	return program, program.Init()
}

func (p *Opening) resize() { p.picker.SetSize(p.common.BodySize()) }

func (p *Opening) press(msg tea.KeyPressMsg) tea.Cmd {
	tooSmall := isTooSmall(p.common)
	if p.code.Dialog() != nil && !tooSmall {
		return p.code.Answer(msg)
	}
	switch {
	case key.Matches(msg, p.keys.quit, p.keys.interrupt):
		return tea.Quit
	case tooSmall: // nobody answers what can't be seen
		return nil
	}
	switch p.stage {
	case choosing:
		return p.pressChoosing(msg)
	case asking:
		if key.Matches(msg, p.keys.callOff) {
			p.calledOff = true
			p.stop()
		}
	case failed:
		switch {
		case key.Matches(msg, p.keys.retry):
			return p.connect()
		case key.Matches(msg, p.keys.pick) && p.canPick():
			p.choose()
		}
	}
	return nil
}

func (p *Opening) pressChoosing(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case p.picker.Move(msg, p.common.Keys):
	case key.Matches(msg, p.keys.choose):
		return p.use()
	case key.Matches(msg, p.keys.back) && p.failure != nil:
		p.stage = failed
	}
	return nil
}

func (p *Opening) canPick() bool { return len(p.options.Profiles) > 0 }

// choose shows the profiles to choose from, the one in use selected.
func (p *Opening) choose() {
	p.stage = choosing
	i := slices.IndexFunc(p.options.Profiles, func(o Profile) bool { return o.Name == p.profile })
	p.picker.Select(max(0, i))
}

// use reaches the account with the selected profile.
func (p *Opening) use() tea.Cmd {
	p.profile = ""
	if i := p.picker.Selected(); i < len(p.options.Profiles) {
		p.profile = p.options.Profiles[i].Name
	}
	return p.connect()
}
