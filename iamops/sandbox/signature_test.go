package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// raw is a request as a client without the SDK would send it.
type raw struct {
	method  string // "" is POST
	form    string
	service string
	with    sandbox.Credentials
	at      time.Duration // the signature's date, relative to the account's clock
	tamper  func(*http.Request)
}

// errorXML is AWS's error document.
type errorXML struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// send signs and sends a request, and returns the answer with its body.
func (r raw) send(t *testing.T, a *faults.Account) (*http.Response, string) {
	t.Helper()
	method, address, body := r.method, "http://sandbox.test/", r.form
	if method == "" {
		method = http.MethodPost
	}
	if method == http.MethodGet {
		address, body = address+"?"+r.form, ""
	}
	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body)))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	sum := sha256.Sum256([]byte(body))
	c := aws.Credentials{AccessKeyID: r.with.KeyID, SecretAccessKey: r.with.Secret, SessionToken: r.with.SessionToken}
	if err := v4.NewSigner().SignHTTP(t.Context(), c, req, hex.EncodeToString(sum[:]), r.service, "eu-west-1", a.Now().Add(r.at)); err != nil {
		t.Fatal(err)
	}
	if r.tamper != nil {
		r.tamper(req)
	}
	resp := must[*http.Response](t)(a.Client().Do(req))
	text := must[[]byte](t)(io.ReadAll(resp.Body))
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

const (
	listUsersForm = "Action=ListUsers&Version=2010-05-08"
	identityForm  = "Action=GetCallerIdentity&Version=2011-06-15"
)

func TestSignatures(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		operator := a.Operator()
		inactive := newKey(t, a, "bob")
		setStatus(t, a, "bob", inactive.KeyID, "Inactive")
		wrongSecret := operator
		wrongSecret.Secret = inactive.Secret
		setHeader := func(name, value string) func(*http.Request) {
			return func(r *http.Request) { r.Header.Set(name, value) }
		}
		editAuthorization := func(from, to string) func(*http.Request) {
			return func(r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
			}
		}
		for _, c := range []struct {
			name   string
			send   raw
			status int
			code   string
		}{
			{"POST", raw{form: listUsersForm}, 200, ""},
			{"GET", raw{method: http.MethodGet, form: listUsersForm}, 200, ""},
			{"15 minutes old", raw{form: listUsersForm, at: -15 * time.Minute}, 200, ""},
			{"15 minutes ahead", raw{form: listUsersForm, at: 15 * time.Minute}, 200, ""},
			{"too old", raw{form: listUsersForm, at: -15*time.Minute - time.Second}, 403, "SignatureDoesNotMatch"},
			{"too far ahead", raw{form: listUsersForm, at: 15*time.Minute + time.Second}, 403, "SignatureDoesNotMatch"},
			{"wrong secret", raw{form: listUsersForm, with: wrongSecret}, 403, "SignatureDoesNotMatch"},
			{"inactive key", raw{form: listUsersForm, with: inactive}, 403, "InvalidClientTokenId"},
			{"unknown key", raw{form: listUsersForm, with: sandbox.Credentials{KeyID: "AKIAZZZZZZZZZZZZZZZZ", Secret: "x"}}, 403, "InvalidClientTokenId"},
			{"no signature", raw{form: listUsersForm, tamper: func(r *http.Request) { r.Header.Del("Authorization") }}, 403, "MissingAuthenticationToken"},
			{"another algorithm", raw{form: listUsersForm, tamper: setHeader("Authorization", "Bearer x")}, 400, "IncompleteSignature"},
			{"a scope cut short", raw{form: listUsersForm, tamper: editAuthorization("/aws4_request", "")}, 400, "IncompleteSignature"},
			{"no signed headers", raw{form: listUsersForm, tamper: editAuthorization("SignedHeaders", "Signed")}, 400, "IncompleteSignature"},
			{"no signature in the header", raw{form: listUsersForm, tamper: editAuthorization("Signature=", "S=")}, 400, "IncompleteSignature"},
			{"the host not signed", raw{form: listUsersForm, tamper: editAuthorization("host;", "")}, 400, "IncompleteSignature"},
			{"no date", raw{form: listUsersForm, tamper: func(r *http.Request) { r.Header.Del("X-Amz-Date") }}, 400, "IncompleteSignature"},
			{"another date than the scope's", raw{form: listUsersForm, tamper: editAuthorization("/20000101/", "/20000102/")}, 403, "SignatureDoesNotMatch"},
			{"another region than signed", raw{form: listUsersForm, tamper: editAuthorization("eu-west-1", "us-east-1")}, 403, "SignatureDoesNotMatch"},
			{"another body than signed", raw{form: listUsersForm, tamper: func(r *http.Request) {
				body := strings.Replace(listUsersForm, "ListUsers", "ListAlias", 1)
				r.Body = io.NopCloser(strings.NewReader(body))
			}}, 403, "SignatureDoesNotMatch"},
			{"another query than signed", raw{method: http.MethodGet, form: listUsersForm, tamper: func(r *http.Request) { r.URL.RawQuery += "&MaxItems=1" }}, 403, "SignatureDoesNotMatch"},
			{"another host than signed", raw{form: listUsersForm, tamper: func(r *http.Request) { r.Host = "elsewhere.test" }}, 403, "SignatureDoesNotMatch"},
			{"an unknown action", raw{form: "Action=ListEverything&Version=2010-05-08"}, 400, "InvalidAction"},
			{"another version", raw{form: "Action=ListUsers&Version=2011-06-15"}, 400, "InvalidAction"},
			{"an action of another service", raw{form: identityForm}, 400, "InvalidAction"},
			{"a broken form", raw{form: "Action=%zz"}, 400, "MalformedQueryString"},
			{"a broken query", raw{method: http.MethodGet, form: listUsersForm, tamper: func(r *http.Request) { r.URL.RawQuery = "Action=%zz" }}, 400, "MalformedQueryString"},
			{"JSON", raw{form: listUsersForm, tamper: setHeader("Content-Type", "application/json")}, 400, "ValidationError"},
			{"a huge body", raw{form: strings.Repeat("x", 1<<20+1)}, 413, "RequestEntityTooLarge"},
			{"no status", raw{form: "Action=UpdateAccessKey&Version=2010-05-08&UserName=Suzie&AccessKeyId=" + suzieKey}, 400, "ValidationError"},
			{"no user name", raw{form: "Action=DeleteUser&Version=2010-05-08"}, 400, "ValidationError"},
			{"no tags", raw{form: "Action=TagUser&Version=2010-05-08&UserName=Suzie"}, 400, "ValidationError"},
			{"a tag without a value", raw{form: "Action=TagUser&Version=2010-05-08&UserName=Suzie&Tags.member.1.Key=x"}, 400, "ValidationError"},
		} {
			c.send.service = "iam"
			if c.send.with.KeyID == "" {
				c.send.with = operator
			}
			resp, body := c.send.send(t, a)
			if resp.StatusCode != c.status {
				t.Errorf("%s: got HTTP %d, want %d: %s", c.name, resp.StatusCode, c.status, body)
			}
			if c.code == "" {
				continue
			}
			var e errorXML
			if err := xml.Unmarshal([]byte(body), &e); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if e.Code != c.code || e.Type != "Sender" || e.Message == "" || e.RequestID != resp.Header.Get("X-Amzn-Requestid") || e.XMLName.Space != "https://iam.amazonaws.com/doc/2010-05-08/" {
				t.Errorf("%s: got %+v, want %s", c.name, e, c.code)
			}
		}
	})
}

