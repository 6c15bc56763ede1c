package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Scene is an account as it may be arranged from within, past the services' APIs. The
// program leaves it as New makes it; package faults hands it to tests.
type Scene struct {
	account *Account
	now     time.Time
}

// Arrange lets do arrange the account, at its present time. What do asks for that can't be
// is a panic.
func (a *Account) Arrange(do func(Scene)) {
	now := a.enter()
	defer a.mu.Unlock()
	do(Scene{a, now})
}

// Policy is a policy that a user has.
type Policy struct {
	Name     string
	Document string // as JSON; "" is none
	Managed  bool   // by AWS, as AdministratorAccess is; else it is inline
}

// SetPolicy gives a user a policy in place of one of its name, or takes that away.
func (s Scene) SetPolicy(userName string, p Policy) {
	u := s.account.user(userName)
	switch {
	case u == nil:
		panic(fmt.Sprintf("sandbox: there is no user %q", userName))
	case p.Document != "":
		u.setPolicy(mustReadPolicy(p))
	default:
		u.policies = slices.DeleteFunc(slices.Clone(u.policies), func(o policy) bool {
			return o.name == p.Name && o.managed == p.Managed
		})
	}
}

func mustReadPolicy(p Policy) policy {
	read, problem := readPolicy(p.Name, p.Document)
	if problem != nil {
		panic("sandbox: " + problem.message)
	}
	read.managed = p.Managed
	return read
}

// AddSecret makes a secret of Secrets Manager in a region.
func (s Scene) AddSecret(region, name, text string) {
	added := s.account.addSecret(region, name, s.now)
	added.put(&secretVersion{id: s.account.entropy.requestID(), text: text, created: s.now}, currentStage)
}

// AddParameter makes a parameter of the SSM Parameter Store in a region, of a type such as
// SecureString, which the KMS key encrypts; "" is the account's default.
func (s Scene) AddParameter(region, name, kind, kmsKey, text string) {
	s.account.addParameter(region, name).versions = []parameterVersion{{
		text: text, kind: kind, keyID: keyFor(kind, kmsKey), tier: standardTier, dataType: textDataType,
		by: "arn:aws:iam::" + AccountID + ":user/" + OperatorUser, at: s.now,
	}}
}

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

// Run adds an application, with its runs of the past made.
func (s Scene) Run(w Workload) {
	k, through := s.account.keys[w.KeyID], roleNamed(w.Role)
	if k == nil || w.Role != "" && through == nil || w.Every <= 0 {
		panic(fmt.Sprintf("sandbox: application %q has no key, no role or no schedule", w.Name))
	}
	s.account.apps = append(s.account.apps, &application{
		name: w.Name, service: w.Service, region: w.Region, does: "did its work",
		event: w.Event, from: w.From, agent: w.Agent, key: k, role: through, every: w.Every,
		next: s.now.Add(-time.Duration(w.Runs) * w.Every).Add(w.Every / 2),
	})
	s.account.runDue(s.now)
}

// Actions are the names of all that the account can do, as in "iam:CreateAccessKey".
func Actions() []string { return slices.Sorted(maps.Keys(actions)) }
