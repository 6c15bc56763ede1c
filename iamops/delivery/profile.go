package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"keyturn/iamops"
)

// beforeSuffix ends the name of the profile that keeps a replaced pair.
const beforeSuffix = "-before-keyturn"

// editing lets one edit of this process finish before the next begins, so that
// they don't find each other's lock.
var editing sync.Mutex

// profile is a profile of the shared credentials file. Delivering exchanges its
// two values and nothing else, and keeps the old pair in a profile of its own,
// NAME-before-keyturn, right behind it. Putting back makes the file what it was,
// byte by byte; settling removes the old pair.
//
// A profile is refused that holds a session token, that stands twice in the file,
// or that holds neither the old key nor the new one. The file keeps its owner, group and
// mode: who may read it is the operator's to say.
type profile struct {
	name  string
	file  string // an absolute path, perhaps of a symlink
	usual bool   // it is the file that the environment names
}

func init() {
	register(kind{scheme: "profile", rank: 1, example: "profile:prod", parse: parseProfile})
}

// parseProfile reads NAME, or NAME:PATH with an absolute path.
func parseProfile(text string, env Env) (Target, error) {
	p := &profile{name: text, file: env.CredentialsFile(), usual: true}
	for at, r := range text {
		if r == ':' && filepath.IsAbs(text[at+1:]) {
			p.name = text[:at]
			p.usual = filepath.Clean(text[at+1:]) == p.file
			p.file = filepath.Clean(text[at+1:])
			break
		}
	}
	if !nameable(p.name) {
		return nil, errors.New("a credentials file can't have a profile of that name")
	}
	return p, nil
}

// Name is "profile prod", with the file unless it is the usual one.
func (p *profile) Name() string {
	if p.usual {
		return "profile " + p.name
	}
	return "profile " + p.name + " in " + p.file
}

// Spec names the file too: the environment may be another at the next start.
func (p *profile) Spec() string { return "profile:" + p.name + ":" + p.file }

// Warnings tells of a file that others can read, that has other names, or that is under
// version control.
func (p *profile) Warnings() []string {
	var warnings []string
	path, err := realPath(p.file)
	if err != nil {
		return nil // delivering says so
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		warnings = append(warnings, fmt.Sprintf(
			"others than its owner have rights to %s (mode %04o). Delivering keeps the mode", path, info.Mode().Perm()))
	}
	if err == nil && names(info) > 1 {
		warnings = append(warnings, fmt.Sprintf(
			"%s is a hard link: the file has %d names. What is read by another name keeps the old pair",
			path, names(info)))
	}
	if tree := workTree(path); tree != "" {
		warnings = append(warnings, fmt.Sprintf(
			"%s is inside the git work tree %s: see that it is not committed", path, tree))
	}
	return warnings
}

// Folder is that of the credentials file.
func (p *profile) Folder() string { return folderOf(p.file) }

// Deliver exchanges the old pair for the new one.
func (p *profile) Deliver(ctx context.Context, c Credential) error {
	return p.edit(ctx, func(f *sharedFile) ([]edit, error) { return p.delivery(f, c) })
}

// delivery is what Deliver changes.
func (p *profile) delivery(f *sharedFile, c Credential) ([]edit, error) {
	now, err := p.pair(f, p.name)
	switch {
	case err != nil:
		return nil, err
	case now == nil:
		return nil, refusal(iamops.NoProfile, p.file, "the credentials file has no profile %s", p.name)
	case now.keyID.value == c.KeyID && now.secret.value == c.Secret.Reveal():
		return nil, nil // delivered before
	case now.keyID.value != c.OldKeyID:
		return nil, refusal(OtherKey, p.file, "the profile holds %s", shown(now.keyID.value))
	}
	before, err := p.pair(f, p.name+beforeSuffix)
	switch {
	case err != nil:
		return nil, err
	case before != nil && before.keyID.value == c.OldKeyID && before.secret.value == now.secret.value:
		// Restoring could not tell it from what this delivery would keep, and would remove it.
		return nil, refusal(Exists, p.file,
			"profile %s holds the same pair already: remove it, or rename it, first", before.section.name)
	case before != nil:
		return nil, refusal(Exists, p.file, "profile %s keeps another pair, of %s: remove it, or rename it, first",
			before.section.name, shown(before.keyID.value))
	}
	return p.proven(f, append(now.exchange(c.KeyID, c.Secret.Reveal()), p.keep(f, now)))
}

