package cli

import (
	"context"
	"errors"
	"sync"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/runner"
	"keyturn/ui"
	"keyturn/ui/calllog"
	"keyturn/ui/guide"
	"keyturn/ui/inventory"
	"keyturn/ui/kit"
	"keyturn/ui/mfa"
	"keyturn/ui/opening"
	"keyturn/ui/words"

	tea "charm.land/bubbletea/v2"
)

// entrance reaches the place of the full screen while its first frames are there to be
// seen already, and leaves it at the end.
type entrance struct {
	app    *App
	flags  flags
	reach  reach
	task   *runner.Task
	common *kit.Common
	codes  *mfa.Codes
	calls  *calllog.Log

	reaching  sync.Mutex // held while the place is being reached
	place     *place     // nil until it is
	clipboard clipboard
}

// opening is the program from its first frame on.
func (e *entrance) opening(ctx context.Context) *opening.Screen {
	o := opening.Options{
		Common: e.common, Profile: e.app.profileName(e.flags), Sandbox: e.flags.sandbox, Codes: e.codes,
	}
	o.Connect = func(attempt context.Context, profile string) (func() tea.Model, error) {
		return e.connect(attempt, ctx, profile)
	}
	if !e.flags.sandbox {
		o.Profiles, o.Choose = e.app.profiles(), e.app.mustChoose(e.flags)
		o.None = !e.app.isSet("AWS_PROFILE") && !e.app.isSet("AWS_DEFAULT_PROFILE")
	}
	return opening.New(ctx, o)
}

// connect reaches the place with a profile. What it is left with lives as long as ctx.
func (e *entrance) connect(attempt, ctx context.Context, profile string) (func() tea.Model, error) {
	e.reaching.Lock()
	defer e.reaching.Unlock()
	f := e.flags
	if profile != e.app.profileName(f) { // the SDK treats one that is named unlike one that a variable names
		f.profile = profile
	}
	p, err := e.reach(attempt, f, operator{code: e.codes.Ask, called: func(c account.Call) { e.calls.Add(calllog.Call(c)) }})
	if err != nil {
		return nil, err
	}
	task := e.task
	if task != nil { // another attempt may be another caller's
		mine := *task
		if err := ofCaller(&mine, p); err != nil {
			return nil, errors.Join(err, p.leave())
		}
		task = &mine
	}
	e.place, e.clipboard = p, e.app.clipboard(p)
	notice := p.journalNotice()
	return func() tea.Model {
		e.common.Clock, e.common.Explain = p.clock, p.explain
		return ui.New(ctx, e.options(ctx, p, f, task, notice))
	}, nil
}

// leave ends what was begun at the place, and gives back err with what that brought.
func (e *entrance) leave(err error) error {
	e.reaching.Lock()
	defer e.reaching.Unlock()
	if e.place == nil {
		return err
	}
	e.clipboard.clear()
	return e.app.leave(e.place, err)
}

// options put the program together at a place. They neither read nor write.
func (e *entrance) options(ctx context.Context, p *place, f flags, task *runner.Task, notice string) ui.Options {
	rules := f.rules()
	options := ui.Options{
		Common: e.common,
		List: inventory.New(ctx, e.common, p.account, inventory.Options{
			Thresholds: f.thresholds(), Rules: &rules, Caller: p.account.Caller,
		}),
		Identity:      e.app.identity(p, f),
		StartRotation: func(task runner.Task) (guide.Rotation, error) { return p.start(task) },
		InProgress:    p.inProgress,
		Notice:        notice,
		Drift:         p.drift,
		StartAt:       task,
		Clipboard:     e.clipboard.send,
		Files:         files{p.targets.env.Home},
		Summary:       p.summary,
		Codes:         e.codes,
		Calls:         e.calls,
	}
	if p.cloud != nil {
		options.Sandbox = controls{p.cloud}
		return options
	}
	options.Renew = func(ctx context.Context) (string, error) {
		if err := p.account.Renew(ctx); err != nil {
			return "", profileError{iamops.AsProblem(err), p.profile}
		}
		return p.account.Caller().ShortARN(), nil
	}
	return options
}

// explain is an error in one line of the operator's words.
func (p *place) explain(err error) string {
	var turn turnError
	if errors.As(err, &turn) {
		return turn.Error()
	}
	return words.Problem(iamops.AsProblem(err), p.profile).What
}
