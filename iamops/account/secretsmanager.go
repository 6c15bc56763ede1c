package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"keyturn/iamops"
)

// SecretVersion reads a version of a secret by its stage, AWSCURRENT or AWSPREVIOUS, or by
// its ID where the stage is "" (secretsmanager:GetSecretValue). The region may be "" for
// the account's own. Its errors are Problems.
func (a *Account) SecretVersion(ctx context.Context, region, name, stage, id string) (iamops.SecretVersion, error) {
	const action = "secretsmanager:GetSecretValue"
	region, err := a.regional(action, region)
	if err != nil {
		return iamops.SecretVersion{}, err
	}
	in := &secretsmanager.GetSecretValueInput{SecretId: aws.String(name)}
	if stage != "" {
		in.VersionStage = aws.String(stage)
	} else {
		in.VersionId = aws.String(id)
	}
	out, err := get(ctx, a, action, region, a.secrets.in(region).GetSecretValue, in)
	if err != nil {
		return iamops.SecretVersion{}, err
	}
	v := iamops.SecretVersion{
		ARN:     aws.ToString(out.ARN),
		ID:      aws.ToString(out.VersionId),
		Stages:  out.VersionStages,
		Created: aws.ToTime(out.CreatedDate).UTC(),
	}
	if out.SecretString != nil {
		v.Value = iamops.NewSecret(*out.SecretString)
	}
	return v, nil
}

// PutSecretVersion makes a new version of a secret, which becomes AWSCURRENT
// (secretsmanager:PutSecretValue). The version's ID is the given one, so that whoever does
// not hear the answer can look for it. It is sent once. Its errors are Problems.
func (a *Account) PutSecretVersion(ctx context.Context, region, name, id string, value iamops.Secret) error {
	const action = "secretsmanager:PutSecretValue"
	region, err := a.writable(action, region)
	if err != nil {
		return err
	}
	in := &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(name), ClientRequestToken: aws.String(id), SecretString: aws.String(value.Reveal()),
	}
	_, err = get(ctx, a, action, region, a.secrets.in(region).PutSecretValue, in, func(o *secretsmanager.Options) {
		o.Retryer, o.HTTPClient = newChangeRetryer(), a.onceClient
	})
	return err
}