// PutBack exchanges the new pair for the old one.
func (p *profile) PutBack(ctx context.Context, c Credential) error {
	return p.edit(ctx, func(f *sharedFile) ([]edit, error) {
		now, err := p.pair(f, p.name)
		if err != nil {
			return nil, err
		}
		before, err := p.pair(f, p.name+beforeSuffix)
		if err != nil {
			return nil, err
		}
		if before != nil && before.keyID.value != c.OldKeyID {
			before = nil // of another rotation
		}
		switch {
		case now == nil:
			return nil, refusal(iamops.NoProfile, p.file, "the credentials file has no profile %s any more", p.name)
		case now.keyID.value == c.OldKeyID:
			return nil, nil // whoever restored it did not leave word whose the pair behind it is
		case now.keyID.value != c.KeyID:
			return nil, refusal(OtherKey, p.file, "the profile holds %s", shown(now.keyID.value))
		case before == nil:
			return nil, &Failure{
				Kind: CannotPutBack,
				Path: p.file,
				Err: fmt.Errorf("profile %s%s does not hold the pair of %s: %w",
					p.name, beforeSuffix, c.OldKeyID, ErrCannotPutBack),
			}
		}
		return append(now.exchange(c.OldKeyID, before.secret.value), before.removal(f)...), nil
	})
}

// Settle removes the old pair.
func (p *profile) Settle(ctx context.Context, c Credential) error {
	return p.edit(ctx, func(f *sharedFile) ([]edit, error) {
		before, err := p.pair(f, p.name+beforeSuffix)
		if err != nil || before == nil || before.keyID.value != c.OldKeyID {
			return nil, err
		}
		edits := before.removal(f)
		if edits == nil {
			return nil, refusal(ChangedMeanwhile, p.file,
				"profile %s was edited: remove it by hand", before.section.name)
		}
		return edits, nil
	})
}

// edit rewrites the file by what change asks for; nothing is nothing.
func (p *profile) edit(ctx context.Context, change func(*sharedFile) ([]edit, error)) (err error) {
	editing.Lock()
	defer editing.Unlock()
	if !nameable(p.name) {
		return refusal(iamops.Malformed, p.file, "a profile of this name can't be told from its neighbours")
	}
	if err := ctx.Err(); err != nil {
		return fileFailure(p.file, "reading the file", err)
	}
	h, err := hold(p.file)
	if err != nil {
		return err
	}
	defer func() { err = also(err, h.release()) }()
	f, err := understood(p.file, h.text)
	if err != nil {
		return err
	}
	edits, err := change(&f)
	if err != nil || len(edits) == 0 {
		return err
	}
	return h.replace(ctx, []byte(applied(f.text, edits)))
}

// proven returns the edits, if Python reads every other profile after them as before. The
// SDK for Go does, by how they are made.
func (p *profile) proven(f *sharedFile, edits []edit) ([]edit, error) {
	exchanged := func(value string) string {
		for _, e := range edits {
			if was := f.text[e.start:e.end]; was != "" {
				value = strings.ReplaceAll(value, was, e.text)
			}
		}
		return value
	}
	after := readAsPython(applied(f.text, edits))
	if name := readAsPython(f.text).lost(after, exchanged, p.name+beforeSuffix); name != "" {
		return nil, refusal(iamops.Malformed, p.file,
			"boto3 and the AWS CLI would not read profile %s after this edit: indent all lines of the file alike", name)
	}
	return edits, nil
}

// understood reads a credentials file that has nothing strange in it: an edit
// must not guess.
func understood(path string, text []byte) (sharedFile, error) {
	f := parseShared(string(text))
	if f.strange != 0 {
		return f, &Failure{Kind: iamops.Malformed, Path: path, Line: f.strange,
			Err: errors.New(f.why)}
	}
	return f, nil
}

// pair is a profile's key with its secret.
type pair struct {
	section       *section
	keyID, secret property
}

