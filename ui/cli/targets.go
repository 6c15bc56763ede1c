package cli

import (
	"fmt"
	"path"
	"path/filepath"

	"keyturn/iamops/config"
	"keyturn/iamops/delivery"
)

// targets are the places where secrets can go: the profiles of the credentials file
// that hold the old key, and what the operator names.
type targets struct {
	env        delivery.Env
	configured []config.Target
}

// Find returns the profiles that hold the old key, and what is configured for the user.
func (t targets) Find(user, oldKeyID string) ([]delivery.Target, error) {
	holders, err := delivery.FindProfiles(t.env, oldKeyID)
	if err != nil {
		return nil, fmt.Errorf("looking for profiles with the old key: %w", err)
	}
	found := make([]delivery.Target, 0, len(holders.Profiles))
	for _, p := range holders.Profiles {
		found = append(found, p)
	}
	for _, c := range t.configured {
		if match, err := path.Match(c.User, user); err != nil || !match {
			continue
		}
		target, err := t.Parse(c.Spec)
		if err != nil {
			return found, err
		}
		found = append(found, target)
	}
	return found, nil
}

// Parse makes the target that a spec describes.
func (t targets) Parse(spec string) (delivery.Target, error) {
	target, err := delivery.Parse(spec, t.env)
	if err != nil {
		return nil, fmt.Errorf("reading the target: %w", err)
	}
	return target, nil
}

// sweep removes what a write that a crash cut off may have left beside the credentials
// file: it may hold a secret.
func (t targets) sweep() error {
	if _, err := delivery.Sweep(filepath.Dir(t.env.CredentialsFile())); err != nil {
		return fmt.Errorf("removing what a crash left behind: %w", err)
	}
	return nil
}
