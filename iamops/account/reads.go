package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// usersPerPage is the most that iam:ListUsers gives at once; it may give fewer.
const usersPerPage = 1000

// notApplicable is how iam:GetAccessKeyLastUsed says that there is no service or
// region to name.
const notApplicable = "N/A"

// text is a text of an answer, made harmless.
func text(s *string) string { return clean.Text(aws.ToString(s)) }

// operation is a method of one of the SDK's clients: it makes one call.
type operation[In, Out, Opt any] = func(context.Context, *In, ...func(*Opt)) (*Out, error)

// get makes one call in a region, with at most MaxInFlight of them under way at once. It
// tells the log of it. Its errors are Problems.
func get[In, Out, Opt any](
	ctx context.Context, a *Account, action, region string, do operation[In, Out, Opt], in *In, more ...func(*Opt),
) (*Out, error) {
	select {
	case a.inFlight <- struct{}{}:
	case <-ctx.Done():
		return nil, problemOf(action, ctx.Err())
	}
	defer func() { <-a.inFlight }()
	out, problem := call(ctx, a, new(tally), action, region, do, in, more...)
	if problem != nil {
		return nil, problem
	}
	return out, nil
}

// LoadAlias asks for the account's alias (iam:ListAccountAliases), for Info to
// show. An account without one is no error.
func (a *Account) LoadAlias(ctx context.Context) error {
	in := &iam.ListAccountAliasesInput{}
	out, err := get(ctx, a, "iam:ListAccountAliases", a.region, a.iam.ListAccountAliases, in)
	if err != nil {
		return err
	}
	if len(out.AccountAliases) > 0 {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.info.Alias = clean.Text(out.AccountAliases[0]) // IAM allows one
	}
	return nil
}

// Users lists the account's users page by page (iam:ListUsers), in AWS's order.
// An error of page ends the list and is returned as it is.
func (a *Account) Users(ctx context.Context, page func([]iamops.User) error) error {
	const action = "iam:ListUsers"
	in := &iam.ListUsersInput{MaxItems: aws.Int32(usersPerPage)}
	for {
		out, err := get(ctx, a, action, a.region, a.iam.ListUsers, in)
		if err != nil {
			return err
		}
		if out.Users == nil { // an empty list is there; an empty answer is none
			return malformed(action, "the answer holds no list")
		}
		users := make([]iamops.User, 0, len(out.Users))
		for _, u := range out.Users {
			users = append(users, iamops.User{
				Name:    text(u.UserName),
				ARN:     text(u.Arn),
				ID:      text(u.UserId),
				Path:    text(u.Path),
				Created: aws.ToTime(u.CreateDate).UTC(),
			})
		}
		if err := page(users); err != nil {
			return err
		}
		if !out.IsTruncated {
			return nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return err
		}
	}
}

// Keys lists a user's access keys (iam:ListAccessKeys). A status that is not
// known is passed on as it came. The list may lag behind a change.
func (a *Account) Keys(ctx context.Context, user string) ([]iamops.AccessKey, error) {
	const action = "iam:ListAccessKeys"
	if user == "" { // AWS would take it for the signer
		return nil, &iamops.Problem{Kind: iamops.Rejected, Action: action, Message: "no user is named"}
	}
	in := &iam.ListAccessKeysInput{UserName: aws.String(user)}
	keys := []iamops.AccessKey{}
	for {
		out, err := get(ctx, a, action, a.region, a.iam.ListAccessKeys, in)
		if err != nil {
			return nil, err
		}
		if out.AccessKeyMetadata == nil { // an empty list is there; an empty answer is none
			return nil, malformed(action, "the answer holds no list")
		}
		for _, k := range out.AccessKeyMetadata {
			keys = append(keys, iamops.AccessKey{
				UserName: user,
				ID:       text(k.AccessKeyId),
				Status:   iamops.KeyStatus(clean.Text(string(k.Status))),
				Created:  aws.ToTime(k.CreateDate).UTC(),
			})
		}
		if !out.IsTruncated {
			return keys, nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return nil, err
		}
	}
}

// nextMarker refuses a marker that would ask for the same page for ever. The SDK's paginators
// would end such a list as if it were whole.
func nextMarker(action string, was, next *string) (*string, error) {
	if aws.ToString(next) == "" || aws.ToString(next) == aws.ToString(was) {
		return nil, malformed(action, "the list says that it goes on, and not where")
	}
	return next, nil
}

// LastUsed tells when and where a key was last used, and the name of the user
// whose key it is (iam:GetAccessKeyLastUsed). On an error the use is unknown, and
// says why.
func (a *Account) LastUsed(ctx context.Context, keyID string) (use iamops.LastUse, owner string, err error) {
	const action = "iam:GetAccessKeyLastUsed"
	in := &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(keyID)}
	out, err := get(ctx, a, action, a.region, a.iam.GetAccessKeyLastUsed, in)
	use.AsOf = a.options.Clock.Now().UTC()
	switch {
	case err != nil:
	case a.options.Clock == iamops.Clock(a.clock) && !a.clock.Known():
		err = malformed(action, "it carries no time, so how long ago the key was used is not known")
	case out.AccessKeyLastUsed == nil:
		err = malformed(action, "the answer tells of no use, and not that there was none")
	case out.AccessKeyLastUsed.LastUsedDate != nil:
		use.State = iamops.Used
		use.At = out.AccessKeyLastUsed.LastUsedDate.UTC()
		use.Service = unlessNA(out.AccessKeyLastUsed.ServiceName)
		use.Region = unlessNA(out.AccessKeyLastUsed.Region)
	case aws.ToString(out.AccessKeyLastUsed.ServiceName) == notApplicable:
		use.State = iamops.NeverUsed
	default:
		err = malformed(action, "the answer names no date, and not N/A")
	}
	if err != nil {
		use.Problem = iamops.AsProblem(err)
		return use, "", err
	}
	return use, text(out.UserName), nil
}

func unlessNA(value *string) string {
	if aws.ToString(value) == notApplicable {
		return ""
	}
	return text(value)
}
