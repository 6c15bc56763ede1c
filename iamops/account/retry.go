package account

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"keyturn/iamops"
)

// How often a read is sent, by what went wrong. A throttle is normal weather and
// is waited out; what nobody answers is not worth long silence.
const (
	throttledAttempts   = 10                     // of a read that AWS throttles
	faultAttempts       = 4                      // of a read that fails in another way
	unansweredAttempts  = 2                      // of a read that nobody answers
	unansweredDelay     = 250 * time.Millisecond // before the next of these
	changeAttempts      = 5                      // of a change
	changeMaxBackoff    = 5 * time.Second        // between two of these
	attemptTokenPolling = 25 * time.Millisecond  // between two looks for a free place in the rate
)

// patience retries reads: the SDK's adaptive mode, which learns the rate that
// IAM allows, with a limit of its own for each kind of failure.
type patience struct{ *retry.AdaptiveMode }

func newPatience() patience {
	return patience{retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		// The SDK's own wait for a token can compute to zero, and then spins
		// without end where time moves on only when everybody waits.
		o.FailOnNoAttemptTokens = true
		o.StandardOptions = append(o.StandardOptions, func(so *retry.StandardOptions) {
			so.MaxAttempts = throttledAttempts
			// No quota of retries on top: a long list would lose rows to it.
			so.RateLimiter = ratelimit.None
		})
	})}
}

// GetAttemptToken waits until the learned rate allows another attempt.
func (p patience) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	for {
		release, err := p.AdaptiveMode.GetAttemptToken(ctx)
		if err == nil {
			return release, nil
		}
		if !iamops.Sleep(ctx, attemptTokenPolling) {
			return nil, fmt.Errorf("waiting for the rate limit: %w", ctx.Err())
		}
	}
}

// RetryDelay is how long to wait after the given attempt, or the attempt's own
// error where another is not worth it.
func (p patience) RetryDelay(attempt int, err error) (time.Duration, error) {
	switch kind := problemOf("", err).Kind; {
	case kind == iamops.ProxyRefused || kind == iamops.Untrusted:
		return 0, err
	case kind == iamops.Unreachable || kind == iamops.TimedOut:
		if attempt >= unansweredAttempts {
			return 0, err
		}
		return unansweredDelay, nil
	case kind != iamops.Throttled && attempt >= faultAttempts:
		return 0, err
	}
	delay, err := p.AdaptiveMode.RetryDelay(attempt, err)
	if err != nil {
		return 0, fmt.Errorf("computing the wait before attempt %d: %w", attempt+1, err)
	}
	return delay, nil
}

// changeThrottles are the only answers after which a change is sent again: AWS
// gives them before any effect. The SDK's default list would count
// LimitExceededException, which is IAM's quota of two keys, among them.
var changeThrottles = map[string]struct{}{
	"Throttling":               {},
	"ThrottlingException":      {},
	"TooManyRequestsException": {},
}

// newChangeRetryer is for one change. None of the SDK's default reasons to send
// again is in it: after a 5xx, a reset or a lost answer the effect is unknown.
func newChangeRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = changeAttempts
		o.MaxBackoff = changeMaxBackoff
		o.Retryables = []retry.IsErrorRetryable{
			retry.NoRetryCanceledError{},
			retry.RetryableErrorCode{Codes: changeThrottles},
		}
	})
}
