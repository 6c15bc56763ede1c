package cli_test

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// stubAccount is a made-up account, as far as an audit asks it, told as AWS tells it. What is
// left out is not there.
type stubAccount struct {
	report   string // "" is none
	users    []stubUser
	deny     []string       // actions
	throttle map[string]int // how often, by action
	generate string         // the error code of GenerateCredentialReport
	get      string         // that of GetCredentialReport

	mu    sync.Mutex
	calls map[string]int
}

type stubUser struct {
	name     string
	keys     []stubKey
	gone     bool   // by the time its keys are listed
	policies string // as GetAccountAuthorizationDetails answers them
}

// stubKey is a key; its last use is zero where it was never used.
type stubKey struct {
	created, used time.Time
	status        string // "" is Active
	denied, gone  bool   // the look-up of its last use
}

// stubNow is the time of every date in these accounts.
var stubNow = time.Now().UTC().Truncate(time.Second)

func daysAgo(days int) time.Time { return stubNow.AddDate(0, 0, -days) }

// idOfKey is the ID of a user's key, counted from 0.
func idOfKey(user string, i int) string {
	return fmt.Sprintf("AKIA%s%04d", strings.Repeat("T", max(0, 12-len(user)))+strings.ToUpper(strings.ReplaceAll(user, "-", "")), i)
}

const stubHead = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

const noKey = "false,N/A,N/A,N/A,N/A"

// slotOf is a slot of a line: its status, and its dates, N/A where they are zero.
func slotOf(active bool, rotated, used time.Time) string {
	date := func(t time.Time) string {
		if t.IsZero() {
			return "N/A"
		}
		return t.Format("2006-01-02T15:04:05+00:00")
	}
	where := "N/A,N/A"
	if !used.IsZero() {
		where = "us-east-1,s3"
	}
	return fmt.Sprintf("%v,%s,%s,%s", active, date(rotated), date(used), where)
}

// reportLine is a line of a credential report.
func reportLine(user string, slots ...string) string {
	arn, password := "arn:aws:iam::123456789012:user/"+user, "false"
	if user == "<root_account>" {
		arn, password = "arn:aws:iam::123456789012:root", "not_supported"
	}
	for len(slots) < 2 {
		slots = append(slots, noKey)
	}
	return strings.Join([]string{
		user, arn, daysAgo(900).Format(time.RFC3339), password, "N/A,N/A,N/A,false", slots[0], slots[1], "false,N/A,false,N/A",
	}, ",")
}

// reportOf is a report; the one with no line has root without keys.
func reportOf(lines ...string) string {
	if len(lines) == 0 {
		lines = []string{reportLine("<root_account>")}
	}
	return stubHead + "\n" + strings.Join(lines, "\n") + "\n"
}

func stubEscape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

