package evidence

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"keyturn/iamops"
)

// callsShown is how many of a user's calls are named.
const callsShown = 4

// gathering is the events of one key, gathered into its users. Events may come in any
// order, and more than once. None is left out for what it says of itself.
type gathering struct {
	seen     map[string]bool // by event ID
	who      map[who]*user
	made     map[made]*iamops.Made
	sessions map[string]iamops.Session // by key ID
}

// who tells users apart.
type who struct {
	agent, address string
	saysKeyturn    bool
}

// made tells changes apart.
type made struct {
	call, subject, region, code string
	saysKeyturn                 bool
}

type user struct {
	times   []time.Time // of calls that were not refused, in order
	refused int
	first   time.Time // of all
	calls   map[string]int
	regions map[string]bool
	roles   map[string]bool
}

func newGathering() *gathering {
	return &gathering{
		seen:     map[string]bool{},
		who:      map[who]*user{},
		made:     map[made]*iamops.Made{},
		sessions: map[string]iamops.Session{},
	}
}

// add takes an event into account.
func (g *gathering) add(e iamops.Event) {
	if e.ID != "" && g.seen[e.ID] {
		return
	}
	g.seen[e.ID] = true
	id := who{Short(e.Agent), e.Address, e.SaysKeyturn()}
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
	switch {
	case e.Session != nil:
		if e.Session.Role != "" {
			u.roles[e.Session.Role] = true
		}
		session := *e.Session
		session.SaysKeyturn = e.SaysKeyturn()
		g.sessions[session.KeyID] = session
	case !e.ReadOnly:
		id := made{call, e.Subject, e.Region, e.Code, e.SaysKeyturn()}
		m := g.made[id]
		if m == nil {
			m = &iamops.Made{
				First: e.At, Last: e.At, Call: call, Subject: e.Subject, Region: e.Region, Code: e.Code,
				Lasts: lasts(e.Service, e.Name), SaysKeyturn: e.SaysKeyturn(),
			}
			g.made[id] = m
		}
		m.Count++
		if e.At.Before(m.First) {
			m.First = e.At
		}
		if e.At.After(m.Last) {
			m.Last = e.At
		}
	}
}

// changes are what the key changed: what lasts, then the rest, then what was refused, each
// with the newest first.
func (g *gathering) changes() []iamops.Made {
	rank := func(m iamops.Made) int {
		switch {
		case m.Code != "":
			return 2
		case m.Lasts:
			return 0
		}
		return 1
	}
	all := make([]iamops.Made, 0, len(g.made))
	for _, m := range g.made {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b iamops.Made) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), b.Last.Compare(a.Last), cmp.Compare(a.Call, b.Call),
			cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Code, b.Code))
	})
	return all
}

// issued are the sessions that were issued to the holder of the key, the newest first.
func (g *gathering) issued() []iamops.Session {
	return slices.SortedFunc(maps.Values(g.sessions), func(a, b iamops.Session) int {
		return cmp.Or(b.Issued.Compare(a.Issued), cmp.Compare(a.KeyID, b.KeyID))
	})
}

// users are the key's users, the last to call first.
func (g *gathering) users(off iamops.Span) []iamops.KeyUser {
	users := make([]iamops.KeyUser, 0, len(g.who))
	for id, u := range g.who {
		k := iamops.KeyUser{
			Agent:       id.agent,
			Address:     id.address,
			SaysKeyturn: id.saysKeyturn,
			First:       u.first,
			Count:       len(u.times),
			Refused:     u.refused,
			Calls:       mostFrequent(u.calls),
			Regions:     slices.Sorted(maps.Keys(u.regions)),
			Roles:       slices.Sorted(maps.Keys(u.roles)),
		}
		for i, at := range u.times {
			k.Last = at
			if i > 0 {
				k.Gap = max(k.Gap, off.Silence(u.times[i-1], at))
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
	names := slices.SortedFunc(maps.Keys(calls), func(a, b string) int {
		return cmp.Or(cmp.Compare(calls[b], calls[a]), cmp.Compare(a, b))
	})
	return names[:min(len(names), callsShown)]
}
