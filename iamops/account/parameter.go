package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"keyturn/iamops"
)

// Parameter reads a parameter with its value, and what it is encrypted with
// (ssm:GetParameter, ssm:DescribeParameters). The region may be "" for the account's own.
// Its errors are Problems.
func (a *Account) Parameter(ctx context.Context, region, name string) (iamops.Parameter, error) {
	const read, describe = "ssm:GetParameter", "ssm:DescribeParameters"
	region, err := a.regional(read, region)
	if err != nil {
		return iamops.Parameter{}, err
	}
	client := a.parameters(region)
	var value *ssm.GetParameterOutput
	err = a.readIn(ctx, read, region, func(ctx context.Context) (err error) {
		value, err = client.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name), WithDecryption: aws.Bool(true)})
		return err //nolint:wrapcheck // readIn sorts it
	})
	if err != nil {
		return iamops.Parameter{}, err
	}
	if value.Parameter == nil {
		return iamops.Parameter{}, malformed(read, "the answer holds no parameter")
	}
	p := iamops.Parameter{
		Name: aws.ToString(value.Parameter.Name), Type: string(value.Parameter.Type), DataType: aws.ToString(value.Parameter.DataType),
		Version: value.Parameter.Version, Modified: aws.ToTime(value.Parameter.LastModifiedDate).UTC(),
		Value: iamops.NewSecret(aws.ToString(value.Parameter.Value)),
	}
	in := &ssm.DescribeParametersInput{
		ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Name"), Option: aws.String("Equals"), Values: []string{p.Name}}},
	}
	for range describePages { // a page may be empty, and not the last
		var about *ssm.DescribeParametersOutput
		err = a.readIn(ctx, describe, region, func(ctx context.Context) (err error) {
			about, err = client.DescribeParameters(ctx, in)
			return err //nolint:wrapcheck // readIn sorts it
		})
		if err != nil {
			return iamops.Parameter{}, err
		}
		for _, found := range about.Parameters {
			if aws.ToString(found.Name) == p.Name {
				p.KMSKeyID, p.Tier = aws.ToString(found.KeyId), string(found.Tier)
				return p, nil
			}
		}
		if in.NextToken = about.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return iamops.Parameter{}, malformed(describe, "the answer does not describe the parameter")
}

// describePages is how many pages are read until one describes the parameter.
const describePages = 100

// ParameterVersion reads the value that a parameter had in a version
// (ssm:GetParameter). Its errors are Problems.
func (a *Account) ParameterVersion(ctx context.Context, region, name, version string) (iamops.Secret, error) {
	const action = "ssm:GetParameter"
	region, err := a.regional(action, region)
	if err != nil {
		return iamops.Secret{}, err
	}
	var out *ssm.GetParameterOutput
	err = a.readIn(ctx, action, region, func(ctx context.Context) (err error) {
		out, err = a.parameters(region).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name + ":" + version), WithDecryption: aws.Bool(true)})
		return err //nolint:wrapcheck // readIn sorts it
	})
	if err != nil {
		return iamops.Secret{}, err
	}
	if out.Parameter == nil {
		return iamops.Secret{}, malformed(action, "the answer holds no parameter")
	}
	return iamops.NewSecret(aws.ToString(out.Parameter.Value)), nil
}

// PutParameter gives a parameter that exists a new value, and leaves all else of it as p
// tells (ssm:PutParameter). It is sent once. Its errors are Problems.
func (a *Account) PutParameter(ctx context.Context, region string, p iamops.Parameter) error {
	const action = "ssm:PutParameter"
	region, err := a.regional(action, region)
	if err != nil {
		return err
	}
	if a.options.ReadOnly {
		return &iamops.Problem{Kind: iamops.ReadOnly, Action: action, Message: "this account is open for reading only"}
	}
	in := &ssm.PutParameterInput{
		Name: aws.String(p.Name), Value: aws.String(p.Value.Reveal()), Type: types.ParameterType(p.Type),
		Tier: types.ParameterTier(p.Tier), Overwrite: aws.Bool(true),
	}
	if p.KMSKeyID != "" {
		in.KeyId = aws.String(p.KMSKeyID) // without it the account's default key would take over
	}
	if p.DataType != "" {
		in.DataType = aws.String(p.DataType)
	}
	return a.readIn(ctx, action, region, func(ctx context.Context) error {
		_, err := a.parameters(region).PutParameter(ctx, in, func(o *ssm.Options) { o.Retryer, o.HTTPClient = newChangeRetryer(), a.onceClient })
		return err //nolint:wrapcheck // readIn sorts it
	})
}

func (a *Account) parameters(region string) *ssm.Client {
	return ssm.NewFromConfig(a.in(region), func(o *ssm.Options) {
		o.Retryer, o.RetryMaxAttempts = newPatience(), 0
		o.APIOptions = append(o.APIOptions, countAttempts)
		o.BaseEndpoint = a.endpoint(o.BaseEndpoint)
	})
}
