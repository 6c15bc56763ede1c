package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// Kind sorts a failure by what the operator can do about it.
type Kind string

// The kinds of failure. Each has its own words on screen.
const (
	// Of files.
	NotFound         Kind = "not-found"         // the file or its folder does not exist, or a symlink leads nowhere
	NotWritable      Kind = "not-writable"      // the file or its folder may not be read or written
	DiskFull         Kind = "disk-full"         // no room, or a quota
	Exists           Kind = "exists"            // something else is there already, and is kept
	Busy             Kind = "busy"              // another program holds the file's lock
	ChangedMeanwhile Kind = "changed-meanwhile" // somebody else has written to it since it was read
	Malformed        Kind = "malformed"         // the file can't be understood: see Failure.Line

	// Of profiles.
	NoProfile      Kind = "no-profile"      // the credentials file has no such profile
	OtherKey       Kind = "other-key"       // the profile holds neither the old key nor the new one
	SessionProfile Kind = "session-profile" // the profile holds a session token

	// Of commands.
	CommandMissing Kind = "command-missing" // not on PATH, or not a program; it did not run
	CommandFailed  Kind = "command-failed"  // see Failure.ExitCode and Failure.Output
	TimedOut       Kind = "timed-out"       // it was stopped, with all that it had started

	// Of AWS's services.
	NotAllowed   Kind = "not-allowed"   // AWS refused the action that Failure.Err names
	Throttled    Kind = "throttled"     // too many requests just now
	Expired      Kind = "expired"       // the session has ended: renew it, then try again
	WrongAccount Kind = "wrong-account" // the profile leads to another account than is pinned
	NotSecret    Kind = "not-secret"    // the place keeps what it holds in clear
	KeyFailed    Kind = "kms-key"       // the KMS key that encrypts the place does not do its work
	ReadOnly     Kind = "read-only"
	NoCloud      Kind = "no-cloud" // there is no AWS account to reach it by
	AtAWS        Kind = "at-aws"   // any other failure there; Failure.Err says which

	// Of any target.
	CannotPutBack Kind = "cannot-put-back" // what was there before is not known here
	BadCredential Kind = "bad-credential"  // there is no secret to deliver any more
	Canceled      Kind = "canceled"        // before it was done
	Unexpected    Kind = "unexpected"
)

// ErrCannotPutBack is the cause of a CannotPutBack: whoever knows the target has
// to put it back.
var ErrCannotPutBack = errors.New("what was there before is not known here")

// Failure is what kept a target from being delivered to, put back or settled.
// It is an error, and holds no part of the secret.
type Failure struct {
	Target string // the target's name, "" outside of one
	Kind   Kind
	Path   string // the file in hand, "" for a command
	Line   int    // where a malformed file stops making sense, from 1; 0 is unknown
	Err    error  // the cause; may be nil

	// MayHold says that the target may hold the new key: it was delivered in spite
	// of the failure, or could not be put back.
	MayHold bool

	// ExitCode is how a failed command ended, -1 if a signal ended it. Output is
	// the first 64 KiB of what it printed, fit for a terminal, without any line
	// that shows 6 characters of the secret in a row.
	ExitCode int
	Output   string
}

// Error names the target, the kind and the cause, but not a command's output.
func (f *Failure) Error() string {
	text := string(f.Kind)
	if f.Target != "" {
		text = f.Target + ": " + text
	}
	if f.Line > 0 {
		text = fmt.Sprintf("%s: line %d of %s", text, f.Line, f.Path)
	}
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return text
}

// Reason is the cause with the file and the line, for a sentence that names the rest.
func (f *Failure) Reason() string {
	text := f.Path
	if f.Line > 0 {
		text = fmt.Sprintf("%s, line %d", f.Path, f.Line)
	}
	switch {
	case f.Err == nil:
		return strings.TrimPrefix(text+": "+string(f.Kind), ": ")
	case text == "":
		return f.Err.Error()
	}
	return text + ": " + f.Err.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// AsFailure finds the Failure in err. An error without one is Unexpected.
func AsFailure(err error) *Failure {
	if err == nil {
		return nil
	}
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Kind: Unexpected, Err: err}
}

// about makes err a failure of the named target.
func about(target string, err error) error {
	if err == nil {
		return nil
	}
	f := AsFailure(err)
	f.Target = target
	return f
}

// putBackFailed makes err a failure of the named target, which holds the new key
// still, unless it was seen that it does not.
func putBackFailed(target string, err error) error {
	if err == nil {
		return nil
	}
	f := AsFailure(err)
	f.Target = target
	f.MayHold = f.Kind != OtherKey && f.Kind != NoProfile // which were seen not to hold it
	return f
}

// also adds what went wrong in cleaning up after err, if anything did.
func also(err, cleaning error) error {
	if err == nil || cleaning == nil {
		return errors.Join(err, cleaning)
	}
	f := AsFailure(err)
	f.Err = errors.Join(f.Err, cleaning)
	return f
}

// refusal is a failure that this package found by itself.
func refusal(kind Kind, path, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Path: path, Err: fmt.Errorf(format, args...)}
}

// fileFailure sorts what the system said about a file.
func fileFailure(path, attempt string, err error) *Failure {
	kind := Unexpected
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		kind = NotWritable
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		kind = DiskFull
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		kind = NotFound
	case errors.Is(err, fs.ErrExist):
		kind = Exists
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		kind = Canceled
	}
	return &Failure{Kind: kind, Path: path, Err: fmt.Errorf("%s: %w", attempt, err)}
}
