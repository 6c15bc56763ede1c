package report

import (
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"keyturn/iamops"
)

func written(t *testing.T, f Format, audits ...Audit) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, f, audits...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name, audits := range examples() {
		for _, f := range Formats() {
			t.Run(name+"."+string(f), func(t *testing.T) { golden.RequireEqual(t, written(t, f, audits...)) })
		}
	}
}

func TestPartial(t *testing.T) {
	for name, want := range map[string]bool{
		"whole": false, "empty": false, "everything": false, "report only": false,
		"partial": true, "running": true, "unreachable": true, "no report": true,
	} {
		a := examples()[name][0]
		if a.Partial() != want {
			t.Errorf("%s is called partial: %v", name, !want)
		}
		if (len(a.gaps()) > 0) != want {
			t.Errorf("%s has the gaps %v", name, a.gaps())
		}
	}
}

// TestEveryFormatTellsEveryGap: none of them reads as a whole audit.
func TestEveryFormatTellsEveryGap(t *testing.T) {
	for _, f := range Formats() {
		text := written(t, f, examples()["partial"]...)
		for _, gap := range []string{"iam:ListUsers", "Rate exceeded", "web", "iam:GetAccessKeyLastUsed", "locked", "iam:ListAccessKeys", "waiting"} {
			if !strings.Contains(text, gap) {
				t.Errorf("as %s, %s is not named in\n%s", f, gap, text)
			}
		}
		text = written(t, f, examples()["several"]...)
		for _, part := range []string{"9012", "8888", "staging", "expired-sso"} {
			if !strings.Contains(text, part) {
				t.Errorf("as %s, %s is not named in\n%s", f, part, text)
			}
		}
	}
}

// TestNothingMovesTheCursor: names and messages are somebody else's text.
func TestNothingMovesTheCursor(t *testing.T) {
	for _, f := range Formats() {
		text := written(t, f, examples()["hostile"]...)
		if i := strings.IndexAny(strings.ReplaceAll(text, "\r\n", "\n"), "\x1b\a\r\t\u202e"); i >= 0 {
			t.Errorf("as %s there is %q", f, text[i:min(i+20, len(text))])
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(string(f)); err != nil || got != f {
			t.Errorf("%q is read as %q, %v", f, got, err)
		}
	}
	for _, name := range []string{"", "JSON", "yaml"} {
		if _, err := ParseFormat(name); err == nil || !strings.Contains(err.Error(), "valid are table, json, csv, markdown") {
			t.Errorf("%q gives the error %v", name, err)
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAFailedWriteIsReported(t *testing.T) {
	for _, f := range Formats() {
		if err := Write(full{}, f, examples()["whole"]...); !errors.Is(err, errFull) {
			t.Errorf("writing %s to a full disk returns %v", f, err)
		}
		if err := WriteChanges(full{}, f, Changes{}); !errors.Is(err, errFull) {
			t.Errorf("writing changes as %s to a full disk returns %v", f, err)
		}
	}
	var b strings.Builder
	if err := Write(&b, "yaml"); err == nil || b.Len() > 0 {
		t.Errorf("an unknown format writes %q, %v", &b, err)
	}
	if err := WriteChanges(&b, "yaml", Changes{}); err == nil || b.Len() > 0 {
		t.Errorf("an unknown format writes the changes %q, %v", &b, err)
	}
}

// TestNothingKnownIsNotNoKeys: an account that could not be read has no counts.
func TestNothingKnownIsNotNoKeys(t *testing.T) {
	for _, name := range []string{"unreachable", "no report"} {
		for _, f := range Formats() {
			if text := written(t, f, examples()[name]...); strings.Contains(text, "0 keys") || strings.Contains(text, `"keys": 0`) {
				t.Errorf("%s as %s is\n%s", name, f, text)
			}
		}
	}
}

func TestALimitOfLessThanADayIsNotNone(t *testing.T) {
	a := everything()
	a.Thresholds.Unused = day / 2
	if text := written(t, AsTable, a); !strings.Contains(text, "unused after 0.5.") {
		t.Errorf("the limit is not in\n%s", text)
	}
	if text := written(t, AsJSON, a); !strings.Contains(text, `"unused_days": 0.5,`) {
		t.Errorf("the limit is not in\n%s", text)
	}
}

func TestCounts(t *testing.T) {
	// Sorted by risk, a user's two keys do not stand together.
	a := examples()["everything"][0]
	if a.Counts.Users != 6 || a.Counts.Keys != 8 {
		t.Errorf("%d keys of %d users are counted", a.Counts.Keys, a.Counts.Users)
	}
}

func TestTheProfileStandsInForAnUnknownAccount(t *testing.T) {
	for _, tc := range []struct {
		a    Audit
		want string
	}{
		{Audit{Account: account}, "1234-5678-9012"},
		{Audit{Account: account, Profile: "prod"}, "1234-5678-9012"},
		{Audit{Profile: "prod"}, "profile prod"},
		{Audit{Account: iamops.Account{ID: "minio"}}, "minio"},
		{Audit{}, "-"},
	} {
		if got := tc.a.name(); got != tc.want {
			t.Errorf("the account is called %q, want %q", got, tc.want)
		}
	}
}
