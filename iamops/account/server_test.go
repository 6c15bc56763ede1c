package account

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"keyturn/iamops"
)

const (
	testAccount = "111122223333"
	testKey     = "AKIAIOSFODNN7EXAMPLE"
	testSecret  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// reply answers the nth request (from 1) of an action.
type reply func(n int, w http.ResponseWriter, r *http.Request)

// server speaks as much of AWS's query protocol as a test tells it to. It
// answers sts:GetCallerIdentity by itself: the key's ARN in callers, else
// user/alice of testAccount.
type server struct {
	mu      sync.Mutex
	replies map[string]reply
	seen    map[string][]request
	callers map[string]string
}

// request is what arrived.
type request struct {
	Form      map[string]string
	KeyID     string
	Region    string // of the signature
	Host      string
	UserAgent string
}

func newServer() *server {
	s := &server{replies: map[string]reply{}, seen: map[string][]request{}, callers: map[string]string{}}
	s.on("GetCallerIdentity", func(_ int, w http.ResponseWriter, r *http.Request) {
		arn, ok := s.callers[scope.FindStringSubmatch(r.Header.Get("Authorization"))[1]]
		if !ok {
			arn = "arn:aws:iam::" + testAccount + ":user/alice"
		}
		account := strings.Split(arn, ":")[4]
		answer(w, "GetCallerIdentity", "<Account>"+account+"</Account><Arn>"+arn+"</Arn><UserId>AIDAEXAMPLE</UserId>")
	})
	return s
}

func (s *server) on(action string, r reply) { s.replies[action] = r }

// count is how many requests of an action arrived.
func (s *server) count(action string) int { return len(s.requests(action)) }

func (s *server) requests(action string) []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[action]
}

var scope = regexp.MustCompile(`Credential=([^/]+)/[^/]+/([^/]+)/`)

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	action := r.Form.Get("Action")
	q := request{Form: map[string]string{}, Host: r.Host, UserAgent: r.UserAgent()}
	for name := range r.Form {
		q.Form[name] = r.Form.Get(name)
	}
	if m := scope.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		q.KeyID, q.Region = m[1], m[2]
	}
	s.mu.Lock()
	s.seen[action] = append(s.seen[action], q)
	n := len(s.seen[action])
	s.mu.Unlock()
	if reply, ok := s.replies[action]; ok {
		reply(n, w, r)
		return
	}
	refuse(w, http.StatusBadRequest, "InvalidAction", "no reply to "+action)
}

// listen serves over TCP and returns the URL.
func (s *server) listen(t *testing.T) string {
	t.Helper()
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	return ts.URL
}

// client reaches the handler without a network, at any address.
func (s *server) client() *http.Client { return &http.Client{Transport: inProcess{s}} }

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.Host = r.URL.Host
	p.handler.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// at opens an account of the server over TCP.
func (s *server) at(t *testing.T, o Options) *Account {
	t.Helper()
	a, err := At(t.Context(), endpoint(s.listen(t)), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// inBubble opens an account of the server without a network.
func (s *server) inBubble(t *testing.T, o Options) *Account {
	t.Helper()
	o.HTTPClient = s.client()
	a, err := At(t.Context(), endpoint("http://aws.test"), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func endpoint(url string) Endpoint {
	return Endpoint{URL: url, Region: "eu-central-1", KeyID: testKey, Secret: iamops.NewSecret(testSecret)}
}

func answer(w http.ResponseWriter, action, result string) {
	w.Header().Set("x-amzn-RequestId", "request-of-"+action)
	_, _ = io.WriteString(w, answerText(action, result))
}

func answerText(action, result string) string {
	return fmt.Sprintf("<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></%[1]sResponse>", action, result)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("x-amzn-RequestId", "request-refused")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>request-refused</RequestId></ErrorResponse>", code, message)
}

func refusing(status int, code string) reply {
	return func(_ int, w http.ResponseWriter, _ *http.Request) { refuse(w, status, code, "said AWS") }
}

// drop closes the connection without an answer; by a reset if asked to.
func drop(reset bool) reply {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// cut announces the whole text and closes the connection in its middle.
func cut(text string) reply {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_, _ = io.WriteString(w, text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// isolate hides the machine's AWS configuration. It returns the folder in which
// the shared files are looked for, as config and credentials.
func isolate(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL_STS",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_CA_BUNDLE",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", dir)
	t.Setenv("AWS_CONFIG_FILE", dir+"/config")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", dir+"/credentials")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return dir
}

// want fails the test unless err is a Problem of the kind, and returns what it
// says.
func want(t *testing.T, err error, kind iamops.ProblemKind) iamops.Problem {
	t.Helper()
	p := iamops.AsProblem(err)
	if p == nil {
		t.Fatalf("no error, want one of kind %s", kind)
	}
	if p.Kind != kind {
		t.Fatalf("kind %s, want %s: %v", p.Kind, kind, err)
	}
	return *p
}

// calls keeps the log of calls.
type calls struct {
	mu  sync.Mutex
	all []Call
}

func (c *calls) on(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, call)
}

func (c *calls) last() Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[len(c.all)-1]
}

type clockAt time.Time

func (c clockAt) Now() time.Time { return time.Time(c) }

// permit is the right to make the change, on a record that nobody keeps.
func permit(t *testing.T, c iamops.Change) iamops.Permit {
	t.Helper()
	p, err := iamops.RecordFirst(c, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func change(kind iamops.ChangeKind) iamops.Change {
	c := iamops.Change{Kind: kind, Rotation: "r1", Account: testAccount, User: "Suzie"}
	if kind != iamops.Create {
		c.KeyID = "AKIAI44QH8DHBEXAMPLE"
	}
	return c
}

func closedPort(ctx context.Context, t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}
