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
	users      []entry
	index      map[string]int // of users, by name
	sorted     bool
	progress   Progress
}

type entry struct {
	user    iamops.User
	fold    string // the name in lower case, for the order
	keys    []KeyUse
	listed  bool
	problem *iamops.Problem
}

// Progress says how far a load has come. Keys are those of the users listed so
// far: their number grows.
type Progress struct {
	Users, UsersListed, UsersFailed int
	Keys, KeysLookedUp, KeysFailed  int
	AllUsers                        bool            // every page of users has arrived
	UsersProblem                    *iamops.Problem // the list of users broke off
}

// Complete reports whether every answer has arrived, failures included.
func (p Progress) Complete() bool {
	return (p.AllUsers || p.UsersProblem != nil) &&
		p.UsersListed+p.UsersFailed == p.Users && p.KeysLookedUp+p.KeysFailed == p.Keys
}

// Failed reports whether some answer was a failure, so that the audit is partial.
func (p Progress) Failed() bool {
	return p.UsersProblem != nil || p.UsersFailed > 0 || p.KeysFailed > 0
}

// NewInventory returns an inventory of which nothing is known yet.
func NewInventory(t Thresholds) *Inventory {
	return &Inventory{thresholds: t, index: map[string]int{}}
}

// Thresholds are the periods that the rows are judged by.
func (inv *Inventory) Thresholds() Thresholds { return inv.thresholds }

// Progress says how far the load has come.
func (inv *Inventory) Progress() Progress { return inv.progress }

// Event is a piece of news of an account.
type Event interface{ event() }

// UsersFound is a page of users, from iam:ListUsers.
type UsersFound struct{ Users []iamops.User }

// UsersEnd says that there are no more pages, or why none of them can be had.
type UsersEnd struct{ Problem *iamops.Problem }

// KeysListed are the keys of a user, from iam:ListAccessKeys, or why they are not
// known.
type KeysListed struct {
	User    string
	Keys    []iamops.AccessKey
	Problem *iamops.Problem
}

// UseLookedUp is the last use of a key, from iam:GetAccessKeyLastUsed. If the
// look-up failed, it is unknown and names the problem.
type UseLookedUp struct {
	User, KeyID string
	LastUse     iamops.LastUse
}

func (UsersFound) event()  {}
func (UsersEnd) event()    {}
func (KeysListed) event()  {}
func (UseLookedUp) event() {}

// Apply takes an event over. One about a user or a key that the inventory does
// not know is ignored: the user was deleted meanwhile.
func (inv *Inventory) Apply(event Event) {
	switch e := event.(type) {
	case UsersFound:
		for _, u := range e.Users {
			if _, known := inv.index[u.Name]; known {
				continue // pages may overlap while users are being created
			}
			inv.index[u.Name] = len(inv.users)
			inv.users = append(inv.users, entry{user: u, fold: strings.ToLower(u.Name)})
			inv.sorted = false
			inv.progress.Users++
		}
	case UsersEnd:
		inv.progress.AllUsers, inv.progress.UsersProblem = e.Problem == nil, e.Problem
	case KeysListed:
		if i, ok := inv.index[e.User]; ok {
			inv.setKeys(&inv.users[i], e)
		}
	case UseLookedUp:
		if i, ok := inv.index[e.User]; ok {
			inv.setUse(&inv.users[i], e)
		}
	}
}

// setKeys replaces a user's keys and keeps the last use of those that it had.
func (inv *Inventory) setKeys(u *entry, e KeysListed) {
	inv.tally(u, -1)
	if u.problem = e.Problem; e.Problem == nil {
		u.listed = true
		had := u.keys
		u.keys = make([]KeyUse, 0, len(e.Keys))
		for _, k := range e.Keys {
			ku := KeyUse{Key: k}
			if i := slices.IndexFunc(had, func(h KeyUse) bool { return h.Key.ID == k.ID }); i >= 0 {
				ku.LastUse = had[i].LastUse
			}
			u.keys = append(u.keys, ku)
		}
		slices.SortFunc(u.keys, func(a, b KeyUse) int {
			return cmp.Or(a.Key.Created.Compare(b.Key.Created), cmp.Compare(a.Key.ID, b.Key.ID))
		})
	}
	inv.tally(u, +1)
}

