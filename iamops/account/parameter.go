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
	client := a.parameters.in(region)
	out, err := get(ctx, a, read, region, client.GetParameter, inClear(name))
	if err != nil {
		return iamops.Parameter{}, err
	}
	if out.Parameter == nil {
		return iamops.Parameter{}, malformed(read, "the answer holds no parameter")
	}
	p := iamops.Parameter{
		Name:     aws.ToString(out.Parameter.Name),
		Type:     string(out.Parameter.Type),
		DataType: aws.ToString(out.Parameter.DataType),
		Version:  out.Parameter.Version,
		Modified: aws.ToTime(out.Parameter.LastModifiedDate).UTC(),
		Value:    iamops.NewSecret(aws.ToString(out.Parameter.Value)),
	}
	in := &ssm.DescribeParametersInput{
		ParameterFilters: []types.ParameterStringFilter{{
			Key:    aws.String("Name"),
			Option: aws.String("Equals"),
			Values: []string{p.Name},
		}},
	}
	for range describePages { // a page may be empty, and not the last
		about, err := get(ctx, a, describe, region, client.DescribeParameters, in)
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

// inClear asks for a parameter with its value.
func inClear(name string) *ssm.GetParameterInput {
	return &ssm.GetParameterInput{Name: aws.String(name), WithDecryption: aws.Bool(true)}
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
	out, err := get(ctx, a, action, region, a.parameters.in(region).GetParameter, inClear(name+":"+version))
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
	region, err := a.writable(action, region)
	if err != nil {
		return err
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
	_, err = get(ctx, a, action, region, a.parameters.in(region).PutParameter, in, func(o *ssm.Options) {
		o.Retryer, o.HTTPClient = newChangeRetryer(), a.onceClient
	})
	return err
}
