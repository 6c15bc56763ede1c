package account

import (
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keyturn/iamops"
)

// regional is the region in which a regional service is called: the given one, else the
// account's own. The pseudo-region of IAM and STS is none.
func (a *Account) regional(action, region string) (string, error) {
	if region == "" {
		region = a.region
	}
	if region == GlobalRegion {
		return "", &iamops.Problem{Kind: iamops.NoRegion, Action: action, Message: "no region is configured"}
	}
	return region, checkPlace(region, "")
}

// writable is the region in which a value may be written: none where nothing may.
func (a *Account) writable(action, region string) (string, error) {
	region, err := a.regional(action, region)
	if err == nil && a.options.ReadOnly {
		err = readOnly(action)
	}
	return region, err
}

func readOnly(action string) *iamops.Problem {
	return &iamops.Problem{Kind: iamops.ReadOnly, Action: action, Message: "this account is open for reading only"}
}

// perRegion keeps one client a region, so that its retries learn the rate that the service
// allows. It is safe for concurrent use.
type perRegion[Client any] struct {
	build func(region string) Client

	mu    sync.Mutex
	built map[string]Client
}

func newPerRegion[Client any](build func(region string) Client) *perRegion[Client] {
	return &perRegion[Client]{build: build, built: map[string]Client{}}
}

// in is the client for a region.
func (p *perRegion[Client]) in(region string) Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	client, ok := p.built[region]
	if !ok {
		client = p.build(region)
		p.built[region] = client
	}
	return client
}

// connect builds the clients of all services. They share how they sign, retry and count;
// the endpoint of the options beats what the SDK has found for a service, which a
// configuration's own endpoint would not.
func (a *Account) connect(cfg aws.Config) {
	cfg.Credentials = a.signer
	cfg.Retryer, cfg.RetryMaxAttempts = func() aws.Retryer { return newPatience() }, 0
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), countAttempts)
	in := func(region string) aws.Config {
		cfg := cfg
		cfg.Region = region
		return cfg
	}
	point := func(endpoint **string) {
		if a.options.EndpointURL != "" {
			*endpoint = aws.String(a.options.EndpointURL)
		}
	}
	a.iam = iam.NewFromConfig(cfg, func(o *iam.Options) { point(&o.BaseEndpoint) })
	a.sts = sts.NewFromConfig(cfg, func(o *sts.Options) { point(&o.BaseEndpoint) })
	a.accounts = newPerRegion(func(region string) *accountapi.Client {
		return accountapi.NewFromConfig(in(region), func(o *accountapi.Options) { point(&o.BaseEndpoint) })
	})
	a.trails = newPerRegion(func(region string) *cloudtrail.Client {
		return cloudtrail.NewFromConfig(in(region), func(o *cloudtrail.Options) { point(&o.BaseEndpoint) })
	})
	a.secrets = newPerRegion(func(region string) *secretsmanager.Client {
		return secretsmanager.NewFromConfig(in(region), func(o *secretsmanager.Options) { point(&o.BaseEndpoint) })
	})
	a.parameters = newPerRegion(func(region string) *ssm.Client {
		return ssm.NewFromConfig(in(region), func(o *ssm.Options) { point(&o.BaseEndpoint) })
	})
}
