package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

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

// in is the configuration of a client for a region.
func (a *Account) in(region string) aws.Config {
	cfg := a.config
	cfg.Region = region
	return cfg
}

// endpoint is the address that stands in for a service's own: that of the options, else
// the one that the SDK has found.
func (a *Account) endpoint(found *string) *string {
	if a.options.EndpointURL != "" {
		return aws.String(a.options.EndpointURL)
	}
	return found
}

// readIn is read for a service of a region.
func (a *Account) readIn(ctx context.Context, action, region string, do func(context.Context) error) error {
	select {
	case a.inFlight <- struct{}{}:
	case <-ctx.Done():
		return problemOf(action, ctx.Err())
	}
	defer func() { <-a.inFlight }()
	return a.call(ctx, action, region, do)
}
