package iamops

import "time"

// SecretVersion is one version of a secret of AWS Secrets Manager
// (secretsmanager:GetSecretValue).
type SecretVersion struct {
	ARN     string
	ID      string
	Stages  []string // AWSCURRENT, AWSPREVIOUS and the like
	Created time.Time
	// Value is its text; nothing is held if the version is binary.
	Value Secret
}

// Parameter is a parameter of the SSM Parameter Store, with what ssm:PutParameter has to
// be told again for it to stay as it is.
type Parameter struct {
	Name     string
	Type     string // String, StringList or SecureString
	KMSKeyID string // of a SecureString
	Tier     string // Standard, Advanced or Intelligent-Tiering
	DataType string // text, or as in aws:ec2:image
	Version  int64
	Modified time.Time
	Value    Secret
}

// Place is where in AWS a value is kept.
type Place struct {
	Service string // secretsmanager or ssm
	Name    string // or ARN
	Region  string // "" is the profile's
	Account string // 12 digits; "" is the profile's
	Profile string // by which it is reached; "" is the operator's
	Needs   []Need // the permissions that a delivery there takes
}

// AnyResource is the resource of actions that know none.
const AnyResource = "*"

// Need is a permission, a statement of a policy.
type Need struct {
	Sid      string   // what the statement is for, in one word
	Actions  []string // all of one service; those of KMS are made by the place's own service
	Resource string   // what stands behind the account in its ARN, or AnyResource
}
