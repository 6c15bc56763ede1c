package rotation

import (
	"slices"
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

// Summaries are what was done in the rotations of an account's journal, in the order in which
// they were begun.
func Summaries(records []Record) []Summary {
	var order []string
	summaries := map[string]*Summary{}
	for _, r := range records {
		s := summaries[r.Rotation]
		if s == nil {
			s = &Summary{
				Rotation: r.Rotation,
				User:     r.User,
				Plan:     r.Plan,
				Begun:    r.At.UTC(),
				By:       []string{},
				Deeds:    []Deed{},
			}
			summaries[r.Rotation] = s
			order = append(order, r.Rotation)
		}
		s.tell(r)
	}
	all := make([]Summary, 0, len(order))
	for _, id := range order {
		all = append(all, *summaries[id])
	}
	return all
}

// tell adds a record to a summary. A change is one deed: announced, made, proven.
func (s *Summary) tell(r Record) {
	if !slices.Contains(s.By, r.By) {
		s.By = append(s.By, r.By)
	}
	if r.After.Old.Known() {
		s.OldKeyID = r.After.Old.ID
	}
	if r.After.New.Known() {
		s.NewKeyID = r.After.New.ID
	}
	deed := r.Deed
	switch changed := s.last(r.Change); r.Kind {
	case DeedLent, DeedDelivering, DeedPuttingBack, DeedSettling, DeedDescribed:
		return // how they ended is told
	case DeedAnnounced:
		deed.Kind, deed.Effect = DeedChanged, iamops.Unclear
	case DeedChanged:
		// Otherwise the line of its intent is damaged.
		if changed != nil && changed.Effect == iamops.Unclear && changed.RequestID == "" {
			at := changed.At
			*changed = deed
			changed.At = at
			return
		}
	case DeedProven:
		if changed == nil {
			return
		}
		if changed.Effect = r.Effect; r.Effect == iamops.Done {
			changed.Proven = &deed.At
		}
		if changed.KeyID == "" {
			changed.KeyID = r.KeyID
		}
		return
	case DeedEnded:
		s.Ended = &deed.At
	case DeedBegun, DeedDecided, DeedLeft, DeedDelivered, DeedPutBack, DeedSettled:
	}
	s.Deeds = append(s.Deeds, deed)
}

// last is the latest change of a kind, nil if there is none.
func (s *Summary) last(change iamops.ChangeKind) *Deed {
	for i := range slices.Backward(s.Deeds) {
		if d := &s.Deeds[i]; d.Kind == DeedChanged && d.Change == change {
			return d
		}
	}
	return nil
}

// DeedKind says what kind of thing was done.
type DeedKind string

// The kinds.
const (
	DeedBegun     DeedKind = "begun"
	DeedDecided   DeedKind = "decided" // changes nothing at AWS
	DeedAnnounced DeedKind = "intent"  // a call that changes a key is about to be made
	DeedChanged   DeedKind = "changed" // how it ended
	DeedProven    DeedKind = "proven"  // what lists showed of it afterwards
	DeedLent      DeedKind = "lent"    // the secret is about to be shown or copied
	DeedLeft      DeedKind = "left"
	DeedEnded     DeedKind = "ended"
	DeedDescribed DeedKind = "described" // the console's descriptions of the keys were brought up to date

	DeedDelivering  DeedKind = "delivering" // is about to be
	DeedDelivered   DeedKind = "delivered"
	DeedPuttingBack DeedKind = "putting-back"
	DeedPutBack     DeedKind = "put-back"
	DeedSettling    DeedKind = "settling"
	DeedSettled     DeedKind = "settled" // what was kept for the way back was removed
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
		t := GateTrail{
			AsOf:    e.AsOf.UTC(),
			Since:   e.Since.UTC(),
			Guessed: e.Guessed != nil,
			Failed:  []string{},
			More:    []string{},
		}
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
