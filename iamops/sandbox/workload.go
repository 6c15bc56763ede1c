package sandbox

import (
	"fmt"
	"time"
)

// Workload is an application to be added to the account.
type Workload struct {
	Name    string
	KeyID   string // the key that it uses
	Role    string // the role that it assumes with its key, and works as; "" if none
	Service string // as in s3
	Region  string
	Event   string        // the management event of each run; "" if it makes data events alone
	Every   time.Duration // between two runs
	Runs    int           // how many lie behind it
	From    string        // its address
	Agent   string        // its user agent
}

// Run adds an application, with its runs of the past made. It panics if there is no such
// key or role, or if it would never run.
func (a *Account) Run(w Workload) {
	now := a.enter()
	defer a.mu.Unlock()
	k, through := a.keys[w.KeyID], roleNamed(w.Role)
	if k == nil || w.Role != "" && through == nil || w.Every <= 0 {
		panic(fmt.Sprintf("sandbox: application %q has no key, no role or no schedule", w.Name))
	}
	a.apps = append(a.apps, &application{
		name: w.Name, service: w.Service, region: w.Region, does: "did its work", event: w.Event, from: w.From, agent: w.Agent,
		key: k, role: through, every: w.Every, next: now.Add(-time.Duration(w.Runs) * w.Every).Add(w.Every / 2),
	})
	a.runDue(now)
}
