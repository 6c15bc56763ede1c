package delivery

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Holders are the profiles of the operator's AWS files that sign with a key.
type Holders struct {
	// Profiles hold it in the credentials file, in the file's order. Each is a
	// target.
	Profiles []Target
	// InConfig hold it in the config file, which is not edited here.
	InConfig []string
	// Inheriting sign with it through source_profile, and follow by themselves.
	Inheriting []string
	// Elsewhere are the lines that hold it outside of all these.
	Elsewhere []Elsewhere
	// Unread is why the config file could not be read; nil if it was, or does not exist.
	Unread error
}

// Elsewhere is a line of an AWS file that holds a key in no profile that is understood.
type Elsewhere struct {
	Path string
	Line int // from 1
	Why  string
}

// FindProfiles looks for a key in the credentials and the config file. A file
// that does not exist holds nothing. What Deliver refuses is found all the same,
// so that the refusal is seen.
func FindProfiles(env Env, keyID string) (Holders, error) {
	credentials, err := readShared(env.CredentialsFile())
	if err != nil {
		return Holders{}, err
	}
	var found Holders
	var holding []string
	for _, name := range credentials.names() {
		if holds(&credentials, name, keyID) && !credentials.keeps(name) && nameable(name) {
			holder := &profile{name: name, file: env.CredentialsFile(), usual: true}
			found.Profiles = append(found.Profiles, checked{holder})
			holding = append(holding, name)
		}
	}
	files := []*sharedFile{&credentials}
	found.Elsewhere = elsewhere(env.CredentialsFile(), &credentials, keyID)
	var config sharedFile
	if !sameFile(env.CredentialsFile(), env.ConfigFile()) {
		config, found.Unread = readShared(env.ConfigFile())
		found.Elsewhere = append(found.Elsewhere, elsewhere(env.ConfigFile(), &config, keyID)...)
		files = append(files, &config)
	}
	sources := map[string]string{}
	var order []string
	for _, f := range files {
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
		if !slices.Contains(holding, name) && !slices.Contains(found.Inheriting, name) &&
			reaches(sources, name, holding) {
			found.Inheriting = append(found.Inheriting, name)
		}
	}
	return found, nil
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// elsewhere finds the lines, apart from comments, that hold a key other than as the key of
// a profile that has a usable name.
func elsewhere(path string, f *sharedFile, keyID string) []Elsewhere {
	if keyID == "" {
		return nil
	}
	known := map[int]bool{} // lines
	for _, s := range f.sections {
		of := strings.TrimSuffix(s.name, beforeSuffix)
		twin := f.keeps(s.name) && f.value(of, keyIDProperty) == keyID // nothing was delivered there yet
		for _, p := range s.all(keyIDProperty) {
			known[p.line] = p.value == keyID && nameable(s.name) && !twin
		}
	}
	var found []Elsewhere
	number, header, why := 0, 0, "" // the line of the last header, and why it is not understood
	for line := range strings.Lines(f.text) {
		number++
		text := strings.TrimSpace(line)
		if _, isHeader := headerName(line); isHeader {
			header, why = number, ""
		} else if looksLikeHeader(text) {
			header, why = number, strangeness(strings.TrimRight(line, "\r\n"))
		}
		if known[number] || text == "" || text[0] == '#' || text[0] == ';' ||
			!strings.Contains(uncommented(line), keyID) {
			continue
		}
		at := Elsewhere{
			Path: path,
			Line: number,
			Why:  "no profile that keyturn understands has it as its " + keyIDProperty,
		}
		switch {
		case why != "":
			at.Why = fmt.Sprintf("line %d is not understood: %s", header, why)
		case len(f.within(header)) > 0 && !nameable(f.within(header)):
			at.Why = "a profile with this name can't be a target"
		case f.keeps(f.within(header)):
			at.Why = "profile " + f.within(header) + " has a name that keyturn gives to a pair it keeps: rename it"
		case isBlank(line[0]):
			at.Why = "it is indented below a key without a value, and the AWS SDKs read that differently"
		}
		found = append(found, at)
	}
	return found
}

// within is the name of the section whose header is in a line.
func (f *sharedFile) within(header int) string {
	for _, s := range f.sections {
		if s.line == header {
			return s.name
		}
	}
	return ""
}

// keeps reports whether a section is named as one that keeps the pair which a delivery to
// another section replaced. Without the other, it is a profile of the operator's own.
func (f *sharedFile) keeps(name string) bool {
	of, suffixed := strings.CutSuffix(name, beforeSuffix)
	return suffixed && len(f.named(of)) > 0
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
// "profile prod", or "default". The AWS CLI writes a name with blanks in quotes.
func profileOfConfig(section string) string {
	name, ok := strings.CutPrefix(section, "profile ")
	if !ok {
		return section
	}
	if n := len(name); n > 2 && (name[0] == '"' || name[0] == '\'') && name[0] == name[n-1] {
		return name[1 : n-1]
	}
	return name
}

// readShared reads a file as the loader does. None is an empty one, and so is a symlink
// that leads nowhere.
func readShared(path string) (sharedFile, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || path == os.DevNull {
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
