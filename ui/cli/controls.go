package cli

import (
	"context"
	"fmt"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/evidence"
	"keyturn/ui/applications"
)

// controls are what an operator can do to the sandbox from outside of AWS, for the
// full screen.
type controls struct{ place *place }

// Advance moves the account's clock on.
func (c controls) Advance(d time.Duration) error {
	c.place.cloud.Advance(d)
	return nil
}

// Applications are the simulated applications, as they are now.
func (c controls) Applications() []applications.Application {
	var apps []applications.Application
	for _, app := range c.place.cloud.Applications() {
		shown := applications.Application{
			Name: app.Name, User: app.User, KeyID: app.KeyID, NewestKeyID: app.Newest, LastRun: app.LastRun, OK: app.OK,
			Seen: evidence.Short(app.Agent) + " at " + app.From, Reads: app.Reads,
		}
		for _, line := range app.Log {
			shown.Log = append(shown.Log, applications.LogLine{At: line.At, OK: line.OK, Text: line.Text})
		}
		apps = append(apps, shown)
	}
	return apps
}

// UpdateApplication gives an application another key of its user.
func (c controls) UpdateApplication(name, keyID string) error {
	return c.place.cloud.UpdateApplication(name, keyID)
}

// newestKey is the ID of the user's newest Active key, "" if there is none.
func (c controls) newestKey(user string) (string, error) {
	keys, err := c.place.account.Keys(context.Background(), user)
	if err != nil {
		return "", fmt.Errorf("listing the keys of %s: %w", user, err)
	}
	var newest iamops.AccessKey
	for _, k := range keys {
		if k.Status == iamops.Active && !k.Created.Before(newest.Created) {
			newest = k
		}
	}
	return newest.ID, nil
}

// plainControls are the same for --plain.
type plainControls struct{ controls }

// NextDay moves the account's clock on by a day.
func (c plainControls) NextDay() { c.place.cloud.Advance(24 * time.Hour) }

// Applications are a line for each simulated application, and the last of its log.
func (c plainControls) Applications() []string {
	var lines []string
	for _, app := range c.place.cloud.Applications() {
		line := fmt.Sprintf("%s (%s, key %s)", app.Name, app.User, app.KeyID)
		if n := len(app.Log); n > 0 {
			line += ": " + app.Log[n-1].Text
		}
		lines = append(lines, line)
	}
	return lines
}

// Update gives an application the newest key of a user.
func (c plainControls) Update(application, user string) error {
	newest, err := c.newestKey(user)
	if err != nil {
		return err
	}
	return c.UpdateApplication(application, newest)
}
