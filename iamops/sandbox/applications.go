package sandbox

import (
	"encoding/json"
	"errors"
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
	Reads   string        `json:"reads,omitempty"` // where it reads its key, at each run; "" if it was given one
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
	event                       string // the management event of a run; "": it makes data events, which no event history has
	from, agent                 string
	reads                       string         // where it reads its key
	read                        func() reading // nil: it uses key

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
			return fmt.Sprintf("%s: %s", errInvalidToken.code, errInvalidToken.message)
		}
		if k.secret != r.secret {
			return fmt.Sprintf("%s: %s", errSignature.code, errSignature.message)
		}
		p.key = k
	}
	who, problem := a.authenticate(p.key.id, "", p.service, p.region, at)
	if problem != nil && a.behavior.TrailShowsInactive {
		refused := p.happened(signer{account: a, key: p.key}, at)
		refused.code, refused.message = problem.code, problem.message
		a.recorded(refused)
	}
	if problem != nil {
		return fmt.Sprintf("%s: %s", problem.code, problem.message)
	}
	who.used(at, p.service, p.region)
	if p.event != "" {
		a.recorded(p.happened(who, at))
	}
	return ""
}

// happened is the event of a run.
func (p *application) happened(who signer, at time.Time) trailEvent {
	return trailEvent{
		name: p.event, source: p.service + ".amazonaws.com", region: p.region, agent: p.agent, address: p.from, at: at,
		keyID: p.key.id, user: p.key.owner.name, identity: who.identity(), readOnly: readsOnly(p.event),
	}
}

// reading is what an application found where it reads its key.
type reading struct {
	keyID, secret string
	err           error
}

// Workload is an application to be added to the account.
type Workload struct {
	Name    string
	KeyID   string // the key that it uses
	Service string // as in s3
	Region  string
	Event   string        // the management event of each run; "" if it makes data events alone
	Every   time.Duration // between two runs
	Runs    int           // how many lie behind it
	From    string        // its address
	Agent   string        // its user agent
}

// Run adds an application, with its runs of the past made. It panics if there is no such
// key, or if it would never run.
func (a *Account) Run(w Workload) {
	now := a.enter()
	defer a.mu.Unlock()
	k := a.keys[w.KeyID]
	if k == nil || w.Every <= 0 {
		panic(fmt.Sprintf("sandbox: application %q has no key or no schedule", w.Name))
	}
	a.apps = append(a.apps, &application{
		name: w.Name, service: w.Service, region: w.Region, does: "did its work", event: w.Event, from: w.From, agent: w.Agent,
		key: k, every: w.Every, next: now.Add(-time.Duration(w.Runs) * w.Every).Add(w.Every / 2),
	})
	a.runDue(now)
}

// ReadFrom lets an application read its key at each run, as one that is configured by a
// file does: name says where. It is an error if there is no such application. The function
// must not call the account.
func (a *Account) ReadFrom(application, name string, read func() (keyID, secret string, err error)) error {
	a.enter()
	defer a.mu.Unlock()
	p, err := a.application(application)
	if err != nil {
		return err
	}
	p.reads, p.read = name, func() reading {
		id, secret, err := read()
		return reading{id, secret, err}
	}
	return nil
}

// KeyOf is the key that an application uses, with its secret.
func (a *Account) KeyOf(application string) (Credentials, error) {
	a.enter()
	defer a.mu.Unlock()
	p, err := a.application(application)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{KeyID: p.key.id, Secret: p.key.secret}, nil
}

// readSecret lets an application read its key from fields of a secret's JSON.
func (a *Account) readSecret(p *application, region, name, idField, secretField string) {
	p.reads, p.read = "secret "+name, func() reading {
		s := a.secretIn(region, name)
		if s == nil {
			return reading{err: fmt.Errorf("there is no secret %s", name)}
		}
		return readingOf(s.at(currentStage).text, idField, secretField)
	}
}

// readParameter lets an application read its key from a parameter's JSON.
func (a *Account) readParameter(p *application, region, name, idField, secretField string) {
	p.reads, p.read = "parameter "+name, func() reading {
		found := a.parameterIn(region, name)
		if found == nil {
			return reading{err: fmt.Errorf("there is no parameter %s", name)}
		}
		return readingOf(found.versions[len(found.versions)-1].text, idField, secretField)
	}
}

func readingOf(text, idField, secretField string) reading {
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return reading{err: errors.New("what is configured is no JSON")}
	}
	id, _ := fields[idField].(string)
	secret, _ := fields[secretField].(string)
	return reading{keyID: id, secret: secret}
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
		list = append(list, Application{
			Name:    p.name,
			User:    p.key.owner.name,
			KeyID:   p.key.id,
			Service: p.service,
			Region:  p.region,
			Reads:   p.reads,
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
