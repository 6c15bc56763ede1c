package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/desk"
	"keyturn/iamops/journal"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/ui/report"
	"keyturn/ui/words"
)

// awaitBound is how long the end of the program waits for a change in flight: the
// change's own bound, that of the descriptions after it, and some time for the records.
const awaitBound = 2*iamops.ChangeTimeout + 10*time.Second

// desk is where the rotations of the place's account are kept.
func (p *place) desk() *desk.Desk {
	p.opening.Do(func() {
		parts := runner.Parts{
			Account: p.account, Clock: p.clock, Settings: p.flags.settings(), Targets: p.targets, Renew: p.account.Renew,
			Trail: p.account, TrailRegions: p.flags.trailRegions, TrailPages: p.flags.trailPages,
			Policies: p.account, Simulator: p.account,
		}
		if p.flags.tag {
			parts.Describer = p.account
		}
		var configured []string
		for _, target := range p.targets.configured {
			configured = append(configured, target.Spec)
		}
		p.rotations = desk.New(desk.Options{
			Parts: parts, State: p.state, ReadOnly: p.flags.readOnly,
			Configured: configured, Folder: filepath.Dir(p.targets.env.CredentialsFile()),
			Holder: func(h journal.Holder) string {
				return words.Holder(h.Caller, h.Process, h.Host, h.Since, p.clock.Now())
			},
		})
	})
	return p.rotations
}

// turnError says why the rotation in progress could not turn to a key that has leaked.
type turnError string

func (e turnError) Error() string { return string(e) }

// start begins the rotation that a task asks for, or goes on with the one in progress.
func (p *place) start(task runner.Task) (*runner.Runner, error) {
	run, err := p.desk().Start(task)
	var not *desk.NotTurned
	if errors.As(err, &not) {
		return nil, turnError(words.NotTurned(not.State, not.Refusal, not.KeyID, p.clock.Now()))
	}
	return run, unanswered(err)
}

// unanswered is err, or what it asks for if a change has no answer yet.
func unanswered(err error) error {
	if errors.Is(err, desk.ErrUnanswered) {
		return attentionError{"a change is still without an answer: look before you do anything else"}
	}
	return err
}

// close ends the rotations of a desk. It adds to err what the operator must look after, in the
// sandbox without a promise for the next start.
func (a *App) close(d *desk.Desk, sandbox bool, err error) error {
	asIsTrue := func(text string) string {
		if sandbox {
			return words.InSandbox(text)
		}
		return text
	}
	ctx, cancel := context.WithTimeout(context.Background(), awaitBound)
	defer cancel()
	left, closing := d.Close(ctx)
	err = errors.Join(err, unanswered(closing))
	for _, snapshot := range left {
		if text := words.Attention(snapshot.State, snapshot.Unrecorded); text != "" {
			err = errors.Join(attentionError{asIsTrue(text)}, err)
		}
		if text := words.LeftDelivered(snapshot.State); text != "" {
			a.say("keyturn: %s", asIsTrue(text))
		}
	}
	return err
}

// leave ends the rotations of a place, and then the place.
func (a *App) leave(p *place, err error) error {
	return errors.Join(a.close(p.desk(), p.cloud != nil, err), p.leave())
}

// summary is what was done in a rotation, as Markdown.
func (p *place) summary(rotationID string) (string, error) {
	records, _, err := p.desk().Records()
	if err != nil {
		return "", fmt.Errorf("making the summary: %w", err)
	}
	for _, s := range rotation.Summaries(records) {
		if s.Rotation != rotationID {
			continue
		}
		var text strings.Builder
		if err := report.WriteSummaries(&text, report.AsMarkdown, p.account.Info(), []rotation.Summary{s}, p.clock.Now()); err != nil {
			return "", fmt.Errorf("making the summary: %w", err)
		}
		return text.String(), nil
	}
	return "", errors.New("the journal does not tell of this rotation")
}
