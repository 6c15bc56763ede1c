package report

import (
	"time"

	"keyturn/iamops"
	"keyturn/iamops/audit"
)

var (
	at      = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	account = iamops.Account{ID: "123456789012", Alias: "acme-prod", Partition: "aws"}
)

// seen is an inventory of the given events.
func seen(events ...audit.Event) *audit.Inventory {
	inv := audit.NewInventory(audit.DefaultThresholds())
	for _, e := range events {
		inv.Apply(e)
	}
	return inv
}

func key(id string, age time.Duration, status iamops.KeyStatus) iamops.AccessKey {
	return iamops.AccessKey{ID: id, Status: status, Created: at.Add(-age)}
}

func listed(user string, keys ...iamops.AccessKey) audit.Event {
	return audit.KeysListed{User: user, Keys: keys, At: at}
}

func lastUsed(user, id string, use iamops.LastUse) audit.Event {
	use.AsOf = at
	return audit.UseLookedUp{User: user, KeyID: id, LastUse: use}
}

func users(names ...string) audit.Event {
	var found audit.UsersFound
	for _, n := range names {
		found.Users = append(found.Users, iamops.User{Name: n, ARN: "arn:aws:iam::123456789012:user/" + n})
	}
	return found
}

func used(ago time.Duration) iamops.LastUse {
	return iamops.LastUse{State: iamops.Used, At: at.Add(-ago), Service: "s3", Region: "us-east-1"}
}

var (
	never     = iamops.LastUse{State: iamops.NeverUsed}
	throttled = iamops.Problem{Kind: iamops.Throttled, Code: "Throttling", Message: "Rate exceeded", RequestID: "7a-1"}
	denied    = iamops.Problem{Kind: iamops.AccessDenied, Code: "AccessDenied", Message: "not authorized"}
)

func problem(p iamops.Problem, action string) *iamops.Problem {
	p.Action = action
	return &p
}

// wholeEvents are of an account without anything unusual.
func wholeEvents() []audit.Event {
	return []audit.Event{
		users("billing-cron", "legacy-export", "Suzie", "no-keys"), audit.UsersEnd{},
		listed("billing-cron", key("AKIAIOSFODNN7EXAMPLE", 412*day, iamops.Active)),
		lastUsed("billing-cron", "AKIAIOSFODNN7EXAMPLE", used(2*time.Hour)),
		listed("legacy-export", key("AKIAJ5QK3ZEXAMPLE001", 733*day, iamops.Active)),
		lastUsed("legacy-export", "AKIAJ5QK3ZEXAMPLE001", never),
		listed("Suzie",
			key("AKIAJ7EXAMPLE0003OLD", 120*day, iamops.Inactive), key("AKIAJ7EXAMPLE0003NEW", 3*day, iamops.Active)),
		lastUsed("Suzie", "AKIAJ7EXAMPLE0003OLD", used(3*day)),
		lastUsed("Suzie", "AKIAJ7EXAMPLE0003NEW", used(time.Minute)),
		listed("no-keys"),
	}
}

func answered(yes bool) audit.Answer {
	if yes {
		return audit.Yes
	}
	return audit.No
}

// credentialReport is of the four hours before.
func credentialReport() *audit.Report {
	made := at.Add(-4 * time.Hour)
	line := func(name string, rotated ...time.Duration) audit.ReportUser {
		u := audit.ReportUser{Name: name, ARN: "arn:aws:iam::123456789012:user/" + name, Created: at.Add(-900 * day)}
		u.Console = audit.Console{Password: answered(name != "ci"), SignedIn: at.Add(-9 * day), MFA: answered(name == audit.RootName)}
		for i, age := range rotated {
			use := used(age / 2)
			use.AsOf = made
			u.Slots[i] = audit.Slot{Active: true, Rotated: at.Add(-age), LastUse: use}
		}
		return u
	}
	return &audit.Report{At: made, Users: []audit.ReportUser{
		line(audit.RootName, 1500*day), line("billing-cron", 412*day), line("ci", 85*day), line("no-keys"),
	}}
}

