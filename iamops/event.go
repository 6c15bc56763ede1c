package iamops

import (
	"strings"
	"time"
)

// Event is a management event of CloudTrail's event history (cloudtrail:LookupEvents),
// as far as it tells who uses a key.
type Event struct {
	ID      string
	Request string // the ID of the request, as AWS answered it
	At      time.Time
	Name    string // as in DescribeInstances
	Service string // as in ec2
	Region  string
	KeyID   string // that signed

	Address string // where the call came from, an IP address or a service's name
	Agent   string // the user agent, as it was sent
	Code    string // the error code of a refused call; "" if it was not refused

	ReadOnly bool
	// Subject is what a change was about, such as a user's name; "" if that is not told.
	Subject string
	// Session is the temporary credential that the call issued; nil if it issued none.
	Session *Session
}

// Session is a temporary credential that was issued to the holder of a key.
type Session struct {
	KeyID   string // begins with ASIA
	Role    string // the ARN of the role; "" for a session of the user's own
	Issued  time.Time
	Expires time.Time // zero if that is not known

	SaysKeyturn bool // the user agent of who asked for it says that it is keyturn
}

// AgentMark is in the user agent of every call of keyturn's.
const AgentMark = "app/keyturn"

// SaysKeyturn reports whether the call says that keyturn made it. It proves nothing: a
// caller chooses its user agent.
func (e Event) SaysKeyturn() bool { return strings.Contains(e.Agent, AgentMark) }

// QuarantineOf is the policy by which AWS puts a user into quarantine whose key it has seen
// leak, among the names of the policies attached to the user; "" if it is not there.
func QuarantineOf(policies []string) string {
	for _, name := range policies {
		if strings.HasPrefix(name, "AWSCompromisedKeyQuarantine") {
			return name
		}
	}
	return ""
}

// KeyUser is somebody who uses a key: a program at an address, as far as its calls tell.
type KeyUser struct {
	Agent   string // the user agent, shortened to what is telling
	Address string
	// Calls are what it called, as in "ec2 DescribeInstances", the most frequent first.
	Calls   []string
	Regions []string
	Roles   []string // the ARNs of roles that it took on: what they do stands under other keys
	First   time.Time
	Last    time.Time // of calls that were not refused; zero if all were
	Count   int       // calls that were not refused
	Refused int
	// Gap is the longest time between two of its calls; 0 with fewer than two.
	Gap         time.Duration
	SaysKeyturn bool // its user agent says that it is keyturn
}

// Made is a change that the holder of a key made, or tried to, once or several times.
type Made struct {
	First, Last time.Time
	Count       int
	Call        string // as in "iam CreateUser"
	Subject     string
	Region      string
	Code        string // why it was refused; "" if it was not
	// Lasts says that it makes or widens what outlives the key: a principal, a key, a
	// policy, a grant, a role.
	Lasts       bool
	SaysKeyturn bool // its user agent says that it is keyturn
}

// RegionLook is how the look into one region's event history went.
type RegionLook struct {
	Region  string
	Done    bool
	Pages   int
	More    bool     // there are more events than were asked for
	Problem *Problem // why it failed; nil if it did not
}

// Evidence is what CloudTrail says about two keys of a user. It never proves that a key is
// not used: data events, such as the reading of an S3 object, are in no event history.
type Evidence struct {
	AsOf  time.Time // when it was last brought up to date; zero: nobody looked
	Since time.Time // the earliest time that was looked at

	Old, New []KeyUser // the last to call first
	Made     []Made    // by the holder of the old key: what lasts, the rest, what was refused
	Sessions []Session // issued to the holder of the old key, the newest first

	Looks []RegionLook // in the order of their names
	// Guessed says that the account's regions could not be listed: Looks are those that are
	// likely.
	Guessed *Problem
}

// Looked reports whether anything was found out.
func (e Evidence) Looked() bool { return !e.AsOf.IsZero() }

// Moved reports whether a user of the old key is on the new one now: the same program at the
// same address, or the same one anywhere if no other user of the old key looks like it, was
// seen there later than here. That a call says it is keyturn's does not move anybody.
func (e Evidence) Moved(u KeyUser) bool {
	alike := 0
	for _, o := range e.Old {
		if o.Agent == u.Agent {
			alike++
		}
	}
	for _, n := range e.New {
		alike := n.Agent == u.Agent && (n.Address == u.Address || alike == 1)
		if alike && n.Count > 0 && !n.SaysKeyturn && !u.Last.After(n.Last) {
			return true
		}
	}
	return false
}

// Left are the users of the old key that have not appeared on the new one.
func (e Evidence) Left() []KeyUser {
	var left []KeyUser
	for _, u := range e.Old {
		if !e.Moved(u) {
			left = append(left, u)
		}
	}
	return left
}

// Span is a time from one instant to another; its zero value is none.
type Span struct{ From, To time.Time }

// Silence is how long nothing happened between two instants, the span left out.
func (s Span) Silence(a, b time.Time) time.Duration {
	if s.To.IsZero() || s.From.Before(a) || s.To.After(b) {
		return b.Sub(a)
	}
	return max(s.From.Sub(a), b.Sub(s.To))
}

// Rhythm is the longest gap between two calls of one user of a key, among the users given.
func Rhythm(users []KeyUser) time.Duration {
	var gap time.Duration
	for _, u := range users {
		gap = max(gap, u.Gap)
	}
	return gap
}
