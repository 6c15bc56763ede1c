package account

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// Call is one AWS call as the log of calls tells it. It holds nothing of what
// was asked or answered.
type Call struct {
	Action    string             // iam:ListUsers
	Region    string             // that signed, or GlobalRegion
	Start     time.Time          // of the account's clock, in UTC
	Duration  time.Duration      // real time, with all attempts and the waits between them
	Attempts  int                // 0 if the call failed before the first
	Outcome   string             // "ok", AWS's error code, or the kind of problem
	Problem   iamops.ProblemKind // "" if it went well
	RequestID string             // AWS's, "" if there was no answer
}

// tally is what is learned of one call while it is under way.
type tally struct {
	attempts  int
	lastErr   error // of the last attempt
	host      string
	dialing   atomic.Bool // the last attempt wanted a connection
	connected atomic.Bool // and got one
	requestID string

	// Of changes only, which go over the wire that counts.
	sends    int
	lastSent bool                   // whether the last attempt may have reached AWS
	tooLate  func() *iamops.Problem // says when it must not be sent any more; nil if it always may
}

type tallyKey struct{}

// tallyOf returns the tally of a call's context; it is that of nobody if the
// context is of no call.
func tallyOf(ctx context.Context) *tally {
	if t, ok := ctx.Value(tallyKey{}).(*tally); ok {
		return t
	}
	return new(tally)
}

// countAttempts makes a client keep the tally of each call.
func countAttempts(stack *middleware.Stack) error {
	count := middleware.FinalizeMiddlewareFunc("keyturnAttempts",
		func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (middleware.FinalizeOutput, middleware.Metadata, error) {
			t := tallyOf(ctx)
			t.attempts++
			t.lastSent = false
			t.dialing.Store(false)
			t.connected.Store(false)
			ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
				GetConn: func(string) { t.dialing.Store(true) },
				GotConn: func(httptrace.GotConnInfo) { t.connected.Store(true) },
			})
			out, metadata, err := next.HandleFinalize(ctx, in)
			if request, ok := in.Request.(*smithyhttp.Request); ok {
				t.host = request.URL.Host
			}
			t.lastErr = err
			if id, ok := awsmiddleware.GetRequestIDMetadata(metadata); ok {
				t.requestID = clean.Text(id)
			}
			return out, metadata, err //nolint:wrapcheck // a middleware passes errors as they are
		})
	return stack.Finalize.Insert(count, "Retry", middleware.After) //nolint:wrapcheck // the SDK wraps it
}

// call makes one AWS call, tells the log of it, and sorts its error. The tally tells how it
// went on the way.
func call[In, Out, Opt any](
	ctx context.Context, a *Account, t *tally, action, region string,
	do operation[In, Out, Opt], in *In, more ...func(*Opt),
) (out *Out, problem *iamops.Problem) {
	problem = a.tallied(ctx, t, action, region, func(ctx context.Context) (err error) {
		out, err = do(ctx, in, more...)
		return err
	})
	return out, problem
}

// tallied is call for what is no single operation.
func (a *Account) tallied(
	ctx context.Context, t *tally, action, region string, do func(context.Context) error,
) *iamops.Problem {
	c := Call{Action: action, Region: region, Start: a.options.Clock.Now().UTC()}
	began := iamops.WallClock{}.Now()
	err := do(context.WithValue(ctx, tallyKey{}, t))
	if err != nil && t.lastErr != nil && !errors.Is(err, context.Canceled) {
		err = t.lastErr // what the last attempt said, not that attempts or time then ran out
	}
	problem := problemOf(action, err)
	if problem != nil {
		who := a.signer.who()
		problem.Host, problem.Partition, problem.Account = t.host, who.Partition, who.Account
		if problem.Kind == iamops.AccessDenied {
			problem.MFADevice = a.mfaDevice
		}
		neverLeft := t.dialing.Load() && !t.connected.Load()
		if neverLeft && (problem.Kind == iamops.Lost || problem.Kind == iamops.TimedOut) {
			problem.Kind, problem.Message = iamops.Unreachable, t.host+": "+problem.Message
		}
	}
	if a.options.OnCall != nil {
		c.Duration = iamops.WallClock{}.Now().Sub(began)
		c.Attempts, c.RequestID, c.Outcome = t.attempts, t.requestID, outcome(problem)
		if problem != nil {
			c.Problem = problem.Kind
		}
		a.options.OnCall(c)
	}
	return problem
}

func outcome(p *iamops.Problem) string {
	switch {
	case p == nil:
		return "ok"
	case p.Code != "":
		return p.Code
	default:
		return string(p.Kind)
	}
}
