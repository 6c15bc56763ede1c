package account

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"keyturn/iamops"
)

// answered wraps an error as the SDK does when AWS has answered.
func answered(status int, err error) error {
	return &smithy.OperationError{ServiceID: "IAM", OperationName: "X", Err: &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
			Err:      err,
		},
		RequestID: "request",
	}}
}

func api(status int, code string) error {
	return answered(status, &smithy.GenericAPIError{Code: code, Message: "said AWS"})
}

// unsent wraps an error as the SDK does when the request was not answered.
func unsent(err error) error {
	return &smithy.OperationError{ServiceID: "IAM", OperationName: "X", Err: &smithyhttp.RequestSendError{
		Err: &url.Error{Op: "Post", URL: "https://iam.amazonaws.com/", Err: err},
	}}
}

func TestProblems(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for _, tc := range []struct {
		name   string
		action string
		err    error
		kind   iamops.ProblemKind
		code   string
	}{
		{"denied", "", api(403, "AccessDenied"), iamops.AccessDenied, "AccessDenied"},
		{"denied by JSON services", "", api(400, "AccessDeniedException"), iamops.AccessDenied, "AccessDeniedException"},
		{"denied by EC2", "", api(403, "UnauthorizedOperation"), iamops.AccessDenied, "UnauthorizedOperation"},
		{"expired", "", api(403, "ExpiredToken"), iamops.ExpiredCredentials, "ExpiredToken"},
		{"expired, by JSON services", "", api(400, "ExpiredTokenException"), iamops.ExpiredCredentials, "ExpiredTokenException"},
		{"unknown key", "", api(403, "InvalidClientTokenId"), iamops.BadCredentials, "InvalidClientTokenId"},
		{"wrong secret", "", api(403, "SignatureDoesNotMatch"), iamops.BadCredentials, "SignatureDoesNotMatch"},
		{"no such user", "", api(404, "NoSuchEntity"), iamops.NotFound, "NoSuchEntity"},
		{"third key", "iam:CreateAccessKey", api(409, "LimitExceeded"), iamops.KeyLimit, "LimitExceeded"},
		{"another quota", "iam:TagUser", api(409, "LimitExceeded"), iamops.Rejected, "LimitExceeded"},
		{"throttled", "", api(400, "Throttling"), iamops.Throttled, "Throttling"},
		{"throttled to the end", "", &retry.MaxAttemptsError{Attempt: 10, Err: api(400, "Throttling")}, iamops.Throttled, "Throttling"},
		{"invalid", "", api(400, "ValidationError"), iamops.Rejected, "ValidationError"},
		{"fault", "", api(500, "ServiceFailure"), iamops.ServiceFault, "ServiceFailure"},
		{"fault without a code", "", api(503, "UnknownError"), iamops.ServiceFault, ""},
		{"fault of a proxy", "", answered(502, errors.New("not XML")), iamops.ServiceFault, ""},
		{"page of a proxy", "", answered(403, errors.New("not XML")), iamops.Malformed, ""},

		{"name", "", unsent(dial(&net.DNSError{Err: "no such host", Name: "iam.amazonaws.com", IsNotFound: true})), iamops.Unreachable, ""},
		{"refused", "", unsent(dial(syscall.ECONNREFUSED)), iamops.Unreachable, ""},
		{"dial timed out", "", unsent(dial(context.DeadlineExceeded)), iamops.Unreachable, ""},
		{"proxy", "", unsent(&net.OpError{Op: "proxyconnect", Err: io.EOF}), iamops.Unreachable, ""},
		{"certificate", "", unsent(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), iamops.Untrusted, ""},
		{"not TLS", "", unsent(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), iamops.Unreachable, ""},
		{"reset", "", unsent(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), iamops.Lost, ""},
		{"EOF", "", unsent(io.EOF), iamops.Lost, ""},
		{"cut", "", answered(200, &smithy.DeserializationError{Err: fmt.Errorf("failed to decode, %w", io.ErrUnexpectedEOF)}), iamops.Lost, ""},
		{"reset in the answer", "", answered(200, &smithy.DeserializationError{Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}}), iamops.Lost, ""},
		{"not XML", "", answered(200, &smithy.DeserializationError{Err: errors.New("XML syntax error")}), iamops.Malformed, ""},
		{"timed out", "", &smithy.CanceledError{Err: context.DeadlineExceeded}, iamops.TimedOut, ""},
		{"timed out by the transport", "", unsent(timeout{}), iamops.TimedOut, ""},
		{"canceled", "", &smithy.CanceledError{Err: context.Canceled}, iamops.Canceled, ""},
		{"canceled between attempts", "", &aws.RequestCanceledError{Err: context.Canceled}, iamops.Canceled, ""},
		{"no region", "", &aws.MissingRegionError{}, iamops.NoRegion, ""},
		{"anything else", "", errors.New("who knows"), iamops.Unexpected, ""},

		{"SSO", "", &credentialError{err: &ssocreds.InvalidTokenError{}}, iamops.ExpiredSSO, ""},
		{"SSO answers", "", &credentialError{err: &smithy.OperationError{ServiceID: "SSO", OperationName: "GetRoleCredentials", Err: api(401, "UnauthorizedException")}}, iamops.ExpiredSSO, "UnauthorizedException"},
		{"SSO refuses the role", "", &credentialError{err: &smithy.OperationError{ServiceID: "SSO", OperationName: "GetRoleCredentials", Err: api(403, "ForbiddenException")}}, iamops.AccessDenied, "ForbiddenException"},
		{"no role", "", &credentialError{err: &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: api(403, "AccessDenied")}}, iamops.AccessDenied, "AccessDenied"},
		{"none", "", &credentialError{err: errors.New("no EC2 IMDS role found"), none: true}, iamops.NoCredentials, ""},
		{"during a call", "iam:ListUsers", &smithy.OperationError{ServiceID: "IAM", Err: &credentialError{err: errors.New("gone")}}, iamops.NoCredentials, ""},
		{"a problem already", "", fmt.Errorf("trying: %w", &iamops.Problem{Kind: iamops.ReadOnly}), iamops.ReadOnly, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := problemOf(tc.action, tc.err)
			if p.Kind != tc.kind || p.Code != tc.code {
				t.Errorf("kind %s, code %q: %v", p.Kind, p.Code, p)
			}
			if tc.code != "" && (p.Message != "said AWS" || p.RequestID != "request") {
				t.Errorf("message %q, request %q", p.Message, p.RequestID)
			}
		})
	}
	if problemOf("", nil) != nil {
		t.Error("a problem of nothing")
	}
	if p := loadProblem(config.SharedConfigProfileNotExistError{Profile: "prod"}); p.Kind != iamops.NoProfile || !strings.Contains(p.Message, "prod") {
		t.Errorf("problem %+v", p)
	}
}

