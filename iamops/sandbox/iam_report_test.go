package sandbox_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// report makes and reads a credential report: by user, then by column.
func report(t *testing.T, a *faults.Account) map[string]map[string]string {
	t.Helper()
	client := iamAs(a, a.Operator())
	must[*iam.GenerateCredentialReportOutput](t)(client.GenerateCredentialReport(t.Context(), nil))
	a.Advance(10 * time.Second)
	out := must[*iam.GetCredentialReportOutput](t)(client.GetCredentialReport(t.Context(), nil))
	if out.ReportFormat != types.ReportFormatTypeTextCsv {
		t.Errorf("the format is %s", out.ReportFormat)
	}
	rows := must[[][]string](t)(csv.NewReader(bytes.NewReader(out.Content)).ReadAll())
	users := map[string]map[string]string{}
	for _, row := range rows[1:] {
		columns := map[string]string{}
		for i, name := range rows[0] {
			columns[name] = row[i]
		}
		users[columns["user"]] = columns
	}
	if rows[1][0] != "<root_account>" {
		t.Errorf("the first row is %s", rows[1][0])
	}
	return users
}

func TestReportStates(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		client := iamAs(a, a.Operator())
		ctx := t.Context()
		generate := func(want types.ReportStateType) {
			t.Helper()
			out := must[*iam.GenerateCredentialReportOutput](t)(client.GenerateCredentialReport(ctx, nil))
			if out.State != want {
				t.Errorf("state %s, want %s", out.State, want)
			}
			if want == types.ReportStateTypeStarted && (out.Description == nil || *out.Description == "") {
				t.Error("it started without a word")
			}
		}
		refused := func(code string, status int) {
			t.Helper()
			_, err := client.GetCredentialReport(ctx, nil)
			wantCode(t, err, code, status)
		}
		refused("ReportNotPresent", http.StatusGone)
		generate(types.ReportStateTypeStarted)
		made := a.Now()
		generate(types.ReportStateTypeInprogress)
		refused("ReportInProgress", http.StatusNotFound)
		pass(4 * time.Second)
		generate(types.ReportStateTypeComplete)
		got := func() time.Time {
			t.Helper()
			return *must[*iam.GetCredentialReportOutput](t)(client.GetCredentialReport(ctx, nil)).GeneratedTime
		}
		if !got().Equal(made) {
			t.Errorf("generated at %v, want %v", got(), made)
		}
		a.Advance(4*time.Hour - 5*time.Second)
		generate(types.ReportStateTypeComplete) // still the first one
		if !got().Equal(made) {
			t.Error("there is a second report within four hours")
		}
		a.Advance(time.Second)
		refused("ReportExpired", http.StatusGone)
		generate(types.ReportStateTypeStarted)
		a.Advance(time.Minute)
		if got().Equal(made) {
			t.Error("it is the old report still")
		}
	})
}

func TestReportColumns(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		users := report(t, a)
		if len(users) != 17 {
			t.Errorf("%d rows, want 16 users and root", len(users))
		}
		for _, c := range []struct{ user, column, want string }{
			{"<root_account>", "arn", "arn:aws:iam::111122223333:root"},
			{"<root_account>", "access_key_1_active", "true"},
			{"<root_account>", "access_key_2_active", "false"},
			{"<root_account>", "password_enabled", "not_supported"},
			{"<root_account>", "mfa_active", "true"},
			{"Suzie", "password_enabled", "false"},
			{"Suzie", "password_last_used", "N/A"},
			{"Suzie", "access_key_1_active", "true"},
			{"Suzie", "access_key_1_last_used_service", "s3"},
			{"Suzie", "access_key_1_last_used_region", "eu-west-1"},
			{"Suzie", "access_key_2_active", "false"},
			{"Suzie", "access_key_2_last_rotated", "N/A"},
			{"Suzie", "cert_1_active", "false"},
			{"legacy-export", "access_key_1_last_used_date", "N/A"},
			{"legacy-export", "access_key_1_last_used_service", "N/A"},
			{"bob", "password_enabled", "true"},
			{"bob", "access_key_1_active", "false"},
			{"data-pipeline", "access_key_1_active", "true"},
			{"data-pipeline", "access_key_2_active", "true"},
			{"backup-agent", "access_key_1_active", "false"},
			{"backup-agent", "access_key_2_active", "true"},
		} {
			if got := users[c.user][c.column]; got != c.want {
				t.Errorf("%s of %s is %q, want %q", c.column, c.user, got, c.want)
			}
		}
		created := listKeys(t, a, "Suzie")[0].CreateDate
		if got := users["Suzie"]["access_key_1_last_rotated"]; got != created.Format("2006-01-02T15:04:05+00:00") {
			t.Errorf("last rotated is %s, the key was created at %v", got, created)
		}
	})
}

func TestLastRotatedMovesWithTheStatus(t *testing.T) {
	for _, dated := range []bool{true, false} {
		inBubble(t, func(t *testing.T) {
			a := newAccount()
			a.Configure(func(b *sandbox.Behavior) { b.ReportDatesInactive = dated })
			pass(time.Hour)
			changed := a.Now().Format("2006-01-02T15:04:05+00:00")
			setStatus(t, a, "Suzie", suzieKey, "Inactive")
			want := "N/A"
			if dated {
				want = changed
			}
			if got := report(t, a)["Suzie"]["access_key_1_last_rotated"]; got != want {
				t.Errorf("Inactive, it was last rotated at %s, want %s", got, want)
			}
			a.Advance(5 * time.Hour)
			changed = a.Now().Format("2006-01-02T15:04:05+00:00")
			setStatus(t, a, "Suzie", suzieKey, "Active")
			if got := report(t, a)["Suzie"]["access_key_1_last_rotated"]; got != changed {
				t.Errorf("Active again, it was last rotated at %s, want %s", got, changed)
			}
		})
	}
}

func TestALateUseIsNotInTheReportYet(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		a.Configure(func(b *sandbox.Behavior) { b.LastUsedDelay = time.Hour })
		key := newKey(t, a, "bob")
		pass(time.Minute)
		first := a.Now().Format("2006-01-02T15:04:05+00:00")
		works(t, a, key, "eu-west-1")
		if got := report(t, a)["bob"]["access_key_1_last_used_date"]; got != "N/A" {
			t.Errorf("the report says %s already", got)
		}
		pass(4 * time.Hour)
		works(t, a, key, "eu-west-1")
		if got := report(t, a)["bob"]["access_key_1_last_used_date"]; got != first {
			t.Errorf("the report says %s, want the first use, %s", got, first)
		}
	})
}

func TestTheReportNotesTheFirstUseInFifteenMinutes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		key := newKey(t, a, "bob")
		pass(time.Minute)
		first := a.Now().Format("2006-01-02T15:04:05+00:00")
		works(t, a, key, "eu-west-1")
		pass(14 * time.Minute)
		works(t, a, key, "eu-west-1")
		if got := report(t, a)["bob"]["access_key_1_last_used_date"]; got != first {
			t.Errorf("the report says %s, want %s", got, first)
		}
		a.Advance(5 * time.Hour)
		later := a.Now().Format("2006-01-02T15:04:05+00:00")
		works(t, a, key, "eu-west-1")
		if got := report(t, a)["bob"]["access_key_1_last_used_date"]; got != later {
			t.Errorf("the report says %s, want %s", got, later)
		}
	})
}
