package report

import (
	"slices"
	"strings"
	"testing"

	"keyturn/iamops/audit"
)

func TestParseFindings(t *testing.T) {
	for text, want := range map[string][]audit.Finding{
		"overdue":                {audit.Overdue},
		"unused, never-used":     {audit.Unused, audit.NeverUsed},
		"overdue,overdue,due":    {audit.Overdue, audit.Due},
		"root-key,second-active": {audit.RootKey, audit.SecondActive},
	} {
		if got, err := ParseFindings(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "overdue,", "Expired", "rotating", "old"} {
		_, err := ParseFindings(text)
		if err == nil || !strings.Contains(err.Error(), "valid are") {
			t.Errorf("%q gives the error %v", text, err)
			continue
		}
		for _, f := range audit.All() {
			if !strings.Contains(err.Error(), f.String()) {
				t.Errorf("%s is not named in: %v", f, err)
			}
		}
	}
}

func TestFailOn(t *testing.T) {
	for _, tc := range []struct {
		example string
		on      string
		want    string
	}{
		{"everything", "overdue", audit.RootName + " billing-cron legacy-export"}, // break-glass is exempt
		{"everything", "inactive", "Suzie"},                                       // no rotation excuses it
		{"everything", "root-key", audit.RootName},
		{"everything", "second-active,never-used", "ci legacy-export"},
		{"everything", "unknown", ""},
		{"partial", "unknown", audit.RootName + " late locked waiting web"},
		{"partial", "overdue", "web"},
		{"report only", "overdue", audit.RootName + " billing-cron"},
	} {
		findings, err := ParseFindings(tc.on)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range examples()[tc.example][0].FailOn(findings) {
			got = append(got, r.User.Name)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s fails on %s for %v, want %s", tc.example, tc.on, got, tc.want)
		}
	}
	if rows := everything().FailOn(nil); rows != nil {
		t.Errorf("nothing to fail on matches %d rows", len(rows))
	}
}
