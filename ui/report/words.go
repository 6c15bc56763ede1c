package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/words"
)

const day = 24 * time.Hour

// minute is how a table tells an instant.
const minute = "2006-01-02 15:04"

// grid is the rows as a table for people, with the columns that these audits need:
// the account where there are several, the owner where one is known.
func grid(audits []Audit) (head []string, rows [][]string) {
	all := lines(audits)
	accounts := len(audits) > 1
	owners := slices.ContainsFunc(all, func(l line) bool { return l.row.Owner != "" })
	add := func(to []string, account, user, owner string, rest ...string) []string {
		if accounts {
			to = append(to, account)
		}
		to = append(to, user)
		if owners {
			to = append(to, owner)
		}
		return append(to, rest...)
	}
	for _, l := range all {
		r := l.row
		rows = append(rows, add(nil, l.audit.name(), r.User.Name, orDash(r.Owner),
			keyID(r), age(r, l.audit.At, l.audit.Thresholds.MaxAge), orDash(string(r.Key.Status)), lastUse(r),
			orDash(strings.Join(said(l), ", ")), orDash(string(r.Next()))))
	}
	return add(nil, "ACCOUNT", userColumn, "OWNER", keyColumn, "AGE", "STATUS", "LAST USED", "FINDINGS", "NEXT"), rows
}

const (
	userColumn = "USER"
	keyColumn  = "KEY ID"
)

// keyID is the key's ID or, where only the credential report tells of the key, its
// place in there.
func keyID(r *audit.Row) string {
	if r.Key.ID == "" && r.Slot != 0 {
		return fmt.Sprintf("slot %d", r.Slot)
	}
	return orDash(r.Key.ID)
}

// name is what the account of an audit is called: its ID or, where that is not
// known, the profile.
func (a *Audit) name() string {
	if a.Account.ID == "" && a.Profile != "" {
		return "profile " + a.Profile
	}
	return orDash(a.Account.DisplayID())
}

// called is what the audit is called, alone or among several.
func (a *Audit) called(several bool) string {
	if several {
		return "The audit of " + a.name()
	}
	return "This audit"
}

func age(r *audit.Row, at time.Time, limit time.Duration) string {
	if r.Since().IsZero() {
		return "-"
	}
	text := words.Days(r.Age(at))
	if r.Findings.Has(audit.Overdue) && text == words.Days(limit) {
		return ">" + text // it is past the limit by less than a day
	}
	return text
}

// ageInDays is nil where the age is not known.
func ageInDays(r *audit.Row, at time.Time) *int {
	if r.Since().IsZero() {
		return nil
	}
	days := int(max(r.Age(at), 0) / day)
	return &days
}

// inDays is a limit in days, of which it may have a part.
func inDays(d time.Duration) float64 { return float64(d) / float64(day) }

func lastUse(r *audit.Row) string {
	switch {
	case r.KeysProblem != nil && r.LastUse.State == iamops.UseUnknown:
		return "unknown: " + string(r.KeysProblem.Kind)
	case r.Awaited():
		return "unknown: not asked"
	case !r.HasKey():
		return "-"
	}
	source := ""
	if p := r.Problem(); p != nil && r.UseSeen.Origin == audit.FromReport {
		source = " (in the report; since then " + string(p.Kind) + ")"
	}
	switch u := r.LastUse; u.State {
	case iamops.NeverUsed:
		return "never" + source
	case iamops.Used:
		where := strings.TrimSpace(u.Service + " " + u.Region)
		return strings.TrimSpace(u.At.UTC().Format(minute)+" "+where) + source
	case iamops.UseUnknown:
	}
	if p := r.LastUse.Problem; p != nil {
		return "unknown: " + string(p.Kind)
	}
	return "unknown"
}

// said are the names of all findings, the gravest, which is the verdict, first, and
// then the marks.
func said(l line) []string {
	r := l.row
	names := names(r.Findings)
	if r.Rotating {
		names = append(names, "rotating")
	}
	if r.Exemption != nil {
		names = append(names, "exempt")
	}
	if r.Administrator() && !r.Root() {
		names = append(names, "administrator")
	}
	if l.signs() {
		names = append(names, "you")
	}
	return names
}

// names are the names of the findings, the gravest first.
func names(s audit.Set) []string {
	names := make([]string, 0, 4)
	for _, f := range s.List() {
		names = append(names, f.String())
	}
	return names
}

// summary says, a sentence or two a line, what an audit comes to, what it is about
// and what it was done without.
func (a *Audit) summary() []string {
	where := "Account " + orDash(a.Account.DisplayID())
	if a.Account.Alias != "" {
		where += " (" + a.Account.Alias + ")"
	}
	if a.Profile != "" {
		where += ", profile " + a.Profile
	}
	said := []string{
		a.counted(),
		fmt.Sprintf("%s, %s UTC. Limit %g days, unused after %g.",
			where, a.At.UTC().Format(minute), inDays(a.Thresholds.MaxAge), inDays(a.Thresholds.Unused)),
	}
	if slices.ContainsFunc(a.Rows, func(r audit.Row) bool { return r.KeySeen.Origin == audit.FromReport }) {
		said = append(said, fmt.Sprintf("Rows with a slot in place of a key ID are from the credential report of %s UTC.",
			a.Progress.ReportAt.UTC().Format(minute)))
	}
	if a.Progress.OwnKeys() {
		said = append(said, words.OwnKeys)
		if audit.Compromised.Unclear(a.Progress) != nil {
			said = append(said, words.QuarantineUnknown)
		}
		return said
	}
	if err := audit.RootKey.Unclear(a.Progress); err != nil && !a.blind() {
		said = append(said, "Whether the root user has access keys is unknown: the credential report alone can tell.")
	}
	for _, g := range a.doneWithout() {
		said = append(said, "Done without. "+g.String())
	}
	return said
}

// counted says what there is of each finding.
func (a *Audit) counted() string {
	if a.blind() {
		return "Nothing is known of the keys."
	}
	parts := []string{fmt.Sprintf("%s of %s", words.Count(a.Counts.Keys, "key"), words.Count(a.Counts.Users, "user"))}
	for _, f := range audit.All() {
		if n := a.Counts.Of(f); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, f))
		}
	}
	if a.Counts.Rotating > 0 {
		parts = append(parts, fmt.Sprintf("%d rotating", a.Counts.Rotating))
	}
	if a.Counts.Exempt > 0 {
		parts = append(parts, fmt.Sprintf("%d exempt", a.Counts.Exempt))
	}
	return strings.Join(parts, ", ") + "."
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
