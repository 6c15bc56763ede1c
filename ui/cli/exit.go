package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"keyturn/iamops"
	"keyturn/iamops/clean"
	"keyturn/ui/plain"
	"keyturn/ui/words"
)

// The exit codes.
const (
	exitFine        = 0
	exitFailed      = 1 // failed, or a partial result
	exitUsage       = 2 // bad usage or configuration
	exitFound       = 3 // --fail-on found something
	exitCredentials = 4 // no valid credentials, or not allowed
	exitAttention   = 5 // an undelivered secret, an unclear outcome
	exitInterrupted = 130
)

var (
	errInterrupted = errors.New("interrupted")
	// errPartial says that a result was printed and is not whole.
	errPartial = errors.New("the result is partial")
)

// usageError is a command line that can't be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func errUnknown(arg string) error {
	return fmt.Errorf("unknown command or argument %q", arg)
}

// attentionError is something that the operator must look after.
type attentionError struct{ text string }

func (e attentionError) Error() string { return e.text }

// ExitCode is the exit code for what Run returned.
func ExitCode(err error) int {
	var usage usageError
	var attention attentionError
	var problem *iamops.Problem
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &attention), errors.Is(err, plain.ErrSecretLost):
		return exitAttention
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.Is(err, errFound):
		return exitFound
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &problem):
		return problemCode(problem.Kind)
	}
	return exitFailed
}

func problemCode(kind iamops.ProblemKind) int {
	switch kind {
	case iamops.NoProfile, iamops.BadConfig, iamops.NoRegion:
		return exitUsage
	case iamops.NoCredentials, iamops.ExpiredCredentials, iamops.ExpiredSSO, iamops.BadCredentials, iamops.WrongCode, iamops.AccessDenied, iamops.RootCaller, iamops.ExpiresSoon:
		return exitCredentials
	case iamops.NotFound, iamops.KeyLimit, iamops.Throttled, iamops.Rejected, iamops.ServiceFault, iamops.Unreachable,
		iamops.NoIdentity, iamops.ProxyRefused, iamops.Untrusted, iamops.Lost,
		iamops.TimedOut, iamops.Canceled, iamops.Malformed, iamops.Unexpected, iamops.WrongAccount, iamops.OwnKey, iamops.ReadOnly,
		iamops.NoRecord, iamops.NotDelivered, iamops.TooLate:
	}
	return exitFailed
}

// profileError is a problem met with a profile, so that it can be told which.
type profileError struct {
	problem *iamops.Problem
	profile string
}

func (e profileError) Error() string { return e.problem.Error() }
func (e profileError) Unwrap() error { return e.problem }

// explain puts an error into words on stderr.
func (a *App) explain(err error) {
	var usage usageError
	var profile profileError
	var problem *iamops.Problem
	var attention attentionError
	switch {
	case err == nil, errors.Is(err, errPartial), errors.Is(err, errFound), onlyBrokenPipe(err):
	case errors.As(err, &attention): // first of all, whatever else there is to say
		a.sayLines(strings.Split(err.Error(), "\n"))
	case errors.Is(err, errInterrupted):
		a.say("keyturn: interrupted")
	case errors.As(err, &usage):
		a.sayLines(linesOf(err))
		a.say("See %s --help.", cmp.Or(a.command, "keyturn"))
	case errors.As(err, &profile):
		a.sayLines(words.Problem(profile.problem, profile.profile).Lines())
	case errors.As(err, &problem):
		a.sayLines(words.Problem(problem, "").Lines())
	default:
		a.sayLines(linesOf(err))
	}
}

// linesOf are the texts of an error, one for each of those that were joined in it.
func linesOf(err error) []string {
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) || err.Error() != errors.Join(several.Unwrap()...).Error() {
		return []string{err.Error()}
	}
	var lines []string
	for _, one := range several.Unwrap() {
		lines = append(lines, linesOf(one)...)
	}
	return lines
}

// onlyBrokenPipe reports whether somebody has stopped reading, and nothing else is to
// be said.
func onlyBrokenPipe(err error) bool {
	var attention attentionError
	return errors.Is(err, syscall.EPIPE) && !errors.As(err, &attention)
}

// sayDrift says where clocks are apart that should agree.
func (a *App) sayDrift(p *place) {
	for _, line := range words.Drift(p.drift()) {
		a.say("keyturn: %s", line)
	}
}

func (a *App) sayLines(lines []string) {
	a.say("keyturn: %s", lines[0])
	for _, line := range lines[1:] {
		a.say("  %s", line)
	}
}

// say prints on stderr. What the arguments hold is made harmless: the line breaks are the
// format's.
func (a *App) say(format string, args ...any) {
	_, _ = io.WriteString(a.Err, clean.Sprintf(format+"\n", args...))
}
