package report

import (
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
)

// Schema is the name and version of what is written as JSON.
const Schema = "keyturn.audit/1"

// document is an audit as JSON. Each field is always there: null is what is not
// known or does not apply.
type document struct {
	Schema   string            `json:"schema"`
	At       *time.Time        `json:"at"` // of the latest audit in it
	Partial  bool              `json:"partial"`
	Accounts []accountDocument `json:"accounts"`
	Rows     []rowDocument     `json:"rows"`
	// References are the rules that the findings of the rows break.
	References map[string][]string `json:"references"`
}

type accountDocument struct {
	ID          *string           `json:"account_id"`
	Alias       *string           `json:"alias"`
	Partition   *string           `json:"partition"`
	Profile     *string           `json:"profile"`
	At          *time.Time        `json:"at"`
	ReportAt    *time.Time        `json:"report_at"`
	ReportOnly  bool              `json:"report_only"`
	OwnKeysOnly bool              `json:"own_keys_only"`
	MaxAge      float64           `json:"max_age_days"`
	DueWithin   float64           `json:"due_within_days"`
	Unused      float64           `json:"unused_days"`
	Users       *int              `json:"users_with_keys"`
	Keys        *int              `json:"keys"`
	Rotating    *int              `json:"rotating"`
	Exempt      *int              `json:"exempt"`
	Counts      map[string]*int   `json:"counts"`
	Partial     bool              `json:"partial"`
	Failures    []failureDocument `json:"failures"`
	DoneWithout []failureDocument `json:"done_without"`
}

type failureDocument struct {
	What    string           `json:"what"`
	User    *string          `json:"user"`
	KeyID   *string          `json:"key_id"`
	Problem *problemDocument `json:"problem"`
}

type problemDocument struct {
	Kind      string  `json:"kind"`
	Action    *string `json:"action"`
	Code      *string `json:"code"`
	Message   string  `json:"message"`
	RequestID *string `json:"request_id"`
}

type rowDocument struct {
	Account       *string            `json:"account_id"`
	User          string             `json:"user"`
	UserARN       *string            `json:"user_arn"`
	Root          bool               `json:"root"`
	Administrator *bool              `json:"administrator"`
	Owner         *string            `json:"owner"`
	Purpose       *string            `json:"purpose"`
	KeyID         *string            `json:"key_id"`
	Slot          *int               `json:"slot"`
	Description   *string            `json:"description"`
	Status        *string            `json:"status"`
	Created       *time.Time         `json:"created"`
	AgeDays       *int               `json:"age_days"`
	Seen          provenanceDocument `json:"seen"`
	LastUsed      useDocument        `json:"last_used"`
	Findings      []string           `json:"findings"`
	Counted       []string           `json:"counted"`
	Verdict       *string            `json:"verdict"`
	Next          *string            `json:"next"`
	Rotating      bool               `json:"rotating"`
	You           bool               `json:"you"`
	Exemption     *exemptionDocument `json:"exemption"`
	Console       *consoleDocument   `json:"console"`
	Problem       *problemDocument   `json:"problem"`
}

type provenanceDocument struct {
	Source *string    `json:"source"`
	At     *time.Time `json:"at"`
}

type useDocument struct {
	State   string             `json:"state"`
	At      *time.Time         `json:"at"`
	Service *string            `json:"service"`
	Region  *string            `json:"region"`
	Seen    provenanceDocument `json:"seen"`
	Problem *problemDocument   `json:"problem"`
}

type exemptionDocument struct {
	User   string     `json:"user"`
	Reason string     `json:"reason"`
	Until  *time.Time `json:"until"`
}

type consoleDocument struct {
	Password *bool      `json:"password"`
	SignedIn *time.Time `json:"signed_in"`
	MFA      *bool      `json:"mfa"`
}

func newDocument(audits []Audit) document {
	d := document{
		Schema: Schema, Accounts: []accountDocument{}, Rows: []rowDocument{},
		References: map[string][]string{},
	}
	var latest time.Time
	for i := range audits {
		a := &audits[i]
		d.Accounts = append(d.Accounts, newAccount(a))
		d.Partial = d.Partial || a.Partial()
		if a.At.After(latest) {
			latest = a.At
		}
	}
	d.At = instant(latest)
	for _, l := range lines(audits) {
		d.Rows = append(d.Rows, newRow(l))
		for _, f := range l.row.Findings.List() {
			if d.References[f.String()] == nil {
				d.References[f.String()] = references(f)
			}
		}
	}
	return d
}