// everything has one of each kind of thing that there is to tell.
func everything() Audit {
	inv := seen(append(wholeEvents(),
		users("ci", "break-glass"),
		listed("ci", key("AKIAI44QH8DHBEXAMPLE", 85*day, iamops.Active), key("AKIAI44QH8DHB000CODE", 40*day, iamops.Active)),
		lastUsed("ci", "AKIAI44QH8DHBEXAMPLE", used(50*day)), lastUsed("ci", "AKIAI44QH8DHB000CODE", used(day)),
		listed("break-glass", key("AKIAJ9EXAMPLE00GLASS", 200*day, iamops.Active)),
		lastUsed("break-glass", "AKIAJ9EXAMPLE00GLASS", used(199*day)),
		audit.ReportRead{Report: credentialReport()},
		audit.DetailsRead{Users: []iamops.UserDetail{
			{Name: "billing-cron", Tags: map[string]string{"Owner": "team-billing", "purpose": "nightly invoices", "AKIAIOSFODNN7EXAMPLE": "cron on host 7"}},
			{Name: "Suzie", Administrator: true, Policies: []string{"AdministratorAccess"}},
			{Name: "ci", Tags: map[string]string{"owner": "platform|build"}},
		}})...)
	inv.SetRules(audit.Rules{
		OwnerTags: []string{"owner"}, PurposeTags: []string{"purpose"},
		Exemptions: []audit.Exemption{{User: "break-*", Reason: "sealed, tried twice a year", Until: at.Add(300 * day)}},
	})
	return New(account, "prod", inv, at)
}

// examples are audits as they happen, by what they are of.
func examples() map[string][]Audit {
	one := func(inv *audit.Inventory) []Audit { return []Audit{New(account, "", inv, at)} }
	other := iamops.Account{ID: "999988888888", Partition: "aws"}
	return map[string][]Audit{
		"whole":      {New(account, "prod", seen(wholeEvents()...), at)},
		"everything": {everything()},
		"empty":      one(seen(audit.UsersEnd{})),
		"none":       nil,
		"running":    one(seen(users("a"))),
		"partial": one(seen(
			users("web", "locked", "waiting", "late"),
			audit.UsersEnd{Problem: &iamops.Problem{Kind: iamops.Throttled, Action: "iam:ListUsers", Code: "Throttling", Message: "Rate\nexceeded"}},
			listed("web", key("AKIAJ8EXAMPLE0004WEB", 100*day, iamops.Active)),
			lastUsed("web", "AKIAJ8EXAMPLE0004WEB", iamops.LastUse{Problem: problem(throttled, "iam:GetAccessKeyLastUsed")}),
			audit.KeysListed{User: "locked", Problem: problem(denied, "iam:ListAccessKeys")},
			listed("late", key("AKIAJ9EXAMPLE000LATE", day, "Suspended")),
			audit.ReportRead{Problem: problem(denied, "iam:GenerateCredentialReport")},
			audit.DetailsRead{Problem: problem(denied, "iam:GetAccountAuthorizationDetails")},
		)),
		"report only": one(seen(audit.ReportRead{Report: credentialReport(), Only: true})),
		"no report": one(seen(audit.ReportRead{
			Problem: problem(denied, "iam:GetCredentialReport"), Only: true,
		})),
		"unreachable": {{Profile: "staging", At: at, Thresholds: audit.DefaultThresholds(), Problem: &iamops.Problem{
			Kind: iamops.ExpiredSSO, Message: "the SSO session has expired",
		}}},
		"several": {
			New(account, "prod", seen(wholeEvents()...), at),
			New(other, "dev", seen(users("billing-cron"), audit.UsersEnd{},
				listed("billing-cron", key("AKIAJ8EXAMPLE000DEV1", 500*day, iamops.Active)),
				lastUsed("billing-cron", "AKIAJ8EXAMPLE000DEV1", used(time.Hour))), at),
			{Profile: "staging", At: at, Thresholds: audit.DefaultThresholds(), Problem: &iamops.Problem{
				Kind: iamops.ExpiredSSO, Message: "the SSO session has expired",
			}},
		},
		"hostile": {New(iamops.Account{ID: "123456789012", Alias: "x\x1b[31m|<b>"}, "p\trod\u202e", seen(
			users(`=HYPERLINK("http://x","y")`, "-2+3", "+1", "@SUM(1)", "a|b`c", "\t=1", "\r=2", "\x1b]0;title\a", " =3", `"quoted", comma`),
			audit.UsersEnd{},
			audit.KeysListed{User: "+1", Problem: &iamops.Problem{Kind: iamops.Unexpected, Message: "=cmd|' /C calc'!A0\x1b[2J"}},
			listed("-2+3", key("AKIA=|*_<i>", day, "=Active")), lastUsed("-2+3", "AKIA=|*_<i>", used(time.Hour)),
			listed("a|b`c", key("@AKIA`|`", 100*day, iamops.Active)),
			lastUsed("a|b`c", "@AKIA`|`", iamops.LastUse{State: iamops.Used, At: at, Service: "s3\n|x|", Region: "@everyone"}),
		), at)},
	}
}
