package delivery

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Holders are the profiles of the operator's AWS files that sign with a key.
type Holders struct {
	// Profiles hold it in the credentials file, in the file's order. Each is a
	// target.
	Profiles []*Profile
	// InConfig hold it in the config file, which is not edited here.
	InConfig []string
	// Inheriting sign with it through source_profile, and follow by themselves.
	Inheriting []string
}

// FindProfiles looks for a key in the credentials and the config file. A file
// that does not exist holds nothing. What Deliver refuses is found all the same,
// so that the refusal is seen.
func FindProfiles(env Env, keyID string) (Holders, error) {
	credentials, err := readShared(env.CredentialsFile())
	if err != nil {
		return Holders{}, err
	}
	config, err := readShared(env.ConfigFile())
	if err != nil {
		return Holders{}, err
	}
	var found Holders
	var holding []string
	for _, name := range credentials.names() {
		// The pair that is kept for putting back is no profile in use.
		if holds(&credentials, name, keyID) && !strings.HasSuffix(name, beforeSuffix) {
			found.Profiles = append(found.Profiles, &Profile{name: name, file: env.CredentialsFile(), usual: true})
			holding = append(holding, name)
		}
	}
	sources := map[string]string{}
	var order []string
	for _, f := range []*sharedFile{&credentials, &config} {
		for _, section := range f.names() {
			name := section
			if f == &config {
				name = profileOfConfig(section)
			}
			if source := f.value(section, "source_profile"); source != "" {
				sources[name] = source
				order = append(order, name)
			}
			if f == &config && holds(f, section, keyID) && !slices.Contains(holding, name) {
				found.InConfig = append(found.InConfig, name)
			}
		}
	}
	holding = append(holding, found.InConfig...)
	for _, name := range order {
		if !slices.Contains(holding, name) && !slices.Contains(found.Inheriting, name) && reaches(sources, name, holding) {
			found.Inheriting = append(found.Inheriting, name)
		}
	}
	return found, nil
}

func holds(f *sharedFile, name, keyID string) bool {
	return keyID != "" && slices.ContainsFunc(f.named(name), func(s *section) bool {
		return slices.ContainsFunc(s.all(keyIDProperty), func(p property) bool { return p.value == keyID })
	})
}

// reaches follows source_profile from name to one of the holding profiles. A
// chain that leads back into itself ends.
func reaches(sources map[string]string, name string, holding []string) bool {
	for range len(sources) {
		name = sources[name]
		if slices.Contains(holding, name) {
			return true
		}
	}
	return false
}

// profileOfConfig is the name of a profile whose section in the config file is
// "profile prod", or "default".
func profileOfConfig(section string) string {
	if name, ok := strings.CutPrefix(section, "profile "); ok {
		return name
	}
	return section
}

// readShared reads a file as the loader does; none is an empty one.
func readShared(path string) (sharedFile, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || path == os.DevNull {
		return sharedFile{}, nil
	}
	path, err := realPath(path)
	if err != nil {
		return sharedFile{}, err
	}
	text, err := readFile(path)
	if err != nil {
		return sharedFile{}, err
	}
	return parseShared(string(text)), nil
}
