package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// skewed is an AWS whose clock is off by so much from this machine's: what it dates, what it
// signs for, and its Date header.
func skewed(t *testing.T, off time.Duration) *endpoint {
	t.Helper()
	e := &endpoint{cloud: faults.New(sandbox.Options{Seed: 1, Wire: func() time.Time { return time.Now().Add(off) }})}
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

// proxy is an HTTP proxy that refuses every CONNECT with a status, and knows where to.
type proxy struct {
	url    string
	status int

	mu    sync.Mutex
	asked []string
}

func refusing(t *testing.T, status int) *proxy {
	t.Helper()
	p := &proxy{status: status}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Method+" "+r.Host)
	w.WriteHeader(p.status)
}

// went is where somebody wanted to go through the proxy.
func (p *proxy) went() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// home writes the AWS files of a keyturn at the endpoint and returns its variables: profile
// op with the operator's key, profile adm a role that op assumes. Whatever leaves for
// another address meets the proxy.
func (e *endpoint) home(t *testing.T, outside *proxy, adm string, more ...string) []string {
	t.Helper()
	operator, root := e.cloud.Operator(), t.TempDir()
	files := map[string]string{
		"keys.ini": "[op]\naws_access_key_id = " + operator.KeyID + "\naws_secret_access_key = " + operator.Secret + "\n",
		"aws.ini": "[profile op]\nregion = eu-west-1\n[profile adm]\nregion = eu-west-1\nsource_profile = op\n" +
			"role_arn = arn:aws:iam::" + sandbox.AccountID + ":role/key-admin\n" + adm,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return append(append(isolated(root), "AWS_CONFIG_FILE="+filepath.Join(root, "aws.ini"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(root, "keys.ini"),
		"HTTPS_PROXY="+outside.url, "HTTP_PROXY="+outside.url), more...)
}

func TestFindingsEndpoint(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]func(url string) (adm, variable string){
		"R5_variable_counts_for_AssumeRole":     func(url string) (string, string) { return "", "AWS_ENDPOINT_URL=" + url },
		"R5_endpoint_url_counts_for_AssumeRole": func(url string) (string, string) { return "endpoint_url = " + url + "\n", "X=" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, outside := serve(), refusing(t, http.StatusForbidden)
			defer e.close()
			adm, variable := place(e.url)
			ran := runs(t, e.home(t, outside, adm, variable), "", "find", "AKIAI44QH8DHBEXAMPLE", "--profile", "adm")
			if went := outside.went(); len(went) > 0 {
				t.Errorf("requests left for %v", went)
			}
			if ran.code != 0 || !strings.Contains(ran.out, "Suzie") {
				t.Errorf("exit code %d:\n%s", ran.code, ran.all())
			}
		})
	}
	t.Run("R5_target_of_a_roles_profile", func(t *testing.T) {
		t.Parallel()
		e, outside := serve(), refusing(t, http.StatusForbidden)
		defer e.close()
		e.cloud.AddParameter("eu-west-1", "/ci/suzie", "SecureString", "alias/aws/ssm", `{"AccessKeyId": "AKIAI44QH8DHBEXAMPLE", "SecretAccessKey": "x"}`)
		runs(t, e.home(t, outside, "", "AWS_ENDPOINT_URL="+e.url), "go\ncreate\nyes\nadd ssm:as=json,profile=adm,region=eu-west-1:/ci/suzie\nleave\n",
			"rotate", "Suzie", "--plain", "--profile", "op")
		if went := outside.went(); len(went) > 0 {
			t.Errorf("requests left for %v", went)
		}
		if n := e.cloud.Sent("sts:AssumeRole"); n == 0 {
			t.Error("the role was not assumed at the endpoint")
		}
	})
}

