package rotation

import (
	"time"

	"keyturn/iamops"
)

// Summary is what was done in a rotation, as its journal tells it. It holds no secret.
// Times are UTC, of the account's clock.
type Summary struct {
	Rotation string     `json:"rotation"`
	User     string     `json:"user"`
	Plan     PlanName   `json:"plan"` // that it was begun by
	OldKeyID string     `json:"old_key_id"`
	NewKeyID string     `json:"new_key_id"` // "": none was made
	Begun    time.Time  `json:"begun"`
	Ended    *time.Time `json:"ended"` // null: it is under way, or was left
	By       []string   `json:"by"`    // the ARNs of who took part
	Deeds    []Deed     `json:"deeds"` // in the order in which they were done
}

// DeedKind says what kind of thing was done.
type DeedKind string

// The kinds.
const (
	DeedBegun     DeedKind = "begun"
	DeedDecided   DeedKind = "decided" // changes nothing at AWS
	DeedChanged   DeedKind = "changed" // a call that changes a key
	DeedDelivered DeedKind = "delivered"
	DeedPutBack   DeedKind = "put-back"
	DeedSettled   DeedKind = "settled" // what was kept for the way back was removed
	DeedLeft      DeedKind = "left"
	DeedEnded     DeedKind = "ended"
)

// Deed is one thing that was done. What does not belong to its kind is empty.
type Deed struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"` // an ARN
	Kind DeedKind  `json:"kind"`
	Plan PlanName  `json:"plan"`
	Step Step      `json:"step"`

	Decision Decision `json:"decision"`
	About    string   `json:"about"`   // whom it is about
	Against  []Why    `json:"against"` // the guards that it went against
	Reason   string   `json:"reason"`  // and why, in the operator's words

	Change    iamops.ChangeKind `json:"change"`
	KeyID     string            `json:"key_id"`
	Effect    iamops.Effect     `json:"effect"`
	RequestID string            `json:"request_id"` // AWS's
	Proven    *time.Time        `json:"proven"`     // when lists had shown it
	Problem   string            `json:"problem"`
	Evidence  *GateFacts        `json:"evidence"` // that was known when it was decided

	Target string `json:"target"`
}

// GateFacts is what was known of a key when it was switched off or deleted.
type GateFacts struct {
	LastUse *time.Time `json:"last_use"`
	Use     string     `json:"use"` // used, never-used or unknown
	// QuietSince is since when the key had not been used, null if that was not known, and
	// Needed and LongestGap are as in a Gate, in seconds.
	QuietSince *time.Time `json:"quiet_since"`
	Needed     int64      `json:"needed_seconds"`
	LongestGap int64      `json:"longest_gap_seconds"`
	OffSince   *time.Time `json:"off_since"` // before a deletion
	Users      []GateUser `json:"users"`     // of the key, by CloudTrail
	Trail      *GateTrail `json:"trail"`     // how far CloudTrail was read; null: not at all
	At         time.Time  `json:"at"`
}

// GateUser is a user of a key, as CloudTrail told of it.
type GateUser struct {
	Who   string     `json:"who"`
	Calls []string   `json:"calls"`
	Count int        `json:"count"` // of calls that were not refused
	Last  *time.Time `json:"last"`
	Moved bool       `json:"moved"` // it had been seen on the new key
	Fine  bool       `json:"fine"`  // it worked without the key, as the operator said
}

// GateTrail is how far CloudTrail was read.
type GateTrail struct {
	AsOf    time.Time `json:"as_of"`
	Since   time.Time `json:"since"`
	Regions int       `json:"regions"` // that were read
	Failed  []string  `json:"failed"`  // regions that could not be
	More    []string  `json:"more"`    // regions with more events than were read
	Guessed bool      `json:"guessed"` // the account's regions could not be listed
}

// GateFactsOf is what is known of the plan's target now.
func GateFactsOf(s State, set Settings, now time.Time) GateFacts {
	key, gate := s.Target(), GateOf(s, set, now)
	f := GateFacts{
		At: now.UTC(), Use: "unknown", QuietSince: instant(gate.QuietSince), OffSince: instant(key.InactiveSince),
		Needed: int64(gate.Needed.Seconds()), LongestGap: int64(gate.LongestGap.Seconds()), Users: []GateUser{},
	}
	switch key.LastUse.State {
	case iamops.Used:
		f.Use, f.LastUse = "used", instant(key.LastUse.At)
	case iamops.NeverUsed:
		f.Use = "never-used"
	case iamops.UseUnknown:
	}
	users := s.Evidence.Old
	if PlanOf(s.Plan).Target == NewKey {
		users = s.Evidence.New
	}
	fine := map[string]bool{}
	for _, id := range s.Fine {
		fine[id] = true
	}
	for _, u := range users {
		f.Users = append(f.Users, GateUser{
			Who: UserID(u), Calls: u.Calls, Count: u.Count, Last: instant(u.Last),
			Moved: PlanOf(s.Plan).Target == OldKey && s.Evidence.Moved(u), Fine: fine[UserID(u)],
		})
	}
	if e := s.Evidence; e.Looked() {
		t := GateTrail{AsOf: e.AsOf.UTC(), Since: e.Since.UTC(), Guessed: e.Guessed != nil, Failed: []string{}, More: []string{}}
		for _, l := range e.Looks {
			if l.Done {
				t.Regions++
			}
			if l.Problem != nil {
				t.Failed = append(t.Failed, l.Region)
			}
			if l.More {
				t.More = append(t.More, l.Region)
			}
		}
		f.Trail = &t
	}
	return f
}

// instant is a time as it is written down, nil for none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
