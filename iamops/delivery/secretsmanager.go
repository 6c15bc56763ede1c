package delivery

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"keyturn/iamops"
)

// The stages of a secret's versions that matter here.
const (
	currentStage  = "AWSCURRENT"
	previousStage = "AWSPREVIOUS"
)

// secretFields are the options of a Secrets Manager target: the JSON fields that the key
// ID and the secret stand in, and, with a region, the SES SMTP user name and password.
var secretFields = []string{"id", "secret", "user", "password", "ses"}

// managedSecret is some fields of a JSON object that AWS Secrets Manager keeps. A delivery
// is a new version with these fields replaced and the rest as it was; putting back is
// another one, with the fields as they were in the version before.
type managedSecret struct {
	at
	name   string
	fields map[string]string // by option
}

// secretStore is what the target asks of its account.
type secretStore interface {
	// SecretVersion is a version of a secret, by its stage or, for a stage of "", its ID.
	SecretVersion(ctx context.Context, region, name, stage, id string) (iamops.SecretVersion, error)
	// PutSecretVersion makes a new version with the given ID.
	PutSecretVersion(ctx context.Context, region, name, id string, value iamops.Secret) error
}

func init() {
	register(kind{
		scheme: "secretsmanager", rank: 4, example: "secretsmanager:id=FIELD,secret=FIELD:NAME",
		parse: parseManagedSecret,
	})
}

// place is where it is. AWS puts six characters of its own behind the name.
func (m *managedSecret) place() iamops.Place {
	return m.at.place("secretsmanager", m.name, iamops.Need{
		Sid: "Secret", Resource: "secret:" + m.name + "-??????",
		Actions: []string{"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"},
	}, iamops.Need{
		Sid: "Encryption", Resource: "key/*", Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"},
	})
}

// parseManagedSecret reads [OPTIONS:]NAME.
func parseManagedSecret(text string, env Env) (Target, error) {
	list, name := splitName(text)
	options, err := parseOptions(list, append(secretFields, whereOptions...)...)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fmt.Errorf(
			"the secret's name is missing, as in secretsmanager:id=access_key_id,secret=secret_access_key:ci/billing",
		)
	}
	m := &managedSecret{name: name, fields: map[string]string{"id": "AccessKeyId", "secret": "SecretAccessKey"}}
	for _, option := range secretFields {
		if options[option] != "" {
			m.fields[option] = options[option]
		}
	}
	if ses := m.fields["ses"]; ses != "" && !iamops.IsRegion(ses) {
		return nil, fmt.Errorf("%q is no region's name", ses)
	}
	if (m.fields["ses"] == "") != (m.fields["password"] == "") {
		return nil, fmt.Errorf(
			"an SES SMTP password needs both its region and its field, as in ses=eu-west-1,password=smtp_password",
		)
	}
	m.at, err = parseWhere(options, name, env)
	return m, err
}

// splitName splits OPTIONS:NAME. An ARN has colons of its own.
func splitName(text string) (options, name string) {
	if strings.HasPrefix(text, "arn:") || !strings.Contains(text, ":") {
		return "", text
	}
	options, name, _ = strings.Cut(text, ":")
	return options, name
}

func (m *managedSecret) Name() string { return "secretsmanager " + m.name + m.suffix() }

func (m *managedSecret) Spec() string {
	var own []option
	for _, name := range secretFields {
		own = append(own, option{name, m.fields[name]})
	}
	return "secretsmanager:" + m.options(own...) + ":" + m.name
}

func (m *managedSecret) Warnings() []string { return nil }

func (m *managedSecret) Folder() string { return "" }

// pinned is the target with its account found out.
func (m *managedSecret) pinned(ctx context.Context) (Target, error) {
	pinned := *m
	var err error
	pinned.at, err = m.pin(ctx)
	return &pinned, err
}

// texts are what stands in the fields for a credential, by the fields' names.
func (m *managedSecret) texts(c Credential) map[string]string {
	texts := map[string]string{m.fields["id"]: c.KeyID, m.fields["secret"]: c.Secret.Reveal()}
	if ses := m.fields["ses"]; ses != "" {
		texts[m.fields["password"]] = SMTPPassword(c.Secret, ses).Reveal()
		if user := m.fields["user"]; user != "" {
			texts[user] = c.KeyID
		}
	}
	return texts
}

