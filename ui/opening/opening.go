// Package opening is the screen until AWS has said who signs. It draws the first frame at once,
// asks for a profile or a code where one is needed, and gives its place to the program when the
// account is reached. What goes wrong until then can be tried again.
package opening

import (
	"context"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"keyturn/ui/kit"
	"keyturn/ui/mfa"
)

// Options are what the program begins with, before there is an account.
type Options struct {
	Common *kit.Common
	// Connect reaches the account with a profile, "" for none in particular, and returns
	// the function that makes the program. Connect is called in a command, one at a time,
	// and ends with its context; the function it returns neither reads nor writes.
	Connect func(ctx context.Context, profile string) (func() tea.Model, error)
	Profile string // "" if none is named
	// Profiles are those that the operator can choose from instead; Choose asks for one
	// before the first attempt.
	Profiles []Profile
	Choose   bool
	None     bool // that none is named can be chosen as well
	// Sandbox says that it is the embedded account.
	Sandbox bool
	// Codes brings the questions for MFA codes; nil if nobody asks.
	Codes *mfa.Codes
}

// Profile is a profile that can be chosen.
type Profile struct{ Name, Kind, Region string }

// openingStage is how far a Screen is.
type openingStage int

// The stages.
const (
	choosing openingStage = iota // of a profile
	asking                       // the account is being reached
	failed                       // it could not be
)

// Screen is the program until the account is reached. Then its Update returns the
// Program in its place.
type Screen struct {
	options Options
	common  *kit.Common
	ctx     context.Context // the program's own

	stage     openingStage
	profile   string
	picker    *kit.Table // of the profiles, and after them that none is named
	stop      context.CancelFunc
	calledOff bool
	failure   error // of the last attempt
	code      mfa.Desk
}

// profileColumns are the columns of the profiles to choose from.
var profileColumns = []kit.Column{
	{Title: "PROFILE", Min: 16, Wide: 40, Flex: 1, Importance: 3},
	{Title: "CREDENTIALS", Min: 14, Importance: 2},
	{Title: "REGION", Min: 14, Importance: 1},
}

// New returns the program before there is an account. What it asks ends with ctx.
func New(ctx context.Context, o Options) *Screen {
	p := &Screen{
		options: o, common: o.Common, ctx: ctx, profile: o.Profile, stop: func() {}, picker: kit.NewTable(profileColumns...),
		code: mfa.Desk{Codes: o.Codes, Common: o.Common, Profile: o.Profile},
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
func (p *Screen) Failure() error {
	if p.stage == failed {
		return p.failure
	}
	return nil
}

// Init returns the commands that begin to reach the account.
func (p *Screen) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor, p.code.Listen(p.ctx)}
	if p.stage == asking {
		cmds = append(cmds, p.connect())
	}
	return tea.Batch(cmds...)
}

// connected is what came of an attempt.
type connected struct {
	program func() tea.Model
	err     error
}

// connect is the command that reaches the account with the profile.
func (p *Screen) connect() tea.Cmd {
	p.stage, p.failure, p.calledOff = asking, nil, false
	p.code.Profile = p.profile
	ctx, stop := context.WithCancel(p.ctx)
	p.stop = stop
	connect, profile := p.options.Connect, p.profile
	return func() tea.Msg {
		defer stop()
		program, err := connect(ctx, profile)
		return connected{program, err}
	}
}

// Update handles a message. After the account is reached, the model that it returns is
// the program.
func (p *Screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
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
	case connected:
		if msg.err == nil {
			program := msg.program()
			return program, program.Init()
		}
		p.stage, p.failure = failed, msg.err
	default:
		return p, p.code.Take(p.ctx, msg)
	}
	return p, nil
}

// resize gives the profiles their room, under a title and a rule.
func (p *Screen) resize() {
	width, height := p.common.BodySize()
	p.picker.SetSize(width, max(2, height-2))
}

func (p *Screen) press(msg tea.KeyPressMsg) tea.Cmd {
	k, tooSmall := p.common.Keys, p.common.TooSmall()
	switch {
	case p.code.Dialog() != nil && !tooSmall:
		return p.code.Answer(msg)
	case key.Matches(msg, k.Quit, k.Interrupt):
		return tea.Quit
	case tooSmall: // nobody answers what can't be seen
		return nil
	case p.stage == choosing && p.picker.Move(msg, k):
		return nil
	}
	cmd, _ := kit.Press(msg, p.Keys())
	return cmd
}

// Keys are the keys as things are. Quitting is always possible.
func (p *Screen) Keys() [][]kit.Key {
	k := p.common.Keys
	quit := kit.Key{Binding: k.Quit, Foot: kit.FootLast}
	switch p.stage {
	case choosing:
		return [][]kit.Key{{
			{Binding: k.UpDown, Foot: kit.FootLead},
			{Binding: kit.Describe(k.Enter, "use it"), Run: p.use, Foot: kit.FootLead + 1},
			{Binding: k.Esc, Run: p.backToFailure, Hidden: p.failure == nil, Foot: kit.FootLead + 2},
			quit,
		}}
	case failed:
		return [][]kit.Key{{
			{Binding: kit.Bind("try again", "r", "r"), Run: p.connect, Foot: kit.FootLead},
			{Binding: kit.Bind("another profile", "p", "p"), Run: p.choose, Hidden: !p.canPick(), Foot: kit.FootLead + 1},
			quit,
		}}
	case asking:
	}
	return [][]kit.Key{{{Binding: kit.Describe(k.Esc, "call it off"), Run: p.callOff, Foot: kit.FootLead}, quit}}
}

func (p *Screen) callOff() tea.Cmd {
	p.calledOff = true
	p.stop()
	return nil
}

// backToFailure leaves the profiles, if there is something to go back to.
func (p *Screen) backToFailure() tea.Cmd {
	if p.failure != nil {
		p.stage = failed
	}
	return nil
}

func (p *Screen) canPick() bool { return len(p.options.Profiles) > 0 }

// choose shows the profiles to choose from, the one in use selected.
func (p *Screen) choose() tea.Cmd {
	if !p.canPick() {
		return nil
	}
	p.stage = choosing
	i := slices.IndexFunc(p.options.Profiles, func(o Profile) bool { return o.Name == p.profile })
	p.picker.Select(max(0, i))
	return nil
}

// use reaches the account with the selected profile.
func (p *Screen) use() tea.Cmd {
	p.profile = ""
	if i := p.picker.Selected(); i < len(p.options.Profiles) {
		p.profile = p.options.Profiles[i].Name
	}
	return p.connect()
}