type timeout struct{}

func (timeout) Error() string   { return "net/http: timeout awaiting response headers" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// TestProblemsQuoteNoCredentials: the SDK's errors can hold what a process
// printed, or the last kilobyte of an answer.
func TestProblemsQuoteNoCredentials(t *testing.T) {
	for name, err := range map[string]error{
		"process": &credentialError{err: fmt.Errorf("refreshing: %w", &processcreds.ProviderError{Err: errors.New("parse failed of process output: " + testSecret)})},
		"answer":  answered(200, &smithy.DeserializationError{Err: errors.New("invalid character in " + testSecret), Snapshot: []byte(testSecret)}),
		"cut":     answered(200, &smithy.DeserializationError{Err: io.ErrUnexpectedEOF, Snapshot: []byte(testSecret)}),
	} {
		p := problemOf("iam:CreateAccessKey", err)
		asJSON, _ := json.Marshal(p)
		if text := fmt.Sprintf("%v %+v %#v %s", p, *p, *p, asJSON); strings.Contains(text, testSecret) || p.Err != nil {
			t.Errorf("%s: the problem quotes its cause: %s", name, text)
		}
	}
}

// TestTLSFailures: what a real handshake gives, to somebody who is not trusted
// and to somebody who speaks no TLS.
func TestTLSFailures(t *testing.T) {
	s := newServer()
	untrusted := httptest.NewUnstartedServer(s)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := strings.Replace(s.listen(t), "http:", "https:", 1)
	for name, tc := range map[string]struct {
		url  string
		kind iamops.ProblemKind
	}{"untrusted": {untrusted.URL, iamops.Untrusted}, "no TLS": {plain, iamops.Unreachable}} {
		t.Run(name, func(t *testing.T) {
			_, err := At(t.Context(), endpoint(tc.url), Options{})
			want(t, err, tc.kind)
		})
	}
}
