package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"keyturn/iamops"
)

// tryTimeout bounds one try of a new key at one endpoint.
const tryTimeout = 5 * time.Second

// Try signs sts:GetCallerIdentity with the given key once at the regional
// endpoint of each of the given regions and of the account's own. Its error is nil
// if all of them answered, and answered with this account, else the first
// Problem. Nothing is sent twice: a new key works at one endpoint before it does
// at the next, and each failure tells. The IDs are those of the requests that were
// answered, by which CloudTrail's events of them are known.
func (a *Account) Try(
	ctx context.Context, keyID string, secret iamops.Secret, regions []string,
) (requestIDs []string, err error) {
	cred := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret.Reveal()}
	rounds := append([]string{a.region}, regions...)
	for i, region := range rounds {
		if region == "" || slices.Contains(rounds[:i], region) {
			continue
		}
		requestID, err := a.tryAt(ctx, cred, region)
		if requestID != "" {
			requestIDs = append(requestIDs, requestID)
		}
		if err != nil {
			return requestIDs, err
		}
	}
	return requestIDs, nil
}

func (a *Account) tryAt(ctx context.Context, cred aws.Credentials, region string) (requestID string, err error) {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	t := new(tally)
	who, err := a.identifyBy(ctx, t, cred, region, func(o *sts.Options) {
		o.Retryer = aws.NopRetryer{}
	})
	if err != nil {
		p := iamops.AsProblem(err)
		p.Message = fmt.Sprintf("%s (region %s)", p.Message, region)
		return t.requestID, p
	}
	if pinned := a.Caller().Account; who.Account != pinned {
		return t.requestID, wrongAccount(pinned, who.Account)
	}
	return t.requestID, nil
}
