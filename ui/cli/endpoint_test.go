package cli_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"keyturn/iamops/policy"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// endpoint is an IAM-compatible service at a local address. It knows the secrets
// that it gave out, so that a test can look for them where they must not be.
type endpoint struct {
	cloud *faults.Account
	url   string
	close func()

	mu      sync.Mutex
	secrets []string
}

func serve() *endpoint { return serveUsers(0) }

// engineerPolicy is what the sandbox's engineer may do, as `keyturn policy --self` prints it.
var engineerPolicy = policy.For(policy.Where{Partition: "aws", Account: "*", Self: true}, policy.Rotate).JSON()

// serveUsers serves an account of that size.
func serveUsers(users int) *endpoint {
	e := &endpoint{cloud: faults.New(sandbox.Options{Seed: 1, Users: users, EngineerPolicy: engineerPolicy})}
	e.cloud.Configure(func(b *sandbox.Behavior) { b.ReportTakes = 0 }) // nothing here is about waiting for it
	server := httptest.NewServer(e)
	e.url, e.close = server.URL, server.Close
	return e
}

var secretInAnswer = regexp.MustCompile(`<SecretAccessKey>([^<]+)</SecretAccessKey>`)

// ServeHTTP answers as the account does, and listens in.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	heard := &tap{ResponseWriter: w}
	e.cloud.ServeHTTP(heard, r)
	if found := secretInAnswer.FindSubmatch(heard.body.Bytes()); found != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.secrets = append(e.secrets, string(found[1]))
	}
}

// given are the secrets that were given out.
func (e *endpoint) given() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.secrets...)
}

// tap copies what is answered.
type tap struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (t *tap) Write(b []byte) (int, error) {
	t.body.Write(b)
	return t.ResponseWriter.Write(b)
}

// Unwrap lets the account break the connection.
func (t *tap) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// writeCredentials writes a credentials file with the operator as profile "prod".
func (e *endpoint) writeCredentials(path string) error {
	operator := e.cloud.Operator()
	text := fmt.Sprintf("[prod]\naws_access_key_id = %s\naws_secret_access_key = %s\n", operator.KeyID, operator.Secret)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// isolated are the variables by which a program finds its files, all under root, so
// that nothing of the machine's own is seen or touched.
func isolated(root string) []string {
	vars := []string{"AWS_EC2_METADATA_DISABLED=true"}
	for name, folder := range map[string]string{
		"HOME": "home", "TMPDIR": "tmp", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config",
	} {
		path := filepath.Join(root, folder)
		_ = os.MkdirAll(path, 0o700) // a program that misses it says so
		vars = append(vars, name+"="+path)
	}
	return vars
}
