package sandbox

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// jsonTargets are the prefixes of X-Amz-Target in the services that speak AWS's JSON
// protocol, with the services' names.
var jsonTargets = map[string]string{
	"secretsmanager.": "secretsmanager",
	"AmazonSSM.":      "ssm",
	// The AWS CLI's and the Go SDK's.
	"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.": "cloudtrail",
	"CloudTrail_20131101.": "cloudtrail",
}

// listRegionsPath is the one path of the account service, which speaks REST with JSON.
const listRegionsPath = "/listRegions"

// jsonAction is the action that a request in one of the JSON protocols names; "" if the
// request is none.
func jsonAction(r *http.Request) (action string, is bool) {
	if r.URL.Path == listRegionsPath {
		return "account:ListRegions", true
	}
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		return "", false
	}
	for prefix, service := range jsonTargets {
		if name, ok := strings.CutPrefix(target, prefix); ok {
			return service + ":" + name, true
		}
	}
	return "", true
}

// jsonCodes are the codes that the JSON protocols have for what the query protocol calls
// otherwise.
var jsonCodes = map[string]string{
	"AccessDenied":          "AccessDeniedException",
	"ExpiredToken":          "ExpiredTokenException",
	"InvalidAction":         "UnknownOperationException",
	"InternalFailure":       "InternalServiceError",
	"InvalidClientTokenId":  "UnrecognizedClientException",
	"SignatureDoesNotMatch": "InvalidSignatureException",
	"ServiceUnavailable":    "ServiceUnavailableException",
	"Throttling":            "ThrottlingException",
	"ValidationError":       "ValidationException",
}

// jsonAnswer writes a result or a refusal as the JSON protocols have it.
func jsonAnswer(result any, problem *refusal, requestID string) answer {
	status := http.StatusOK
	header := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amzn-Requestid": {requestID}}
	if problem != nil {
		code := problem.code
		if other := jsonCodes[code]; other != "" {
			code = other
		}
		status = problem.status
		header.Set("X-Amzn-Errortype", code)
		result = map[string]string{"__type": code, "message": problem.message}
		if code == "AccessDeniedException" && status == http.StatusForbidden {
			status = http.StatusBadRequest // as these services do
		}
	}
	if result == nil {
		result = struct{}{}
	}
	body, err := json.Marshal(result)
	if err != nil {
		panic("sandbox: an answer cannot be written: " + err.Error()) // a type that JSON does not know
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	return answer{status: status, header: header, body: body}
}

// read reads the JSON body of the call.
func (c *call) read(into any) *refusal {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return &refusal{http.StatusBadRequest, "SerializationException", "The request body is not the JSON that is expected"}
	}
	return nil
}

// jsonTime is a time as the JSON protocols write it, in seconds.
type jsonTime float64

func asJSONTime(t time.Time) jsonTime {
	return jsonTime(math.Round(float64(t.UnixMilli())) / 1000)
}
