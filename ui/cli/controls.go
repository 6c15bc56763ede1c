package cli

import (
	"time"

	"keyturn/iamops/evidence"
	"keyturn/iamops/sandbox"
	"keyturn/ui/simulation"
)

// controls are what an operator can see and do of the sandbox from outside of AWS.
type controls struct{ cloud *sandbox.Account }

// Advance moves the account's clock on.
func (c controls) Advance(d time.Duration) error {
	c.cloud.Advance(d)
	return nil
}

// Applications are the simulated applications, as they are now.
func (c controls) Applications() []simulation.Application {
	var apps []simulation.Application
	for _, app := range c.cloud.Applications() {
		shown := simulation.Application{
			Name: app.Name, User: app.User, KeyID: app.KeyID, NewestKeyID: app.Newest, LastRun: app.LastRun, OK: app.OK,
			Seen: evidence.Short(app.Agent) + " at " + app.From, Reads: app.Reads,
		}
		for _, line := range app.Log {
			shown.Log = append(shown.Log, simulation.LogLine{At: line.At, OK: line.OK, Text: line.Text})
		}
		apps = append(apps, shown)
	}
	return apps
}

// UpdateApplication gives an application another key of its user.
func (c controls) UpdateApplication(name, keyID string) error {
	return c.cloud.UpdateApplication(name, keyID)
}
