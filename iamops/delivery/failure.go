package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"keyturn/iamops"
)

// The kinds of failure that only targets have. The others are those of [iamops.Problem]: what
// AWS answers keeps its kind, and a file, a profile or a program has the kind of the same name.
const (
	// Of files.
	NotWritable      iamops.ProblemKind = "not-writable"      // the file or its folder may not be read or written
	DiskFull         iamops.ProblemKind = "disk-full"         // no room, or a quota
	Exists           iamops.ProblemKind = "exists"            // something else is there already, and is kept
	Busy             iamops.ProblemKind = "busy"              // another program holds the file's lock
	ChangedMeanwhile iamops.ProblemKind = "changed-meanwhile" // somebody else has written to it since it was read

	// Of profiles.
	OtherKey       iamops.ProblemKind = "other-key"       // the profile holds neither the old key nor the new one
	SessionProfile iamops.ProblemKind = "session-profile" // the profile holds a session token

	// Of commands.
	CommandMissing iamops.ProblemKind = "command-missing" // not on PATH, or not a program; it did not run
	CommandFailed  iamops.ProblemKind = "command-failed"  // see Failure.ExitCode and Failure.Output

	// Of AWS's services.
	NotSecret iamops.ProblemKind = "not-secret" // the place keeps what it holds in clear
	KeyFailed iamops.ProblemKind = "kms-key"    // the KMS key that encrypts the place does not do its work

	// Of any target.
	CannotPutBack iamops.ProblemKind = "cannot-put-back" // what was there before is not known here
	BadCredential iamops.ProblemKind = "bad-credential"  // there is no secret to deliver any more
)

// ErrCannotPutBack is the cause of a CannotPutBack: whoever knows the target has
// to put it back.
var ErrCannotPutBack = errors.New("what was there before is not known here")

// Failure is what kept a target from being delivered to, put back or settled.
// It is an error, and holds no part of the secret.
type Failure struct {
	Target string // the target's name, "" outside of one
	Kind   iamops.ProblemKind
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
	var parts []string
	if f.Target != "" {
		parts = append(parts, f.Target)
	}
	var problem *iamops.Problem
	if !errors.As(f.Err, &problem) || problem.Kind != f.Kind || problem.Code != "" { // else it says so itself
		parts = append(parts, string(f.Kind))
	}
	if f.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d of %s", f.Line, f.Path))
	}
	if f.Err != nil {
		parts = append(parts, f.Err.Error())
	}
	return strings.Join(parts, ": ")
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

// AsFailure finds the Failure in err. An error without one is
// [iamops.Unexpected].
func AsFailure(err error) *Failure {
	if err == nil {
		return nil
	}
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Kind: iamops.Unexpected, Err: err}
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
	f.MayHold = f.Kind != OtherKey && f.Kind != iamops.NoProfile // which were seen not to hold it
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
func refusal(kind iamops.ProblemKind, path, format string, args ...any) *Failure {
	return &Failure{Kind: kind, Path: path, Err: fmt.Errorf(format, args...)}
}

// fileFailure sorts what the system said about a file.
func fileFailure(path, attempt string, err error) *Failure {
	kind := iamops.Unexpected
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		kind = NotWritable
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		kind = DiskFull
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		kind = iamops.NotFound
	case errors.Is(err, fs.ErrExist):
		kind = Exists
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		kind = iamops.Canceled
	}
	return &Failure{Kind: kind, Path: path, Err: fmt.Errorf("%s: %w", attempt, err)}
}
