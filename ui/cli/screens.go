package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"keyturn/iamops"
	"keyturn/iamops/desk"
	"keyturn/iamops/runner"
	"keyturn/ui"
	"keyturn/ui/calllog"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
	"keyturn/ui/words"
)

// screens runs the full-screen program at a place, in the list or in a rotation.
func (a *App) screens(ctx context.Context, f flags, reach reach, task *runner.Task) (err error) {
	if !term.IsTerminal(a.Out.Fd()) {
		return usageError{errors.New("the full screen needs a terminal on stdout. Without one: keyturn audit, or keyturn rotate USER --plain")}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(garbagePercent))
	living, end := context.WithCancel(ctx)
	door := &entrance{
		app: a, flags: f, reach: reach, task: task, codes: mfa.NewCodes(), calls: calllog.NewLog(),
		common: kit.NewCommon(iamops.WallClock{}, kit.Look{ASCII: f.ascii, NoColor: f.noColor || a.isSet("NO_COLOR")}),
	}
	defer func() {
		end()
		err = door.leave(err)
	}()
	opening := door.opening(living)
	if err := a.runProgram(ctx, a.guard(opening), door.common.Look.NoColor); err != nil {
		return err
	}
	return opening.Failure()
}

// garbagePercent is how much garbage there may be, to a hundred of what is in use, before
// it is collected. What is known of a large account stays for as long as the screens do,
// and by Go's own figure, 100, they would hold as much again in garbage.
const garbagePercent = 15

// inProgress are the rotations in progress, and where each stands.
func (p *place) inProgress(ctx context.Context) ([]desk.Rotation, error) {
	rotations, _, err := p.desk().Rotations(ctx)
	return rotations, err
}

// journalNotice says what of the journal can't be read, "" if all can, or if it can't
// be opened: what is in flight is not known then, and its screen says why.
func (p *place) journalNotice() string {
	_, damages, err := p.desk().Records()
	if err != nil || len(damages) == 0 {
		return ""
	}
	return words.Damage(damages[0].Line, damages[0].Why, len(damages)-1)
}

// runProgram runs a Bubble Tea program until it ends, or ctx does.
func (a *App) runProgram(ctx context.Context, model tea.Model, noColor bool) error {
	a.dropTraces()
	options := []tea.ProgramOption{
		tea.WithInput(a.In), tea.WithOutput(a.Out), tea.WithoutSignalHandler(), tea.WithEnvironment(a.terminalEnvironment()),
	}
	if noColor {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	program := tea.NewProgram(model, options...)
	ended := context.AfterFunc(ctx, program.Quit)
	defer ended()
	final, err := program.Run()
	if g, ok := final.(guard); ok && g.panicked() != "" {
		return fmt.Errorf("a defect in keyturn (%s): the screen was closed; what was under way is finished and recorded", g.panicked())
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return fmt.Errorf("running the screen: %w", err)
	}
	return nil
}

// dropTraces takes away the variables by which Bubble Tea would write what is on
// screen, and so a secret, into a file.
func (a *App) dropTraces() {
	for _, name := range []string{"TEA_TRACE", "TEA_DEBUG"} {
		if a.isSet(name) {
			a.say("keyturn: %s is ignored: it would write what is on screen to a file", name)
			_ = os.Unsetenv(name)
		}
	}
}

// terminalEnvironment is what Bubble Tea may know of the environment, which it
// carries through its messages: the terminal and the locale.
func (a *App) terminalEnvironment() []string {
	var env []string
	for _, name := range []string{"TERM", "COLORTERM", "TERM_PROGRAM", "TMUX", "LANG", "LC_ALL", "LC_CTYPE"} {
		if value, ok := a.Env(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func (a *App) isSet(name string) bool {
	value, _ := a.Env(name)
	return value != ""
}

// identity is who is at work at the place, for the header.
func (a *App) identity(p *place, f flags) ui.Identity {
	info, caller := p.account.Info(), p.account.Caller()
	var banners []string
	if endpoint := a.endpoint(p, f); endpoint != "" {
		banners = append(banners, "at "+hostOf(endpoint))
	}
	if f.readOnly {
		banners = append(banners, "READ-ONLY")
	}
	return ui.Identity{
		Account: info.DisplayID(), Alias: info.Alias, Caller: caller.ShortARN(), Profile: p.profile,
		Partition: info.Partition, Banner: strings.Join(banners, " "),
	}
}

// hostOf is the host and port of an address.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}

// endpoint is the address that stands in for AWS's own, "" if none does.
func (a *App) endpoint(p *place, f flags) string {
	if p.cloud != nil {
		return ""
	}
	if f.endpoint != "" {
		return f.endpoint
	}
	for _, name := range []string{"AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL"} {
		if address, _ := a.Env(name); address != "" {
			return address
		}
	}
	return ""
}
