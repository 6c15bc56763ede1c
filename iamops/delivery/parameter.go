package delivery

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keyturn/iamops"
)

// lookTimeout bounds the look after a write whose answer was lost.
const lookTimeout = 10 * time.Second

// secureString is the one type of parameter that a secret may stand in.
const secureString = "SecureString"

// versionsBack is how many versions of a parameter are looked through for the old key.
const versionsBack = 10

// parameter is a parameter of the SSM Parameter Store, which holds the credential and
// nothing else. A delivery is a new version, encrypted, stored and typed as the one before.
type parameter struct {
	at
	name   string
	format format
}

// parameterStore is what the target asks of its account.
type parameterStore interface {
	// Parameter is a parameter with its value.
	Parameter(ctx context.Context, region, name string) (iamops.Parameter, error)
	// ParameterVersion is the value of a version, by its number.
	ParameterVersion(ctx context.Context, region, name, version string) (iamops.Secret, error)
	// PutParameter gives a parameter another value.
	PutParameter(ctx context.Context, region string, p iamops.Parameter) error
}

func init() {
	register(kind{
		scheme: "ssm", rank: 5, example: "ssm:as=json:/NAME", hint: "    also dotenv, secret",
		parse: parseParameter,
	})
}

// place is where it is. A parameter of the Standard tier takes kms:Encrypt.
func (p *parameter) place() iamops.Place {
	return p.at.place("ssm", p.name, iamops.Need{
		Sid: "Parameter", Resource: "parameter/" + strings.TrimPrefix(p.name, "/"),
		Actions: []string{"ssm:GetParameter", "ssm:PutParameter"},
	}, iamops.Need{
		Sid: "ParameterKind", Resource: iamops.AnyResource, Actions: []string{"ssm:DescribeParameters"},
	}, iamops.Need{
		Sid: "Encryption", Resource: "key/*", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"},
	})
}

// parseParameter reads [OPTIONS:]NAME.
func parseParameter(text string, env Env) (Target, error) {
	list, name := splitName(text)
	options, err := parseOptions(list, append([]string{"as", "ses"}, whereOptions...)...)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, errors.New("the parameter's name is missing, as in ssm:as=json:/ci/billing")
	}
	shape := options["as"]
	if shape == "" {
		shape = secretFormat
	}
	if options["ses"] != "" {
		shape += "+ses=" + options["ses"]
	}
	p := &parameter{name: name}
	if p.format, err = parseFormat(shape, jsonFormat, dotenvFormat, secretFormat); err != nil {
		return nil, err
	}
	p.at, err = parseWhere(options, name, env)
	return p, err
}

func (p *parameter) Name() string { return "ssm " + p.name + p.suffix() }

func (p *parameter) Spec() string {
	return "ssm:" + p.options(option{"as", p.format.shape}, option{"ses", p.format.region}) + ":" + p.name
}

func (p *parameter) Warnings() []string {
	if p.format.shape == secretFormat {
		return []string{
			"a secret without its key ID: keyturn can't put back what was there; the parameter's history has it",
		}
	}
	return nil
}

func (p *parameter) Folder() string { return "" }

// pinned is the target with its account found out.
func (p *parameter) pinned(ctx context.Context) (Target, error) {
	pinned := *p
	var err error
	pinned.at, err = p.pin(ctx)
	return &pinned, err
}

// Deliver gives the parameter the credential as its value.
func (p *parameter) Deliver(ctx context.Context, c Credential) error {
	text, err := p.format.render(c)
	if err != nil {
		return err
	}
	store, now, err := p.read(ctx)
	if err != nil {
		return err
	}
	was := now.Value.Reveal()
	switch {
	case was == string(text):
		return nil
	case p.format.shape != secretFormat && strings.TrimSpace(was) != "" && !strings.Contains(was, c.OldKeyID) &&
		!strings.Contains(was, c.KeyID):
		return refusal(OtherKey, "", "it holds something else than the old key")
	}
	return p.put(ctx, store, now, string(text))
}

// PutBack gives the parameter the last value that held the old key.
func (p *parameter) PutBack(ctx context.Context, c Credential) error {
	store, now, err := p.read(ctx)
	if err != nil {
		return err
	}
	was := now.Value.Reveal()
	switch {
	case p.format.shape == secretFormat:
		return &Failure{
			Kind: CannotPutBack,
			Err:  fmt.Errorf("its values do not tell which key they are of; look in its history: %w", ErrCannotPutBack),
		}
	case strings.Contains(was, c.OldKeyID):
		return nil
	case !strings.Contains(was, c.KeyID):
		return refusal(OtherKey, "", "it holds neither the old key nor the new one by now")
	case !p.format.wrote([]byte(was), c.KeyID):
		return refusal(ChangedMeanwhile, "", "it holds the new key and something else by now")
	}
	for back := int64(1); back <= versionsBack && back < now.Version; back++ {
		before, err := store.ParameterVersion(ctx, p.region, now.Name, strconv.FormatInt(now.Version-back, 10))
		if err != nil {
			return cloudFailure("reading an earlier version", err)
		}
		if strings.Contains(before.Reveal(), c.OldKeyID) {
			return p.put(ctx, store, now, before.Reveal())
		}
	}
	return &Failure{
		Kind: CannotPutBack,
		Err:  fmt.Errorf("none of its last versions holds the old key: %w", ErrCannotPutBack),
	}
}

// Settle has nothing to do: the Parameter Store keeps old versions by its own rules.
func (p *parameter) Settle(context.Context, Credential) error { return nil }

// read reads the parameter, which must be there, and secret.
func (p *parameter) read(ctx context.Context) (parameterStore, iamops.Parameter, error) {
	store, err := storeAt[parameterStore](ctx, p.at)
	if err != nil {
		return nil, iamops.Parameter{}, err
	}
	now, err := store.Parameter(ctx, p.region, p.name)
	if err != nil {
		return nil, now, cloudFailure("reading the parameter", err)
	}
	if now.Type != secureString {
		return nil, now, refusal(NotSecret, "",
			"it is a %s, which is kept in clear: only a SecureString takes a secret", now.Type)
	}
	return store, now, nil
}

// put gives the parameter a value. Where the answer does not tell whether it took it, the
// value is looked at.
func (p *parameter) put(ctx context.Context, store parameterStore, now iamops.Parameter, text string) error {
	now.Value = iamops.NewSecret(text)
	err := store.PutParameter(ctx, p.region, now)
	if err == nil {
		return nil
	}
	failure := cloudFailure("writing the parameter", err)
	if !mayHaveDone(err) {
		return failure
	}
	look, stop := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer stop()
	if after, err := store.Parameter(look, p.region, p.name); err == nil && after.Value.Reveal() == text {
		return nil
	}
	failure.MayHold = true
	return failure
}
