package faults

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"

	"keyturn/iamops/sandbox"
)

// refusal is an error as AWS answers it: in the query protocol, and in the JSON protocols.
type refusal struct {
	status         int
	code, jsonCode string
	message        string
}

// refusals are AWS's, by the break that makes them.
var refusals = map[Break]refusal{
	InternalError: {http.StatusInternalServerError, "InternalFailure", "InternalServiceError",
		"The request processing has failed because of an unknown error, exception or failure."},
	Unavailable: {http.StatusServiceUnavailable, "ServiceUnavailable", "ServiceUnavailableException",
		"The request has failed due to a temporary failure of the server."},
	Throttle: {http.StatusBadRequest, "Throttling", "ThrottlingException", "Rate exceeded"},
	Expire: {http.StatusForbidden, "ExpiredToken", "ExpiredTokenException",
		"The security token included in the request is expired"},
}

// kmsFailure is how a service says that the KMS key does not do what the action needs.
func kmsFailure(action string) refusal {
	code := "EncryptionFailure"
	message := "Secrets Manager can't encrypt the protected secret text using the provided KMS key. " +
		"Check that the KMS key is available, enabled, and not in an invalid state."
	switch service, name, _ := strings.Cut(action, ":"); {
	case service == "ssm":
		code = "InvalidKeyId"
		message = "The ciphertext refers to a customer master key that does not exist, " +
			"does not exist in this region, or you are not allowed to access."
	case strings.HasPrefix(name, "Get"):
		code = "DecryptionFailure"
		message = "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
	}
	return refusal{http.StatusBadRequest, code, code, message}
}

// broken is what becomes of a request that breaks without an answer of the account's.
func (a *Account) broken(b Break, asked sandbox.Request, requestID string) outcome {
	switch b {
	case ConnectionReset:
		return outcome{drop: dropReset}
	case ConnectionEOF:
		return outcome{drop: dropEOF}
	case CutBody: // within a filling, so that no result is whole
		filling := []byte(strings.Repeat(" ", 1024))
		return outcome{a.respond(http.StatusOK, http.Header{"Content-Type": {"text/xml"}}, filling), dropBody}
	case KMSFailure:
		return outcome{Response: a.refuse(kmsFailure(asked.Action), asked, requestID)}
	default:
		return outcome{Response: a.refuse(refusals[b], asked, requestID)}
	}
}

// refuse writes a refusal as the request's protocol has it.
func (a *Account) refuse(problem refusal, asked sandbox.Request, requestID string) *http.Response {
	if asked.JSON {
		status := problem.status
		if status < http.StatusInternalServerError && !strings.HasPrefix(asked.Action, "account:") {
			status = http.StatusBadRequest // whatever the caller has done wrong
		}
		body, err := json.Marshal(map[string]string{"__type": problem.jsonCode, "message": problem.message})
		if err != nil {
			panic("faults: " + err.Error()) // a map of texts always can be written
		}
		return a.respond(status, http.Header{
			"Content-Type":     {"application/x-amz-json-1.1"},
			"X-Amzn-Requestid": {requestID},
			"X-Amzn-Errortype": {problem.jsonCode},
		}, body)
	}
	kind := "Sender"
	if problem.status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	var body bytes.Buffer
	err := xml.NewEncoder(&body).EncodeElement(struct {
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}{kind, problem.code, problem.message, requestID}, xml.StartElement{Name: xml.Name{Local: "ErrorResponse"}})
	if err != nil {
		panic("faults: " + err.Error()) // texts always can be written
	}
	return a.respond(problem.status, http.Header{
		"Content-Type": {"text/xml"}, "X-Amzn-Requestid": {requestID},
	}, body.Bytes())
}
