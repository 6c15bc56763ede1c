package iamops

import "strings"

// Caller is the identity that signs requests, as sts:GetCallerIdentity tells it.
type Caller struct {
	Account   string // the 12 digits of the account's ID
	ARN       string
	UserID    string
	Partition string // aws, aws-us-gov or aws-cn

	// SigningKeyID is the access key ID of the credential that signed. One that
	// begins with ASIA belongs to a temporary session.
	SigningKeyID string
	// SourceKeyIDs are the long-term access keys known to stand behind a
	// temporary session: those of the profile and of its source profiles. It is
	// empty where the source could not be found out.
	SourceKeyIDs []string
	// SourceUnknown says that a temporary session was handed over, by the environment, a
	// file or a program, so that any key may stand behind it.
	SourceUnknown bool
}

// IsRoot reports whether the caller is the account's root user.
func (c Caller) IsRoot() bool { return strings.HasSuffix(c.ARN, ":root") }

// UserName is the caller's IAM user name, or "" when the caller is no IAM user.
func (c Caller) UserName() string {
	_, resource, ok := strings.Cut(c.ARN, ":user/")
	if !ok {
		return ""
	}
	return resource[strings.LastIndexByte(resource, '/')+1:]
}

// User is the caller as an IAM user; its name is "" when the caller is none.
func (c Caller) User() User { return User{Name: c.UserName(), ARN: c.ARN} }

// ShortARN is the part of the ARN after the account: "user/alice",
// "assumed-role/admin/alice", "root".
func (c Caller) ShortARN() string {
	parts := strings.SplitN(c.ARN, ":", 6)
	if len(parts) < 6 {
		return c.ARN
	}
	return parts[5]
}

// IsSession reports whether the caller signs with temporary credentials.
func (c Caller) IsSession() bool { return strings.HasPrefix(c.SigningKeyID, "ASIA") }

// SignsWith says how the caller's signature depends on the key with the given
// ID and user: a call must not switch off the key that carries it.
func (c Caller) SignsWith(user, keyID string) Dependence {
	if c.SigningKeyID == keyID {
		return DependsOnKey
	}
	for _, id := range c.SourceKeyIDs {
		if id == keyID {
			return DependsOnKey
		}
	}
	if !c.IsSession() || len(c.SourceKeyIDs) > 0 {
		return Independent
	}
	if c.UserName() != "" {
		if c.UserName() == user {
			return MayDependOnKey // made from one of the user's keys
		}
		return Independent
	}
	if c.SourceUnknown {
		return MayDependOnKey // a role's session, which any user's key may have made
	}
	return Independent
}

// Dependence is the relation of a caller's signature to an access key.
type Dependence int

// The relations.
const (
	// Independent: the caller signs with something else.
	Independent Dependence = iota
	// MayDependOnKey: the caller's session may come from the key.
	MayDependOnKey
	// DependsOnKey: the caller signs with the key, or with a session that comes from it.
	DependsOnKey
)

// Account is what is known of the AWS account in hand.
type Account struct {
	ID        string
	Alias     string // "" if there is none or it may not be read
	Partition string
}

// DisplayID is the account ID in the console's grouping, 1234-5678-9012.
func (a Account) DisplayID() string {
	if len(a.ID) != 12 {
		return a.ID
	}
	return a.ID[:4] + "-" + a.ID[4:8] + "-" + a.ID[8:]
}
