package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Application is a simulated program that uses an access key, as its owner sees
// it.
type Application struct {
	Name    string        `json:"name"`
	User    string        `json:"user"`
	KeyID   string        `json:"key"`              // the key that it uses
	Newest  string        `json:"newest,omitempty"` // the newest Active key of the user; "" if there is none
	Service string        `json:"service"`
	Region  string        `json:"region"`
	Reads   string        `json:"reads,omitempty"` // where it reads its key, at each run; "" if it was given one
	Role    string        `json:"role,omitempty"`  // the role that it assumes with its key, and works as; "" if none
	From    string        `json:"from"`            // the address that it calls from
	Agent   string        `json:"agent"`           // its user agent
	Every   time.Duration `json:"every"`           // the time between two runs, in nanoseconds in JSON
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
	// event is the management event of a run; "": it makes data events, which no event
	// history has.
	event       string
	from, agent string
	reads       string         // where it reads its key
	read        func() reading // nil: it uses key
	role        *role          // what it acts through; nil: as its user
	session     *session       // of the role, from its last run

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
	if problem := p.use(a, at); problem != "" {
		line.OK, line.Text = false, problem
	}
	p.last, p.ok = at, line.OK
	p.write(line)
}

// use makes the application's call, and returns what went wrong.
func (p *application) use(a *Account, at time.Time) string {
	if p.read != nil {
		r := p.read()
		if r.err != nil {
			return fmt.Sprintf("no credentials: %v", r.err)
		}
		k := a.keys[r.keyID]
		if k == nil {
			return errInvalidToken.line()
		}
		if k.secret != r.secret {
			return errSignature.line()
		}
		p.key = k
	}
	signs := Credentials{KeyID: p.key.id}
	if p.role != nil {
		var problem *refusal
		if signs, problem = p.assume(a, at); problem != nil {
			return "AssumeRole: " + problem.line()
		}
	}
	event := trailEvent{name: p.event, source: p.service + ".amazonaws.com"}
	if problem := p.call(a, at, signs, event); problem != nil {
		return problem.line()
	}
	return ""
}

// assume gets a session of the role, signed with the key. The one before is forgotten.
func (p *application) assume(a *Account, at time.Time) (Credentials, *refusal) {
	if p.session != nil {
		delete(a.sessions, p.session.KeyID)
	}
	p.session = a.newSession(a.appSecrets, time.Hour)
	p.session.role, p.session.name = p.role, p.name
	problem := p.call(a, at, Credentials{KeyID: p.key.id}, trailEvent{
		name: "AssumeRole", source: "sts.amazonaws.com", answered: p.session.assumed().toTrail(),
		asked: map[string]any{"roleArn": p.role.arn(), "roleSessionName": p.name},
	})
	return p.session.Credentials, problem
}

// call makes one call that is signed so. The event says what it is; without a name it is
// a data event, which no event history has.
func (p *application) call(a *Account, at time.Time, signs Credentials, e trailEvent) *refusal {
	service, _, _ := strings.Cut(e.source, ".")
	who, problem := a.authenticate(signs.KeyID, signs.SessionToken, service, p.region, at)
	if problem == nil {
		who.used(at, service, p.region)
	} else {
		who = signer{account: a, key: p.key}
		e.answered, e.code, e.message = nil, problem.code, problem.message
	}
	if e.name != "" && (problem == nil || a.behavior.TrailShowsInactive) {
		e.region, e.agent, e.address, e.at, e.readOnly = p.region, p.agent, p.from, at, readsOnly(e.name)
		e.keyID, e.user, e.identity = signs.KeyID, who.userName(), who.identity()
		a.recorded(e)
	}
	return problem
}

func (a *Account) application(name string) (*application, error) {
	i := slices.IndexFunc(a.apps, func(p *application) bool { return p.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no application %q", name)
	}
	return a.apps[i], nil
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
		through := ""
		if p.role != nil {
			through = p.role.name
		}
		list = append(list, Application{
			Name:    p.name,
			User:    p.key.owner.name,
			KeyID:   p.key.id,
			Newest:  p.key.owner.newestActive(),
			Service: p.service,
			Region:  p.region,
			Reads:   p.reads,
			Role:    through,
			From:    p.from,
			Agent:   p.agent,
			Every:   p.every,
			LastRun: p.last,
			OK:      p.ok,
			Log:     slices.Concat(p.log[p.start:], p.log[:p.start]),
		})
	}
	return list
}

// KeyOf is the key that an application uses, with its secret. It is an error if there is
// no such application.
func (a *Account) KeyOf(application string) (Credentials, error) {
	a.enter()
	defer a.mu.Unlock()
	p, err := a.application(application)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{KeyID: p.key.id, Secret: p.key.secret}, nil
}

// UpdateApplication gives an application another key of its user, as whoever
// runs it would; it uses that key from its next run on. It is an error if there
// is no such application, no such key, or if the key is another user's.
func (a *Account) UpdateApplication(name, keyID string) error {
	now := a.enter()
	defer a.mu.Unlock()
	p, err := a.application(name)
	if err != nil {
		return err
	}
	if p.reads != "" {
		return fmt.Errorf("%s reads its key from %s at each run: deliver the new key there", name, p.reads)
	}
	k := a.keys[keyID]
	if k == nil || k.statusAt(now) == deleted {
		return fmt.Errorf("there is no access key %q", keyID)
	}
	if owner := p.key.owner; k.owner.name != owner.name {
		return fmt.Errorf("access key %s is %s's, and %s runs as %s", keyID, k.owner.name, name, owner.name)
	}
	p.key = k
	return nil
}