// configured writes keyturn's config file among the variables' folders.
func configured(t *testing.T, env []string, text string) {
	t.Helper()
	for _, v := range env {
		if folder, ok := strings.CutPrefix(v, "XDG_CONFIG_HOME="); ok {
			if err := os.MkdirAll(filepath.Join(folder, "keyturn"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "keyturn", "config.toml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// signers are the keys and the regions that signed requests to the endpoint.
func (e *endpoint) signers() (keys, regions map[string]bool) {
	keys, regions = map[string]bool{}, map[string]bool{}
	for _, r := range e.cloud.Requests() {
		keys[r.KeyID], regions[r.Region] = true, true
	}
	return keys, regions
}

func TestFindingsConfig(t *testing.T) {
	t.Parallel()
	t.Run("B7_variables_beat_the_file", func(t *testing.T) {
		t.Parallel()
		e, other, outside := serve(), serve(), refusing(t, http.StatusForbidden)
		defer e.close()
		defer other.close()
		key, err := e.cloud.KeyOf("web-frontend")
		if err != nil {
			t.Fatal(err)
		}
		env := e.home(t, outside, "", "AWS_ENDPOINT_URL="+e.url, "AWS_REGION=ap-south-1", "AWS_PROFILE=mine")
		for _, v := range env {
			if file, ok := strings.CutPrefix(v, "AWS_SHARED_CREDENTIALS_FILE="); ok {
				text := "[mine]\naws_access_key_id = " + key.KeyID + "\naws_secret_access_key = " + key.Secret + "\n"
				before, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, append(before, text...), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		configured(t, env, "profile = \"op\"\nregion = \"eu-west-1\"\nendpoint-url = \""+other.url+"\"\n")
		runs(t, env, "", "find", "AKIAI44QH8DHBEXAMPLE")
		if len(other.cloud.Requests()) > 0 || len(e.cloud.Requests()) == 0 {
			t.Errorf("%d requests to the file's endpoint, %d to the variable's", len(other.cloud.Requests()), len(e.cloud.Requests()))
		}
		both := append(other.cloud.Requests(), e.cloud.Requests()...)
		for _, r := range both {
			if r.KeyID != key.KeyID {
				t.Errorf("%s was signed with %s, the file's profile", r.Action, r.KeyID)
			}
			if r.Region == "eu-west-1" {
				t.Errorf("%s was signed for the file's region", r.Action)
			}
		}
		env = e.home(t, outside, "") // without them the file counts
		configured(t, env, "profile = \"op\"\nregion = \"ap-south-1\"\nendpoint-url = \""+other.url+"\"\n")
		runs(t, env, "", "find", "AKIAI44QH8DHBEXAMPLE")
		if keys, regions := other.signers(); !keys[other.cloud.Operator().KeyID] || !regions["ap-south-1"] {
			t.Errorf("signed by %v for %v", keys, regions)
		}
	})
	t.Run("B8_docs_say_what_the_file_takes", func(t *testing.T) {
		t.Parallel()
		text, err := os.ReadFile("../../docs/config.md")
		if err != nil {
			t.Fatal(err)
		}
		_, alone, found := strings.Cut(string(text), "On the command line alone:")
		alone, _, _ = strings.Cut(alone, "\n\n")
		for _, row := range strings.Split(string(text), "\n") {
			if name, ok := strings.CutPrefix(row, "| `"); ok {
				name, _, _ = strings.Cut(name, "`")
				if !found || strings.Contains(alone, "--"+name+"`") {
					t.Errorf("%s is a key, and on the command line alone", name)
				}
			}
		}
	})
	t.Run("B6_no_key_of_the_full_screen_in_plain", func(t *testing.T) {
		t.Parallel()
		e, outside := serve(), refusing(t, http.StatusForbidden)
		defer e.close()
		operator := e.cloud.Operator()
		// A session that is about to end, from a program.
		session := filepath.Join(t.TempDir(), "session.json")
		text := fmt.Sprintf(`{"Version": 1, "AccessKeyId": %q, "SecretAccessKey": %q, "Expiration": %q}`,
			operator.KeyID, operator.Secret, time.Now().Add(10*time.Minute).UTC().Format(time.RFC3339))
		if err := os.WriteFile(session, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		env := e.home(t, outside, "[profile short]\nregion = eu-west-1\ncredential_process = cat "+session+"\n", "AWS_ENDPOINT_URL="+e.url, "PATH="+os.Getenv("PATH"))
		ran := runs(t, env, "go\ncreate\nyes\nleave\n", "rotate", "Suzie", "--plain", "--profile", "short")
		if n := e.cloud.Sent("iam:CreateAccessKey"); n != 0 || !strings.Contains(ran.out, "too near its end") {
			t.Errorf("%d keys were created:\n%s", n, ran.all())
		}
		if strings.Contains(ran.all(), "ctrl+") {
			t.Errorf("it names a key that --plain does not have:\n%s", ran.all())
		}
	})
	t.Run("B11_the_statement_is_the_scoped_one", func(t *testing.T) {
		t.Parallel()
		e := serve()
		defer e.close()
		e.cloud.Allow(sandbox.OperatorUser, "iam:List*", "iam:GetAccessKeyLastUsed")
		ran := runs(t, e.asOperator(t), "go\ncreate\nyes\nleave\n", "rotate", "Suzie", "--plain")
		denied := 0
		for _, line := range strings.Split(ran.all(), "\n") {
			if i := strings.Index(line, `{"Effect"`); i >= 0 && strings.Contains(line, "iam:CreateAccessKey") {
				denied++
				var s struct{ Resource any }
				if err := json.Unmarshal([]byte(line[i:]), &s); err != nil || s.Resource != "arn:aws:iam::"+sandbox.AccountID+":user/*" {
					t.Errorf("it grants %v: %s (%v)", s.Resource, line, err)
				}
			}
		}
		if denied == 0 {
			t.Errorf("no statement:\n%s", ran.all())
		}
	})
}

// meddled serves the account behind somebody who answers some actions by themselves: answer
// reports whether it did, to the n-th request of the action.
func meddled(t *testing.T, answer func(w http.ResponseWriter, action string, n int) bool) *endpoint {
	t.Helper()
	e := &endpoint{cloud: faults.New(sandbox.Options{Seed: 1})}
	e.cloud.Configure(func(b *sandbox.Behavior) { b.ReportTakes = 0 })
	var mu sync.Mutex
	counts := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		form, _ := url.ParseQuery(string(body)) // what is no form has no action
		r.Body = io.NopCloser(bytes.NewReader(body))
		action := form.Get("Action")
		mu.Lock()
		counts[action]++
		n := counts[action]
		mu.Unlock()
		if !answer(w, action, n) {
			e.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// refuse answers as AWS refuses.
func refuse(w http.ResponseWriter, status int, code, message string) bool {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>`, code, message)
	return true
}

// says fails unless a run told all of some texts, and none of others.
func says(t *testing.T, ran ended, all []string, none ...string) {
	t.Helper()
	for _, text := range all {
		if !strings.Contains(ran.all(), text) {
			t.Errorf("it does not say %q:\n%s", text, ran.all())
		}
	}
	for _, text := range none {
		if strings.Contains(ran.all(), text) {
			t.Errorf("it says %q:\n%s", text, ran.all())
		}
	}
}

func TestFindingsErrors(t *testing.T) {
	t.Parallel()
	falsehoods := []string{"taken effect", "took effect", "keyturn looks"}
	t.Run("R7_wrong_code", func(t *testing.T) {
		t.Parallel()
		e, outside := serve(), refusing(t, http.StatusForbidden)
		t.Cleanup(e.close)
		term := openIn(t, programPath(t), t.TempDir(), e.home(t, outside, "", "AWS_ENDPOINT_URL="+e.url),
			"rotate", "operator", "--plain", "--profile", "op", "--mfa-serial", sandbox.MFASerial)
		term.press("000000\r")
		ran := ended{code: term.exit()}
		ran.out, ran.err = term.output(), term.stderr()
		says(t, ran, []string{"code"}, "the key is unknown", "secret is wrong", "Check the profile")
		if ran.code != 4 || !strings.Contains(ran.all(), "next code") {
			t.Errorf("exit code %d: %s", ran.code, ran.all())
		}
	})
	t.Run("R8_refused_CONNECT", func(t *testing.T) {
		t.Parallel()
		e, outside := serve(), refusing(t, http.StatusProxyAuthRequired)
		defer e.close()
		ran := runs(t, e.home(t, outside, ""), "", "rotate", "Suzie", "--plain", "--profile", "op")
		says(t, ran, []string{"Nothing was sent", strings.TrimPrefix(outside.url, "http://"), "407"}, falsehoods...)
		if went := outside.went(); len(went) != 1 {
			t.Errorf("it was tried %d times: %v", len(went), went)
		}
	})
	t.Run("R8_identity_lost_before_the_change", func(t *testing.T) {
		t.Parallel()
		e := meddled(t, func(_ http.ResponseWriter, action string, n int) bool {
			if action == "GetCallerIdentity" && n > 1 {
				panic(http.ErrAbortHandler)
			}
			return false
		})
		ran := runs(t, e.asOperator(t), "go\ncreate\nyes\nleave\n", "rotate", "Suzie", "--plain")
		says(t, ran, []string{"sts:GetCallerIdentity"}, append(falsehoods, "CreateAccessKey is sent")...)
		if n := e.cloud.Sent("iam:CreateAccessKey"); n != 0 {
			t.Errorf("%d keys were created", n)
		}
	})
	t.Run("R8_web_page", func(t *testing.T) {
		t.Parallel()
		e := meddled(t, func(w http.ResponseWriter, _ string, _ int) bool {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Blocked by Acme Gateway</title></head><body>No.</body></html>")
			return true
		})
		says(t, runs(t, e.asOperator(t), "", "audit"), []string{"Blocked by Acme Gateway", "403", strings.TrimPrefix(e.url, "http://")}, falsehoods...)
	})
	t.Run("R8_certificate", func(t *testing.T) {
		t.Parallel()
		e := serve()
		defer e.close()
		unknown := httptest.NewUnstartedServer(e)
		unknown.Config.ErrorLog = log.New(io.Discard, "", 0)
		unknown.StartTLS()
		defer unknown.Close()
		ran := runs(t, e.asOperator(t), "", "audit", "--endpoint-url", unknown.URL)
		says(t, ran, []string{"x509", "Nothing was sent", "AWS_CA_BUNDLE"}, falsehoods...)
	})
	t.Run("R10_policy_that_asks_for_MFA", func(t *testing.T) {
		t.Parallel()
		e := meddled(t, func(w http.ResponseWriter, action string, _ int) bool {
			return action != "GetCallerIdentity" && refuse(w, http.StatusForbidden, "AccessDenied", "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: iam:"+action+
				" on resource: user operator with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Force_MFA")
		})
		operator := e.cloud.Operator()
		env := e.home(t, refusing(t, http.StatusForbidden), "[profile forced]\nregion = eu-west-1\nmfa_serial = "+sandbox.MFASerial+
			"\naws_access_key_id = "+operator.KeyID+"\naws_secret_access_key = "+operator.Secret+"\n", "AWS_ENDPOINT_URL="+e.url)
		ran := runs(t, env, "leave\n", "rotate", "operator", "--plain", "--profile", "forced")
		says(t, ran, []string{"MFA", "--mfa-serial " + sandbox.MFASerial}, "see to the explicit deny")
	})
	t.Run("R12_key_of_another_partition", func(t *testing.T) {
		t.Parallel()
		e := serve()
		defer e.close()
		env := append(e.asOperator(t), "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7NOTHERE")
		says(t, runs(t, env, "", "audit"), []string{"InvalidClientTokenId", "GovCloud", "China", "--region"})
	})
	t.Run("R14_endpoint_without_GetCallerIdentity", func(t *testing.T) {
		t.Parallel()
		for status, code := range map[int]string{500: "InternalError", 400: "InvalidAction", 404: "NoSuchKey", 405: "MethodNotAllowed", 501: "NotImplemented"} {
			e := meddled(t, func(w http.ResponseWriter, action string, _ int) bool {
				return action == "GetCallerIdentity" && refuse(w, status, code, "We encountered an internal error.")
			})
			ran := runs(t, e.asOperator(t), "", "rotate", "Suzie", "--plain")
			says(t, ran, []string{"does not answer sts:GetCallerIdentity", code, strings.TrimPrefix(e.url, "http://")}, falsehoods...)
		}
	})
	t.Run("small-1.11_endpoint_that_hangs", func(t *testing.T) {
		t.Parallel()
		over := make(chan struct{})
		e := meddled(t, func(http.ResponseWriter, string, int) bool { <-over; return true })
		t.Cleanup(func() { close(over) })
		ran := runs(t, e.asOperator(t), "", "status")
		says(t, ran, []string{"sts:GetCallerIdentity", strings.TrimPrefix(e.url, "http://")}, falsehoods...)
	})
}

// programPath is the program that the tests run.
func programPath(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("keyturn")
	if err != nil {
		t.Fatal(err)
	}
	return program
}
