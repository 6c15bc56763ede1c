package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// Change makes the change that the permit allows: iam:CreateAccessKey,
// iam:UpdateAccessKey or iam:DeleteAccessKey, always with the user's name. It
// spends the permit, whatever comes of it, and takes at most
// [iamops.ChangeTimeout]. A context that ends while the change is under way does
// not cut it short; one that has ended already makes it not begin.
//
// A change with a SendBefore is not sent after that instant of the account's
// clock, which is looked at last thing before the request is written, and is not
// sent again after a throttle.
//
// The outcome is Done when AWS said so. It is NoEffect when AWS refused, when no
// connection was made, and when the change was not sent at all. In every other
// case it is Unclear.
func (a *Account) Change(ctx context.Context, permit iamops.Permit) iamops.Outcome {
	change, err := permit.Spend()
	if err != nil {
		return refused(change, &iamops.Problem{Kind: iamops.NoRecord, Message: err.Error(), Err: err})
	}
	if err := ctx.Err(); err != nil {
		return refused(change, problemOf(change.Kind.Action(), err))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), iamops.ChangeTimeout)
	defer cancel()
	cred, problem := a.admit(ctx, change)
	if problem != nil {
		return refused(change, problem)
	}
	return a.send(ctx, change, cred)
}

// refused is the outcome of a change that was not sent.
func refused(change iamops.Change, problem *iamops.Problem) iamops.Outcome {
	if problem.Action == "" {
		problem.Action = change.Kind.Action()
	}
	return iamops.Outcome{Change: change, Effect: iamops.NoEffect, Problem: problem}
}

// admit takes the credential that the change will be signed with, and asks AWS
// whose it is: the provider may by now give another one than when the account
// was reached.
func (a *Account) admit(ctx context.Context, change iamops.Change) (aws.Credentials, *iamops.Problem) {
	if a.options.ReadOnly {
		return aws.Credentials{}, readOnly("")
	}
	provider, known := a.signer.now()
	if change.Account != known.Account {
		return aws.Credentials{}, wrongAccount(change.Account, known.Account)
	}
	cred, err := retrieve(ctx, provider)
	if err != nil {
		return aws.Credentials{}, iamops.AsProblem(err)
	}
	// A session's end is AWS's time, whatever the sandbox's account says.
	if left := cred.Expires.Sub(a.clock.Wire()); change.Kind == iamops.Create && cred.CanExpire && left < SessionLeft {
		return aws.Credentials{}, &iamops.Problem{
			Kind:    iamops.ExpiresSoon,
			Message: fmt.Sprintf("the session ends in %d min", max(0, int(left.Minutes()))),
		}
	}
	who, err := a.identify(ctx, cred, a.region)
	if err != nil {
		return aws.Credentials{}, iamops.AsProblem(err)
	}
	who.SourceKeyIDs, who.SourceUnknown = known.SourceKeyIDs, known.SourceUnknown
	switch {
	case who.Account != change.Account:
		return aws.Credentials{}, wrongAccount(change.Account, who.Account)
	case who.IsRoot():
		return aws.Credentials{}, &iamops.Problem{
			Kind:    iamops.RootCaller,
			Message: "the caller is the account's root user",
		}
	}
	if change.Kind == iamops.Deactivate || change.Kind == iamops.Delete {
		return cred, ownKey(who, change)
	}
	return cred, nil
}

// ownKey refuses to switch off the key that signs, or from which the session
// that signs was made, or may have been.
func ownKey(who iamops.Caller, change iamops.Change) *iamops.Problem {
	switch who.SignsWith(change.User, change.KeyID) {
	case iamops.DependsOnKey:
		return &iamops.Problem{
			Kind:    iamops.OwnKey,
			Message: fmt.Sprintf("the caller signs with %s, or with a session made from it", change.KeyID),
		}
	case iamops.MayDependOnKey:
		if change.SessionElsewhere {
			return nil
		}
		return &iamops.Problem{
			Kind: iamops.OwnKey,
			Message: fmt.Sprintf(
				"the caller signs with a session of %s, which may have been made from %s", change.User, change.KeyID,
			),
		}
	case iamops.Independent:
	}
	return nil
}

func wrongAccount(want, got string) *iamops.Problem {
	return &iamops.Problem{Kind: iamops.WrongAccount, Message: fmt.Sprintf("the account is %s, not %s", got, want)}
}

// send makes the changing call with the given credential, once.
func (a *Account) send(ctx context.Context, change iamops.Change, cred aws.Credentials) iamops.Outcome {
	tally := new(tally)
	retryer := newChangeRetryer()
	if !change.SendBefore.IsZero() {
		retryer = aws.NopRetryer{}
		tally.tooLate = func() *iamops.Problem { return a.tooLate(change) }
	}
	once := func(o *iam.Options) {
		o.Credentials = static{cred}
		o.Retryer = retryer
		o.HTTPClient = a.onceClient
		o.AppID = appID + "-" + change.Rotation
	}
	out := iamops.Outcome{Change: change}
	var created *types.AccessKey
	problem := a.tallied(ctx, tally, change.Kind.Action(), a.region, func(ctx context.Context) (err error) {
		created, err = a.issue(ctx, change, once)
		return err
	})
	out.RequestID, out.Sends, out.Problem = tally.requestID, tally.sends, problem
	out.Effect = effect(tally, problem)
	if problem != nil && tally.sends == 0 && (problem.Kind == iamops.Lost || problem.Kind == iamops.TimedOut) {
		problem.Kind = iamops.Unreachable // the wire knows more than the error tells
	}
	if out.Effect == iamops.Done && change.Kind == iamops.Create {
		takeKey(&out, created)
	}
	return out
}

