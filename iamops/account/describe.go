package account

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

// The console keeps a key's description as a tag of its user: the tag's key is the
// access key ID, its value the text.

// Describe writes the description of a key (iam:TagUser), in the account of the change
// that it is about and in no other. Written twice it is the same as once.
func (a *Account) Describe(ctx context.Context, about iamops.Change, keyID, text string) error {
	const action = "iam:TagUser"
	// The change's kind is of the key, not of its description: describing a key switches
	// nothing off.
	cred, problem := a.admit(ctx, iamops.Change{Account: about.Account, User: about.User})
	if problem != nil {
		problem.Action = action
		return problem
	}
	in := &iam.TagUserInput{
		UserName: aws.String(about.User),
		Tags:     []types.Tag{{Key: aws.String(keyID), Value: aws.String(text)}},
	}
	_, err := get(ctx, a, action, a.region, a.iam.TagUser, in, func(o *iam.Options) {
		o.Credentials, o.AppID = static{cred}, appID+"-"+about.Rotation
	})
	return err
}

// Descriptions are the descriptions of a user's keys, by key ID (iam:ListUserTags).
func (a *Account) Descriptions(ctx context.Context, user string) (map[string]string, error) {
	const action = "iam:ListUserTags"
	texts := map[string]string{}
	in := &iam.ListUserTagsInput{UserName: aws.String(user)}
	for {
		out, err := get(ctx, a, action, a.region, a.iam.ListUserTags, in)
		if err != nil {
			return nil, err
		}
		for _, tag := range out.Tags {
			if id := aws.ToString(tag.Key); strings.HasPrefix(id, "AKIA") {
				texts[clean.Text(id)] = text(tag.Value)
			}
		}
		if !out.IsTruncated {
			return texts, nil
		}
		if in.Marker, err = nextMarker(action, in.Marker, out.Marker); err != nil {
			return nil, err
		}
	}
}
