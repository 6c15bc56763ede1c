package audit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
)

func TestWhomAnExemptionCovers(t *testing.T) {
	until := now.Add(day)
	for name, tc := range map[string]struct {
		exemption Exemption
		user      string
		at        time.Time
		want      bool
	}{
		"by name":             {Exemption{User: "batch", Reason: "r", Until: until}, "batch", now, true},
		"another":             {Exemption{User: "batch", Reason: "r", Until: until}, "batches", now, false},
		"by pattern":          {Exemption{User: "ci-*", Reason: "r"}, "ci-deploy", now, true},
		"case matters":        {Exemption{User: "ci-*", Reason: "r"}, "CI-deploy", now, false},
		"just before its end": {Exemption{User: "*", Reason: "r", Until: until}, "batch", until.Add(-1), true},
		"at its end":          {Exemption{User: "*", Reason: "r", Until: until}, "batch", until, false},
		"without a reason":    {Exemption{User: "*", Reason: " "}, "batch", now, false},
		"a broken pattern":    {Exemption{User: "[", Reason: "r"}, "batch", now, false},
		"not root by chance":  {Exemption{User: "*", Reason: "r"}, RootName, now, false},
		"root by name":        {Exemption{User: RootName, Reason: "r"}, RootName, now, true},
	} {
		if got := tc.exemption.Covers(tc.user, tc.at); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestExemptionsThatCanNeverApply(t *testing.T) {
	for _, tc := range []struct {
		exemption Exemption
		says      string
	}{
		{Exemption{User: "*", Reason: "audited"}, ""},
		{Exemption{Reason: "audited"}, "names no user"},
		{Exemption{User: "[", Reason: "audited"}, "syntax error in pattern"},
		{Exemption{User: "*"}, "gives no reason"},
	} {
		err := tc.exemption.Validate()
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%+v: %v, want %q", tc.exemption, err, tc.says)
		}
	}
}

// TestExemptionsMark: the findings stay, and do not count until the exemption ends.
func TestExemptionsMark(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	for _, e := range events() {
		inv.Apply(e)
	}
	inv.SetRules(Rules{Exemptions: []Exemption{
		{User: "bat*", Reason: "being replaced", Until: now.Add(day)}, {User: "batch", Reason: "never reached"}, {User: "web", Reason: "vendor"},
	}})
	rows := inv.AppendRows(nil, now)
	batch, web := rows[0], rows[len(rows)-1]
	if batch.Exemption == nil || batch.Exemption.Reason != "being replaced" || batch.Findings != SetOf(NeverUsed, Unused, Overdue) || batch.Counted() != 0 {
		t.Errorf("the exempt row is %+v", batch)
	}
	if web.Counted() != SetOf(Unknown) {
		t.Errorf("an exemption excuses that something is unknown: %v", web.Counted())
	}
	c := Count(rows, now)
	if c.Exempt != 1 || c.Of(NeverUsed) != 0 || c.Of(Overdue) != 1 || c.Of(Unknown) != 2 {
		t.Errorf("counts are %+v", c)
	}
	var order []string
	for _, i := range Arrange(rows, Query{}) {
		order = append(order, rows[i].User.Name)
	}
	if want := []string{"Suzie", "web", "locked", "batch", "Suzie"}; !slices.Equal(order, want) {
		t.Errorf("by risk, the order is %v, want %v", order, want)
	}
	if got := Arrange(rows, Query{Text: "exempt"}); len(got) != 2 {
		t.Errorf("the word exempt finds %v", got)
	}

	later := now.Add(day)
	rows = inv.AppendRows(nil, later)
	if rows[0].Exemption == nil || rows[0].Exemption.Reason != "never reached" {
		t.Errorf("after its end, the row is %+v", rows[0])
	}
	inv.SetRules(Rules{Exemptions: []Exemption{{User: "batch", Reason: "r", Until: now}}})
	if rows = inv.AppendRows(nil, now); rows[0].Exemption != nil || rows[0].Counted() != rows[0].Findings {
		t.Errorf("after the end of all, the row is %+v", rows[0])
	}
}

// TestWhatARotationExcuses: all but the unknown, for 30 days.
func TestWhatARotationExcuses(t *testing.T) {
	inv := NewInventory(DefaultThresholds())
	for _, e := range events() {
		inv.Apply(e)
	}
	inv.Apply(UseLookedUp{User: "Suzie", KeyID: "AKIANEW", LastUse: unknown})
	inv.Apply(UseLookedUp{User: "Suzie", KeyID: "AKIAOLD", LastUse: unknown})
	old := inv.AppendRows(nil, now)[3]
	if !old.Rotating || old.Findings != SetOf(Overdue, SecondActive, Unknown) || old.Counted() != SetOf(Unknown) {
		t.Errorf("in a rotation, %v count of %v", old.Counted(), old.Findings)
	}
	old = inv.AppendRows(nil, now.Add(27*day))[3]
	if old.Rotating || old.Counted() != old.Findings {
		t.Errorf("30 days after the new key, %v count of %v", old.Counted(), old.Findings)
	}
}

func TestAdministratorsComeFirstAmongEquals(t *testing.T) {
	rows := []Row{
		{User: iamops.User{Name: "old"}, Key: key("A", 200*day, iamops.Active), Findings: SetOf(Overdue), Verdict: Overdue},
		{User: iamops.User{Name: "admin"}, Key: key("B", 100*day, iamops.Active), Findings: SetOf(Overdue), Verdict: Overdue, Detail: &iamops.UserDetail{Administrator: true}},
		{User: iamops.User{Name: "unused"}, Key: key("C", 80*day, iamops.Active), Findings: SetOf(Unused), Verdict: Unused},
	}
	if got := Arrange(rows, Query{}); !slices.Equal(got, []int{1, 0, 2}) {
		t.Errorf("the order is %v", got)
	}
}

func TestReferences(t *testing.T) {
	for f, want := range map[Finding]string{
		RootKey:      "CIS AWS Foundations v3.0 1.4, AWS Config iam-root-access-key-check, Security Hub IAM.4",
		Overdue:      "CIS AWS Foundations v3.0 1.14, CIS AWS Foundations v7.0 2.12, AWS Config access-keys-rotated, Security Hub IAM.3",
		Unused:       "CIS AWS Foundations v3.0 1.12, CIS AWS Foundations v7.0 2.11",
		SecondActive: "CIS AWS Foundations v3.0 1.13",
		NeverUsed:    "CIS AWS Foundations v3.0 1.12, CIS AWS Foundations v7.0 2.11",
		Due:          "", Unknown: "", InactiveKey: "", Compromised: "", NoFinding: "",
	} {
		var got []string
		for _, r := range f.References() {
			got = append(got, r.String())
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s breaks %v, want %s", f, got, want)
		}
	}
}