func (m *stubAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	action := r.PostForm.Get("Action")
	m.mu.Lock()
	if m.calls == nil {
		m.calls = map[string]int{}
	}
	m.calls[action]++
	throttled := m.calls[action] <= m.throttle[action]
	m.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	fail := func(status int, code string) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>`, code, code)
	}
	if throttled {
		fail(400, "Throttling")
		return
	}
	if slices.Contains(m.deny, action) {
		fail(403, "AccessDenied")
		return
	}
	result, status, code := m.answer(action, r.PostForm)
	if code != "" {
		fail(status, code)
		return
	}
	_, _ = fmt.Fprintf(w, `<%[1]sResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%[1]sResponse>`, action, result)
}

// answer is the inside of an answer, or an error's status and code.
func (m *stubAccount) answer(action string, form url.Values) (result string, status int, code string) {
	switch action {
	case "GetCallerIdentity":
		return "<UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/auditor</Arn>", 0, ""
	case "ListAccountAliases":
		return "<AccountAliases/><IsTruncated>false</IsTruncated>", 0, ""
	case "GenerateCredentialReport":
		if m.generate != "" {
			return "", 409, m.generate
		}
		return "<State>COMPLETE</State>", 0, ""
	case "GetCredentialReport":
		switch {
		case m.get != "":
			return "", 410, m.get
		case m.report == "":
			return "", 410, "ReportNotPresent"
		}
		return fmt.Sprintf("<Content>%s</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>%s</GeneratedTime>",
			base64.StdEncoding.EncodeToString([]byte(m.report)), stubNow.Add(-10*time.Minute).Format(time.RFC3339)), 0, ""
	case "ListUsers":
		var b strings.Builder
		for _, u := range m.users {
			_, _ = fmt.Fprintf(&b, "<member><Path>/</Path><UserName>%s</UserName><UserId>AIDA%s</UserId><Arn>arn:aws:iam::123456789012:user/%[1]s</Arn><CreateDate>%[3]s</CreateDate></member>",
				stubEscape(u.name), strings.Repeat("X", 12), daysAgo(900).Format(time.RFC3339))
		}
		return "<Users>" + b.String() + "</Users><IsTruncated>false</IsTruncated>", 0, ""
	case "GetAccountAuthorizationDetails":
		var b strings.Builder
		for _, u := range m.users {
			_, _ = fmt.Fprintf(&b, "<member><Path>/</Path><UserName>%s</UserName><UserId>AIDAX</UserId><Arn>arn:aws:iam::123456789012:user/%[1]s</Arn><GroupList/><AttachedManagedPolicies>%s</AttachedManagedPolicies></member>", stubEscape(u.name), u.policies)
		}
		return "<IsTruncated>false</IsTruncated><UserDetailList>" + b.String() + "</UserDetailList><GroupDetailList/><RoleDetailList/><Policies/>", 0, ""
	case "ListAccessKeys":
		return m.listKeys(form.Get("UserName"))
	case "GetAccessKeyLastUsed":
		return m.lastUsed(form.Get("AccessKeyId"))
	}
	return "", 400, "InvalidAction"
}

func (m *stubAccount) listKeys(user string) (result string, status int, code string) {
	at := slices.IndexFunc(m.users, func(u stubUser) bool { return u.name == user && !u.gone })
	if at < 0 {
		return "", 404, "NoSuchEntity"
	}
	var b strings.Builder
	for i, k := range m.users[at].keys {
		if k.status == "" {
			k.status = "Active"
		}
		_, _ = fmt.Fprintf(&b, "<member><UserName>%s</UserName><AccessKeyId>%s</AccessKeyId><Status>%s</Status><CreateDate>%s</CreateDate></member>",
			stubEscape(user), idOfKey(user, i), k.status, k.created.Format(time.RFC3339))
	}
	return "<AccessKeyMetadata>" + b.String() + "</AccessKeyMetadata><IsTruncated>false</IsTruncated>", 0, ""
}

func (m *stubAccount) lastUsed(id string) (result string, status int, code string) {
	for _, u := range m.users {
		for i, k := range u.keys {
			switch {
			case idOfKey(u.name, i) != id:
				continue
			case k.denied:
				return "", 403, "AccessDenied"
			case k.gone:
				return "", 404, "NoSuchEntity"
			}
			use := "<ServiceName>N/A</ServiceName><Region>N/A</Region>"
			if !k.used.IsZero() {
				use = "<LastUsedDate>" + k.used.Format(time.RFC3339) + "</LastUsedDate><ServiceName>s3</ServiceName><Region>us-east-1</Region>"
			}
			return "<UserName>" + stubEscape(u.name) + "</UserName><AccessKeyLastUsed>" + use + "</AccessKeyLastUsed>", 0, ""
		}
	}
	return "", 404, "NoSuchEntity"
}

// asked is how often an action was called.
func (m *stubAccount) asked(action string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[action]
}

// auditRun is what `keyturn audit` came to.
type auditRun struct {
	code           int
	stdout, stderr string
}

// auditOf runs `keyturn audit` on an account.
func auditOf(t *testing.T, account *stubAccount, args ...string) auditRun {
	t.Helper()
	server := httptest.NewServer(account)
	defer server.Close()
	env := append(isolated(t.TempDir()),
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY="+strings.Repeat("x", 40), "AWS_REGION=us-east-1")
	cmd := child(t, env, append([]string{"audit", "--endpoint-url", server.URL}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	run := auditRun{stdout: string(out), stderr: stderr.String()}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		run.code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if run.code == 2 {
		t.Fatalf("it says of %v: %s", args, run.stderr)
	}
	return run
}

// auditTold is the JSON of an audit, as far as it is looked at here.
type auditTold struct {
	Partial  bool
	Accounts []struct {
		Partial     bool
		Counts      map[string]*int
		DoneWithout []struct{ What string } `json:"done_without"`
	}
	Rows       []rowTold
	References map[string][]string
}

type rowTold struct {
	User              string
	KeyID             *string `json:"key_id"`
	Status            *string
	AgeDays           *int `json:"age_days"`
	Findings, Counted []string
	Verdict, Next     *string
	Rotating          bool
	Console           *struct{ Password *bool }
	LastUsed          struct {
		State   string
		Seen    struct{ Source *string }
		Problem *struct{ Kind string }
	} `json:"last_used"`
}

func (r auditRun) told(t *testing.T) auditTold {
	t.Helper()
	var told auditTold
	if err := json.Unmarshal([]byte(r.stdout), &told); err != nil {
		t.Fatalf("%v in\n%s\n%s", err, r.stdout, r.stderr)
	}
	return told
}

// row is the only row of a user, or the i-th of them.
func (a auditTold) row(t *testing.T, user string, i int) rowTold {
	t.Helper()
	for _, r := range a.Rows {
		if r.User == user && (r.KeyID == nil || *r.KeyID == idOfKey(user, i)) {
			return r
		}
	}
	t.Fatalf("there is no key %d of %s in %+v", i, user, a.Rows)
	return rowTold{}
}

func (r rowTold) has(finding string) bool { return slices.Contains(r.Findings, finding) }

// overdue takes the finding by either of its names.
func (r rowTold) overdue() bool { return r.has("overdue") || r.has("expired") }

func orNone(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// overdueName is the name that the program at hand has for an Active key past the limit.
func overdueName(t *testing.T) string {
	t.Helper()
	env := isolated(t.TempDir())
	out, _ := child(t, env, "audit", "--fail-on", "?").CombinedOutput()
	if strings.Contains(string(out), "overdue") {
		return "overdue"
	}
	return "expired"
}

// TestFindingsAudit: what an audit says, it can prove; of what it can't see, it says that.
func TestFindingsAudit(t *testing.T) {
	t.Parallel()
	overdue := overdueName(t)
	one := stubKey{created: daysAgo(10), used: daysAgo(1)}
	rootKey := slotOf(true, daysAgo(500), daysAgo(3))
	alice := []stubUser{{name: "alice", keys: []stubKey{one}}}

	t.Run("A1_root_is_unknown", func(t *testing.T) {
		whole := reportOf(reportLine("<root_account>"), reportLine("alice", slotOf(true, daysAgo(10), daysAgo(1))))
		for name, account := range map[string]*stubAccount{
			"denied":      {report: whole, deny: []string{"GenerateCredentialReport", "GetCredentialReport"}},
			"none":        {get: "ReportNotPresent", deny: []string{"GenerateCredentialReport"}},
			"malformed":   {report: "<html>504</html>"},
			"no root":     {report: reportOf(reportLine("alice"))},
			"root is cut": {report: stubHead + "\n" + reportLine("<root_account>", rootKey)[:90] + "\n"},
			"root is odd": {report: reportOf(strings.Replace(reportLine("<root_account>"), noKey, "perhaps,N/A,N/A,N/A,N/A", 1))},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				account.users = alice
				run := auditOf(t, account, "--output", "json", "--fail-on", "root-key")
				told := run.told(t)
				if n := told.Accounts[0].Counts["root-key"]; run.code != 1 || n != nil {
					t.Errorf("exit code %d, root keys counted: %v; nothing is known of them", run.code, n)
				}
				if root := told.row(t, "<root_account>", 0); !root.has("unknown") {
					t.Errorf("root is %+v", root)
				}
				if plain := auditOf(t, account, "--output", "json"); plain.code != 0 {
					t.Errorf("without --fail-on, the exit code is %d: %s", plain.code, plain.stderr)
				}
				for _, format := range []string{"table", "csv", "markdown"} {
					text := auditOf(t, account, "--output", format).stdout
					at := strings.Index(text, "root")
					if at < 0 || !strings.Contains(strings.SplitN(text[at:], "\n", 2)[0], "unknown") {
						t.Errorf("as %s, it is not said that root is unknown:\n%s", format, text)
					}
				}
			})
		}
		t.Run("known_control", func(t *testing.T) {
			t.Parallel()
			none := auditOf(t, &stubAccount{report: whole, users: alice}, "--output", "json", "--fail-on", "root-key")
			if n := none.told(t).Accounts[0].Counts["root-key"]; none.code != 0 || n == nil || *n != 0 {
				t.Errorf("exit code %d, root keys %v, and there are none", none.code, n)
			}
			has := &stubAccount{report: reportOf(reportLine("<root_account>", rootKey)), users: alice}
			if run := auditOf(t, has, "--fail-on", "root-key"); run.code != 3 {
				t.Errorf("exit code %d, and root has a key", run.code)
			}
		})
	})

	t.Run("A2_diff_of_an_unread_root", func(t *testing.T) {
		t.Parallel()
		before := &stubAccount{report: reportOf(reportLine("<root_account>", rootKey))}
		earlier := filepath.Join(t.TempDir(), "earlier.json")
		if err := os.WriteFile(earlier, []byte(auditOf(t, before, "--output", "json").stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		now := &stubAccount{report: before.report, deny: []string{"GetCredentialReport"}}
		text := auditOf(t, now, "--diff", earlier, "--output", "json").stdout
		var changes struct {
			Counts map[string]int
			Notes  []string
		}
		if err := json.Unmarshal([]byte(text), &changes); err != nil {
			t.Fatal(err)
		}
		if changes.Counts["gone"] != 0 || changes.Counts["unclear"] != 1 || !strings.Contains(strings.Join(changes.Notes, " "), "root") {
			t.Errorf("root's key can't be seen now, and the changes are\n%s", text)
		}
		if text := auditOf(t, before, "--diff", earlier, "--output", "json").stdout; !strings.Contains(text, `"keys": []`) {
			t.Errorf("nothing has changed:\n%s", text)
		}
	})

	t.Run("A3_odd_fields", func(t *testing.T) {
		whole := reportOf(reportLine("<root_account>", rootKey), reportLine("alice", slotOf(true, daysAgo(10), daysAgo(1))))
		for name, report := range map[string]string{
			"TRUE and FALSE":  strings.NewReplacer("true", "TRUE", "false", "FALSE").Replace(whole),
			"offset +0000":    strings.ReplaceAll(whole, "+00:00", "+0000"),
			"empty dates":     strings.ReplaceAll(whole, noKey, "false,,,,"),
			"a surplus field": strings.Replace(whole, "\n", "\x00", 1) + "bob," + strings.Repeat("x,", 40) + "\n",
			"a user twice":    whole + reportLine("alice", slotOf(true, daysAgo(10), daysAgo(1))) + "\n",
			"a line cut":      whole + reportLine("bob")[:50],
		} {
			report = strings.ReplaceAll(report, "\x00", "\n")
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if run := auditOf(t, &stubAccount{report: report, users: alice}, "--fail-on", "root-key"); run.code != 3 {
					t.Errorf("root has a key, and the exit code is %d\n%s%s", run.code, run.stdout, run.stderr)
				}
			})
		}
		for _, code := range []string{"LimitExceeded", "ServiceFailure"} {
			t.Run("Generate says "+code, func(t *testing.T) {
				t.Parallel()
				account := &stubAccount{report: whole, users: alice, generate: code}
				if run := auditOf(t, account, "--fail-on", "root-key"); run.code != 3 || account.asked("GetCredentialReport") == 0 {
					t.Errorf("exit code %d after %d questions for the report that is there", run.code, account.asked("GetCredentialReport"))
				}
			})
		}
	})

	t.Run("A4_next_never_empties_a_user", func(t *testing.T) {
		t.Parallel()
		told := auditOf(t, &stubAccount{report: reportOf(), users: []stubUser{
			{name: "a", keys: []stubKey{{created: daysAgo(80), used: stubNow.Add(-time.Minute)}, {created: daysAgo(60)}}},
			{name: "b", keys: []stubKey{{created: daysAgo(80), used: stubNow.Add(-time.Minute)}, {created: daysAgo(70), used: daysAgo(60)}}},
			{name: "c", keys: []stubKey{{created: daysAgo(300)}, {created: daysAgo(200)}}},
			{name: "d", keys: []stubKey{{created: daysAgo(60), used: daysAgo(1)}, {created: daysAgo(50), used: daysAgo(2)}}},
		}}, "--output", "json").told(t)
		for user, want := range map[string][2]bool{"a": {false, true}, "b": {false, true}, "c": {true, false}, "d": {false, false}} {
			for i, retire := range want {
				if got := orNone(told.row(t, user, i).Next); (got == "retire") != retire {
					t.Errorf("key %d of %s: next is %q, want retire: %v", i, user, got, retire)
				}
			}
		}
	})

	t.Run("A5_more_than_two_keys", func(t *testing.T) {
		for name, n := range map[string]int{"2_control": 2, "3": 3, "8": 8} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var keys []stubKey
				for i := range n {
					keys = append(keys, stubKey{created: daysAgo(80 - i), used: daysAgo(1)})
				}
				run := auditOf(t, &stubAccount{report: reportOf(), users: []stubUser{{name: "alice", keys: keys}}}, "--output", "json", "--fail-on", "second-active")
				if got := run.told(t).Accounts[0].Counts["second-active"]; run.code != 3 || got == nil || *got != n-1 {
					t.Errorf("of %d Active keys, exit code %d and %v second ones", n, run.code, got)
				}
			})
		}
		t.Run("details", func(t *testing.T) {
			t.Parallel()
			var keys []stubKey
			for i := range 8 {
				keys = append(keys, stubKey{created: daysAgo(80 - i), used: daysAgo(1)})
			}
			server := httptest.NewServer(&stubAccount{report: reportOf(), users: []stubUser{{name: "alice", keys: keys}}})
			defer server.Close()
			program, err := exec.LookPath("keyturn")
			if err != nil {
				t.Fatal(err)
			}
			term := openIn(t, program, t.TempDir(), []string{
				"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=" + strings.Repeat("x", 40), "AWS_REGION=us-east-1",
			}, "--endpoint-url", server.URL)
			term.await("live 8/8")
			term.press("jjjjj")
			term.press("d")
			for i := range keys { // in the list, the age stands behind the ID
				term.await(idOfKey("alice", i) + "  Active")
			}
			term.press("q")
			term.exit()
		})
	})

	t.Run("A6_what_a_rotation_excuses", func(t *testing.T) {
		t.Parallel()
		second := stubNow.Add(-20 * 24 * time.Hour)
		account := func(keys ...stubKey) *stubAccount {
			return &stubAccount{report: reportOf(), users: []stubUser{{name: "alice", keys: keys}}}
		}
		for name, tc := range map[string]struct {
			keys   []stubKey
			failOn string
			code   int
		}{
			"nobody takes the new one up": {[]stubKey{{created: daysAgo(1100)}, {created: daysAgo(29)}}, overdue, 3},
			"never used":                  {[]stubKey{{created: daysAgo(1100)}, {created: daysAgo(3), used: daysAgo(1)}}, "never-used,unused", 3},
			"a second apart":              {[]stubKey{{created: second.Add(-time.Second), used: daysAgo(1)}, {created: second, used: daysAgo(1)}}, "second-active", 3},
			"the old one is left behind":  {[]stubKey{{created: daysAgo(100), used: daysAgo(1), status: "Inactive"}, {created: daysAgo(3), used: daysAgo(1)}}, "inactive", 3},
			"a rotation":                  {[]stubKey{{created: daysAgo(100), used: daysAgo(1)}, {created: daysAgo(20), used: daysAgo(1)}}, overdue + ",second-active", 0},
			"a young one":                 {[]stubKey{{created: daysAgo(100), used: daysAgo(1)}, {created: daysAgo(6)}}, overdue + ",second-active", 0},
		} {
			if run := auditOf(t, account(tc.keys...), "--fail-on", tc.failOn); run.code != tc.code {
				t.Errorf("%s: exit code %d, want %d\n%s", name, run.code, tc.code, run.stdout)
			}
		}
	})

	t.Run("A7_what_the_report_proves", func(t *testing.T) {
		t.Parallel()
		for name, line := range map[string]string{
			"no date, used 100 days ago":     reportLine("alice", slotOf(true, time.Time{}, daysAgo(100))),
			"reactivated, used 100 days ago": reportLine("alice", slotOf(true, daysAgo(20), daysAgo(100))),
		} {
			run := auditOf(t, &stubAccount{report: reportOf(reportLine("<root_account>"), line)}, "--report-only", "--output", "json", "--fail-on", "unused")
			row := run.told(t).row(t, "alice", 0)
			if run.code != 3 || !row.has("unused") || !row.overdue() || row.AgeDays == nil || *row.AgeDays < 100 {
				t.Errorf("%s: exit code %d, %v, age %v", name, run.code, row.Findings, row.AgeDays)
			}
		}
	})

	t.Run("A8_a_denied_look_up_keeps_the_report", func(t *testing.T) {
		t.Parallel()
		run := auditOf(t, &stubAccount{
			report: reportOf(reportLine("<root_account>"), reportLine("alice", slotOf(true, daysAgo(300), daysAgo(100)))),
			users:  []stubUser{{name: "alice", keys: []stubKey{{created: daysAgo(300), denied: true}}}},
		}, "--output", "json")
		told := run.told(t)
		row := told.row(t, "alice", 0)
		if use := row.LastUsed; use.State != "used" || orNone(use.Seen.Source) != "report" || use.Problem == nil || use.Problem.Kind != "access-denied" {
			t.Errorf("the last use is %+v", use)
		}
		if run.code != 1 || !told.Partial || !row.has("unused") || orNone(row.Next) != "retire" {
			t.Errorf("exit code %d, partial %v, %v, next %s", run.code, told.Partial, row.Findings, orNone(row.Next))
		}
	})

	t.Run("A9_gone_meanwhile", func(t *testing.T) {
		t.Parallel()
		for name, users := range map[string][]stubUser{
			"a user": {{name: "alice", keys: []stubKey{one}}, {name: "vault-bot", gone: true}},
			"a key":  {{name: "alice", keys: []stubKey{one, {created: daysAgo(100), gone: true}}}},
		} {
			run := auditOf(t, &stubAccount{report: reportOf(), users: users}, "--output", "json")
			if told := run.told(t); run.code != 0 || told.Partial || len(told.Rows) != 1 || told.Rows[0].User != "alice" {
				t.Errorf("%s: exit code %d, partial %v, %+v", name, run.code, told.Partial, told.Rows)
			}
		}
	})

	t.Run("A10_roots_password", func(t *testing.T) {
		t.Parallel()
		told := auditOf(t, &stubAccount{report: reportOf(reportLine("<root_account>", rootKey))}, "--output", "json").told(t)
		if c := told.row(t, "<root_account>", 0).Console; c == nil || c.Password != nil && !*c.Password {
			t.Errorf("the report does not tell whether root has a password, and the audit says %+v", c)
		}
	})

	t.Run("A11_a_slot_dated_as_the_account", func(t *testing.T) {
		t.Parallel()
		run := auditOf(t, &stubAccount{report: reportOf(reportLine("<root_account>", noKey, slotOf(false, daysAgo(900), time.Time{})))}, "--output", "json", "--fail-on", "root-key")
		if n := run.told(t).Accounts[0].Counts["root-key"]; run.code != 0 || n == nil || *n != 0 {
			t.Errorf("exit code %d, %v root keys", run.code, n)
		}
	})

	t.Run("A13_the_order_of_risk", func(t *testing.T) {
		t.Parallel()
		told := auditOf(t, &stubAccount{report: reportOf(), users: []stubUser{
			{name: "a-20-days", keys: []stubKey{{created: daysAgo(20)}}},
			{name: "b-2-days", keys: []stubKey{{created: daysAgo(2)}}},
			{name: "c-412", keys: []stubKey{{created: daysAgo(412), used: stubNow.Add(-time.Hour)}}},
			{name: "d-unused", keys: []stubKey{{created: daysAgo(120), used: daysAgo(100)}}},
			{name: "e-status", keys: []stubKey{{created: daysAgo(300), used: daysAgo(100), status: "Expired"}}},
			{name: "f-never", keys: []stubKey{{created: daysAgo(60)}}},
			{name: "g-due", keys: []stubKey{{created: daysAgo(80), used: stubNow.Add(-time.Hour)}}},
			{name: "h-off", keys: []stubKey{{created: daysAgo(80), used: daysAgo(1), status: "Inactive"}}},
		}}, "--output", "json").told(t)
		var order []string
		for _, r := range told.Rows {
			order = append(order, r.User)
			if young := r.User == "a-20-days" || r.User == "b-2-days"; young && len(r.Findings) > 0 {
				t.Errorf("%s is young, and %v", r.User, r.Findings)
			}
		}
		if want := "d-unused c-412 f-never e-status g-due h-off a-20-days b-2-days"; strings.Join(order, " ") != want {
			t.Errorf("the order is %v", order)
		}
		if len(told.References["never-used"]) == 0 {
			t.Error("a key never used breaks no rule")
		}
	})

	t.Run("A14_overdue", func(t *testing.T) {
		t.Parallel()
		account := &stubAccount{report: reportOf(), users: []stubUser{{name: "alice", keys: []stubKey{{created: daysAgo(100), used: daysAgo(1)}}}}}
		for _, format := range []string{"json", "table", "csv", "markdown"} {
			if text := auditOf(t, account, "--output", format).stdout; strings.Contains(text, "expired") || !strings.Contains(text, "overdue") {
				t.Errorf("as %s:\n%s", format, text)
			}
		}
	})

	t.Run("A15_on_the_limit", func(t *testing.T) {
		t.Parallel()
		account := &stubAccount{report: reportOf(), users: []stubUser{
			{name: "-alice", keys: []stubKey{{created: stubNow.Add(-90*24*time.Hour - time.Minute), used: daysAgo(1)}}},
		}}
		text := auditOf(t, account).stdout
		if at := strings.Index(text, "90 d "); at < 0 || text[at-1] == ' ' {
			t.Errorf("a key past the limit of 90 days shows as one of 90 days:\n%s", text)
		}
		rows, err := csv.NewReader(strings.NewReader(auditOf(t, account, "--output", "csv").stdout)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := slices.Index(rows[0], "user_arn")
		if column < 0 || rows[1][column] != "arn:aws:iam::123456789012:user/-alice" {
			t.Errorf("there is no ARN to join by in %v", rows)
		}
	})

	t.Run("A15_the_mark_rotating", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(&stubAccount{report: reportOf(), users: []stubUser{
			{name: "alice", keys: []stubKey{{created: daysAgo(60), used: daysAgo(1)}, {created: daysAgo(3), used: daysAgo(1)}}},
		}})
		defer server.Close()
		program, err := exec.LookPath("keyturn")
		if err != nil {
			t.Fatal(err)
		}
		term := openIn(t, program, t.TempDir(), []string{
			"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=" + strings.Repeat("x", 40), "AWS_REGION=us-east-1",
		}, "--endpoint-url", server.URL)
		term.await("live 2/2")
		term.awaitThat("the mark in the row of the old key", func(all string) bool {
			for line := range strings.Lines(all) {
				if at := strings.Index(line, idOfKey("alice", 0)); at >= 0 && strings.Contains(line[at:], "2nd active") && strings.Contains(line[at:], "↻") {
					return true
				}
			}
			return false
		})
		term.press("q")
		term.exit()
	})
}

// TestFindingsQuarantine: AWS's quarantine policy on a user is a finding of the user's keys.
func TestFindingsQuarantine(t *testing.T) {
	t.Parallel()
	policy := func(arn string) string {
		return "<member><PolicyName>AWSCompromisedKeyQuarantineV3</PolicyName><PolicyArn>" + arn + "</PolicyArn></member>"
	}
	keys := []stubKey{{created: daysAgo(10), used: daysAgo(1)}}
	account := func(arn string) *stubAccount {
		return &stubAccount{report: reportOf(), users: []stubUser{
			{name: "alice", keys: []stubKey{{created: daysAgo(800)}}},
			{name: "leaky", keys: keys, policies: policy(arn)},
		}}
	}
	t.Run("R11_audit", func(t *testing.T) {
		t.Parallel()
		run := auditOf(t, account("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"), "--output", "json")
		told := run.told(t)
		if first := told.Rows[0]; first.User != "leaky" || orNone(first.Verdict) != "compromised" || first.Next == nil || !slices.Contains(first.Counted, "compromised") {
			t.Errorf("the first row is %+v", first)
		}
		if told.row(t, "alice", 0).has("compromised") {
			t.Error("alice's key is compromised, too")
		}
	})
	t.Run("R11_not_of_that_name_alone", func(t *testing.T) {
		t.Parallel()
		told := auditOf(t, account("arn:aws:iam::123456789012:policy/AWSCompromisedKeyQuarantineV3"), "--output", "json").told(t)
		if n := told.Accounts[0].Counts["compromised"]; n == nil || *n != 0 {
			t.Errorf("a policy of the account's own is AWS's: %v", n)
		}
	})
	t.Run("R11_not_known", func(t *testing.T) {
		t.Parallel()
		unknown := account("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3")
		unknown.deny = []string{"GetAccountAuthorizationDetails"}
		run := auditOf(t, unknown, "--output", "json")
		if n, asked := run.told(t).Accounts[0].Counts["compromised"]; run.code != 0 || n != nil || !asked {
			t.Errorf("exit code %d, %v compromised, and nobody may look", run.code, n)
		}
		if text := auditOf(t, unknown).stdout; !strings.Contains(text, "quarantine") {
			t.Errorf("that it is not known is not said:\n%s", text)
		}
	})
}