// Deliver makes a new version with the credential in the fields.
func (m *managedSecret) Deliver(ctx context.Context, c Credential) error {
	store, err := storeAt[secretStore](ctx, m.at)
	if err != nil {
		return err
	}
	now, fields, err := m.version(ctx, store, currentStage)
	if err != nil {
		return err
	}
	texts := m.texts(c)
	switch holds := fields[m.fields["id"]].text; {
	case holds == c.KeyID && holdsAll(fields, texts):
		return nil
	case holds != "" && holds != c.KeyID && holds != c.OldKeyID:
		return refusal(OtherKey, "", "its field %q holds another key (%s)", m.fields["id"], holds)
	}
	text, err := replaceFields([]byte(now.Value.Reveal()), texts)
	if err != nil {
		return &Failure{Kind: iamops.Malformed, Err: err}
	}
	return m.put(ctx, store, text)
}

// PutBack makes a new version in which the fields are as they were before the delivery.
func (m *managedSecret) PutBack(ctx context.Context, c Credential) error {
	store, err := storeAt[secretStore](ctx, m.at)
	if err != nil {
		return err
	}
	now, fields, err := m.version(ctx, store, currentStage)
	if err != nil {
		return err
	}
	switch holds := fields[m.fields["id"]].text; holds {
	case c.KeyID:
	case c.OldKeyID, "":
		return nil
	default:
		return refusal(OtherKey, "", "its field %q holds another key by now (%s)", m.fields["id"], holds)
	}
	_, before, err := m.version(ctx, store, previousStage)
	if err != nil || before[m.fields["id"]].text != c.OldKeyID {
		return &Failure{
			Kind: CannotPutBack,
			Err:  fmt.Errorf("the version before this one does not hold the old key: %w", ErrCannotPutBack),
		}
	}
	texts := map[string]string{}
	for name := range m.texts(c) {
		texts[name] = before[name].text
	}
	text, err := replaceFields([]byte(now.Value.Reveal()), texts)
	if err != nil {
		return &Failure{Kind: iamops.Malformed, Err: err}
	}
	return m.put(ctx, store, text)
}

// Settle has nothing to do: Secrets Manager keeps old versions by its own rules.
func (m *managedSecret) Settle(context.Context, Credential) error { return nil }

// version reads a version and its fields.
func (m *managedSecret) version(
	ctx context.Context, store secretStore, stage string,
) (iamops.SecretVersion, map[string]span, error) {
	v, err := store.SecretVersion(ctx, m.region, m.name, stage, "")
	if err != nil {
		return v, nil, cloudFailure("reading the secret", err)
	}
	if !v.Value.Held() {
		return v, nil, refusal(iamops.Malformed, "", "it holds bytes, not a text")
	}
	fields, err := fieldsOf([]byte(v.Value.Reveal()))
	if err != nil {
		return v, nil, &Failure{Kind: iamops.Malformed, Err: err}
	}
	for name := range m.texts(Credential{}) {
		if !fields[name].isText {
			return v, nil, refusal(iamops.Malformed, "", "it has no field %q with a text", name)
		}
	}
	return v, fields, nil
}

// put makes a new version. Where the answer does not tell whether it was made, the version
// is looked for by its ID, which was chosen here.
func (m *managedSecret) put(ctx context.Context, store secretStore, text []byte) error {
	id := "keyturn-" + rand.Text() // Secrets Manager asks for 32 characters at least
	err := store.PutSecretVersion(ctx, m.region, m.name, id, iamops.NewSecret(string(text)))
	if err == nil {
		return nil
	}
	failure := cloudFailure("writing the secret", err)
	if !mayHaveDone(err) {
		return failure
	}
	look, stop := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer stop()
	if _, err := store.SecretVersion(look, m.region, m.name, "", id); err == nil {
		return nil
	}
	failure.MayHold = true
	return failure
}

// holdsAll reports whether the fields say what they should.
func holdsAll(fields map[string]span, texts map[string]string) bool {
	for name, text := range texts {
		if fields[name].text != text {
			return false
		}
	}
	return true
}
