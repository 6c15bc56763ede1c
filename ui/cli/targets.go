package cli

import (
	"fmt"
	"path"

	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
	"keyturn/ui/words"
)

// targets are the places where secrets can go: the profiles of the credentials file
// that hold the old key, and what the operator names.
type targets struct {
	env        delivery.Env
	configured []config.Target
}

// Find returns the profiles that hold the old key, and what is configured for the user.
func (t targets) Find(user, oldKeyID string) ([]delivery.Target, []string, error) {
	var notes []string
	holders, err := delivery.FindProfiles(t.env, oldKeyID)
	if err != nil { // the configured targets may be all that is needed
		notes = append(notes, words.NotRead("credentials", delivery.AsFailure(err).Reason()))
	}
	if holders.Unread != nil {
		notes = append(notes, words.NotRead("config", delivery.AsFailure(holders.Unread).Reason()))
	}
	found := holders.Profiles
	for _, c := range t.configured {
		if match, err := path.Match(c.User, user); err != nil || !match {
			continue
		}
		target, err := t.Parse(c.Spec)
		if err != nil {
			return found, nil, err
		}
		found = append(found, target)
	}
	for _, target := range found {
		if failure := delivery.Judge(target, oldKeyID); failure != nil {
			notes = append(notes, words.NoTarget(target.Name(), failure.Reason()))
		}
	}
	for _, e := range holders.Elsewhere {
		notes = append(notes, words.HeldElsewhere(oldKeyID, e.Path, e.Line, e.Why))
	}
	return found, append(notes, words.Holders(t.env.ConfigFile(), holders.InConfig, holders.Inheriting)...), nil
}

// Parse makes the target that a spec describes.
func (t targets) Parse(spec string) (delivery.Target, error) {
	target, err := delivery.Parse(spec, t.env)
	if err != nil {
		return nil, fmt.Errorf("reading the target: %w", err)
	}
	return target, nil
}
