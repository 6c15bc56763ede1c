package account

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"keyturn/iamops"
)

// instanceTimeout bounds the last link of the chain, the instance metadata
// service, which outside of EC2 nobody answers for.
const instanceTimeout = 3 * time.Second

// roleSession is how long a role is assumed for, unless the profile asks for longer: an
// hour, which every role allows, also one that is assumed by another. The SDK's own 15
// minutes would never leave SessionLeft; roleWork is what a session must have on top.
const (
	roleSession = time.Hour
	roleWork    = 5 * time.Minute
)

// instanceRole is the type of provider that asks the instance metadata service.
var instanceRole = (*ec2rolecreds.Provider)(nil)

// chain resolves region and credentials as the SDK does. The providers that it returns ask
// for an MFA code for as long as it runs, and not after that.
func chain(ctx context.Context, o Options, clock *Clock) (aws.Config, origin, error) {
	asking := &prompt{ask: o.MFAToken}
	asking.openFor(ctx)
	defer asking.close()
	var endpoint string // of STS; the SDK's own clients in the chain don't heed the configured one
	cfg, err := sharedConfig(sharedFiles(), func() (aws.Config, error) {
		return config.LoadDefaultConfig(ctx, chainOptions(asking, o, clock, &endpoint)...)
	})
	if err != nil {
		return aws.Config{}, origin{}, loadProblem(err)
	}
	endpoint = stsEndpoint(cfg, o)
	if aws.IsCredentialsProvider(cfg.Credentials, instanceRole) {
		cfg.Credentials = impatient{cfg.Credentials}
	}
	cfg.Credentials = named{cfg.Credentials}
	cred, err := retrieve(ctx, cfg.Credentials)
	if err != nil {
		return aws.Config{}, origin{}, err
	}
	from := originOf(cred, cfg.ConfigSources)
	if o.MFASerial != "" && cred.SessionToken == "" {
		from = origin{keyIDs: []string{cred.AccessKeyID}}
		cfg.Credentials = withMFA(asking, cfg, o)
		if _, err := retrieve(ctx, cfg.Credentials); err != nil {
			return aws.Config{}, origin{}, err
		}
	}
	return cfg, from, nil
}

// prompt asks the operator for MFA codes while it is open. The SDK's token provider takes
// no context: it is that of whoever opened the prompt.
type prompt struct {
	ask func(ctx context.Context) (string, error) // nil: there is nobody to ask

	mu  sync.Mutex
	ctx context.Context // of the call that the prompt is open for; nil: it is closed
}

func (p *prompt) openFor(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ctx = ctx
}

func (p *prompt) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ctx = nil
}

// code asks for a code. A closed prompt says that the session has ended.
func (p *prompt) code() (string, error) {
	p.mu.Lock()
	ctx := p.ctx
	p.mu.Unlock()
	switch {
	case ctx == nil:
		return "", &iamops.Problem{
			Kind:    iamops.ExpiredCredentials,
			Message: "the session has ended, and a new one needs an MFA code",
		}
	case p.ask == nil:
		return "", &iamops.Problem{Kind: iamops.NoCredentials, Action: "sts:GetSessionToken", Message: mfaNeeded}
	}
	return p.ask(ctx)
}

// stsEndpoint is the address that stands in for STS's own: that of the options, else what
// the configuration says; "" if it says nothing.
func stsEndpoint(cfg aws.Config, o Options) string {
	if o.EndpointURL != "" {
		return o.EndpointURL
	}
	return aws.ToString(sts.NewFromConfig(cfg).Options().BaseEndpoint)
}

// chainOptions make the SDK's default chain heed o, and assume roles at the endpoint, which
// is known by the time that one is assumed.
func chainOptions(asking *prompt, o Options, clock *Clock, endpoint *string) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}), // the SDK's warnings would go to stderr, under the UI
		config.WithHTTPClient(httpClient(o.HTTPClient)),
		config.WithDefaultRegion(GlobalRegion),
		config.WithAppID(appID),
		config.WithAPIOptions([]func(*middleware.Stack) error{clock.observe, seePages}),
		config.WithAssumeRoleCredentialOptions(func(ro *stscreds.AssumeRoleOptions) {
			if asking.ask != nil {
				ro.TokenProvider = asking.code
			}
			if ro.Duration < SessionLeft+roleWork {
				ro.Duration = roleSession
			}
			if o.MFASerial != "" {
				ro.SerialNumber = aws.String(o.MFASerial)
			}
			if ro.Client != nil { // nil when the SDK only looks whether the options fit
				ro.Client = elsewhere{ro.Client, endpoint}
			}
		}),
		config.WithWebIdentityRoleCredentialOptions(func(ro *stscreds.WebIdentityRoleOptions) {
			if ro.Client != nil {
				ro.Client = elsewhereByToken{ro.Client, endpoint}
			}
		}),
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	return options
}

// elsewhere assumes roles at a given endpoint, "" being AWS's own. The SDK's own option for
// that is beaten by AWS_ENDPOINT_URL_STS, and moves SSO as well.
type elsewhere struct {
	stscreds.AssumeRoleAPIClient
	url *string
}

// AssumeRole is sts:AssumeRole.
func (e elsewhere) AssumeRole(
	ctx context.Context, in *sts.AssumeRoleInput, more ...func(*sts.Options),
) (*sts.AssumeRoleOutput, error) {
	more = append(more, at(*e.url))
	return e.AssumeRoleAPIClient.AssumeRole(ctx, in, more...) //nolint:wrapcheck // as if it were the client itself
}

// elsewhereByToken is elsewhere for web identities.
type elsewhereByToken struct {
	stscreds.AssumeRoleWithWebIdentityAPIClient
	url *string
}

