package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// unwilling is an account that refuses a tenth of all look-ups: of the lists of keys and
// of the last uses, always the same ones.
type unwilling struct {
	cloud *faults.Account

	mu      sync.Mutex
	refused map[string]bool // users and key IDs
}

func (u *unwilling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var about string
	switch form.Get("Action") {
	case "ListAccessKeys":
		about = form.Get("UserName")
	case "GetAccessKeyLastUsed":
		about = form.Get("AccessKeyId")
	}
	if about == "" || !unlucky(about) {
		u.cloud.ServeHTTP(w, r)
		return
	}
	u.mu.Lock()
	u.refused[about] = true
	u.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not this one</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
}

// unlucky is true of one in ten, and of the same each time.
func unlucky(name string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return h.Sum32()%10 == 0
}

// told is what an audit's JSON says, as far as it is looked at here.
type told struct {
	Partial  bool
	Accounts []struct {
		Counts   map[string]int
		Failures []struct {
			User  string
			KeyID string `json:"key_id"`
		}
	}
	Rows []struct {
		User     string
		KeyID    string `json:"key_id"`
		AgeDays  *int   `json:"age_days"`
		Status   string
		Findings []string
		LastUsed struct {
			State string
			Seen  struct{ Source string }
		} `json:"last_used"`
	}
}

// A tenth of all look-ups fail: the audit exits with 1, names the users, and takes no
// failure for an answer: what it says of those is from the credential report.
func TestAPartialAuditNamesTheUsers(t *testing.T) {
	t.Parallel()
	place := &unwilling{cloud: faults.New(sandbox.Options{Seed: 1, Users: 300}), refused: map[string]bool{}}
	place.cloud.Configure(func(b *sandbox.Behavior) { b.ReportTakes = 0 })
	server := httptest.NewServer(place)
	defer server.Close()
	operator := place.cloud.Operator()
	env := append(isolated(t.TempDir()), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret)
	audit := func(args ...string) []byte {
		t.Helper()
		// That --fail-on finds something does not hide that the result is partial.
		cmd := child(t, env, append([]string{"audit", "--endpoint-url", server.URL, "--fail-on", "overdue"}, args...)...)
		text, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Fatalf("it ended with %v, want exit code 1", err)
		}
		return text
	}
	var told told
	if err := json.Unmarshal(audit("--output", "json"), &told); err != nil {
		t.Fatal(err)
	}
	table := string(audit())
	place.mu.Lock() // nobody asks any more
	defer place.mu.Unlock()
	if !told.Partial || len(told.Accounts) != 1 {
		t.Fatalf("partial is %v, of %d accounts", told.Partial, len(told.Accounts))
	}

	named := map[string]bool{}
	for _, f := range told.Accounts[0].Failures {
		if f.KeyID != "" && place.refused[f.KeyID] {
			named[f.KeyID] = true
		} else {
			named[f.User] = true
		}
	}
	if !maps.Equal(named, place.refused) || len(named) < 30 {
		t.Errorf("named are %v, refused were %v", named, place.refused)
	}

	unknown := 0
	for _, row := range told.Rows {
		failed := place.refused[row.User] || place.refused[row.KeyID]
		has := func(finding string) bool { return slices.Contains(row.Findings, finding) }
		if has("unknown") {
			unknown++
		}
		switch {
		case row.User == "<root_account>":
		case failed != has("unknown"), failed && row.LastUsed.State == "unknown" && (has("unused") || has("never-used")):
			t.Errorf("%s of %s (failed: %v) is %v", row.KeyID, row.User, failed, row.Findings)
		case failed && row.LastUsed.State != "unknown" && row.LastUsed.Seen.Source != "report":
			t.Errorf("the last use of %s of %s is %s, and it was refused", row.KeyID, row.User, row.LastUsed.State)
		case row.AgeDays != nil && has("overdue") != (row.Status == "Active" && *row.AgeDays >= 90):
			t.Errorf("%s of %s is %s, %d days old and %v", row.KeyID, row.User, row.Status, *row.AgeDays, row.Findings)
		case failed && !strings.Contains(table, "of "+row.User+":"):
			t.Errorf("the table does not name %s", row.User)
		}
	}
	if got := told.Accounts[0].Counts["unknown"]; got != unknown || unknown < 30 {
		t.Errorf("%d rows are counted as unknown, %d are", got, unknown)
	}
}
