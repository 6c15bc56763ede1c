package cli

import (
	"keyturn/iamops/delivery"
	"keyturn/ui/opening"
)

// choosableProfiles is how many profiles there must be for keyturn to ask which one.
const choosableProfiles = 2

// profiles are those of the operator's AWS files, with nothing that is a secret. Files
// that can't be read hold none here: the SDK says what is wrong with them.
func (a *App) profiles() []opening.Profile {
	listed, err := delivery.Profiles(a.targets(nil).env)
	if err != nil {
		return nil
	}
	profiles := make([]opening.Profile, 0, len(listed))
	for _, p := range listed {
		profiles = append(profiles, opening.Profile{Name: p.Name, Kind: string(p.Kind), Region: p.Region})
	}
	return profiles
}

// speaksForItself are the variables by which the SDK knows whose credentials to take.
var speaksForItself = []string{
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
}

// mustChoose reports whether nothing says which of several profiles is meant: no flag, no
// variable, and no default profile with credentials.
func (a *App) mustChoose(f flags) bool {
	if f.profile != "" {
		return false
	}
	for _, name := range speaksForItself {
		if a.isSet(name) {
			return false
		}
	}
	profiles := a.profiles()
	for _, p := range profiles {
		if p.Name == "default" && p.Kind != string(delivery.HoldsNothing) {
			return false
		}
	}
	return len(profiles) >= choosableProfiles
}