func references(f audit.Finding) []string {
	rules := []string{}
	for _, r := range f.References() {
		rules = append(rules, r.String())
	}
	return rules
}

func newAccount(a *Audit) accountDocument {
	d := accountDocument{
		ID: orNull(a.Account.ID), Alias: orNull(a.Account.Alias), Partition: orNull(a.Account.Partition),
		Profile: orNull(a.Profile), At: instant(a.At),
		ReportAt: instant(a.Progress.ReportAt), ReportOnly: a.Progress.ReportOnly, OwnKeysOnly: a.Progress.OwnKeys(),
		MaxAge: inDays(a.Thresholds.MaxAge), DueWithin: inDays(a.Thresholds.DueWithin), Unused: inDays(a.Thresholds.Unused),
		Partial: a.Partial(), Failures: []failureDocument{}, DoneWithout: []failureDocument{},
	}
	if !a.blind() {
		c := a.Counts
		d.Users, d.Keys, d.Rotating, d.Exempt, d.Counts = &c.Users, &c.Keys, &c.Rotating, &c.Exempt, map[string]*int{}
		for _, f := range audit.All() {
			d.Counts[f.String()] = nil
			if n := c.Of(f); n > 0 || f.Unclear(a.Progress) == nil {
				d.Counts[f.String()] = &n
			}
		}
	}
	for _, g := range a.gaps() {
		d.Failures = append(d.Failures, newFailure(g))
	}
	for _, g := range a.doneWithout() {
		d.DoneWithout = append(d.DoneWithout, newFailure(g))
	}
	return d
}

func newFailure(g gap) failureDocument {
	return failureDocument{What: string(g.What), User: orNull(g.User), KeyID: orNull(g.KeyID), Problem: newProblem(g.Problem)}
}

func newProblem(p *iamops.Problem) *problemDocument {
	if p == nil {
		return nil
	}
	return &problemDocument{
		Kind: string(p.Kind), Action: orNull(p.Action), Code: orNull(p.Code), Message: p.Message, RequestID: orNull(p.RequestID),
	}
}

func newRow(l line) rowDocument {
	r := l.row
	d := rowDocument{
		Account: orNull(l.audit.Account.ID), User: r.User.Name, UserARN: orNull(r.User.ARN), Root: r.Root(),
		Owner: orNull(r.Owner), Purpose: orNull(r.Purpose),
		KeyID: orNull(r.Key.ID), Description: orNull(r.Description), Status: orNull(string(r.Key.Status)),
		Created: instant(r.Key.Created), AgeDays: ageInDays(r, l.audit.At), Seen: newProvenance(r.KeySeen),
		LastUsed: newUse(r), Findings: names(r.Findings), Counted: names(r.Counted()),
		Verdict: orNull(r.Verdict.String()), Next: orNull(string(r.Next())), Rotating: r.Rotating, You: l.signs(),
		Problem: newProblem(r.KeysProblem),
	}
	if r.Root() || r.Detail != nil {
		is := r.Administrator()
		d.Administrator = &is
	}
	if r.Slot != 0 {
		d.Slot = &r.Slot
	}
	if e := r.Exemption; e != nil {
		d.Exemption = &exemptionDocument{User: e.User, Reason: e.Reason, Until: instant(e.Until)}
	}
	if c := r.Console; c != nil {
		d.Console = &consoleDocument{Password: answer(c.Password), SignedIn: instant(c.SignedIn), MFA: answer(c.MFA)}
	}
	return d
}

// answer is null where it is not known.
func answer(a audit.Answer) *bool {
	if a == audit.NotTold {
		return nil
	}
	yes := a == audit.Yes
	return &yes
}

func newProvenance(p audit.Provenance) provenanceDocument {
	return provenanceDocument{Source: orNull(p.Origin.String()), At: instant(p.At)}
}

func newUse(r *audit.Row) useDocument {
	u := r.LastUse
	d := useDocument{
		State: "unknown", At: instant(u.At), Service: orNull(u.Service), Region: orNull(u.Region),
		Seen: newProvenance(r.UseSeen), Problem: newProblem(u.Problem),
	}
	switch u.State {
	case iamops.NeverUsed:
		d.State = "never"
	case iamops.Used:
		d.State = "used"
	case iamops.UseUnknown:
	}
	return d
}
