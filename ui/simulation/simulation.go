// Package simulation is what an operator can see and do of the sandbox from outside of AWS: its
// applications, and the time. It is there in both faces.
package simulation

import "time"

// Sandbox is the embedded account, seen from outside. The full screen calls it in commands.
type Sandbox interface {
	// Advance moves the account's clock on.
	Advance(d time.Duration) error
	// Applications are the simulated applications, as they are now.
	Applications() []Application
	// UpdateApplication gives an application another key of its user.
	UpdateApplication(name, keyID string) error
}

// Application is a simulated program that uses an access key.
type Application struct {
	Name, User, KeyID string
	// NewestKeyID is the newest Active key of its user; "" if there is none.
	NewestKeyID string
	LastRun     time.Time // by the account's clock
	OK          bool      // whether the last run went well
	Seen        string    // how CloudTrail shows it: its user agent, in short, and its address
	Reads       string    // where it reads its key at each run; "" if it was given one
	Log         []LogLine // newest last
}

// LogLine is a line of an application's log.
type LogLine struct {
	At   time.Time
	OK   bool
	Text string
}
