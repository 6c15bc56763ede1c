package sandbox

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// trailEvent is a management event, as CloudTrail keeps it.
type trailEvent struct {
	id, request, name, source, region, agent, address string
	at                                                time.Time
	keyID, user                                       string
	readOnly                                          bool
	code, message                                     string // of a refused call
	identity                                          map[string]any
	asked, answered                                   map[string]any
}

const (
	// trailKept is how long CloudTrail's event history goes back.
	trailKept = 90 * day
	// trailEvents is how many events a region keeps at most.
	trailEvents = 20_000
	// globalRegion is where the events of global services stand.
	globalRegion = "us-east-1"
)

// regions are those that the account has enabled.
var regions = []string{"ap-southeast-2", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"}

// recorded notes an event, of a service in a region.
func (a *Account) recorded(e trailEvent) {
	if e.source == "iam.amazonaws.com" || e.source == "ce.amazonaws.com" {
		e.region = globalRegion
	}
	e.id = a.trailIDs.requestID()
	events := append(a.trail[e.region], e)
	if len(events) > trailEvents {
		events = slices.Clone(events[len(events)-trailEvents*3/4:])
	}
	a.trail[e.region] = events
}

// identity is CloudTrail's userIdentity.
func (s signer) identity() map[string]any {
	id := map[string]any{"accountId": AccountID, "accessKeyId": s.secret().KeyID, "arn": s.arn(), "principalId": s.id()}
	if u := s.user(); u != nil {
		id["type"], id["userName"] = "IAMUser", u.name
		return id
	}
	id["type"] = "AssumedRole"
	id["sessionContext"] = map[string]any{"sessionIssuer": map[string]any{
		"type": "Role", "arn": s.session.role.arn(), "userName": s.session.role.name, "accountId": AccountID,
		"principalId": s.session.role.id,
	}}
	return id
}

// userName is what CloudTrail looks events up by: the user's name, or the role session's.
func (s signer) userName() string {
	if u := s.user(); u != nil {
		return u.name
	}
	return s.session.name
}

// note records a call that came over the wire, if CloudTrail logs its like.
func (s signer) note(c *call, action string, r *http.Request, result any, problem *refusal) {
	service, name, _ := cutAction(action)
	e := trailEvent{
		request: c.id, name: name, source: service + ".amazonaws.com", region: c.region, agent: clip(r.UserAgent()),
		address: hostOf(r.RemoteAddr), at: c.now, keyID: s.secret().KeyID, identity: s.identity(),
		readOnly: readsOnly(name), asked: asked(c),
	}
	e.user = s.userName()
	if problem != nil {
		e.code, e.message = problem.code, problem.message
	} else {
		e.answered = answeredOf(result)
	}
	s.account.recorded(e)
}

// document is the event as CloudTrail hands it out.
func (e trailEvent) document() string {
	d := map[string]any{
		"eventVersion": "1.10", "userIdentity": e.identity, "eventTime": isoTime(e.at),
		"eventSource": e.source, "eventName": e.name, "awsRegion": e.region,
		"sourceIPAddress": e.address, "userAgent": e.agent,
		"requestParameters": e.asked, "responseElements": e.answered,
		"requestID": cmp.Or(e.request, e.id), "eventID": e.id, "readOnly": e.readOnly,
		"eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": AccountID,
		"eventCategory": "Management",
	}
	if e.code != "" {
		d["errorCode"], d["errorMessage"] = e.code, e.message
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic("sandbox: an event cannot be written: " + err.Error()) // maps of texts always can
	}
	return string(text)
}

// clip bounds what is kept of a request's text.
func clip(text string) string {
	const kept = 512
	return strings.Clone(text[:min(len(text), kept)])
}
