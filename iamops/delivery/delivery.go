// Package delivery brings a new access key to where applications read it, and
// takes it back.
//
// A [Credential] is the new key with its secret, and the key that it replaces.
// A [Target] is one place for it: a profile of the AWS credentials file, a file
// of its own, or a program that reads it from its standard input. Each kind of target has a
// file of its own here, with a row that [Parse] and all lists of kinds follow. [Parse] makes
// a target from its spec, the text that a config file holds and a journal keeps:
//
//	profile:prod                           the credentials file that the environment names
//	profile:prod:/home/suzie/aws/keys      another one
//	file:csv:/home/suzie/billing.csv       also dotenv and json
//	command:json:["vault","kv","put","secret/billing","-"]
//	command:secret:gh secret set BILLING   words without quotes may stand as they are
//	file:dotenv+ses=eu-west-1:/srv/mail/.env   with the SES SMTP password for a region
//	secretsmanager:id=key_id,secret=secret_key:ci/billing   these fields of its JSON object
//	ssm:as=json:/ci/billing                a SecureString; also dotenv and secret
//
// The last two take options NAME=VALUE: profile for a profile of their own, account to
// refuse any other, region, and ses with (in Secrets Manager) password and user for the
// fields of an SES SMTP password.
//
// The [Clipboard] is a place too, but not one that a key stays in: it is cleared.
//
// A target is delivered to, then either settled, once the old key is deleted, or
// put back, when the new key is given up. Each of the three may be repeated: what
// is done already is left as it is. Whatever goes wrong is a [Failure].
//
// Rules that hold for every target:
//
//   - The secret goes to the target, and to the 0600 file beside it that an atomic
//     replacement needs. No name, spec, warning or error holds it; no argument list
//     and no environment either.
//   - Nothing is overwritten that this package has not just read, and nothing
//     removed but what it has written.
//   - A failure leaves the target as it was, or says that it may hold the new key.
package delivery

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"keyturn/iamops"
)

// Credential is a new access key on its way to a target. To put back or to
// settle, the key IDs are enough.
type Credential struct {
	KeyID    string
	Secret   iamops.Secret
	OldKeyID string // the key that it replaces
	User     string // the IAM user that both keys belong to
}

// plausible reports whether a text can be an access key ID or a secret: not
// empty, and nothing in it that means something to a CSV, an INI or a .env file.
func plausible(text string) bool {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'`,;#$\\", r) }
	return text != "" && !strings.ContainsFunc(text, odd)
}

// check returns an error if the credential can't be delivered.
func (c Credential) check() error {
	if !plausible(c.KeyID) || !plausible(c.Secret.Reveal()) {
		return errors.New("the credential has no key ID or no secret that AWS could have made")
	}
	return nil
}

// Target is a place for a credential. Its methods fail with a *[Failure].
type Target interface {
	// Name is what is shown and written down: "profile prod". It holds no secret.
	Name() string
	// Spec is the text from which Parse makes the same target again.
	Spec() string
	// Warnings are sentences to be read before delivering, often none.
	Warnings() []string
	// Deliver brings the credential to the target.
	Deliver(context.Context, Credential) error
	// PutBack makes the target as it was before Deliver.
	PutBack(context.Context, Credential) error
	// Settle removes what PutBack would have needed: the old key is deleted.
	Settle(context.Context, Credential) error
	// Folder is where it writes, and where a crash in the middle of that leaves a file for
	// [Sweep] to find. It is "" for a target that writes no file.
	Folder() string
}

// folderOf is the folder of a file, which a symlink may be in the place of.
func folderOf(path string) string {
	if found, err := filepath.EvalSymlinks(path); err == nil {
		path = found
	}
	return filepath.Dir(path)
}

// checked is a target as it is handed out: its failures name it, and only a credential that
// AWS could have made is delivered to it.
type checked struct{ Target }

// Deliver checks the credential, and brings it to the target.
func (t checked) Deliver(ctx context.Context, c Credential) error {
	if err := c.check(); err != nil {
		return about(t.Name(), &Failure{Kind: BadCredential, Err: err})
	}
	return about(t.Name(), t.Target.Deliver(ctx, c))
}

// PutBack makes the target as it was, or says that it may hold the new key.
func (t checked) PutBack(ctx context.Context, c Credential) error {
	return putBackFailed(t.Name(), t.Target.PutBack(ctx, c))
}

// Settle removes what PutBack would have needed.
func (t checked) Settle(ctx context.Context, c Credential) error {
	return about(t.Name(), t.Target.Settle(ctx, c))
}

// as finds what a target can do beyond what all can.
func as[Able any](t Target) (able Able, ok bool) {
	if c, is := t.(checked); is {
		t = c.Target
	}
	able, ok = t.(Able)
	return able, ok
}

// Env is what targets take from the world around them.
type Env struct {
	Getenv func(name string) string // AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE, DISPLAY, WAYLAND_DISPLAY
	Home   string                   // the operator's home folder

	// Cloud reaches the AWS account of a profile, or, for "", the operator's own. Nil:
	// there is none.
	Cloud func(ctx context.Context, profile string) (Cloud, error)

	// CommandTimeout is how long a command may run. Zero is 30 seconds.
	CommandTimeout time.Duration
}

// CredentialsFile is the path of the shared credentials file:
// AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.
func (e Env) CredentialsFile() string {
	return e.sharedFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

// ConfigFile is the path of the shared config file: AWS_CONFIG_FILE, else
// ~/.aws/config.
func (e Env) ConfigFile() string { return e.sharedFile("AWS_CONFIG_FILE", "config") }

func (e Env) sharedFile(variable, name string) string {
	path := ""
	if e.Getenv != nil {
		path = e.Getenv(variable)
	}
	if path == "" {
		return filepath.Join(e.Home, ".aws", name)
	}
	path = e.expand(path)
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// expand replaces a leading ~/ by the home folder.
func (e Env) expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(e.Home, rest)
	}
	return path
}
