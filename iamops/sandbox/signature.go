package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signature is what an Authorization header says (AWS Signature Version 4).
type signature struct {
	keyID                 string
	date, region, service string // of the credential scope
	headers               []string
	hex                   string
}

const (
	signingAlgorithm = "AWS4-HMAC-SHA256"
	amzDate          = "20060102T150405Z"
	// maxSkew is how far a signature's date may be from the wire clock.
	maxSkew = 15 * time.Minute
)

// parseAuthorization reads an Authorization header:
//
//	AWS4-HMAC-SHA256 Credential=ID/DATE/REGION/SERVICE/aws4_request, SignedHeaders=a;b, Signature=HEX
func parseAuthorization(header string) (signature, *refusal) {
	var s signature
	if header == "" {
		return s, errNoSignature
	}
	rest, ok := strings.CutPrefix(header, signingAlgorithm+" ")
	if !ok {
		return s, incompleteSignature("Unsupported AWS 'algorithm': it must be %s", signingAlgorithm)
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			// A key ID has no slash, so the scope is what follows the first.
			scope := strings.Split(value, "/")
			if len(scope) != 5 || scope[4] != "aws4_request" {
				return signature{}, incompleteSignature(
					"Credential must have exactly 5 slash-delimited elements, e.g. "+
						"keyid/date/region/service/term, got '%s'",
					value,
				)
			}
			s.keyID, s.date, s.region, s.service = scope[0], scope[1], scope[2], scope[3]
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		case "Signature":
			s.hex = value
		}
	}
	switch {
	case s.keyID == "" || s.date == "" || s.region == "" || s.service == "":
		return signature{}, incompleteSignature("Authorization header requires 'Credential' parameter.")
	case len(s.headers) == 0:
		return signature{}, incompleteSignature("Authorization header requires 'SignedHeaders' parameter.")
	case s.hex == "":
		return signature{}, incompleteSignature("Authorization header requires 'Signature' parameter.")
	}
	return s, nil
}

// signedAt is the time that the request says it was signed at, if that is within
// reach of the wire clock and agrees with the credential scope.
func (s signature) signedAt(r *http.Request, wire time.Time) (time.Time, *refusal) {
	date := r.Header.Get("X-Amz-Date")
	at, err := time.Parse(amzDate, date)
	if err != nil {
		return at, incompleteSignature(
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
		)
	}
	wire = wire.UTC()
	earliest, latest := wire.Add(-maxSkew), wire.Add(maxSkew)
	switch {
	case at.Format("20060102") != s.date:
		return at, signatureTiming("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "+
			"date from HTTP: '%s' != '%s', from '%s'.",
			s.date, at.Format("20060102"), date)
	case at.Before(earliest.Truncate(time.Second)):
		return at, signatureTiming("Signature expired: %s is now earlier than %s (%s - 15 min.)",
			date, earliest.Format(amzDate), wire.Format(amzDate))
	case at.After(latest):
		return at, signatureTiming("Signature not yet current: %s is still later than %s (%s + 15 min.)",
			date, latest.Format(amzDate), wire.Format(amzDate))
	}
	return at, nil
}

// verify checks that the request was signed with the credentials. It builds the
// request anew from what was signed, signs that, and compares.
func (s signature) verify(r *http.Request, body []byte, at time.Time, with Credentials) *refusal {
	if !slices.Contains(s.headers, "host") || !slices.Contains(s.headers, "x-amz-date") {
		return incompleteSignature("'Host' and 'X-Amz-Date' must be 'SignedHeaders' in the AWS Authorization.")
	}
	rebuilt := (&http.Request{
		Method: r.Method,
		URL: &url.URL{
			Scheme: "https", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery,
		},
		Host:   r.Host,
		Header: http.Header{},
	}).WithContext(r.Context())
	for _, name := range s.headers {
		switch name {
		case "host":
		case "content-length":
			rebuilt.ContentLength = r.ContentLength
		default:
			if values := r.Header.Values(name); len(values) > 0 {
				rebuilt.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
			}
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{
		AccessKeyID: with.KeyID, SecretAccessKey: with.Secret, SessionToken: with.SessionToken,
	}
	hash := hex.EncodeToString(sum[:])
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, rebuilt, hash, s.service, s.region, at); err != nil {
		return errSignature
	}
	expected, _ := parseAuthorization(rebuilt.Header.Get("Authorization"))
	if subtle.ConstantTimeCompare([]byte(expected.hex), []byte(s.hex)) != 1 {
		return errSignature
	}
	return nil
}
