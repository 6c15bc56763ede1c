package delivery

import (
	"slices"
	"strings"
)

// ProfileKind says where a profile's credentials come from.
type ProfileKind string

// The kinds of profile, by the words that an operator knows them by.
const (
	HoldsKey     ProfileKind = "access key"     // a long-term key
	HoldsSession ProfileKind = "session"        // a key with a session token, which ends
	AssumesRole  ProfileKind = "role"           // by role_arn
	SignsInBySSO ProfileKind = "SSO"            // by aws sso login
	RunsProcess  ProfileKind = "process"        // by credential_process
	SignsInByAWS ProfileKind = "login"          // by aws login
	HoldsNothing ProfileKind = "no credentials" // settings alone
)

// ListedProfile is a profile of the operator's AWS files, as a list of them shows it: with
// nothing that is a secret, and no key ID.
type ListedProfile struct {
	Name   string
	Kind   ProfileKind
	Region string // "" if none is set
}

// Profiles lists the profiles of the credentials and the config file, each once, in the
// order of the files, without the pairs that are kept for putting back. A file that does
// not exist holds none.
func Profiles(env Env) ([]ListedProfile, error) {
	credentials, err := readShared(env.CredentialsFile())
	if err != nil {
		return nil, err
	}
	config, err := readShared(env.ConfigFile())
	if err != nil {
		config = sharedFile{} // whoever signs by it is told by the SDK; it hides no other file's profiles
	}
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) && !credentials.keeps(name) {
			names = append(names, name)
		}
	}
	for _, section := range config.names() {
		if section == "default" || strings.HasPrefix(section, "profile ") { // and not an sso-session or services
			add(profileOfConfig(section))
		}
	}
	for _, name := range credentials.names() {
		add(name)
	}
	profiles := make([]ListedProfile, 0, len(names))
	for _, name := range names {
		value := func(key string) string {
			sections := []string{"profile " + name}
			if name == "default" {
				sections = append(sections, name)
			}
			for _, section := range sections {
				if v := config.value(section, key); v != "" {
					return v
				}
			}
			return credentials.value(name, key)
		}
		profiles = append(profiles, ListedProfile{Name: name, Kind: kindOf(value), Region: value("region")})
	}
	return profiles, nil
}

// kindOf tells a profile's kind by the settings that it has. What assumes a role may have
// the credentials to do so with in the same profile.
func kindOf(value func(key string) string) ProfileKind {
	switch {
	case value("role_arn") != "":
		return AssumesRole
	case value(keyIDProperty) != "" && (value(sessionProperty) != "" || value(legacySessionProperty) != ""):
		return HoldsSession
	case value(keyIDProperty) != "":
		return HoldsKey
	case value("sso_session") != "", value("sso_start_url") != "":
		return SignsInBySSO
	case value("login_session") != "":
		return SignsInByAWS
	case value("credential_process") != "":
		return RunsProcess
	}
	return HoldsNothing
}
