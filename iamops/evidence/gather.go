package evidence

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"keyturn/iamops"
)

// How much is kept of what a key did.
const (
	madeKept     = 100
	sessionsKept = 50
	callsShown   = 4
)

// gathering is the events of one key, gathered into its users. Events may come in any
// order, and more than once.
type gathering struct {
	seen     map[string]bool // by event ID
	who      map[who]*user
	made     []iamops.Made
	sessions []iamops.Session
}

// who tells users apart.
type who struct{ agent, address string }

type user struct {
	times   []time.Time // of calls that were not refused, in order
	refused int
	first   time.Time // of all
	calls   map[string]int
	regions map[string]bool
	roles   map[string]bool
}

func newGathering() *gathering {
	return &gathering{seen: map[string]bool{}, who: map[who]*user{}}
}

// add takes an event into account.
func (g *gathering) add(e iamops.Event) {
	if g.seen[e.ID] || e.Ours() {
		return
	}
	g.seen[e.ID] = true
	id := who{Short(e.Agent), e.Address}
	u := g.who[id]
	if u == nil {
		u = &user{calls: map[string]int{}, regions: map[string]bool{}, roles: map[string]bool{}}
		g.who[id] = u
	}
	call := e.Service + " " + e.Name
	u.calls[call]++
	u.regions[e.Region] = true
	if u.first.IsZero() || e.At.Before(u.first) {
		u.first = e.At
	}
	if e.Code != "" {
		u.refused++
	} else {
		at, _ := slices.BinarySearchFunc(u.times, e.At, time.Time.Compare)
		u.times = slices.Insert(u.times, at, e.At)
	}
	if e.Session != nil {
		if e.Session.Role != "" {
			u.roles[e.Session.Role] = true
		}
		g.sessions = newestFirst(append(g.sessions, *e.Session), func(s iamops.Session) (time.Time, string) { return s.Issued, s.KeyID }, sessionsKept)
	}
	if !e.ReadOnly && e.Session == nil {
		made := iamops.Made{At: e.At, Call: call, Subject: e.Subject, Region: e.Region, Code: e.Code}
		g.made = newestFirst(append(g.made, made), func(m iamops.Made) (time.Time, string) { return m.At, m.Call + m.Subject }, madeKept)
	}
}

// newestFirst sorts and keeps the newest.
func newestFirst[T any](all []T, by func(T) (time.Time, string), keep int) []T {
	slices.SortFunc(all, func(a, b T) int {
		at, name := by(a)
		other, otherName := by(b)
		return cmp.Or(other.Compare(at), cmp.Compare(name, otherName))
	})
	return all[:min(len(all), keep)]
}

// users are the key's users, the last to call first.
func (g *gathering) users() []iamops.KeyUser {
	users := make([]iamops.KeyUser, 0, len(g.who))
	for id, u := range g.who {
		k := iamops.KeyUser{
			Agent: id.agent, Address: id.address, First: u.first, Count: len(u.times), Refused: u.refused,
			Calls:   mostFrequent(u.calls),
			Regions: slices.Sorted(maps.Keys(u.regions)),
			Roles:   slices.Sorted(maps.Keys(u.roles)),
		}
		for i, at := range u.times {
			k.Last = at
			if i > 0 {
				k.Gap = max(k.Gap, at.Sub(u.times[i-1]))
			}
		}
		users = append(users, k)
	}
	slices.SortFunc(users, func(a, b iamops.KeyUser) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Address, b.Address))
	})
	return users
}

func mostFrequent(calls map[string]int) []string {
	names := slices.SortedFunc(maps.Keys(calls), func(a, b string) int { return cmp.Or(cmp.Compare(calls[b], calls[a]), cmp.Compare(a, b)) })
	return names[:min(len(names), callsShown)]
}