// pair finds the only pair of a profile; nil if there is no such profile.
func (p *profile) pair(f *sharedFile, name string) (*pair, error) {
	sections := f.named(name)
	if len(sections) == 0 {
		return nil, nil
	}
	bad := func(line int, format string, args ...any) error {
		failure := refusal(iamops.Malformed, p.file, format, args...)
		failure.Line = line
		return failure
	}
	s := sections[0]
	if len(sections) > 1 {
		return nil, bad(sections[1].line, "profile %s is in the file a second time, after line %d", name, s.line)
	}
	if f.value(name, sessionProperty) != "" || f.value(name, legacySessionProperty) != "" {
		return nil, &Failure{Kind: SessionProfile, Path: p.file,
			Err: fmt.Errorf("profile %s holds a session token: whatever made the session will write it again", name)}
	}
	found := pair{section: s}
	for _, part := range []struct {
		key string
		at  *property
	}{{keyIDProperty, &found.keyID}, {secretProperty, &found.secret}} {
		places := s.all(part.key)
		if len(places) == 0 {
			return nil, bad(s.line, "profile %s has no %s", name, part.key)
		}
		if len(places) > 1 {
			return nil, bad(s.line, "profile %s has %s %d times", name, part.key, len(places))
		}
		if *part.at = places[0]; part.at.unfit() != "" {
			return nil, bad(s.line, "profile %s: its %s, in line %d, %s", name, part.key, part.at.line, part.at.unfit())
		}
	}
	return &found, nil
}

// unfit says why a value can't be exchanged, "" if it can.
func (a property) unfit() string {
	switch {
	case a.continued:
		return "goes on in the next line"
	case strings.Contains(a.value, "["):
		return "has a profile's name glued to it: give that a line of its own"
	case !plausible(a.value):
		return "is none that AWS could have made"
	}
	return ""
}

// exchange writes other values in the pair's place.
func (a *pair) exchange(keyID, secret string) []edit {
	return []edit{{a.keyID.start, a.keyID.end, keyID}, {a.secret.start, a.secret.end, secret}}
}

// keep writes the pair as a profile of its own, right behind the profile: between
// the end of its last line and that line's own ending, so that taking the same
// bytes out again leaves no trace. Before an indented line it is indented as the profile's
// last key is: to Python, a header that is indented deeper goes on with the kept secret.
func (p *profile) keep(f *sharedFile, a *pair) edit {
	rest := f.text[a.section.end:]
	if rest == "" {
		rest = f.text[len(withoutEnding(f.text[:strings.IndexByte(f.text, '\n')+1])):]
	}
	eol := rest[:len(rest)-len(strings.TrimLeft(rest, "\r"))] + "\n"
	indent := ""
	if indentedNext(f.text[a.section.end:]) {
		indent = readAsPython(f.text[:a.section.end]).indent
	}
	lines := []string{"", "",
		indent + "[" + p.name + beforeSuffix + "]",
		indent + keyIDProperty + " = " + a.keyID.value,
		indent + secretProperty + " = " + a.secret.value,
	}
	return edit{a.section.end, a.section.end, strings.Join(lines, eol)}
}

// removal takes out a profile that keep wrote, with the empty line before it. It
// is nil for no pair, and where the profile holds anything else by now.
func (a *pair) removal(f *sharedFile) []edit {
	if a == nil {
		return nil
	}
	start, end := a.section.start, a.section.end
	if len(a.section.properties) != 2 || strings.Count(f.text[start:end], "\n") != 2 {
		return nil
	}
	start = len(withoutEnding(withoutEmptyLine(f.text[:start])))
	return []edit{{start, end, ""}}
}

func withoutEnding(text string) string {
	return strings.TrimRight(strings.TrimSuffix(text, "\n"), "\r")
}

// withoutEmptyLine takes the last line off if it is empty.
func withoutEmptyLine(text string) string {
	if shorter := withoutEnding(text); strings.HasSuffix(shorter, "\n") {
		return shorter
	}
	return text
}

// edit is one replacement in a text, from start to before end.
type edit struct {
	start, end int
	text       string
}

// applied makes the edits, which must not overlap.
func applied(text string, edits []edit) string {
	edits = slices.SortedFunc(slices.Values(edits), func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// shown is a key ID for a message. What does not look like one may be a secret in
// the wrong place.
func shown(keyID string) string {
	if len(keyID) == 20 && (strings.HasPrefix(keyID, "AKIA") || strings.HasPrefix(keyID, "ASIA")) {
		return keyID
	}
	return "another key"
}
