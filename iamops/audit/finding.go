package audit

import (
	"errors"
	"fmt"

	"keyturn/iamops"
)

// Finding is one thing that is to be said about a key.
type Finding uint8

// The findings, the gravest first: the verdict of a key is its gravest one. Unknown
// comes before what may need it to be judged, and after what stands without it.
const (
	// NoFinding is the verdict of a key that is in order.
	NoFinding Finding = iota
	// RootKey is a key of the account's root user, which nothing can restrain.
	RootKey
	// Compromised: AWS has attached its quarantine policy to the key's user.
	Compromised
	// Overdue is Active and past the age limit.
	Overdue
	// NeverUsed has no known use. Such a key is Unused as well.
	NeverUsed
	// Unused was not used within the unused period.
	Unused
	// Unknown: something that the key is judged by is not known.
	Unknown
	// Due is Active and will soon be Overdue.
	Due
	// SecondActive is Active beside the key that the user keeps.
	SecondActive
	// InactiveKey was switched off and left behind.
	InactiveKey

	findingCount
)

// findings has a row for each finding: all that is known of it but the rule by which a
// key has it. Faces, formats and docs show what stands here.
var findings = [findingCount]struct {
	name  string
	short string // where there are ShortName cells for it; "" if the name fits
	about string // one sentence
	tone  Tone
	next  Next
	rules []Reference

	evenExempt bool // an exemption does not excuse it
	transient  bool // a rotation in progress excuses it

	// known says whether a source that only this finding needs has answered, and
	// whether what that would tell, for when it has not. Nil if the keys tell.
	known   func(Progress) (bool, *iamops.Problem)
	whether string
}{
	RootKey: {
		name: "root-key", tone: Alarm, next: AsRoot,
		about: "An access key of the account's root user, whatever its status and age.",
		rules: []Reference{{cis3, "1.4"}, {awsConfig, "iam-root-access-key-check"}, {securityHub, "IAM.4"}},
		known: rootKnown, whether: "the root user has access keys",
	},
	Compromised: {
		name: "compromised", short: "leaked", tone: Alarm, next: Leaked, evenExempt: true,
		about: "AWS attached its quarantine policy to the IAM user; it does not say which key leaked.",
		known: quarantineKnown, whether: "AWS has put a user into quarantine",
	},
	Overdue: {
		name: "overdue", tone: Alarm, next: Rotate, transient: true,
		about: "Active and past the age limit (--max-age).",
		rules: []Reference{{cis3, "1.14"}, {cis7, "2.12"}, {awsConfig, "access-keys-rotated"}, {securityHub, "IAM.3"}},
	},
	NeverUsed: {
		name: "never-used", tone: Idle, next: Retire, rules: unusedRules,
		about: "Active, older than the unused period (--unused), and no use is known.",
	},
	Unused: {
		name: "unused", tone: Idle, next: Retire, rules: unusedRules,
		about: "Active, older than the unused period (--unused), and not used in it.",
	},
	Unknown: {
		name: "unknown", tone: Doubt, next: LookAgain, evenExempt: true,
		about: "The key's last use, status or age is not known, or which keys the user has.",
	},
	Due: {
		name: "due", tone: Warning, next: Rotate,
		about: "Active, and overdue in a few days.",
	},
	SecondActive: {
		name: "second-active", short: "2nd active", tone: Warning, next: Retire, transient: true,
		about: "Active beside the key that the user keeps.",
		rules: []Reference{{cis3, "1.13"}},
	},
	InactiveKey: {
		name: "inactive", tone: Quiet, next: Delete,
		about: "Inactive and left behind.",
	},
}

var unusedRules = []Reference{{cis3, "1.12"}, {cis7, "2.11"}}

// Tone is how a face shows a finding.
type Tone uint8

// The tones.
const (
	// Quiet only notes something.
	Quiet Tone = iota
	// Warning is of what breaks a rule, or soon will.
	Warning
	// Idle is a warning of a key that nobody uses.
	Idle
	// Doubt is of what is not known.
	Doubt
	// Alarm is of what should be seen to first.
	Alarm
)

// Next is what to do about a key.
type Next string

// The next steps.
const (
	// Rotate: replace the key by a new one.
	Rotate Next = "rotate"
	// Retire: take it out of use without a new one.
	Retire Next = "retire"
	// Delete: it is Inactive already.
	Delete Next = "delete"
	// LookAgain: find out what is not known.
	LookAgain Next = "look again"
	// GoOn: two keys are in use, or a rotation is under way; move to the newer one.
	GoOn Next = "go on"
	// Leaked: replace it as a leaked one, which is switched off first.
	Leaked Next = "leaked"
	// AsRoot: only the root user can, for whom keyturn makes no call.
	AsRoot Next = "as root"
	// Nothing is to be done.
	Nothing Next = ""
)

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

// All are the findings, the gravest first.
func All() []Finding {
	all := make([]Finding, 0, findingCount-1)
	for f := NoFinding + 1; f < findingCount; f++ {
		all = append(all, f)
	}
	return all
}

// String is the finding's name, as it is typed, filtered by and printed:
// "never-used". It is "" for NoFinding.
func (f Finding) String() string {
	if f < findingCount {
		return findings[f].name
	}
	return fmt.Sprintf("finding-%d", uint8(f))
}

// ShortName is how many cells Short takes at most.
const ShortName = 10

// Short is the finding's name where there is little room.
func (f Finding) Short() string {
	if short := findings[f].short; short != "" {
		return short
	}
	return f.String()
}

// About says in a sentence what the finding means.
func (f Finding) About() string { return findings[f].about }

// Tone is how a face shows the finding.
func (f Finding) Tone() Tone { return findings[f].tone }

// Next is what to do about a key of which nothing graver is said.
func (f Finding) Next() Next { return findings[f].next }

// References are the rules that a key with the finding breaks. A finding that is
// keyturn's own, as due and inactive are, has none.
func (f Finding) References() []Reference { return findings[f].rules }

// Unclear is why it is not known of how many keys the finding is true, where that takes an
// answer that the audit does without: root's keys are in the credential report alone, AWS's
// quarantine in the users' policies. It is nil where the audit knows; whether it is partial
// is another question.
func (f Finding) Unclear(p Progress) error {
	row := findings[f]
	if row.known == nil {
		return nil
	}
	switch known, problem := row.known(p); {
	case problem != nil:
		return fmt.Errorf("whether %s is not known: %w", row.whether, problem)
	case !known:
		return errors.New("whether " + row.whether + " is not known: it was not asked for")
	}
	return nil
}

func rootKnown(p Progress) (bool, *iamops.Problem) {
	return p.RootProblem == nil && p.Report != ReportMaking, p.RootProblem
}

func detailsKnown(p Progress) (bool, *iamops.Problem) { return p.DetailsKnown, p.DetailsProblem }

// quarantineKnown is asked of the details or, where the audit is of the caller's own keys,
// of the caller's policies.
func quarantineKnown(p Progress) (bool, *iamops.Problem) {
	if p.OwnKeys() && !p.DetailsKnown && (p.quarantineSeen || p.quarantineProblem != nil) {
		return p.quarantineSeen, p.quarantineProblem
	}
	return detailsKnown(p)
}
