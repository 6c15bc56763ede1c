// Package evidence finds out who still uses a key.
//
// CloudTrail's event history is asked for the events of the old and of the new key, in
// every region of the account at once (cloudtrail:LookupEvents), and the events are
// gathered into users: a program at an address. [Search.Run] brings the picture up to
// date; run again it asks only for what is newer.
//
// # Terms
//
// A *user* of a key is an address and a user agent, shortened to what is telling. It has
// *moved* when it has appeared on the new key. What a user's role does stands under other
// key IDs: that it takes the role on is all that is seen here.
//
// # Rules
//
//   - AWS allows 2 calls a second, an account and region. No more are sent.
//   - The newest events come first, and no more than [Pages] pages a region and key; that
//     there are more is said.
//   - A region that fails is named, and leaves the others.
//   - Nothing is left out for what a call says of itself. A call that says it is keyturn's
//     is marked; the calls of a new key's trial, known by their request IDs, are passed over.
//   - No events is not "not used": data events are in no event history, and events come
//     minutes late.
package evidence

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"keyturn/iamops"
)

// The bounds of a search.
const (
	// Pages is how many pages of 50 events a region and key are read at most.
	Pages = 20
	// Kept is how long CloudTrail keeps its event history.
	Kept = 90 * 24 * time.Hour
	// CallsPerSecond is AWS's limit of LookupEvents, an account and region.
	CallsPerSecond = 2
	// overlap is how far back a later search asks again, since events come late and out of
	// order.
	overlap = 30 * time.Minute
)

// Trail is the event history of an account.
type Trail interface {
	// Regions are those that the account has enabled, HomeRegions those that are likely
	// where they can't be listed.
	Regions(ctx context.Context) ([]string, error)
	HomeRegions() []string
	// Events is one page of a key's events, the newest first.
	Events(
		ctx context.Context, region, keyID string, from time.Time, token string,
	) (events []iamops.Event, next string, err error)
}

// Search is a search for the users of a user's old and new key. It is safe for concurrent
// use, but runs once at a time.
type Search struct {
	// MostPages is how many pages are read, a key and region; Pages unless it is set
	// before the search runs.
	MostPages int
	// Ours are the IDs of the requests of a new key's trial, by keyturn's own record. They
	// are no use of the key.
	Ours map[string]bool
	// Off is when the key could only be silent, since it was Inactive: that is no gap. Zero:
	// never, as far as is known.
	Off iamops.Span

	trail Trail
	clock iamops.Clock
	more  []string // regions that are asked whether they are listed or not

	running sync.Mutex

	mu      sync.Mutex
	regions []string
	guessed *iamops.Problem
	limits  map[string]*rate.Limiter // by region
	looks   map[string]*iamops.RegionLook
	keys    map[string]*gathering // by key ID
	since   map[string]time.Time  // of the last events, by region and key ID
	asOf    time.Time
}

// New returns a search that has found nothing yet. The given regions are asked besides
// those of the account: those of the keys' last uses.
func New(trail Trail, clock iamops.Clock, more ...string) *Search {
	return &Search{
		MostPages: Pages,
		trail:     trail,
		clock:     clock,
		more:      more,
		limits:    map[string]*rate.Limiter{},
		looks:     map[string]*iamops.RegionLook{},
		keys:      map[string]*gathering{},
		since:     map[string]time.Time{},
	}
}

// Run brings what is known of the keys up to date, and tells of every step on the way.
// Either ID may be "". It returns when every region has been asked, or ctx ends.
func (s *Search) Run(ctx context.Context, oldKeyID, newKeyID string, tell func(iamops.Evidence)) {
	s.running.Lock()
	defer s.running.Unlock()
	began := s.clock.Now()
	s.findRegions(ctx)
	var regions sync.WaitGroup
	for _, region := range s.regions {
		regions.Go(func() {
			look := iamops.RegionLook{Region: region}
			for _, keyID := range []string{oldKeyID, newKeyID} {
				if keyID != "" && look.Problem == nil {
					s.look(ctx, &look, keyID, began, func() { tell(s.Evidence(oldKeyID, newKeyID)) })
				}
			}
			look.Done = look.Problem == nil
			s.set(look)
			if ctx.Err() == nil {
				tell(s.Evidence(oldKeyID, newKeyID))
			}
		})
	}
	regions.Wait()
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	s.asOf = began
	s.mu.Unlock()
	tell(s.Evidence(oldKeyID, newKeyID))
}

// findRegions finds out which regions to ask, once.
func (s *Search) findRegions(ctx context.Context) {
	s.mu.Lock()
	known := s.regions != nil && s.guessed == nil
	s.mu.Unlock()
	if known {
		return
	}
	regions, err := s.trail.Regions(ctx)
	var guessed *iamops.Problem
	if err != nil {
		regions, guessed = s.trail.HomeRegions(), iamops.AsProblem(err)
	}
	for _, r := range s.more {
		if r != "" && r != "aws-global" && !slices.Contains(regions, r) {
			regions = append(regions, r)
		}
	}
	slices.Sort(regions)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.regions, s.guessed = regions, guessed
	for _, r := range regions {
		if s.limits[r] == nil {
			s.limits[r] = rate.NewLimiter(CallsPerSecond, CallsPerSecond)
			s.looks[r] = &iamops.RegionLook{Region: r}
		}
	}
}

// look reads the events of one key in one region, page by page.
func (s *Search) look(ctx context.Context, look *iamops.RegionLook, keyID string, now time.Time, tell func()) {
	id := look.Region + " " + keyID
	s.mu.Lock()
	from, limit := s.since[id], s.limits[look.Region]
	s.mu.Unlock()
	if from.IsZero() {
		from = now.Add(-Kept)
	}
	token := ""
	for page := 0; ; page++ {
		if page >= s.MostPages {
			look.More = true
			break
		}
		if err := limit.Wait(ctx); err != nil {
			look.Problem = &iamops.Problem{Kind: iamops.Canceled, Message: err.Error(), Err: err}
			return
		}
		events, next, err := s.trail.Events(ctx, look.Region, keyID, from, token)
		if err != nil {
			look.Problem = iamops.AsProblem(err)
			return
		}
		look.Pages++
		s.gather(keyID, events)
		s.set(*look)
		tell()
		if token = next; token == "" {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since[id] = now.Add(-overlap)
}

func (s *Search) set(look iamops.RegionLook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look.More = look.More || s.looks[look.Region].More // what was passed over stays so
	s.looks[look.Region] = &look
}

func (s *Search) gather(keyID string, events []iamops.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.keys[keyID]
	if g == nil {
		g = newGathering()
		s.keys[keyID] = g
	}
	for _, e := range events {
		if !s.Ours[e.Request] || e.Name != "GetCallerIdentity" {
			g.add(e)
		}
	}
}

// Evidence is what is known now.
func (s *Search) Evidence(oldKeyID, newKeyID string) iamops.Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := iamops.Evidence{AsOf: s.asOf, Since: s.clock.Now().Add(-Kept), Guessed: s.guessed}
	if g := s.keys[oldKeyID]; g != nil {
		e.Old, e.Made, e.Sessions = g.users(s.Off), g.changes(), g.issued()
	}
	if g := s.keys[newKeyID]; g != nil {
		e.New = g.users(s.Off)
	}
	for _, name := range slices.Sorted(maps.Keys(s.looks)) {
		e.Looks = append(e.Looks, *s.looks[name])
	}
	return e
}
