package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// exchange answers a request: it reads it, lets faults strike, and does what the
// request asks for. It returns when there is an answer or the caller is gone.
func (a *Account) exchange(r *http.Request) answer {
	if strings.HasPrefix(r.URL.Path, controlPath) {
		return a.control(r)
	}
	q, problem := readQuery(r)
	q.id = a.note(r, q)

	t := a.troubleFor(q.action, q.form.Get("UserName"))
	ctx := r.Context()
	if !t.wait(ctx) || !t.hold(ctx, BeforeEffect) {
		return answer{drop: hungUp}
	}
	forced := t.breaks(BeforeEffect)
	if drop, breaks := broken[forced]; breaks {
		return a.brokenAnswer(q, drop, forced)
	}

	var result any
	if problem == nil {
		result, problem = a.do(r, q, forced)
	}
	full := a.answer(q, result, problem)

	if !t.hold(ctx, AfterEffect) {
		return answer{drop: hungUp}
	}
	if late := t.breaks(AfterEffect); late != NoBreak {
		if late == CutBody {
			full.drop = dropBody
			return full
		}
		return a.brokenAnswer(q, broken[late], late)
	}
	return full
}

// note writes down that a request arrived, and gives it its ID.
func (a *Account) note(r *http.Request, q query) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests.add(Request{
		At:        a.wire().UTC(),
		Action:    q.action,
		User:      clip(q.form.Get("UserName")),
		KeyID:     clip(q.signature.keyID),
		Region:    clip(q.signature.region),
		UserAgent: clip(r.UserAgent()),
	})
	return a.requestIDs.requestID()
}

// broken says which Breaks prevent an answer by AWS, and how the connection ends.
var broken = map[Break]drop{
	InternalError:   answered,
	Unavailable:     answered,
	ConnectionReset: dropReset,
	ConnectionEOF:   dropEOF,
	CutBody:         dropBody,
}

// brokenAnswer is the answer of a request that broke without one of its own.
func (a *Account) brokenAnswer(q query, how drop, b Break) answer {
	var broken answer
	switch b {
	case InternalError:
		broken = a.answer(q, nil, errInternal)
	case Unavailable:
		broken = a.answer(q, nil, errUnavailable)
	default:
		// The cut falls within a filling, so that no result is whole.
		broken = a.answer(q, struct {
			Filling string `xml:",comment" json:"filling"`
		}{strings.Repeat(" ", 512)}, nil)
	}
	broken.drop = how
	return broken
}

// do authenticates a request, and has its effect. forced is the refusal that a
// fault demands, or NoBreak.
func (a *Account) do(r *http.Request, q query, forced Break) (any, *refusal) {
	now := a.enter()
	defer a.mu.Unlock()

	who, problem := a.whoSigned(r, q, now)
	if problem != nil {
		return nil, problem
	}
	service := q.signature.service
	action, known := actions[q.action]
	switch {
	case forced == Expire:
		return nil, errExpiredToken
	case !known:
		return nil, q.unknown()
	case forced == Throttle,
		service == "iam" && !a.bucket.take(a.wire(), a.behavior.Rate, a.behavior.Burst):
		return nil, errThrottled
	}

	c := &call{account: a, signer: who, now: now, form: q.form, body: q.body, region: q.signature.region, id: q.id}
	if problem := c.permitted(q.action, action, forced == Deny); problem != nil {
		who.note(c, q.action, r, nil, problem)
		if a.behavior.RefusedCounts {
			who.used(now, service, q.signature.region)
		}
		return nil, problem
	}
	who.used(now, service, q.signature.region)
	var result any
	if forced == KMSFailure {
		problem = kmsFailure(q.action)
	} else {
		result, problem = action.run(c)
	}
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
	if ans.drop == hungUp || ans.drop == dropEOF {
		panic(http.ErrAbortHandler) // how net/http is told to close the connection
	}
	if ans.drop == dropReset {
		reset(w)
		return
	}
	for name, values := range ans.header {
		w.Header()[name] = values
	}
	w.Header().Set("Date", a.wireDate())
	w.Header().Set("X-Keyturn-Date", a.Now().Format(http.TimeFormat))
	body := ans.body
	if ans.drop == dropBody {
		body = ans.half()
	}
	w.WriteHeader(ans.status)
	_, _ = w.Write(body) //nolint:gosec // XML, JSON or plain text, never HTML; and the caller may be gone
	if ans.drop == dropBody {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// reset ends a connection so that its peer sees a reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: a stream can only be aborted
	}
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // close with RST in place of FIN
	}
	_ = conn.Close()
}

func (a *Account) wireDate() string { return a.wire().UTC().Format(http.TimeFormat) }
