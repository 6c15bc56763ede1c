package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"keyturn/iamops"
)

// Inventory is what is known so far of the users of an account and their keys.
// It belongs to one goroutine.
type Inventory struct {
	thresholds Thresholds
	rules      Rules
	users      []entry
	index      map[string]int // of users, by name
	sorted     bool
	report     *Report
	progress   Progress
}

// entry is what is known of a user.
type entry struct {
	user     iamops.User
	fold     string // the name in lower case, for the order
	found    bool   // by the list of users; else only the report has told of it
	live     bool   // AWS has named it itself; the report names who was there when it was made
	gone     bool   // it turned out that there is no such user any more
	listed   bool
	listedAt time.Time
	problem  *iamops.Problem
	keys     []KeyUse    // live ones
	marks    []mark      // of keys, in their order
	line     *ReportUser // in the report; nil if there is none
	detail   *iamops.UserDetail
	owner    string
	purpose  string
	// quarantine is AWS's policy of that kind where the details don't tell, "" if there is none
	quarantine string
}

// mark is what is known of a live key besides.
type mark struct {
	slot    int             // in the report, 0 if that is not certain
	useFrom Origin          // of the last use
	asked   bool            // whether its look-up has been answered
	failed  *iamops.Problem // why that told nothing
}

// NewInventory returns an inventory of which nothing is known yet, with DefaultRules.
func NewInventory(t Thresholds) *Inventory {
	return &Inventory{thresholds: t, rules: DefaultRules(), index: map[string]int{}}
}

// Thresholds are the periods that the rows are judged by.
func (inv *Inventory) Thresholds() Thresholds { return inv.thresholds }

// SetRules changes the rules, for all rows from now on. An exemption that is not valid
// covers nobody.
func (inv *Inventory) SetRules(r Rules) {
	inv.rules = r
	for i := range inv.users {
		inv.label(&inv.users[i])
	}
}

// Progress says how far the load has come.
func (inv *Inventory) Progress() Progress { return inv.progress }

// Apply takes an event over. One about a user or a key that the inventory does
// not know is ignored: the user was deleted meanwhile.
func (inv *Inventory) Apply(event Event) {
	switch e := event.(type) {
	case UsersFound:
		for _, u := range e.Users { // pages may overlap while users are being created
			known := inv.entry(u.Name)
			if known.live && known.gone {
				continue // a page that was made before
			}
			known.live = true
			if known.user, known.found = u, true; known.gone {
				known.gone = false
				inv.tally(known, +1)
			}
		}
	case UsersEnd:
		inv.progress.AllUsers, inv.progress.UsersProblem, inv.progress.callerFound = e.Problem == nil, e.Problem, e.Own
	case KeysListed:
		if i, ok := inv.index[e.User]; ok {
			inv.setKeys(&inv.users[i], e)
		}
	case UseLookedUp:
		if i, ok := inv.index[e.User]; ok {
			inv.setUse(&inv.users[i], e)
		}
	case ReportAwaited:
		inv.progress.Report = ReportMaking
		inv.entry(RootName) // of whom nothing is known before the report is there
	case ReportRead:
		inv.setReport(e)
	case DetailsRead:
		inv.setDetails(e)
	case QuarantineSeen:
		inv.progress.quarantineSeen, inv.progress.quarantineProblem = e.Problem == nil, e.Problem
		inv.entry(e.User).quarantine = e.Policy
	}
}

// entry finds a user's entry, or makes one.
func (inv *Inventory) entry(name string) *entry {
	if i, known := inv.index[name]; known {
		return &inv.users[i]
	}
	inv.index[name] = len(inv.users)
	inv.users = append(inv.users, entry{user: iamops.User{Name: name}, fold: strings.ToLower(name)})
	inv.sorted = false
	u := &inv.users[len(inv.users)-1]
	inv.tally(u, +1)
	return u
}

// setKeys replaces a user's keys and keeps the last use of those that it had.
func (inv *Inventory) setKeys(u *entry, e KeysListed) {
	inv.tally(u, -1)
	defer func() { inv.tally(u, +1) }()
	if e.Problem != nil && e.Problem.Kind == iamops.NotFound {
		u.gone = true // it was there when the report or the list of users was made
		return
	}
	if u.problem = e.Problem; e.Problem != nil {
		return
	}
	u.gone, u.listed, u.listedAt = false, true, e.At
	had, marks := u.keys, u.marks
	u.keys, u.marks = make([]KeyUse, 0, len(e.Keys)), make([]mark, len(e.Keys))
	for _, k := range e.Keys {
		u.keys = append(u.keys, KeyUse{Key: k})
	}
	slices.SortFunc(u.keys, func(a, b KeyUse) int {
		return cmp.Or(a.Key.Created.Compare(b.Key.Created), cmp.Compare(a.Key.ID, b.Key.ID))
	})
	for i := range u.keys {
		was := slices.IndexFunc(had, func(h KeyUse) bool { return h.Key.ID == u.keys[i].Key.ID })
		if was >= 0 && marks[was].asked {
			u.keys[i].LastUse, u.marks[i] = had[was].LastUse, marks[was]
		}
	}
	inv.join(u)
}

