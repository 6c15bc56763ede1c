// Package account is one AWS account, reached through aws-sdk-go-v2. It is the
// only room that talks to AWS.
//
// There are two ways in. [Connect] resolves region and credentials as the SDK
// does, from AWS_ variables, the shared files, SSO, roles, processes and instance
// metadata. [At] is given an endpoint and one credential, and reads no AWS file
// and no AWS variable. Both ask sts:GetCallerIdentity who signs, and pin the
// account that it names: the [Account] answers for that account and no other.
//
// Reads go out as often as it takes: the SDK's adaptive retries, at most
// [MaxInFlight] calls at once. What cannot be reached fails in seconds.
//
// Changes go through one door, [Account.Change], which
//
//   - spends a permit, so that no change is made that is not on record;
//   - takes one credential, and signs with it both the question who it belongs to
//     and the change, so that the answer holds for the change;
//   - refuses a read-only account, another account than the pinned one, the root
//     user, a change that would switch off the key that carries it, and a new key for
//     a session that ends before its secret can be put away ([SessionLeft]);
//   - sends once. Only a throttle, which AWS answers before any effect, is sent
//     again. Whatever else leaves the effect open is [iamops.Unclear]: look,
//     don't resend;
//   - is not cut short by its caller: it has its own time limit.
//
// Every error is an [*iamops.Problem]. A key's secret is in no error, no log of
// calls and no message: an answer that cannot be read is not quoted.
//
// A session ends. No call asks the operator for an MFA code: it fails as
// [iamops.ExpiredCredentials]. [Account.Renew] resolves the credentials afresh, and is
// how a caller moves from a key to the one that replaced it.
//
// With no region configured, IAM and STS are called by the pseudo-region
// aws-global, which stands for the partition's global endpoint.
package account

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/clean"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// GlobalRegion is the pseudo-region that IAM and STS understand where no region
// is configured. Regional services do not.
const GlobalRegion = "aws-global"

// MaxInFlight is how many reads of one Account are under way at once.
const MaxInFlight = 16

// SessionLeft is how long a session must go on for a key to be created with it.
const SessionLeft = 15 * time.Minute

// identityTimeout bounds the question who signs.
const identityTimeout = 10 * time.Second

// appID begins the application ID in the user agent of every call, by which
// CloudTrail tells keyturn's calls from others.
const appID = "keyturn"

// Options say how an account is reached. The zero value is the SDK's default
// chain with changes allowed.
type Options struct {
	// Profile, Region and EndpointURL are those of the AWS CLI's flags and beat
	// files and variables; "" leaves the choice to the SDK. The endpoint is that
	// of IAM and STS, also where a role is assumed for the credentials. At ignores
	// all three.
	Profile     string
	Region      string
	EndpointURL string

	// ReadOnly refuses every change.
	ReadOnly bool

	// MFAToken asks the operator for a code, when a role or MFASerial needs one. It
	// is called within Connect and Renew alone, and its context ends with theirs.
	// Without MFAToken a profile that needs a code is a problem of kind
	// no-credentials.
	MFAToken func(ctx context.Context) (string, error)
	// MFASerial is the serial number or ARN of the MFA device. With it, a
	// long-term key is exchanged for a session by sts:GetSessionToken, and a
	// role is assumed with the device. At ignores it.
	MFASerial string

	HTTPClient *http.Client // nil is the SDK's
	Clock      iamops.Clock // the account's time; nil is a [Clock] of its own
	OnCall     func(Call)   // is told of each call after it; may be nil; called from many goroutines
}

// Endpoint is a place that speaks AWS's protocol, and a credential for it.
type Endpoint struct {
	URL          string // "" is AWS itself
	Region       string // "" is GlobalRegion
	KeyID        string
	Secret       iamops.Secret
	SessionToken string

	// Again is asked by Renew for the place's credential as it is by then; nil if it
	// stays as it is. Of what it returns the credential alone counts.
	Again func() (Endpoint, error)
}

// Account is one AWS account. It is safe for concurrent use.
type Account struct {
	options    Options
	clock      *Clock // AWS's time, which is the account's unless the options have another
	region     string
	signer     *signer
	resolve    func(context.Context) (aws.CredentialsProvider, origin, error) // the credentials afresh
	iam        *iam.Client
	sts        *sts.Client
	accounts   *perRegion[*accountapi.Client]
	trails     *perRegion[*cloudtrail.Client]
	secrets    *perRegion[*secretsmanager.Client]
	parameters *perRegion[*ssm.Client]
	onceClient *http.Client // for changes: it never resends
	inFlight   chan struct{}
	mfaDevice  string // of the profile, where nothing asks a code of it; "" if there is none

	mu   sync.Mutex
	info iamops.Account
}

// Connect reaches the account that the SDK's configuration resolves to, and
// asks AWS who signs there (sts:GetCallerIdentity). Its errors are Problems.
func Connect(ctx context.Context, o Options) (*Account, error) {
	o, clock := o.withClock()
	cfg, from, err := chain(ctx, o, clock)
	if err != nil {
		return nil, err
	}
	a, err := newAccount(ctx, cfg, o, clock, from, func(ctx context.Context) (aws.CredentialsProvider, origin, error) {
		cfg, from, err := chain(ctx, o, clock)
		return cfg.Credentials, from, err
	})
	if err == nil && !a.Caller().IsSession() {
		a.mfaDevice = deviceOf(cfg.ConfigSources)
	}
	return a, err
}

