package account

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"keyturn/iamops"
	"keyturn/iamops/clean"
)

const mfaNeeded = "the credentials need a code from an MFA device, and there is nobody to ask for it"

// problemOf sorts an error of a call of the given action. It returns nil for nil. What AWS, or
// whoever answered, put into its words is made harmless.
func problemOf(action string, err error) *iamops.Problem {
	if err == nil {
		return nil
	}
	p := sorted(action, err)
	p.Code, p.Message, p.RequestID = clean.Text(p.Code), clean.Text(p.Message), clean.Text(p.RequestID)
	return p
}

func sorted(action string, err error) *iamops.Problem {
	var known *iamops.Problem
	if errors.As(err, &known) {
		own := *known // the SDK hands one error of the credentials to every call that waited for them
		return &own
	}
	var credential *credentialError
	if errors.As(err, &credential) {
		return credentialProblem(credential)
	}
	p := &iamops.Problem{Action: action, Err: err}
	code, message, status := apiError(err)
	p.Status = status
	if page := new(webPage); errors.As(err, &page) {
		p.Kind, p.Message, p.Err = iamops.Malformed, page.Error(), nil
		return p
	}
	if code != "" || status >= http.StatusInternalServerError {
		p.Code, p.Message, p.RequestID = code, message, requestID(err)
		p.Kind = answerKind(action, code, message, status)
		return p
	}
	p.Kind, p.Message = wayKind(err), cause(err)
	if status != 0 || errors.As(err, new(*smithy.DeserializationError)) {
		// The cause may quote the answer, and the answer may hold a secret.
		p.Message, p.RequestID, p.Err = "the answer can't be read", requestID(err), nil
	}
	return p
}

// malformed is the problem of an answer that came whole and makes no sense.
func malformed(action, message string) *iamops.Problem {
	return &iamops.Problem{Kind: iamops.Malformed, Action: action, Message: message}
}

// loadProblem sorts an error of reading the configuration, before any call.
func loadProblem(err error) *iamops.Problem {
	p := &iamops.Problem{Kind: iamops.BadConfig, Message: strings.Join(strings.Fields(err.Error()), " "), Err: err}
	var noProfile config.SharedConfigProfileNotExistError
	var noMFA config.AssumeRoleTokenProviderNotSetError
	switch {
	case errors.As(err, &noProfile):
		p.Kind, p.Message = iamops.NoProfile, "there is no profile "+noProfile.Profile
	case errors.As(err, &noMFA):
		p.Kind, p.Message = iamops.NoCredentials, mfaNeeded
	}
	return p
}

// credentialProblem sorts a failure to find credentials.
func credentialProblem(e *credentialError) *iamops.Problem {
	if inner := new(credentialError); errors.As(e.err, &inner) {
		return credentialProblem(inner)
	}
	var token *ssocreds.InvalidTokenError
	var process *processcreds.ProviderError
	var operation *smithy.OperationError
	errors.As(e.err, &operation)
	switch {
	case e.none:
		return &iamops.Problem{
			Kind:    iamops.NoCredentials,
			Message: "there are none in the environment, in the profile or from the instance's role",
			Err:     e.err,
		}
	case errors.As(e.err, &token), strings.Contains(e.err.Error(), "SSO token"): // not all of them are typed
		return &iamops.Problem{Kind: iamops.ExpiredSSO, Message: cause(e.err), Err: e.err}
	case errors.As(e.err, &process):
		// The cause may quote the process's output, which is a credential.
		return &iamops.Problem{Kind: iamops.NoCredentials, Message: "the credential_process of the profile failed"}
	case operation == nil:
		p := problemOf("", e.err)
		if p.Kind == iamops.Unexpected {
			p.Kind = iamops.NoCredentials
		}
		return p
	}
	p := problemOf(strings.ToLower(operation.ServiceID)+":"+operation.OperationName, e.err)
	if strings.HasPrefix(operation.ServiceID, "SSO") && expiredSSO[p.Code] {
		p.Kind = iamops.ExpiredSSO
	}
	return p
}

// expiredSSO are the codes by which SSO and SSO OIDC say that the session ended.
var expiredSSO = map[string]bool{
	"ExpiredTokenException":  true,
	"InvalidClientException": true,
	"InvalidGrantException":  true,
	"UnauthorizedException":  true,
}

// apiError is AWS's error code and words, and the HTTP status of the answer. An
// answer without a code gives "", an error without an answer 0.
func apiError(err error) (code, message string, status int) {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		status = response.HTTPStatusCode()
	}
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
		code, message = api.ErrorCode(), api.ErrorMessage()
	}
	if message == "" {
		message = http.StatusText(status)
	}
	return code, message, status
}

