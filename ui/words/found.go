package words

import (
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/iamops/rotation"
)

// Found says whose key it is, and what to do. The row is the key as an audit would show
// it, if judged. In the sandbox the commands are the sandbox's.
func Found(f audit.Found, row audit.Row, judged, sandbox bool, now time.Time) []string {
	lines := []string{field("key", f.KeyID)}
	switch {
	case f.Account != "" && f.Elsewhere:
		lines = append(lines, field("account", iamops.Account{ID: f.Account}.DisplayID()+", not the one you sign for"))
	case f.Account != "":
		lines = append(lines, field("account", iamops.Account{ID: f.Account}.DisplayID()))
	case f.AccountProblem != nil:
		lines = append(lines, field("account", "unknown: "+ProblemName(f.AccountProblem.Kind)))
	}
	if f.Temporary {
		return append(lines, field("kind", "temporary, of a session: IAM does not tell whose"),
			field("next", "Look for it in CloudTrail; what ends a session early is a policy with aws:TokenIssueTime."))
	}
	if f.Elsewhere {
		return append(lines, field("next", "Ask again with a profile of that account."))
	}
	if f.User != "" {
		lines = append(lines, field("user", f.User))
	} else if f.Problem != nil {
		lines = append(lines, field("user", "unknown: "+ProblemName(f.Problem.Kind)))
	}
	if judged {
		lines = append(lines,
			field("status", string(row.Key.Status)),
			field("created", fmt.Sprintf("%s, %s ago", row.Key.Created.UTC().Format("2006-01-02 15:04 UTC"), shortPeriod(now.Sub(row.Key.Created)))))
	}
	lines = append(lines, field("last use", useText(f.LastUse, now)))
	if f.User == "" {
		if f.NotOf != "" {
			lines = append(lines, field("not of", f.NotOf+": it is none of your own keys"))
		}
		next := "Whose key it is can't be told. Refresh."
		if f.Problem != nil && f.Problem.Kind == iamops.AccessDenied {
			next = "Ask with a profile that may look up any key: `keyturn policy --audit` prints what that takes."
		}
		return append(lines, field("next", next))
	}
	keyturn := "keyturn"
	if sandbox {
		keyturn = "keyturn sandbox"
	}
	switch {
	case f.QuarantineProblem != nil:
		lines = append(lines, field("quarantine", "not known: "+ProblemName(f.QuarantineProblem.Kind)))
	case f.Quarantine != "":
		lines = append(lines, field("quarantine", QuarantineText(f.Quarantine, f.User)))
	}
	named := shellWord(f.User) + " --key " + f.KeyID
	lines = append(lines, field("replace it", keyturn+" rotate "+named))
	if f.Own {
		return append(lines, field("if it leaked", "You sign with it, so it can't go off first. "+keyturn+" rotate "+named+
			": store the new key, let keyturn sign with it, then switch this one off at once"))
	}
	lines = append(lines, field("retire it", keyturn+" retire "+named+", if nobody needs it"))
	return append(lines, field("if it leaked", keyturn+" rotate "+named+" --leaked: off at once, then what it did, then a new key"))
}

// InProgress says where a rotation that is in progress stands.
func InProgress(s rotation.State, at rotation.Standing, now time.Time) string {
	text := Verdict(at) + ": " + Stands(s, at, now)
	if at.Holder != "" && at.Turn != rotation.TurnBlocked {
		text += " (" + at.Holder + " is at work on it)"
	}
	return field("in progress", text)
}

// NotInProgress says why it is not known whether there is one.
func NotInProgress(err error) string { return field("in progress", "not known: "+err.Error()) }

func field(name, text string) string { return fmt.Sprintf("%-13s %s", name, text) }

// useText says when and where a key was last used.
func useText(use iamops.LastUse, now time.Time) string {
	return LastUse(rotation.KeyFacts{LastUse: use}, now)
}
