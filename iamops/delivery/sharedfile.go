package delivery

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sharedFile is a credentials or config file as the AWS SDK for Go reads it, with
// the place of everything in its text. The rules are the loader's own, odd ones
// too, since it is the loader that an application sees the file through: keys in
// any case, = or : between key and value, comments after a blank, quotes, and
// indented lines, which belong to a key with an empty value and else are keys.
type sharedFile struct {
	text     string
	sections []section
	strange  int    // the first line that is no part of such a file, from 1; 0 is none
	why      string // what is strange about it
}

// section is a header with all that belongs to it. A name that stands twice is
// two sections here, and one for the loader.
type section struct {
	name       string
	line       int // the header's, from 1
	start, end int // from the header's first byte to after the last byte of its last key, without a line ending
	properties []property
}

// property is a key with its value, as the loader understands it.
type property struct {
	key        string // in lower case
	value      string
	line       int  // from 1
	start, end int  // where the value stands
	continued  bool // on further lines
}

const (
	keyIDProperty   = "aws_access_key_id"
	secretProperty  = "aws_secret_access_key"
	sessionProperty = "aws_session_token"
	// legacySessionProperty is the session token's name of old, which boto3 and the AWS CLI
	// still sign with.
	legacySessionProperty = "aws_security_token"
)

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

func parseShared(text string) sharedFile {
	f := sharedFile{text: text}
	inSection := false // a header without a name begins none, nor does one that is not understood
	number := 0
	for start := 0; start < len(text); {
		number++
		next := len(text)
		if at := strings.IndexByte(text[start:], '\n'); at >= 0 {
			next = start + at + 1
		}
		whole := strings.TrimSuffix(text[start:next], "\n")
		line := strings.TrimRight(whole, "\r") // more than one where a line ending was doubled
		end := start + len(line)
		indented := line != "" && isBlank(line[0])
		name, isHeader := headerName(line)
		key, from, isProperty := splitProperty(line, indented)
		switch {
		case strings.TrimSpace(line) == "" || strings.ContainsRune("#;", rune(strings.TrimLeft(line, " \t")[0])):
		case strings.ContainsAny(line, "\x00\r"):
			f.strangeAt(number, line)
		case isHeader:
			inSection = name != ""
			if inSection {
				f.sections = append(f.sections, section{name: name, line: number, start: start, end: end})
			}
		case looksLikeHeader(line):
			// What follows belongs to a profile whose name is not known, and not to the one before.
			f.strangeAt(number, line)
			inSection = false
		case isProperty && !inSection:
			// The loader skips what stands before the first header.
		case isProperty && (!indented || !f.last().nests()):
			p := property{key: strings.ToLower(strings.TrimSpace(key)), line: number}
			p.value, p.start = valueOf(line, from, indented)
			p.start += start
			p.end = p.start + len(p.value)
			f.last().properties = append(f.last().properties, p)
			f.last().end = end
		case indented && inSection && len(f.last().properties) > 0:
			f.last().properties[len(f.last().properties)-1].continued = true
			f.last().end = end
		default:
			f.strangeAt(number, line)
		}
		start = next
	}
	return f
}

// looksLikeHeader reports whether a line that is no header is meant, or read by somebody,
// as one.
func looksLikeHeader(line string) bool {
	text := strings.TrimLeft(strings.TrimPrefix(line, byteOrderMark), " \t")
	return text != "" && text[0] == '[' && (strings.Contains(text, "]") || !strings.ContainsAny(text, "=:"))
}

const byteOrderMark = "\ufeff"

func (f *sharedFile) strangeAt(number int, line string) {
	if f.strange == 0 {
		f.strange, f.why = number, strangeness(line)
	}
}