// newborn is how young a key may be for its look-up to miss it though it is there.
const newborn = 5 * time.Minute

// setUse takes over what a look-up told. A key that is gone by then is dropped.
func (inv *Inventory) setUse(u *entry, e UseLookedUp) {
	i := slices.IndexFunc(u.keys, func(k KeyUse) bool { return k.Key.ID == e.KeyID })
	if i < 0 {
		return
	}
	inv.tally(u, -1)
	defer func() { inv.tally(u, +1) }()
	p := e.LastUse.Problem
	if p != nil && p.Kind == iamops.NotFound && u.listedAt.Sub(u.keys[i].Key.Created) >= newborn {
		u.keys, u.marks = slices.Delete(u.keys, i, i+1), slices.Delete(u.marks, i, i+1)
		return
	}
	u.keys[i].LastUse = e.LastUse
	u.marks[i].useFrom, u.marks[i].asked, u.marks[i].failed = Live, true, p
	inv.join(u)
}

func (inv *Inventory) setReport(e ReportRead) {
	p := &inv.progress
	p.ReportProblem, p.ReportOnly = e.Problem, e.Only
	if p.Report = ReportFailed; e.Report == nil {
		p.RootProblem = e.Problem
		inv.entry(RootName)
		return
	}
	p.Report, p.ReportAt, p.UnreadProblem = ReportKnown, e.Report.At, e.Report.unreadProblem()
	inv.report = e.Report
	if p.RootProblem = e.Report.rootProblem(); p.RootProblem != nil {
		inv.entry(RootName)
	}
	for i := range e.Report.Users {
		line := &e.Report.Users[i]
		u := inv.entry(line.Name)
		u.line = line
		if !u.found {
			u.user.ARN, u.user.Created = line.ARN, line.Created
		}
		inv.tally(u, -1)
		inv.join(u)
		inv.tally(u, +1)
	}
}

// join gives a user's live keys the report's last use where that is certain, and
// nothing better is known. Where a look-up has failed, that is kept beside it.
func (inv *Inventory) join(u *entry) {
	if u.line == nil || len(u.keys) == 0 {
		return
	}
	keys := make([]iamops.AccessKey, len(u.keys))
	for i, k := range u.keys {
		keys[i] = k.Key
	}
	for i, slot := range joined(keys, u.line, inv.report) {
		m := &u.marks[i]
		if m.slot = slot; slot == 0 || m.asked && m.failed == nil {
			continue
		}
		if use := u.line.Slots[slot-1].LastUse; m.failed == nil || use.State != iamops.UseUnknown {
			use.Problem = m.failed
			u.keys[i].LastUse, m.useFrom = use, FromReport
		}
	}
}

func (inv *Inventory) setDetails(e DetailsRead) {
	p := &inv.progress
	if p.DetailsProblem, p.DetailsKnown = e.Problem, e.Problem == nil; e.Problem != nil {
		return
	}
	for i := range e.Users {
		u := inv.entry(e.Users[i].Name)
		u.detail, u.live = &e.Users[i], true
		inv.label(u)
	}
}

// label reads a user's owner and purpose from its tags.
func (inv *Inventory) label(u *entry) {
	if u.detail != nil {
		u.owner = firstTag(u.detail.Tags, inv.rules.OwnerTags)
		u.purpose = firstTag(u.detail.Tags, inv.rules.PurposeTags)
	}
}

// tally adds what a user contributes to the progress, or takes it away. The root
// user, whom nothing can list, contributes nothing.
func (inv *Inventory) tally(u *entry, n int) {
	p := &inv.progress
	if u.gone || u.user.Name == RootName {
		return
	}
	p.Users += n
	switch {
	case u.problem != nil:
		p.UsersFailed += n
	case u.listed:
		p.UsersListed += n
	}
	for i, k := range u.keys {
		p.Keys += n
		switch {
		case !u.marks[i].asked:
		case u.marks[i].failed != nil:
			p.KeysFailed += n
		case k.LastUse.State != iamops.UseUnknown:
			p.KeysLookedUp += n
		}
	}
}

func (inv *Inventory) sort() {
	if inv.sorted {
		return
	}
	slices.SortFunc(inv.users, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.fold, b.fold), cmp.Compare(a.user.Name, b.user.Name))
	})
	for i, u := range inv.users {
		inv.index[u.user.Name] = i
	}
	inv.sorted = true
}
