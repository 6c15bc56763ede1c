// Package config reads the config file, which holds the same as the flags and
// what is too long for a flag.
//
//	profile = "prod"
//	max-age = "90d"
//	read-only = true
//
//	[audit]
//	owner-tags = ["owner", "team"]
//
//	[[exempt]]
//	user = "break-glass-*"
//	reason = "sealed, tried twice a year"
//	until = 2026-12-31
//
//	[[target]]
//	user = "ci-*"
//	spec = 'command:json:["vault","kv","put","secret/ci","-"]'
//
// Terms:
//
//   - A [Setting] is a flag that the file gives, in the words of a command line. A
//     flag that was given there beats it.
//   - An [Exemption] excuses the keys of some users, for a reason.
//   - A [Target] is a place for the new secrets of some users.
//   - A [Period] is a time span as people write it: "90d", "24h".
//
// Rules:
//
//   - A file that is not there is an empty one. A file that can't be read, or holds
//     a key, a type or a value that is not known, is an [Error]: nothing in it is
//     ignored, since a misspelt limit would otherwise be no limit.
//   - Every error names the file, the line and what would be valid; all of a file's
//     errors are told at once.
//   - The environment is handed in.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Config is what the file says. The zero value is that of a file which is not
// there: the flags' own defaults hold.
type Config struct {
	Path     string    // of the file, "" if there is none
	Settings []Setting // the flags that it gives

	// OwnerTags and PurposeTags are the names of the user tags that tell whose a
	// user is and what for. The first that a user has counts.
	OwnerTags, PurposeTags []string

	Exemptions []Exemption // in the file's order
	Targets    []Target    // likewise
}

// Target is a place for the new secrets of the users whose name matches a pattern.
type Target struct {
	User string // a pattern of path.Match; case matters
	Spec string // as the delivery of secrets reads it: file:csv:/secure/new.csv
}

// Setting is a flag that the file gives: its name, max-age, and its value as it
// would stand on a command line.
type Setting struct {
	Name, Value string
}

// Exemption excuses the keys of the users whose name matches a pattern.
type Exemption struct {
	User   string // a pattern of path.Match; case matters
	Reason string
	// Until is the first instant at which the exemption holds no more: the end, in
	// UTC, of the day that the file names. It is zero where the file names none.
	Until time.Time
}

// Setting is the value that the file gives to a flag.
func (c Config) Setting(name string) (value string, given bool) {
	for _, s := range c.Settings {
		if s.Name == name {
			return s.Value, true
		}
	}
	return "", false
}

// Path is where the config file is looked for: in the folder keyturn of
// XDG_CONFIG_HOME or, where that is not an absolute path, of .config in the home
// folder. It is "" if neither is known. The environment is asked as os.LookupEnv does.
func Path(env func(name string) (value string, set bool)) string {
	folder, _ := env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(folder) { // as the XDG base directory specification has it
		home, _ := env("HOME")
		if home == "" {
			home, _ = env("USERPROFILE") // on Windows
		}
		if home == "" {
			return ""
		}
		folder = filepath.Join(home, ".config")
	}
	return filepath.Join(folder, "keyturn", "config.toml")
}

// maxSize bounds what is read: a config file is a page, not a disk.
const maxSize = 1 << 20

// Load reads the file at path. No path and no file there are an empty Config. An
// error of what the file says is, or joins, errors of the type *Error. The function target
// says what is wrong with the spec of a target; nil leaves that open.
func Load(path string, target func(spec string) error) (Config, error) {
	if path == "" {
		return Config{}, nil
	}
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, nil
	}
	if err != nil {
		return Config{}, fmt.Errorf("reading the config file: %w", err)
	}
	return parse(path, text, target)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator's own file
	if err != nil {
		return nil, err //nolint:wrapcheck // Load says what was attempted, the error the path
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(text) > maxSize {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxSize)
	}
	return text, err
}

// Error is something in the file that is not valid.
type Error struct {
	Path string
	Line int    // counted from 1
	Text string // what is not valid, and what would be
}

// Error is "path:line: text".
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Text) }