// strangeness says what is wrong with a line that is no part of a credentials file.
func strangeness(line string) string {
	bom := strings.HasPrefix(line, byteOrderMark)
	line = strings.TrimSpace(line)
	bracket := strings.IndexByte(line, ']')
	switch {
	case bom:
		return "the file begins with a byte order mark (BOM): save it as UTF-8 without one"
	case strings.ContainsRune(line, 0):
		return "it holds a zero byte: save the file as UTF-8"
	case strings.ContainsRune(line, '\r'):
		return "it holds a carriage return in its middle"
	case line[0] != '[':
		return "it is neither a profile's name in brackets, nor key = value, nor a comment"
	case bracket < 0:
		return "the profile's name has no closing bracket"
	case strings.ContainsAny(line[:bracket], "#;"):
		return "the profile's name holds # or ;, which begin a comment for other programs"
	}
	return "there is text behind the profile's name"
}

func (f *sharedFile) last() *section { return &f.sections[len(f.sections)-1] }

// nests reports whether an indented key belongs to the last key of the section.
func (s *section) nests() bool {
	return len(s.properties) > 0 && s.properties[len(s.properties)-1].value == ""
}

// headerName reads "[name]" or "[kind  name]", which is "kind name".
func headerName(line string) (string, bool) {
	line, _, _ = strings.Cut(line, "#")
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if len(line) < 2 || line[0] != '[' || line[len(line)-1] != ']' {
		return "", false
	}
	name := strings.TrimSpace(line[1 : len(line)-1])
	if at := strings.IndexAny(name, " \t"); at > 0 {
		name = name[:at] + " " + strings.TrimLeft(name[at:], " \t")
	}
	return name, true
}

// splitProperty finds the key, and where the value's side of the line begins. The
// loader looks into comments only where the line is indented.
func splitProperty(line string, indented bool) (key string, from int, ok bool) {
	if !indented {
		line = uncommented(line)
	}
	at := strings.IndexAny(line, "=:")
	if at < 0 {
		return "", 0, false
	}
	return line[:at], at + 1, true
}

// uncommented cuts a comment that follows a blank.
func uncommented(line string) string {
	for at := 1; at < len(line); at++ {
		if (line[at] == '#' || line[at] == ';') && isBlank(line[at-1]) {
			return line[:at-1]
		}
	}
	return line
}

// valueOf finds the value behind the separator: its text, and where in the line
// it begins. The loader takes quotes off before it looks for a comment in an
// indented line, and after that in any other.
func valueOf(line string, from int, indented bool) (value string, start int) {
	trim := func() {
		left := strings.TrimLeftFunc(value, unicode.IsSpace)
		start += len(value) - len(left)
		value = strings.TrimRightFunc(left, unicode.IsSpace)
	}
	unquote := func() {
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[0] == value[n-1] {
			value, start = value[1:n-1], start+1
		}
	}
	start = from
	if !indented {
		value = uncommented(line)[from:]
		trim()
		unquote()
		return value, start
	}
	value = line[from:]
	trim()
	unquote()
	value = uncommented(value)
	trim()
	return value, start
}

// named finds the sections with a name.
func (f *sharedFile) named(name string) []*section {
	var found []*section
	for i := range f.sections {
		if f.sections[i].name == name {
			found = append(found, &f.sections[i])
		}
	}
	return found
}

// value is what the loader reads for a key of a profile, "" if it has none.
func (f *sharedFile) value(name, key string) string {
	value := ""
	for _, s := range f.named(name) {
		for _, p := range s.all(key) {
			value = p.value
		}
	}
	return value
}

// names are the names of all sections, in the file's order, each once.
func (f *sharedFile) names() []string {
	var names []string
	for _, s := range f.sections {
		if !slices.Contains(names, s.name) {
			names = append(names, s.name)
		}
	}
	return names
}

// all finds the places of a key in a section.
func (s *section) all(key string) []property {
	var found []property
	for _, p := range s.properties {
		if p.key == key {
			found = append(found, p)
		}
	}
	return found
}

// nameable reports whether the name of a profile is read back from a header, and
// from a spec.
func nameable(name string) bool {
	read, ok := headerName("[" + name + "]")
	return ok && name != "" && read == name && utf8.ValidString(name) && !strings.Contains(name, ":/") &&
		!strings.ContainsFunc(name, unicode.IsControl)
}