// tooLate refuses a change that was not sent in time.
func (a *Account) tooLate(change iamops.Change) *iamops.Problem {
	now := a.options.Clock.Now()
	if !now.After(change.SendBefore) && !now.Before(change.NotBefore) {
		return nil
	}
	return &iamops.Problem{
		Kind:   iamops.TooLate,
		Action: change.Kind.Action(),
		Message: fmt.Sprintf(
			"it could have been sent until %s, and it is %s",
			change.SendBefore.UTC().Format(time.TimeOnly),
			now.UTC().Format(time.TimeOnly),
		),
	}
}

// issue is the one place where a changing call is made.
func (a *Account) issue(
	ctx context.Context, change iamops.Change, once func(*iam.Options),
) (created *types.AccessKey, err error) {
	user, key := aws.String(change.User), aws.String(change.KeyID)
	switch change.Kind {
	case iamops.Create:
		var out *iam.CreateAccessKeyOutput
		if out, err = a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user}, once); err == nil {
			created = out.AccessKey
		}
	case iamops.Deactivate:
		in := &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: key, Status: types.StatusTypeInactive}
		_, err = a.iam.UpdateAccessKey(ctx, in, once)
	case iamops.Reactivate:
		in := &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: key, Status: types.StatusTypeActive}
		_, err = a.iam.UpdateAccessKey(ctx, in, once)
	case iamops.Delete:
		_, err = a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: key}, once)
	default:
		err = &iamops.Problem{Kind: iamops.Rejected, Message: fmt.Sprintf("there is no change %q", change.Kind)}
	}
	return created, err
}

// takeKey moves the new key into the outcome. An answer that lacks the key or
// its secret is no answer to rely on.
func takeKey(out *iamops.Outcome, created *types.AccessKey) {
	if created == nil {
		created = &types.AccessKey{}
	}
	out.Key = iamops.AccessKey{
		UserName: out.Change.User,
		ID:       text(created.AccessKeyId),
		Status:   iamops.KeyStatus(clean.Text(string(created.Status))),
		Created:  aws.ToTime(created.CreateDate).UTC(),
	}
	if secret := aws.ToString(created.SecretAccessKey); out.Key.ID != "" && secret != "" {
		out.Secret = iamops.NewSecret(secret)
		return
	}
	out.Effect = iamops.Unclear
	out.Problem = malformed(out.Change.Kind.Action(), "the answer lacks the new key or its secret")
}

// effect is what is known of a change's effect. Only the last attempt can have
// had one: those before it were throttled.
func effect(t *tally, problem *iamops.Problem) iamops.Effect {
	switch {
	case problem == nil:
		return iamops.Done
	case !t.lastSent, definite(t.lastErr):
		return iamops.NoEffect
	default:
		return iamops.Unclear
	}
}

// definite reports whether AWS refused before any effect: by an answer of the
// 4xx kind with a code that is known to mean that, or by a throttle.
func definite(err error) bool {
	code, _, _ := apiError(err)
	if _, throttled := changeThrottles[code]; throttled {
		return true
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return false
	}
	status := response.HTTPStatusCode()
	return status >= 400 && status < 500 && refusals[code]
}

// refusals are the codes by which IAM says that it did nothing: the errors of
// the three actions and those common to all actions (IAM API reference).
var refusals = map[string]bool{
	"AccessDenied":                  true,
	"AccessDeniedException":         true,
	"ConcurrentModification":        true,
	"EntityTemporarilyUnmodifiable": true,
	"ExpiredToken":                  true,
	"ExpiredTokenException":         true,
	"IncompleteSignature":           true,
	"InvalidAction":                 true,
	"InvalidClientTokenId":          true,
	"InvalidInput":                  true,
	"InvalidParameterCombination":   true,
	"InvalidParameterValue":         true,
	"InvalidSignatureException":     true,
	"InvalidUserType":               true,
	"LimitExceeded":                 true,
	"LimitExceededException":        true,
	"MalformedQueryString":          true,
	"MissingAction":                 true,
	"MissingAuthenticationToken":    true,
	"MissingParameter":              true,
	"NoSuchEntity":                  true,
	"NoSuchEntityException":         true,
	"NotAuthorized":                 true,
	"OptInRequired":                 true,
	"RequestExpired":                true,
	"SignatureDoesNotMatch":         true,
	"UnauthorizedOperation":         true,
	"UnrecognizedClientException":   true,
	"ValidationError":               true,
	"ValidationException":           true,
}
