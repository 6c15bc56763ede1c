package sandbox

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is what goes back over the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
}

var namespaces = map[string]string{
	"iam": "https://iam.amazonaws.com/doc/2010-05-08/",
	"sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

// answer writes a result or a refusal as AWS does.
func (a *Account) answer(q query, result any, problem *refusal) answer {
	if q.json {
		return jsonAnswer(q, result, problem, q.id)
	}

	service, name, known := strings.Cut(q.action, ":")
	if !known {
		service = q.signature.service
	}
	namespace := namespaces[service]
	if namespace == "" {
		namespace = namespaces["iam"]
	}
	status, body := http.StatusOK, []byte(nil)
	if problem != nil {
		status, body = problem.status, errorXML(namespace, problem, q.id)
	} else {
		body = resultXML(namespace, name, result, q.id)
	}
	return answer{
		status: status,
		header: http.Header{
			"Content-Type":     {"text/xml"},
			"Content-Length":   {strconv.Itoa(len(body))},
			"X-Amzn-Requestid": {q.id},
		},
		body: body,
	}
}

func errorXML(namespace string, problem *refusal, requestID string) []byte {
	kind := "Sender"
	if problem.status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	var body bytes.Buffer
	encode(&body, "ErrorResponse", struct {
		Namespace string `xml:"xmlns,attr"`
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}{namespace, kind, problem.code, problem.message, requestID})
	return body.Bytes()
}

// resultXML is a NameResponse with a NameResult, if there is a result, and the
// ResponseMetadata.
func resultXML(namespace, name string, result any, requestID string) []byte {
	var body bytes.Buffer
	fmt.Fprintf(&body, "<%sResponse xmlns=%q>", name, namespace)
	if result != nil {
		encode(&body, name+"Result", result)
	}
	fmt.Fprintf(&body, "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", requestID, name)
	return body.Bytes()
}

// encode writes an element.
func encode(body *bytes.Buffer, name string, v any) {
	if err := xml.NewEncoder(body).EncodeElement(v, xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
		panic("sandbox: an answer cannot be written: " + err.Error()) // a type that XML does not know
	}
}

// list is a list as the query protocol writes it.
type list[T any] struct {
	Member []T `xml:"member"`
}

// isoTime writes a time as AWS's answers have it. The zero time is "".
func isoTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
