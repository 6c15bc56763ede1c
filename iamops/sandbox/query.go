package sandbox

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

// maxBody is the most that a request may carry, in bytes.
const maxBody = 1 << 20

// query is a request, read but not believed yet: of the AWS query protocol, or of one of
// the JSON protocols.
type query struct {
	form      url.Values
	body      []byte
	signature signature
	action    string // as in "iam:ListUsers"; "" if there is no such action
	json      bool   // it came in one of the JSON protocols
	service   string // of a JSON protocol: the service that it is for, "" if none is known
	id        string // of the request
}

// readQuery reads a request. It returns what it could read together with the
// refusal, so that the request can be noted.
func readQuery(r *http.Request) (query, *refusal) {
	var q query
	q.signature, _ = parseAuthorization(r.Header.Get("Authorization"))
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return q, &refusal{
				http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request body exceeds the limit",
			}
		}
		return q, validation("The request body could not be read")
	}
	q.body = body
	if service, name, is := jsonOperation(r); is {
		q.json, q.service = true, service
		if _, known := actions[service+":"+name]; known {
			q.action = service + ":" + name
		}
		return q, nil
	}

	if q.form, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return q, &refusal{http.StatusBadRequest, "MalformedQueryString", "The query string contains a syntax error"}
	}
	if r.Method == http.MethodPost {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind != "application/x-www-form-urlencoded" {
			return q, validation(
				"The request has the content type %q; it must be application/x-www-form-urlencoded", kind,
			)
		}
		posted, err := url.ParseQuery(string(body))
		if err != nil {
			return q, &refusal{http.StatusBadRequest, "MalformedQueryString",
				"The request body contains a syntax error"}
		}
		for name, values := range posted {
			q.form[name] = values
		}
	}

	// A request without a signature has no service; its action is looked for in
	// both, to answer it in the right words.
	service := q.signature.service
	if service == "" {
		service = serviceOfVersion(q.form.Get("Version"))
	}
	name := service + ":" + q.form.Get("Action")
	if _, known := actions[name]; known && q.form.Get("Version") == versions[service] {
		q.action = name
	}
	return q, nil
}

// versions are the API versions of the services.
var versions = map[string]string{"iam": "2010-05-08", "sts": "2011-06-15"}

func serviceOfVersion(version string) string {
	for service, v := range versions {
		if v == version {
			return service
		}
	}
	return ""
}

// members returns the values of a list parameter: name.member.1suffix,
// name.member.2suffix and so on.
func members(form url.Values, name, suffix string) []string {
	var list []string
	for n := 1; n <= maxMembers; n++ {
		values, ok := form[name+".member."+strconv.Itoa(n)+suffix]
		if !ok {
			break
		}
		list = append(list, values[0])
	}
	return list
}

// maxMembers bounds the list parameters; AWS takes 50 tags.
const maxMembers = 100
