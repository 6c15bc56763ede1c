package iamops

// Verdict is whether an action is allowed, as AWS's simulation of policies tells it
// (iam:SimulatePrincipalPolicy).
type Verdict string

// The verdicts.
const (
	Allowed       Verdict = "allowed"
	DeniedByNone  Verdict = "denied"          // no statement allows it
	DeniedByOne   Verdict = "denied-by-one"   // a statement denies it
	DeniedByOrg   Verdict = "denied-by-org"   // a policy of the organization does not let it through
	DeniedByBound Verdict = "denied-by-bound" // the principal's permissions boundary does not let it through
	NotKnown      Verdict = "not-known"       // nobody could ask, or the policies turn on what nobody could say
)

// Denied reports whether the action would be refused.
func (v Verdict) Denied() bool { return v != Allowed && v != NotKnown }

// Permission is an action and whether it is allowed.
type Permission struct {
	Action  string // iam:CreateAccessKey
	Verdict Verdict
	// Optional says that the work is possible without it, and Without what is then missing.
	Optional bool
	Without  string
	// Statement is the statement of an IAM policy that would grant it, as JSON.
	Statement string
	// Missing are the context keys on which the verdict turns; nil if it is known.
	Missing []string
}

// Simulation is a question to iam:SimulatePrincipalPolicy: may a principal do the actions
// to a resource?
type Simulation struct {
	Principal string // ARN of a user or a role
	Actions   []string
	Resource  string // ARN, or "*"
	UserName  string // aws:username; "" for a role
	MFA       bool   // aws:MultiFactorAuthPresent
	MFAKnown  bool   // otherwise the question is asked without it
}
