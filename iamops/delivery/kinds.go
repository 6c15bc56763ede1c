package delivery

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// kind is a kind of target. Its row stands in the file of that target, and is all that
// lists, helps, docs and errors know of it.
type kind struct {
	scheme  string // its specs begin with it and a colon
	rank    int    // where lists have it: the smallest comes first
	example string // of a spec, as the help and docs/config.md show it
	hint    string // stands beside the example in the help; may be ""

	// parse makes the target from what follows scheme and colon. It reads no file and runs
	// nothing; its failures need not name the target.
	parse func(rest string, env Env) (Target, error)
}

// kinds are those that have registered, in the order of lists.
var kinds []kind

// register adds a kind. The file of each target calls it from init.
func register(k kind) {
	at, _ := slices.BinarySearchFunc(kinds, k, func(a, b kind) int { return cmp.Compare(a.rank, b.rank) })
	kinds = slices.Insert(kinds, at, k)
}

// Usage shows how a spec of each kind is written, a line each.
func Usage() []string {
	var lines []string
	for _, k := range kinds {
		lines = append(lines, k.example+k.hint)
	}
	return lines
}

// Parse makes the target that a spec describes. It reads no file and runs nothing.
func Parse(spec string, env Env) (Target, error) {
	if !utf8.ValidString(spec) {
		return nil, fmt.Errorf("target %q: it is not UTF-8, and could not be written down", spec)
	}
	scheme, rest, _ := strings.Cut(spec, ":")
	var schemes []string
	for _, k := range kinds {
		if k.scheme != scheme {
			schemes = append(schemes, k.scheme)
			continue
		}
		target, err := k.parse(rest, env)
		if err != nil {
			return nil, fmt.Errorf("target %q: %w", spec, err)
		}
		return checked{target}, nil
	}
	last := len(schemes) - 1
	return nil, fmt.Errorf(
		"target %q: it begins with none of %s and %s", spec, strings.Join(schemes[:last], ", "), schemes[last],
	)
}
