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

// restService is the account service, which speaks REST with JSON, and listRegionsPath its
// one path.
const (
	restService     = "account"
	listRegionsPath = "/listRegions"
)

// jsonOperation is the service and the operation that a request in one of the JSON
// protocols names, "" if they are none that is known, and whether it is such a request.
func jsonOperation(r *http.Request) (service, name string, is bool) {
	if r.URL.Path == listRegionsPath {
		return restService, "ListRegions", true
	}
	target := r.Header.Get("X-Amz-Target")
	for prefix, service := range jsonTargets {
		if name, ok := strings.CutPrefix(target, prefix); ok {
			return service, name, true
		}
	}
	return "", "", target != ""
}

// jsonCodes are the codes that the JSON protocols have for what the query protocol calls
// otherwise.
var jsonCodes = map[string]string{
	"AccessDenied":               "AccessDeniedException",
	"ExpiredToken":               "ExpiredTokenException",
	"IncompleteSignature":        "IncompleteSignatureException",
	"InternalFailure":            "InternalServiceError",
	"InvalidClientTokenId":       "UnrecognizedClientException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException",
	"SignatureDoesNotMatch":      "InvalidSignatureException",
	"ServiceUnavailable":         "ServiceUnavailableException",
	"Throttling":                 "ThrottlingException",
	"ValidationError":            "ValidationException",
}

// jsonAnswer writes a result or a refusal as the JSON protocols have it.
func jsonAnswer(q query, result any, problem *refusal, requestID string) answer {
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
		if status < http.StatusInternalServerError && q.service != restService {
			status = http.StatusBadRequest // whatever the caller has done wrong
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
		return &refusal{http.StatusBadRequest, "SerializationException",
			"The request body is not the JSON that is expected"}
	}
	return nil
}

// jsonTime is a time as the JSON protocols write it, in seconds.
type jsonTime float64

func asJSONTime(t time.Time) jsonTime {
	return jsonTime(math.Round(float64(t.UnixMilli())) / 1000)
}

// listed is how a call asks for a page of a list in the JSON protocols.
type listed struct {
	MaxResults *int
	NextToken  string
}

// part picks the part of a list of n members that is asked for, of at most most members
// where nothing else is said; the token of a page is the number of its first member.
func (c *call) part(ask listed, n, most int) (page, *refusal) {
	size := most
	if ask.MaxResults != nil {
		if size = *ask.MaxResults; size < 1 || size > most {
			return page{}, constraint(strconv.Itoa(size), "maxResults", "Member must be from 1 to "+strconv.Itoa(most))
		}
	}
	if limit := c.account.behavior.PageLimit; limit > 0 {
		size = min(size, limit)
	}
	var p page
	if ask.NextToken != "" {
		var err error
		if p.from, err = strconv.Atoi(ask.NextToken); err != nil || p.from < 1 || p.from > n {
			return page{}, &refusal{
				http.StatusBadRequest, "InvalidNextTokenException", "The NextToken value is invalid.",
			}
		}
	}
	if p.to = min(n, p.from+size); p.to < n {
		p.next = strconv.Itoa(p.to)
	}
	return p, nil
}

// withNext adds the token of the next page to an answer, if there is one.
func (p page) withNext(answer map[string]any) map[string]any {
	if p.next != "" {
		answer["NextToken"] = p.next
	}
	return answer
}
