package sandbox

import (
	"fmt"
	"slices"
	"time"
)

// Application is a simulated program that uses an access key, as its owner sees
// it.
type Application struct {
	Name    string        `json:"name"`
	User    string        `json:"user"`
	KeyID   string        `json:"key"` // the key that it uses
	Service string        `json:"service"`
	Region  string        `json:"region"`
	Every   time.Duration `json:"every"` // the time between two runs, in nanoseconds in JSON
	LastRun time.Time     `json:"lastRun"`
	OK      bool          `json:"ok"`  // whether the last run went well
	Log     []LogLine     `json:"log"` // the newest lines, newest last
}

// LogLine is a line of an application's log.
type LogLine struct {
	At   time.Time `json:"at"`
	OK   bool      `json:"ok"`
	Text string    `json:"text"`
}

// logKept is how many lines of its log an application keeps.
const logKept = 200

// application is an Application at work.
type application struct {
	name, service, region, does string

	key   *accessKey
	every time.Duration
	next  time.Time // when it runs next
	last  time.Time
	ok    bool
	log   []LogLine // a ring once it is full; start is its oldest
	start int
}

// run uses the key, at the given time.
func (p *application) run(a *Account, at time.Time) {
	line := LogLine{At: at, OK: true, Text: p.does}
	if who, err := a.authenticate(p.key.id, "", p.service, p.region, at); err != nil {
		line.OK, line.Text = false, fmt.Sprintf("%s: %s", err.code, err.message)
	} else {
		who.used(at, p.service, p.region)
	}
	p.last, p.ok = at, line.OK
	p.write(line)
}

func (p *application) write(line LogLine) {
	if len(p.log) < logKept {
		p.log = append(p.log, line)
		return
	}
	p.log[p.start] = line
	p.start = (p.start + 1) % logKept
}

// runDue makes every use that falls due up to now, in order of time, and in the
// order of the applications at the same instant.
func (a *Account) runDue(now time.Time) {
	for {
		var first *application
		for _, p := range a.apps {
			if !p.next.After(now) && (first == nil || p.next.Before(first.next)) {
				first = p
			}
		}
		if first == nil {
			return
		}
		first.run(a, first.next)
		first.next = first.next.Add(first.every)
	}
}

// Applications returns the applications, as they are now.
func (a *Account) Applications() []Application {
	a.enter()
	defer a.mu.Unlock()
	list := make([]Application, 0, len(a.apps))
	for _, p := range a.apps {
		list = append(list, Application{
			Name:    p.name,
			User:    p.key.owner.name,
			KeyID:   p.key.id,
			Service: p.service,
			Region:  p.region,
			Every:   p.every,
			LastRun: p.last,
			OK:      p.ok,
			Log:     slices.Concat(p.log[p.start:], p.log[:p.start]),
		})
	}
	return list
}

// UpdateApplication gives an application another key of its user, as whoever
// runs it would; it uses that key from its next run on. It is an error if there
// is no such application, no such key, or if the key is another user's.
func (a *Account) UpdateApplication(name, keyID string) error {
	now := a.enter()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.apps, func(p *application) bool { return p.name == name })
	if i < 0 {
		return fmt.Errorf("there is no application %q", name)
	}
	k := a.keys[keyID]
	if k == nil || k.statusAt(now) == deleted {
		return fmt.Errorf("there is no access key %q", keyID)
	}
	if owner := a.apps[i].key.owner; k.owner.name != owner.name {
		return fmt.Errorf("access key %s is %s's, and %s runs as %s", keyID, k.owner.name, name, owner.name)
	}
	a.apps[i].key = k
	return nil
}