func requestID(err error) string {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.ServiceRequestID()
	}
	return ""
}

// answerKinds sorts AWS's error codes; what is not here is Rejected.
var answerKinds = map[string]iamops.ProblemKind{
	"AccessDenied":                iamops.AccessDenied,
	"AccessDeniedException":       iamops.AccessDenied,
	"NotAuthorized":               iamops.AccessDenied,
	"OptInRequired":               iamops.AccessDenied,
	"UnauthorizedOperation":       iamops.AccessDenied,
	"ForbiddenException":          iamops.AccessDenied,
	"ExpiredToken":                iamops.ExpiredCredentials,
	"ExpiredTokenException":       iamops.ExpiredCredentials,
	"AuthFailure":                 iamops.BadCredentials,
	"IncompleteSignature":         iamops.BadCredentials,
	"InvalidAccessKeyId":          iamops.BadCredentials,
	"InvalidClientTokenId":        iamops.BadCredentials,
	"InvalidSignatureException":   iamops.BadCredentials,
	"MissingAuthenticationToken":  iamops.BadCredentials,
	"SignatureDoesNotMatch":       iamops.BadCredentials,
	"UnrecognizedClientException": iamops.BadCredentials,
	"NoSuchEntity":                iamops.NotFound,
	"NoSuchEntityException":       iamops.NotFound,
	"ParameterNotFound":           iamops.NotFound,
	"ParameterVersionNotFound":    iamops.NotFound,
	"ResourceNotFoundException":   iamops.NotFound,
}

// answerKind sorts an answer by its code, and by its status where the code tells
// nothing.
func answerKind(action, code, message string, status int) iamops.ProblemKind {
	isLimit := code == "LimitExceeded" || code == "LimitExceededException"
	_, throttle := retry.DefaultThrottleErrorCodes[code]
	kind, known := answerKinds[code]
	switch {
	case isLimit && action == iamops.Create.Action():
		return iamops.KeyLimit
	case isLimit:
		return iamops.Rejected
	case throttle:
		return iamops.Throttled
	case code == "AccessDenied" && strings.Contains(message, "MultiFactorAuthentication failed"):
		return iamops.WrongCode // nothing is missing but the right code
	case known:
		return kind
	case status >= http.StatusInternalServerError:
		return iamops.ServiceFault
	default:
		return iamops.Rejected
	}
}

// wayKind sorts a failure that AWS did not answer, or not so that it can be read.
func wayKind(err error) iamops.ProblemKind {
	var noRegion *aws.MissingRegionError
	var unreadable *smithy.DeserializationError
	var answered *smithyhttp.ResponseError
	var unsent *smithyhttp.RequestSendError
	var network net.Error
	switch {
	case errors.As(err, &noRegion):
		return iamops.NoRegion
	case errors.As(err, new(*proxyError)):
		return iamops.ProxyRefused
	case untrusted(err):
		return iamops.Untrusted
	case neverConnected(err):
		return iamops.Unreachable
	case errors.Is(err, context.Canceled):
		return iamops.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return iamops.TimedOut
	case cutShort(err), errors.As(err, &unsent):
		return iamops.Lost
	case errors.As(err, &unreadable), errors.As(err, &answered):
		return iamops.Malformed
	default:
		return iamops.Unexpected
	}
}

// cutShort reports whether the connection broke while the answer was read.
func cutShort(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op)
}

// untrusted reports whether nobody vouches for the certificate of the other side.
func untrusted(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, new(x509.UnknownAuthorityError)) ||
		errors.As(err, new(x509.HostnameError))
}

// neverConnected reports whether err proves that no connection was made, so that
// nothing was sent: the name has no address, the dial or the proxy failed, or the
// two sides could not agree on TLS.
func neverConnected(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case err == nil:
		return false
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"):
		return true
	}
	// A server that speaks no TLS and the handshake's time limit have no type.
	text := err.Error()
	return strings.Contains(text, "server gave HTTP response to HTTPS client") ||
		strings.Contains(text, "TLS handshake timeout") ||
		untrusted(err) || errors.As(err, new(*proxyError)) ||
		errors.As(err, &dns) || errors.As(err, &record) || errors.As(err, &alert)
}

// cause is the innermost part of err that still makes a sentence: without the
// SDK's account of how it got there.
func cause(err error) string {
	var proxy *proxyError
	if errors.As(err, &proxy) {
		return proxy.Error()
	}
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err.Error()
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		return operation.Err.Error()
	}
	return err.Error()
}