// At reaches the account of the given credential at the given endpoint, and
// asks there who signs (sts:GetCallerIdentity). It reads no AWS file and no AWS
// variable. Its errors are Problems.
func At(ctx context.Context, at Endpoint, o Options) (*Account, error) {
	o, clock := o.withClock()
	cfg := aws.Config{
		Region:      at.Region,
		APIOptions:  []func(*middleware.Stack) error{clock.observe, seePages},
		HTTPClient:  httpClient(o.HTTPClient),
		Logger:      logging.Nop{},
		AppID:       appID,
		Credentials: at.credentials(),
	}
	if cfg.Region == "" {
		cfg.Region = GlobalRegion
	}
	o.EndpointURL = at.URL
	first := origin{unknown: at.SessionToken != ""}
	return newAccount(ctx, cfg, o, clock, first, func(context.Context) (aws.CredentialsProvider, origin, error) {
		if at.Again == nil {
			return at.credentials(), first, nil
		}
		again, err := at.Again()
		if err != nil {
			return nil, origin{}, &iamops.Problem{Kind: iamops.NoCredentials, Message: err.Error(), Err: err}
		}
		return again.credentials(), origin{unknown: again.SessionToken != ""}, nil
	})
}

func (e Endpoint) credentials() aws.CredentialsProvider {
	return named{credentials.NewStaticCredentialsProvider(e.KeyID, e.Secret.Reveal(), e.SessionToken)}
}

// withClock are the options with a clock, and the clock of AWS's time.
func (o Options) withClock() (Options, *Clock) {
	clock, ours := o.Clock.(*Clock)
	if !ours {
		clock = NewClock()
	}
	if o.Clock == nil {
		o.Clock = clock
	}
	return o, clock
}

func newAccount(
	ctx context.Context, cfg aws.Config, o Options, clock *Clock, from origin,
	resolve func(context.Context) (aws.CredentialsProvider, origin, error),
) (*Account, error) {
	if err := checkPlace(cfg.Region, o.EndpointURL); err != nil {
		return nil, err
	}
	a := &Account{
		options:    o,
		clock:      clock,
		region:     cfg.Region,
		signer:     &signer{provider: cfg.Credentials},
		resolve:    resolve,
		onceClient: sendOnce(cfg.HTTPClient),
		inFlight:   make(chan struct{}, MaxInFlight),
	}
	a.connect(cfg)
	cred, err := retrieve(ctx, a.signer)
	if err != nil {
		return nil, err
	}
	caller, err := a.identify(ctx, cred, cfg.Region)
	if err != nil {
		return nil, withoutIdentity(iamops.AsProblem(err), stsEndpoint(cfg, o) != "")
	}
	a.signer.set(a.signer.provider, from.of(caller))
	a.info = iamops.Account{ID: caller.Account, Partition: caller.Partition}
	return a, nil
}

// withoutIdentity names an endpoint that is not AWS's, and does not say who signs, as what
// it is.
func withoutIdentity(p *iamops.Problem, elsewhere bool) error {
	unknown := p.Kind == iamops.Rejected && p.Status == http.StatusBadRequest
	switch p.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusInternalServerError, http.StatusNotImplemented:
		unknown = true
	}
	if elsewhere && unknown {
		said := strings.TrimSpace(fmt.Sprintf("%d %s", p.Status, cmp.Or(p.Code, http.StatusText(p.Status))))
		p.Kind, p.Message = iamops.NoIdentity, p.Host+" answers "+said
	}
	return p
}

// checkPlace refuses what the SDK would stumble over at each call.
func checkPlace(region, endpoint string) error {
	if strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return &iamops.Problem{Kind: iamops.BadConfig, Message: fmt.Sprintf("%q is no region", region)}
	}
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return &iamops.Problem{
			Kind:    iamops.BadConfig,
			Message: fmt.Sprintf("the endpoint %q is no URL with http:// or https://", endpoint),
			Err:     err,
		}
	}
	return nil
}

// Region is the region in use: GlobalRegion where none is configured.
func (a *Account) Region() string { return a.region }

// Caller is who signed when the account was reached, or renewed since.
func (a *Account) Caller() iamops.Caller { return a.signer.who() }

// Info is the pinned account, with its alias once LoadAlias has found one.
func (a *Account) Info() iamops.Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.info
}

// identify asks AWS whose credential this is (sts:GetCallerIdentity).
func (a *Account) identify(
	ctx context.Context, cred aws.Credentials, region string, more ...func(*sts.Options),
) (iamops.Caller, error) {
	return a.identifyBy(ctx, new(tally), cred, region, more...)
}

// identifyBy is identify for those who want to know how it went on the way.
func (a *Account) identifyBy(
	ctx context.Context, t *tally, cred aws.Credentials, region string, more ...func(*sts.Options),
) (iamops.Caller, error) {
	const action = "sts:GetCallerIdentity"
	ctx, cancel := context.WithTimeout(ctx, identityTimeout)
	defer cancel()

	more = append(more, func(o *sts.Options) { o.Credentials, o.Region = static{cred}, region })
	out, problem := call(ctx, a, t, action, region, a.sts.GetCallerIdentity, &sts.GetCallerIdentityInput{}, more...)
	if problem != nil {
		return iamops.Caller{}, problem
	}
	c := iamops.Caller{
		Account:      text(out.Account),
		ARN:          text(out.Arn),
		UserID:       text(out.UserId),
		SigningKeyID: clean.Text(cred.AccessKeyID),
	}
	if parts := strings.SplitN(c.ARN, ":", 6); len(parts) == 6 {
		c.Partition = parts[1]
	}
	if c.Account == "" || c.Partition == "" {
		return iamops.Caller{}, malformed(action, "the answer names no account")
	}
	return c, nil
}
