// Package delivery brings a new access key to where applications read it, and
// takes it back.
//
// A [Credential] is the new key with its secret, and the key that it replaces.
// A [Target] is one place for it: a profile of the AWS credentials file, a file
// of its own, or a program that reads it from its standard input. [Parse] makes
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
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

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

// Parse makes the target that a spec describes. It reads no file and runs
// nothing.
func Parse(spec string, env Env) (Target, error) {
	if !utf8.ValidString(spec) {
		return nil, fmt.Errorf("target %q: it is not UTF-8, and could not be written down", spec)
	}
	kind, rest, _ := strings.Cut(spec, ":")
	switch kind {
	case "profile":
		return parseProfile(rest, env)
	case "file":
		name, path, _ := strings.Cut(rest, ":")
		path = env.expand(path)
		format, err := parseFormat(name, csvFormat, dotenvFormat, jsonFormat)
		switch {
		case err != nil:
			return nil, fmt.Errorf("target %q: %w", spec, err)
		case !filepath.IsAbs(path):
			return nil, fmt.Errorf("target %q: the file needs an absolute path, as in file:csv:/home/suzie/billing.csv", spec)
		}
		return &file{format: format, path: filepath.Clean(path)}, nil
	case "command":
		name, words, _ := strings.Cut(rest, ":")
		format, err := parseFormat(name, jsonFormat, dotenvFormat, secretFormat)
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", spec, err)
		}
		argv, err := parseWords(words)
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", spec, err)
		}
		timeout := env.CommandTimeout
		if timeout == 0 {
			timeout = 30 * time.Second
		}
		return &command{format: format, argv: argv, timeout: timeout}, nil
	}
	cloudy := map[string]func(string, Env) (Target, error){"secretsmanager": parseManagedSecret, "ssm": parseParameter}
	if read := cloudy[kind]; read != nil {
		target, err := read(rest, env)
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", spec, err)
		}
		return target, nil
	}
	return nil, fmt.Errorf("target %q: it begins with none of profile, file, command, secretsmanager and ssm", spec)
}

// parseProfile reads NAME, or NAME:PATH with an absolute path.
func parseProfile(text string, env Env) (Target, error) {
	p := &Profile{name: text, file: env.CredentialsFile(), usual: true}
	for at, r := range text {
		if r == ':' && filepath.IsAbs(text[at+1:]) {
			p.name = text[:at]
			p.usual = filepath.Clean(text[at+1:]) == p.file
			p.file = filepath.Clean(text[at+1:])
			break
		}
	}
	if !nameable(p.name) {
		return nil, fmt.Errorf("target %q: a credentials file can't have a profile of that name", "profile:"+text)
	}
	return p, nil
}

// parseWords reads a JSON list, or words between spaces in which nothing asks
// for a shell.
func parseWords(text string) ([]string, error) {
	var argv []string
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &argv); err != nil {
			return nil, fmt.Errorf("the command is no JSON list of words: %w", err)
		}
	} else {
		if strings.ContainsAny(text, "\"'`\\$|&;<>*?()\n") {
			return nil, errors.New(`no shell reads the command: write it as a list, as in ["vault","kv","put","secret/billing","-"]`)
		}
		argv = strings.Fields(text)
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil, errors.New("the command is missing")
	}
	return argv, nil
}