// AssumeRoleWithWebIdentity is sts:AssumeRoleWithWebIdentity.
func (e elsewhereByToken) AssumeRoleWithWebIdentity(
	ctx context.Context, in *sts.AssumeRoleWithWebIdentityInput, more ...func(*sts.Options),
) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	more = append(more, at(*e.url))
	client := e.AssumeRoleWithWebIdentityAPIClient
	return client.AssumeRoleWithWebIdentity(ctx, in, more...) //nolint:wrapcheck // likewise
}

// at makes STS be asked at an address.
func at(url string) func(*sts.Options) {
	return func(o *sts.Options) {
		if url != "" {
			o.BaseEndpoint = aws.String(url)
		}
	}
}

// retrieve takes one credential from the provider.
func retrieve(ctx context.Context, provider aws.CredentialsProvider) (aws.Credentials, error) {
	cred, err := provider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, problemOf("", err)
	}
	return cred, nil
}

// deviceOf is the MFA device that the profile names without a role to assume with it; "" if
// it names none.
func deviceOf(sources []any) string {
	for _, source := range sources {
		if profile, ok := source.(config.SharedConfig); ok && profile.RoleARN == "" {
			return profile.MFASerial
		}
	}
	return ""
}

// originOf finds the long-term key from which the chain made the session that cred is.
// The configuration sources are those that the SDK has read. Of a session that was handed
// over, by the environment, a file or a program, the key is unknown.
func originOf(cred aws.Credentials, sources []any) origin {
	if cred.SessionToken == "" || cred.Source == stscreds.WebIdentityProviderName {
		return origin{}
	}
	var env config.EnvConfig
	var profile *config.SharedConfig
	for _, source := range sources {
		switch s := source.(type) {
		case config.EnvConfig:
			env = s
		case config.SharedConfig:
			profile = &s
		}
	}
	if cred.AccessKeyID == env.Credentials.AccessKeyID {
		return origin{unknown: true}
	}
	if profile == nil {
		return origin{}
	}
	for profile.Source != nil {
		profile = profile.Source
	}
	source := profile.Credentials
	if !source.HasKeys() && profile.CredentialSource == "Environment" {
		source = env.Credentials
	}
	switch {
	case source.SessionToken != "", profile.CredentialProcess != "":
		return origin{unknown: true}
	case !source.HasKeys():
		return origin{} // SSO, a web identity, a container's or an instance's role
	}
	return origin{keyIDs: []string{source.AccessKeyID}}
}

// static signs with one credential as it was retrieved, expiry and all.
type static struct{ cred aws.Credentials }

// Retrieve returns the credential.
func (s static) Retrieve(context.Context) (aws.Credentials, error) { return s.cred, nil }

// named marks the errors of a provider as such, so that a failure to find
// credentials is told from a failure of the call that needed them.
type named struct{ provider aws.CredentialsProvider }

// Retrieve returns the provider's credential, or a *credentialError.
func (n named) Retrieve(ctx context.Context) (aws.Credentials, error) {
	cred, err := n.provider.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &credentialError{err: err}
	}
	return cred, nil
}

// credentialError is a failure to find credentials.
type credentialError struct {
	err  error
	none bool // there are none to be found, rather than some that failed
}

// Error names the cause.
func (e *credentialError) Error() string { return "retrieving credentials: " + e.err.Error() }

// Unwrap returns the cause.
func (e *credentialError) Unwrap() error { return e.err }

// impatient bounds the search for an instance's role, without which a machine
// that has no credentials at all would say so only after a long silence.
type impatient struct{ provider aws.CredentialsProvider }

// Retrieve returns the role's credential, or a *credentialError.
func (i impatient) Retrieve(ctx context.Context) (aws.Credentials, error) {
	bounded, cancel := context.WithTimeout(ctx, instanceTimeout)
	defer cancel()
	cred, err := i.provider.Retrieve(bounded)
	if err != nil {
		return aws.Credentials{}, &credentialError{err: err, none: ctx.Err() == nil}
	}
	return cred, nil
}

// mfaSession exchanges a long-term key for a session, with a code from the
// operator's MFA device (sts:GetSessionToken).
type mfaSession struct {
	client *sts.Client
	serial string
	code   func() (string, error)
}

// withMFA puts an MFA session, kept until it ends, before the credentials of cfg.
func withMFA(asking *prompt, cfg aws.Config, o Options) aws.CredentialsProvider {
	session := mfaSession{
		client: sts.NewFromConfig(cfg, at(o.EndpointURL)),
		serial: o.MFASerial,
		code:   asking.code,
	}
	return named{aws.NewCredentialsCache(session, func(co *aws.CredentialsCacheOptions) {
		co.ExpiryWindow = time.Minute
	})}
}

// Retrieve asks for a code and returns the session's credential.
func (m mfaSession) Retrieve(ctx context.Context) (aws.Credentials, error) {
	code, err := m.code()
	if err != nil {
		return aws.Credentials{}, err
	}
	out, err := m.client.GetSessionToken(ctx, &sts.GetSessionTokenInput{
		SerialNumber: aws.String(m.serial),
		TokenCode:    aws.String(code),
	})
	if err != nil {
		return aws.Credentials{}, problemOf("sts:GetSessionToken", err)
	}
	if out.Credentials == nil || out.Credentials.Expiration == nil {
		return aws.Credentials{}, malformed("sts:GetSessionToken", "the answer holds no session")
	}
	return aws.Credentials{
		AccessKeyID:     aws.ToString(out.Credentials.AccessKeyId),
		SecretAccessKey: aws.ToString(out.Credentials.SecretAccessKey),
		SessionToken:    aws.ToString(out.Credentials.SessionToken),
		Source:          "MFA session",
		CanExpire:       true,
		Expires:         *out.Credentials.Expiration,
	}, nil
}
