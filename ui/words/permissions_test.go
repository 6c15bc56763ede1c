package words_test

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
	"keyturn/ui/words"
)

// TestPermissions: what is denied is named with what would help, what nobody could say is
// not known, and neither is ever shown as fine.
func TestPermissions(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	create := iamops.Permission{Action: "iam:CreateAccessKey", Statement: `{"Effect":"Allow","Action":"iam:CreateAccessKey"}`}
	trail := iamops.Permission{Action: "cloudtrail:LookupEvents", Optional: true, Without: "who uses the keys is not looked up", Statement: `{"x"}`}
	with := func(p iamops.Permission, v iamops.Verdict, missing ...string) iamops.Permission {
		p.Verdict, p.Missing = v, missing
		return p
	}
	for name, c := range map[string]struct {
		seen  *rotation.Preflighted
		marks string
		says  []string
	}{
		"not asked yet": {},
		"all allowed": {
			seen:  &rotation.Preflighted{Permissions: []iamops.Permission{with(create, iamops.Allowed), with(trail, iamops.Allowed)}},
			marks: "good", says: []string{"allows you all 1 actions"},
		},
		"needed and denied": {
			seen:  &rotation.Preflighted{Permissions: []iamops.Permission{with(create, iamops.DeniedByNone), with(trail, iamops.Allowed)}},
			marks: "bad", says: []string{"iam:CreateAccessKey is denied: no statement allows it", `"Action":"iam:CreateAccessKey"`},
		},
		"wanted and denied": {
			seen:  &rotation.Preflighted{Permissions: []iamops.Permission{with(create, iamops.Allowed), with(trail, iamops.DeniedByNone)}},
			marks: "good neutral", says: []string{"cloudtrail:LookupEvents is denied", "who uses the keys is not looked up", `{"x"}`},
		},
		"denied by the organization": {
			seen:  &rotation.Preflighted{Permissions: []iamops.Permission{with(create, iamops.DeniedByOrg)}},
			marks: "bad", says: []string{"by a policy of your organization"},
		},
		"may not ask": {
			seen: &rotation.Preflighted{
				Permissions: []iamops.Permission{with(create, iamops.NotKnown), with(trail, iamops.NotKnown)},
				Problem:     &iamops.Problem{Kind: iamops.AccessDenied, Action: "iam:SimulatePrincipalPolicy"},
			},
			marks: "unknown", says: []string{"not known: iam:SimulatePrincipalPolicy: not allowed"},
		},
		"turns on something": {
			seen:  &rotation.Preflighted{Permissions: []iamops.Permission{with(create, iamops.NotKnown, "aws:SourceIp"), with(trail, iamops.Allowed)}},
			marks: "unknown", says: []string{"not known for iam:CreateAccessKey: that turns on aws:SourceIp"},
		},
	} {
		s, _ := rotation.Begin(rotation.Rotate, "rot1", iamops.Caller{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/op"}, "Suzie", "AKIAIOSFODNN7EXAMPLE", now)
		s.Preflight = c.seen
		var marks, texts []string
		for _, f := range words.Known(s, rotation.DefaultSettings(), now) {
			if f.Label == "permissions" || f.Label == "not allowed" {
				marks = append(marks, map[words.Mark]string{words.Good: "good", words.Bad: "bad", words.Unknown: "unknown", words.Neutral: "neutral"}[f.Mark])
				texts = append(texts, f.Text)
			}
		}
		if got := strings.Join(marks, " "); got != c.marks {
			t.Errorf("%s: marks %q, want %q", name, got, c.marks)
		}
		for _, want := range c.says {
			if !strings.Contains(strings.Join(texts, "\n"), want) {
				t.Errorf("%s: %q does not say %q", name, texts, want)
			}
		}
	}
}