func (inv *Inventory) setUse(u *entry, e UseLookedUp) {
	inv.tally(u, -1)
	for i := range u.keys {
		if u.keys[i].Key.ID == e.KeyID {
			u.keys[i].LastUse = e.LastUse
		}
	}
	inv.tally(u, +1)
}

// tally adds what a user contributes to the progress, or takes it away.
func (inv *Inventory) tally(u *entry, n int) {
	p := &inv.progress
	switch {
	case u.problem != nil:
		p.UsersFailed += n
	case u.listed:
		p.UsersListed += n
	}
	for _, k := range u.keys {
		p.Keys += n
		switch {
		case k.LastUse.State != iamops.UseUnknown:
			p.KeysLookedUp += n
		case k.LastUse.Problem != nil:
			p.KeysFailed += n
		}
	}
}

// AppendRows judges everything at the given instant and appends the rows, ordered
// by user name regardless of case, a user's older key first. A user without a key
// to show is one row. Reusing the slice of the time before saves allocating it.
func (inv *Inventory) AppendRows(rows []Row, now time.Time) []Row {
	inv.sort()
	for i := range inv.users {
		u := &inv.users[i]
		if len(u.keys) == 0 {
			row := Row{User: u.user, Listed: u.listed, KeysProblem: u.problem}
			if !u.listed {
				row.Findings = SetOf(Unknown)
			}
			row.Verdict = row.Findings.Verdict()
			rows = append(rows, row)
			continue
		}
		for j, a := range Assess(u.keys, inv.thresholds, now) {
			row := Row{
				User: u.user, Key: u.keys[j].Key, LastUse: u.keys[j].LastUse,
				KeysProblem: u.problem, Listed: u.listed,
				Findings: a.Findings, Rotating: a.Rotating,
			}
			if u.problem != nil { // known from before, and not whether it still holds
				row.Findings = row.Findings.With(Unknown)
			}
			row.Verdict = row.Findings.Verdict()
			rows = append(rows, row)
		}
	}
	return rows
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

// Counts are what the rows come to.
type Counts struct {
	Keys, Users int // keys, and the users who have them
	KeylessRows int // rows of users without a key, or of whom it is not known
	Rotating    int // users with a rotation under way
	Awaited     int // rows that are unknown because something was not asked for yet
	Oldest      time.Duration
	findings    [findingCount]int
}

// Of is the number of rows with the finding.
func (c Counts) Of(f Finding) int {
	if f >= findingCount {
		return 0
	}
	return c.findings[f]
}

// Count counts rows in the order of AppendRows at the given instant.
func Count(rows []Row, now time.Time) Counts {
	var c Counts
	for i := range rows {
		r := &rows[i]
		firstOfUser := i == 0 || rows[i-1].User.Name != r.User.Name
		if r.HasKey() {
			c.Keys++
			c.Oldest = max(c.Oldest, r.Age(now))
			if firstOfUser {
				c.Users++
			}
		} else {
			c.KeylessRows++
		}
		if r.Rotating && firstOfUser {
			c.Rotating++
		}
		for f := NoFinding + 1; f < findingCount; f++ {
			if r.Findings.Has(f) {
				c.findings[f]++
			}
		}
		if r.Awaited() {
			c.Awaited++
		}
	}
	return c
}

// Ages are the ages of the keys among the rows at the given instant.
func Ages(rows []Row, now time.Time) []time.Duration {
	ages := make([]time.Duration, 0, len(rows))
	for i := range rows {
		if rows[i].HasKey() {
			ages = append(ages, rows[i].Age(now))
		}
	}
	return ages
}
