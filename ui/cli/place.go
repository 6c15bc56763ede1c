package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
	"keyturn/iamops/desk"
	"keyturn/iamops/sandbox"
	"keyturn/ui/plain"
	"keyturn/ui/words"
)

// place is where a command does its work.
type place struct {
	account *account.Account
	clock   iamops.Clock
	drift   func() iamops.Drift // how far clocks are apart
	cloud   *sandbox.Account    // nil on AWS
	profile string              // as shown; "" if none is named
	state   string              // the folder of the journal
	targets targets
	flags   flags
	leave   func() error // takes away what the place brought

	opening   sync.Once
	rotations *desk.Desk
}

// operator is who is asked and told while the place is reached, and after.
type operator struct {
	code   func(ctx context.Context, profile string) (string, error) // gives an MFA code
	called func(account.Call)                                        // is told of each AWS call; may be nil
}

// atTerminal is the operator as the commands meet them, line by line.
func (a *App) atTerminal() operator {
	return operator{code: a.askMFA}
}

// codeFor gives MFA codes for a profile; nil if there is nobody to ask.
func (o operator) codeFor(profile string) func(context.Context) (string, error) {
	if o.code == nil {
		return nil
	}
	return func(ctx context.Context) (string, error) {
		defer iamops.Asking(ctx)()
		return o.code(ctx, profile)
	}
}

// reach finds the place.
type reach func(ctx context.Context, f flags, who operator) (*place, error)

// connect reaches the AWS account of the operator's configuration.
func (a *App) connect(ctx context.Context, f flags, who operator) (*place, error) {
	state, err := a.stateFolder()
	if err != nil {
		return nil, err
	}
	clock := account.NewClock()
	p := &place{clock: clock, drift: clock.Drift, profile: a.profileName(f), state: state, targets: a.targets(f.config.Targets), flags: f, leave: func() error { return nil }}
	p.targets.env.Cloud = a.clouds(p, f, who)
	p.account, err = account.Connect(ctx, account.Options{
		Profile: f.profile, Region: f.region, EndpointURL: f.endpoint,
		ReadOnly: f.readOnly, MFASerial: f.mfaSerial, MFAToken: who.codeFor(p.profile), Clock: p.clock, OnCall: a.debug.called(who.called),
	})
	if err != nil {
		return nil, profileError{iamops.AsProblem(err), p.profile}
	}
	p.desk().Sweep()
	// The alias is for the header alone: without it the ID has to do.
	soon, cancel := context.WithTimeout(ctx, aliasBound)
	defer cancel()
	_ = p.account.LoadAlias(soon)
	return p, nil
}

// aliasBound is how long the account's alias is waited for.
const aliasBound = 3 * time.Second

// profileName is the name of the profile in use, "" if none is named.
func (a *App) profileName(f flags) string {
	if f.profile != "" {
		return f.profile
	}
	if name, _ := a.Env("AWS_PROFILE"); name != "" {
		return name
	}
	name, _ := a.Env("AWS_DEFAULT_PROFILE")
	return name
}

// clouds reaches the AWS accounts of targets: the operator's own, and those of profiles
// that targets name. Each is reached once.
func (a *App) clouds(p *place, f flags, who operator) func(context.Context, string) (delivery.Cloud, error) {
	var mu sync.Mutex
	reached := map[string]*account.Account{}
	return func(ctx context.Context, profile string) (delivery.Cloud, error) {
		if profile == "" {
			return p.account, nil
		}
		mu.Lock()
		defer mu.Unlock()
		if reached[profile] == nil {
			other, err := account.Connect(ctx, account.Options{
				Profile: profile, EndpointURL: f.endpoint, ReadOnly: f.readOnly, MFAToken: who.codeFor(profile), Clock: p.clock, OnCall: a.debug.called(who.called),
			})
			if err != nil {
				return nil, err
			}
			reached[profile] = other
		}
		return reached[profile], nil
	}
}

// targets are the targets in the operator's own files.
func (a *App) targets(configured []config.Target) targets {
	home, _ := os.UserHomeDir() // without one there is no credentials file
	return targets{configured: configured, env: delivery.Env{Home: home, Getenv: func(name string) string {
		value, _ := a.Env(name)
		return value
	}}}
}

// asking holds a token while a question is asked on the process's terminal: several accounts
// may be reached at once.
var asking = make(chan struct{}, 1)

// askMFA asks for a code on the terminal.
func (a *App) askMFA(ctx context.Context, profile string) (string, error) {
	if !term.IsTerminal(a.In.Fd()) {
		return "", &iamops.Problem{Kind: iamops.NoCredentials, Message: "the profile needs an MFA code, and there is no terminal to ask on"}
	}
	select {
	case asking <- struct{}{}:
		defer func() { <-asking }()
	case <-ctx.Done():
		return "", fmt.Errorf("asking for an MFA code: %w", ctx.Err())
	}
	a.say("The %s needs an MFA code. Code:", strings.TrimSpace("profile "+profile))
	line, err := a.input().Line(ctx)
	if errors.Is(err, plain.ErrCalledOff) {
		return "", &iamops.Problem{Kind: iamops.NoCredentials, Message: words.NoCode}
	}
	if err != nil {
		return "", fmt.Errorf("reading the MFA code: %w", err)
	}
	return line, nil
}

// stateFolder is where what must survive is kept: $XDG_STATE_HOME/keyturn, else
// ~/.local/state/keyturn.
func (a *App) stateFolder() (string, error) {
	if dir, _ := a.Env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "keyturn"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding a folder for the journal: %w", err)
	}
	return filepath.Join(home, ".local", "state", "keyturn"), nil
}
