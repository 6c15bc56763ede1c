package report

import (
	"fmt"

	"keyturn/iamops"
	"keyturn/iamops/audit"
)

// gap is something that an audit does not tell.
type gap struct {
	What    what
	User    string          // "" if it is about none
	KeyID   string          // "" if it is about none
	Problem *iamops.Problem // nil if it was not asked for
}

// what is the kind of thing that is missing.
type what string

// What can be missing.
const (
	theAccount what = "account"           // the whole of it
	theUsers   what = "users"             // some of them
	theKeys    what = "keys"              // of a user
	theLastUse what = "last-use"          // of a key
	theReport  what = "credential-report" // the whole of it
	theDetails what = "details"           // the users' tags and policies
	theLines   what = "report-lines"      // of the credential report
)

// blind reports whether nothing is known of the account's keys: that none are counted
// says nothing.
func (a *Audit) blind() bool {
	return a.Problem != nil || a.Progress.ReportOnly && a.Progress.Report != audit.ReportKnown
}

// gaps are what makes an audit a partial one.
func (a *Audit) gaps() []gap {
	if !a.Partial() {
		return nil
	}
	p := a.Progress
	switch {
	case a.Problem != nil:
		return []gap{{What: theAccount, Problem: a.Problem}}
	case p.ReportOnly && p.ReportProblem != nil:
		return []gap{{What: theReport, Problem: p.ReportProblem}}
	case p.ReportOnly:
		return []gap{{What: theLines, Problem: p.UnreadProblem}}
	}
	var gaps []gap
	if !p.OwnKeys() && (p.UsersProblem != nil || !p.AllUsers) {
		gaps = append(gaps, gap{What: theUsers, Problem: p.UsersProblem})
	}
	for i := range a.Rows {
		r := &a.Rows[i]
		switch {
		case r.Root():
		case r.KeysProblem != nil || !r.Listed:
			gaps = append(gaps, gap{What: theKeys, User: r.User.Name, Problem: r.KeysProblem})
		case r.Problem() != nil || r.Awaited():
			gaps = append(gaps, gap{What: theLastUse, User: r.User.Name, KeyID: r.Key.ID, Problem: r.Problem()})
		}
	}
	if len(gaps) == 0 {
		gaps = []gap{{What: theAccount}} // what is awaited has no row yet
	}
	return gaps
}

// doneWithout are what the audit would have liked to have and is whole without.
func (a *Audit) doneWithout() []gap {
	var gaps []gap
	if a.Progress.OwnKeys() {
		gaps = append(gaps, gap{What: theUsers, Problem: a.Progress.UsersProblem})
	}
	if p := a.Progress.ReportProblem; p != nil && !a.Progress.ReportOnly {
		gaps = append(gaps, gap{What: theReport, Problem: p})
	}
	if p := a.Progress.UnreadProblem; p != nil && !a.Progress.ReportOnly {
		gaps = append(gaps, gap{What: theLines, Problem: p})
	}
	if p := a.Progress.DetailsProblem; p != nil {
		gaps = append(gaps, gap{What: theDetails, Problem: p})
	}
	return gaps
}

// String says what is missing and why.
func (g gap) String() string {
	var subject, unasked string
	switch g.What {
	case theAccount:
		subject, unasked = "The account could not be audited", "The audit was cut short"
	case theUsers:
		subject, unasked = "The list of users broke off", "The list of users is not complete"
	case theKeys:
		subject = "The keys of " + g.User
	case theLastUse:
		subject = fmt.Sprintf("The last use of %s of %s", g.KeyID, g.User)
	case theReport:
		subject = "The credential report"
	case theLines:
		subject = "Lines of the credential report"
	case theDetails:
		subject = "Owners, purposes, administrators and AWS's quarantine"
	}
	switch {
	case g.Problem != nil:
		return subject + ": " + g.Problem.Error()
	case unasked != "":
		return unasked
	}
	return subject + ": not asked for"
}
