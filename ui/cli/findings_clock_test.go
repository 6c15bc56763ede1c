package cli_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
)

// skewed is an AWS whose clock is off by so much from this machine's: what it dates, what it
// signs for, and its Date header.
func skewed(t *testing.T, off time.Duration) *endpoint {
	t.Helper()
	e := &endpoint{cloud: sandbox.New(sandbox.Options{Seed: 1, Wire: func() time.Time { return time.Now().Add(off) }})}
	e.cloud.Configure(func(b *sandbox.Behavior) { b.ReportTakes = 0 })
	// Nothing but its Date tells the time, as with AWS.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.ServeHTTP(withoutSandboxDate{w}, r)
	}))
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

type withoutSandboxDate struct{ http.ResponseWriter }

func (w withoutSandboxDate) WriteHeader(status int) {
	w.Header().Del("X-Keyturn-Date")
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the account break the connection.
func (w withoutSandboxDate) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ended is what became of a keyturn.
type ended struct {
	out, err string
	code     int
}

// all is what it said, wherever.
func (e ended) all() string { return e.out + e.err }

// runs runs a keyturn of its own process, which reads the given input.
func runs(t *testing.T, env []string, input string, args ...string) ended {
	t.Helper()
	cmd := child(t, env, args...)
	cmd.Stdin = strings.NewReader(input)
	var out, err strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &err
	_ = cmd.Run() // its exit code tells
	return ended{out.String(), err.String(), cmd.ProcessState.ExitCode()}
}

// asOperator are the variables of a keyturn at the endpoint, with the operator's key.
func (e *endpoint) asOperator(t *testing.T) []string {
	t.Helper()
	operator := e.cloud.Operator()
	return append(isolated(t.TempDir()), "AWS_ACCESS_KEY_ID="+operator.KeyID, "AWS_SECRET_ACCESS_KEY="+operator.Secret,
		"AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL="+e.url)
}

// ages are the ages in days of an audit's keys.
func ages(t *testing.T, env []string) map[string]int {
	t.Helper()
	var told struct {
		Rows []struct {
			KeyID   string `json:"key_id"`
			AgeDays *int   `json:"age_days"`
		}
	}
	ran := runs(t, env, "", "audit", "--output", "json")
	if err := json.Unmarshal([]byte(ran.out), &told); err != nil {
		t.Fatalf("%v: %s", err, ran.all())
	}
	all := map[string]int{}
	for _, row := range told.Rows {
		if row.KeyID != "" && row.AgeDays != nil {
			all[row.KeyID] = *row.AgeDays
		}
	}
	return all
}

const week = 7 * 24 * time.Hour

func TestFindingsClock(t *testing.T) {
	t.Parallel()
	t.Run("R1_machine_ahead_of_AWS_opens_no_guard", func(t *testing.T) {
		t.Parallel()
		e := skewed(t, -8*24*time.Hour) // as when this machine is 8 days ahead
		// Suzie's key is used every 2 minutes. No reason is given.
		ran := runs(t, e.asOperator(t), "go\ndeactivate\nyes\nleave\n", "retire", "Suzie", "--plain")
		if n := e.cloud.Sent("iam:UpdateAccessKey"); n != 0 {
			t.Errorf("the key was switched off without a reason (%d calls)", n)
		}
		if !strings.Contains(ran.out, "reason") || strings.Contains(ran.out, "for 8 days; used 8 d ago") {
			t.Errorf("it says:\n%s", ran.all())
		}
	})
	t.Run("R1_ages_are_AWSs", func(t *testing.T) {
		t.Parallel()
		right, ahead := skewed(t, 0), skewed(t, -8*24*time.Hour)
		want, got := ages(t, right.asOperator(t)), ages(t, ahead.asOperator(t))
		if len(want) < 10 {
			t.Fatalf("%d keys", len(want))
		}
		for id, age := range want {
			if days, there := got[id]; !there || days != age {
				t.Errorf("%s is %d days old, not %d", id, days, age)
			}
		}
	})
	t.Run("R1_it_is_said", func(t *testing.T) {
		t.Parallel()
		e := skewed(t, -8*24*time.Hour)
		for _, args := range [][]string{{"audit"}, {"status"}, {"find", "AKIAI44QH8DHBEXAMPLE"}, {"retire", "Suzie", "--plain"}} {
			ran := runs(t, e.asOperator(t), "leave\n", args...)
			if !strings.Contains(ran.all(), "8 days ahead of AWS's") {
				t.Errorf("%v does not say that the clock is off:\n%s", args, ran.all())
			}
		}
	})
	t.Run("R1_sandbox_moved_on", func(t *testing.T) {
		t.Parallel()
		e := serve()
		defer e.close()
		before := ages(t, e.asOperator(t))
		e.cloud.Advance(4 * week)
		for id, age := range ages(t, e.asOperator(t)) {
			if was, there := before[id]; there && age != was+28 {
				t.Errorf("%s is %d days old, and was %d", id, age, was)
			}
		}
	})
}
