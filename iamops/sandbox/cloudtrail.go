package sandbox

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

func cutAction(action string) (service, name string, found bool) {
	return strings.Cut(action, ":")
}

// readsOnly reports whether an operation changes nothing, by its name.
func readsOnly(name string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Lookup", "Generate", "Simulate"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}

// hostOf is the host of an address, or a documentation address for a caller who has none.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return "192.0.2.10"
}

// asked is what CloudTrail tells of a call's parameters: names, never values that are
// secret.
func asked(c *call) map[string]any {
	told := map[string]any{}
	for name, key := range map[string]string{
		"UserName": "userName", "AccessKeyId": "accessKeyId", "Status": "status",
		"RoleArn": "roleArn", "RoleSessionName": "roleSessionName", "RoleName": "roleName",
		"PolicyName": "policyName", "PolicyDocument": "policyDocument",
	} {
		if value := c.form.Get(name); value != "" {
			told[key] = value
		}
	}
	if len(told) == 0 {
		return nil
	}
	return told
}

// trailed is an answer that tells CloudTrail something.
type trailed interface{ toTrail() map[string]any }

func answeredOf(result any) map[string]any {
	if t, ok := result.(trailed); ok {
		return t.toTrail()
	}
	return nil
}

// lookupRate is how often LookupEvents may be called, an account and region, in a second.
const lookupRate = 2

// lookupPage is the most that LookupEvents returns at once.
const lookupPage = 50

func (c *call) lookupEvents() (any, *refusal) {
	var in struct {
		LookupAttributes   []struct{ AttributeKey, AttributeValue string }
		StartTime, EndTime *float64
		MaxResults         int
		NextToken          string
	}
	if problem := c.read(&in); problem != nil {
		return nil, problem
	}
	switch {
	case len(in.LookupAttributes) > 1:
		return nil, &refusal{http.StatusBadRequest, "InvalidLookupAttributesException",
			"You can provide only one lookup attribute."}
	case in.MaxResults > lookupPage:
		return nil, &refusal{http.StatusBadRequest, "InvalidMaxResultsException",
			"A maximum of 50 results can be specified."}
	}
	if c.account.behavior.LookupLimit {
		limit := c.account.lookups[c.region]
		if limit == nil {
			limit = &bucket{tokens: lookupRate, filled: c.account.wire()}
			c.account.lookups[c.region] = limit
		}
		if !limit.take(c.account.wire(), lookupRate, lookupRate) {
			return nil, errThrottled
		}
	}
	from, to := c.now.Add(-trailKept), c.now.Add(-c.account.behavior.TrailDelay)
	if in.StartTime != nil {
		from = latest(from, time.UnixMilli(int64(*in.StartTime*1000)))
	}
	if in.EndTime != nil {
		to = earliest(to, time.UnixMilli(int64(*in.EndTime*1000)))
	}
	size := in.MaxResults
	if size == 0 {
		size = lookupPage
	}
	list := []map[string]any{}
	next, last, skipping := "", "", in.NextToken != ""
	for _, e := range slices.Backward(c.account.trail[c.region]) {
		if skipping {
			skipping = e.id != in.NextToken
			continue
		}
		if e.at.Before(from) || e.at.After(to) ||
			len(in.LookupAttributes) == 1 &&
				!e.has(in.LookupAttributes[0].AttributeKey, in.LookupAttributes[0].AttributeValue) {
			continue
		}
		if len(list) == size {
			next = last
			break
		}
		last = e.id
		list = append(list, map[string]any{
			"EventId":         e.id,
			"EventName":       e.name,
			"EventSource":     e.source,
			"EventTime":       asJSONTime(e.at),
			"Username":        e.user,
			"AccessKeyId":     e.keyID,
			"ReadOnly":        map[bool]string{true: "true", false: "false"}[e.readOnly],
			"CloudTrailEvent": e.document(),
			"Resources":       []any{},
		})
	}
	answer := map[string]any{"Events": list}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}

// has reports whether the event has a lookup attribute's value.
func (e trailEvent) has(key, value string) bool {
	switch key {
	case "AccessKeyId":
		return e.keyID == value
	case "Username":
		return e.user == value
	case "EventName":
		return e.name == value
	case "EventSource":
		return e.source == value
	case "EventId":
		return e.id == value
	case "ReadOnly":
		return e.readOnly == (value == "true")
	}
	return false
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (c *call) listRegions() (any, *refusal) {
	list := []map[string]string{}
	for _, r := range regions {
		list = append(list, map[string]string{"RegionName": r, "RegionOptStatus": "ENABLED_BY_DEFAULT"})
	}
	return map[string]any{"Regions": list}, nil
}
