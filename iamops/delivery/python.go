package delivery

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// pythonFile is a credentials file as Python's configparser reads it, through which
// boto3 and the AWS CLI see it. Its rules are others than those of the SDK for Go: a line
// that is indented deeper than the key before it continues that key's value, even if it
// looks like a profile's name.
type pythonFile struct {
	sections map[string]map[string]string // values by section and key
	failed   bool                         // it reads nothing, for what is in some line
	indent   string                       // the blanks before the last line that is no continuation
}

// readAsPython reads a text to its end, also where Python would give up.
func readAsPython(text string) pythonFile {
	f := pythonFile{sections: map[string]map[string]string{}}
	var section map[string]string
	key, name := "", ""
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	for _, line := range strings.Split(text, "\n") {
		value := strings.TrimSpace(line)
		indent := line[:len(line)-len(strings.TrimLeftFunc(line, unicode.IsSpace))]
		switch {
		case value == "":
			if key != "" {
				section[key] += "\n"
			}
		case value[0] == '#' || value[0] == ';':
		case key != "" && len([]rune(indent)) > len([]rune(f.indent)):
			section[key] += "\n" + value
		case value[0] == '[' && strings.LastIndexByte(value, ']') > 1:
			name, key, f.indent = value[1:strings.LastIndexByte(value, ']')], "", indent
			if _, twice := f.sections[name]; twice {
				f.failed = true
			} else {
				f.sections[name] = map[string]string{}
			}
			section = f.sections[name]
		default:
			f.indent = indent
			at := strings.IndexAny(value, "=:")
			if section == nil || at <= 0 {
				f.failed = true
				continue
			}
			key = strings.ToLower(strings.TrimSpace(value[:at]))
			if _, twice := section[key]; twice {
				f.failed = true
			}
			section[key] = strings.TrimSpace(value[at+1:])
		}
	}
	for _, section := range f.sections {
		for key, value := range section {
			section[key] = strings.TrimRightFunc(value, unicode.IsSpace)
			f.failed = f.failed || !nests(section[key])
		}
	}
	return f
}

// nests reports whether botocore can read a value: one that begins in the next line has to
// be a block of key = value.
func nests(value string) bool {
	if !strings.HasPrefix(value, "\n") {
		return true
	}
	for line := range strings.Lines(value) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(line, "=") {
			return false
		}
	}
	return true
}

// lost names a profile that Python reads before an edit, and not with the same values
// after it, apart from the exchange of the pair and the profile that keeps it; "" if there
// is none.
func (f pythonFile) lost(after pythonFile, exchanged func(string) string, kept string) string {
	if f.failed {
		return "" // Python reads nothing of such a file, before or after
	}
	for _, name := range slices.Sorted(maps.Keys(f.sections)) {
		if name == kept {
			continue
		}
		section := f.sections[name]
		now, there := after.sections[name]
		if !there || after.failed {
			return name
		}
		for key, value := range section {
			is, there := now[key]
			// A value that has swallowed a profile's name is none that Python could use.
			if !there || is != value && is != exchanged(value) && !strings.Contains(value, "\n[") {
				return name
			}
		}
		for key := range now {
			if _, there := section[key]; !there {
				return name
			}
		}
	}
	return ""
}

// indentedNext reports whether the first line that says anything is indented.
func indentedNext(text string) bool {
	for line := range strings.Lines(text) {
		if value := strings.TrimSpace(line); value != "" && value[0] != '#' && value[0] != ';' {
			return isBlank(line[0])
		}
	}
	return false
}
