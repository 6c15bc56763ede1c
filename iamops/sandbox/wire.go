package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Request is what came over the wire, before it is believed.
type Request struct {
	Action    string // as in "iam:CreateAccessKey"; "" if it could not be read
	User      string // its UserName; "" if it has none
	KeyID     string // the access key ID that it says it was signed with
	Region    string // the region that it was signed for
	JSON      bool   // it came in one of the JSON protocols
	UserAgent string
}

// ReadRequest reads a request of the services' APIs, and its body up.
func ReadRequest(r *http.Request) Request {
	q, _ := readQuery(r)
	return Request{
		Action: q.action, User: q.form.Get("UserName"), KeyID: q.signature.keyID, Region: q.signature.region,
		JSON: q.json, UserAgent: r.UserAgent(),
	}
}

// exchange answers a request: it reads it, and does what it asks for.
func (a *Account) exchange(r *http.Request) answer {
	if strings.HasPrefix(r.URL.Path, ControlPath) {
		return a.control(r)
	}
	q, problem := readQuery(r)
	q.id = a.requestID()
	var result any
	if problem == nil {
		result, problem = a.do(r, q)
	}
	return a.answer(q, result, problem)
}

func (a *Account) requestID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requestIDs.requestID()
}

// deniedKey marks the context of a request that is not allowed.
type deniedKey struct{}

// Deny is the context of a request that is denied, whatever its signer is allowed.
func Deny(ctx context.Context) context.Context { return context.WithValue(ctx, deniedKey{}, true) }

// do authenticates a request, and has its effect.
func (a *Account) do(r *http.Request, q query) (any, *refusal) {
	now := a.enter()
	defer a.mu.Unlock()

	who, problem := a.whoSigned(r, q, now)
	if problem != nil {
		return nil, problem
	}
	service := q.signature.service
	action, known := actions[q.action]
	switch {
	case !known:
		return nil, q.unknown()
	case service == "iam" && !a.bucket.take(a.wire(), a.behavior.Rate, a.behavior.Burst):
		return nil, errThrottled
	}

	c := &call{account: a, signer: who, now: now, form: q.form, body: q.body, region: q.signature.region, id: q.id}
	if problem := c.permitted(q.action, action, r.Context().Value(deniedKey{}) != nil); problem != nil {
		who.note(c, q.action, r, nil, problem)
		if a.behavior.RefusedCounts {
			who.used(now, service, q.signature.region)
		}
		return nil, problem
	}
	who.used(now, service, q.signature.region)
	result, problem := action.run(c)
	who.note(c, q.action, r, result, problem)
	return result, problem
}

// whoSigned finds and verifies the signer.
func (a *Account) whoSigned(r *http.Request, q query, now time.Time) (signer, *refusal) {
	s, problem := parseAuthorization(r.Header.Get("Authorization"))
	if problem != nil {
		return signer{}, problem
	}
	if q.service != "" && q.service != s.service {
		return signer{}, wrongScope(q.service)
	}
	at, problem := s.signedAt(r, a.wire())
	if problem != nil {
		return signer{}, problem
	}
	who, problem := a.authenticate(s.keyID, r.Header.Get("X-Amz-Security-Token"), s.service, s.region, now)
	if problem != nil {
		return signer{}, problem
	}
	return who, s.verify(r, q.body, at, who.secret())
}

// ServeHTTP answers AWS clients, and the control paths.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ans := a.exchange(r)
	for name, values := range ans.header {
		w.Header()[name] = values
	}
	w.Header().Set("Date", a.Wire().Format(http.TimeFormat))
	w.Header().Set("X-Keyturn-Date", a.Now().Format(http.TimeFormat))
	w.WriteHeader(ans.status)
	_, _ = w.Write(ans.body) // the caller may be gone
}
