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
	var out *secretsmanager.GetSecretValueOutput
	err = a.readIn(ctx, action, region, func(ctx context.Context) (err error) {
		out, err = a.secrets(region).GetSecretValue(ctx, in)
		return err //nolint:wrapcheck // readIn sorts it
	})
	if err != nil {
		return iamops.SecretVersion{}, err
	}
	v := iamops.SecretVersion{
		ARN: aws.ToString(out.ARN), ID: aws.ToString(out.VersionId), Stages: out.VersionStages, Created: aws.ToTime(out.CreatedDate).UTC(),
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
	region, err := a.regional(action, region)
	if err != nil {
		return err
	}
	if a.options.ReadOnly {
		return &iamops.Problem{Kind: iamops.ReadOnly, Action: action, Message: "this account is open for reading only"}
	}
	return a.readIn(ctx, action, region, func(ctx context.Context) error {
		_, err := a.secrets(region).PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
			SecretId: aws.String(name), ClientRequestToken: aws.String(id), SecretString: aws.String(value.Reveal()),
		}, func(o *secretsmanager.Options) { o.Retryer, o.HTTPClient = newChangeRetryer(), a.onceClient })
		return err //nolint:wrapcheck // readIn sorts it
	})
}

func (a *Account) secrets(region string) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(a.in(region), func(o *secretsmanager.Options) {
		o.Retryer, o.RetryMaxAttempts = newPatience(), 0
		o.APIOptions = append(o.APIOptions, countAttempts)
		o.BaseEndpoint = a.endpoint(o.BaseEndpoint)
	})
}