func TestAnswersAreAWSsXML(t *testing.T) {
	a := newAccount()
	_, body := raw{form: "Action=GetUser&Version=2010-05-08&UserName=legacy-export", service: "iam", with: a.Operator()}.send(t, a)
	for _, part := range []string{
		`<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetUserResult><User><Path>/</Path><UserName>legacy-export</UserName><UserId>AIDA`,
		`<Arn>arn:aws:iam::111122223333:user/legacy-export</Arn>`,
		`</User></GetUserResult><ResponseMetadata><RequestId>`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("%s\nlacks %s", body, part)
		}
	}
	resp, body := raw{form: identityForm, service: "sts", with: a.Operator()}.send(t, a)
	if !strings.Contains(body, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`) {
		t.Errorf("got %s", body)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "text/xml" {
		t.Errorf("the content type is %s", kind)
	}
	if date := resp.Header.Get("Date"); date == "" {
		t.Error("the answer has no date")
	}
}

// FuzzRequest sends what nobody should: any answer will do, but a panic.
func FuzzRequest(f *testing.F) {
	authorization := "AWS4-HMAC-SHA256 Credential=" + suzieKey + "/20000101/eu-west-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
	f.Add("POST", "/", "", authorization, "20000101T000000Z", listUsersForm)
	f.Add("POST", "/", "", authorization, "20000101T000000Z", "Action=TagUser&Version=2010-05-08&Tags.member.1.Key=a")
	f.Add("GET", "/", identityForm, "AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=;, Signature=", "x", "")
	f.Add("POST", "/_keyturn/advance", "days=99999999999", "", "", "")
	f.Add("GET", "/_keyturn/", "%zz", "", "", "%zz")
	a := faults.New(sandbox.Options{Seed: 1, Wire: func() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }})
	f.Fuzz(func(t *testing.T, method, path, query, authorization, date, body string) {
		req := (&http.Request{
			Method: method,
			URL:    &url.URL{Scheme: "http", Host: "sandbox.test", Path: path, RawQuery: query},
			Header: http.Header{"Authorization": {authorization}, "X-Amz-Date": {date}, "Content-Type": {"application/x-www-form-urlencoded"}},
			Body:   io.NopCloser(strings.NewReader(body)),
		}).WithContext(t.Context())
		resp, err := a.Client().Transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode >= 500 || (!strings.HasPrefix(path, "/_keyturn/") && resp.StatusCode < 400) {
			t.Errorf("an unsigned request is answered %d", resp.StatusCode)
		}
	})
}
