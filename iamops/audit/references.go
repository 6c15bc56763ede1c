package audit

// Reference is a rule of somebody else's that a finding breaks.
type Reference struct {
	Source string // "CIS AWS Foundations v3.0"
	Rule   string // "1.14"
}

// String names the rule with its source.
func (r Reference) String() string { return r.Source + " " + r.Rule }

// Where the rules stand.
const (
	cis3        = "CIS AWS Foundations v3.0"
	cis7        = "CIS AWS Foundations v7.0"
	awsConfig   = "AWS Config"
	securityHub = "Security Hub"
)

// References are the rules that a key with the finding breaks. A finding that is
// keyturn's own, as due and inactive are, has none.
func (f Finding) References() []Reference {
	switch f {
	case RootKey:
		return []Reference{{cis3, "1.4"}, {awsConfig, "iam-root-access-key-check"}, {securityHub, "IAM.4"}}
	case Overdue:
		return []Reference{{cis3, "1.14"}, {cis7, "2.12"}, {awsConfig, "access-keys-rotated"}, {securityHub, "IAM.3"}}
	case Unused, NeverUsed:
		return []Reference{{cis3, "1.12"}, {cis7, "2.11"}}
	case SecondActive:
		return []Reference{{cis3, "1.13"}}
	case NoFinding, Compromised, Unknown, Due, InactiveKey, findingCount:
	}
	return nil
}
