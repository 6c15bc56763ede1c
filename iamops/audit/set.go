package audit

import "strings"

// Set is a set of findings.
type Set uint16

var _ [16 - findingCount]struct{} // a Set has a bit for each finding

// SetOf returns the set of the given findings.
func SetOf(findings ...Finding) Set {
	var s Set
	for _, f := range findings {
		s = s.With(f)
	}
	return s
}

// setWhere is the set of the findings of which something is true.
func setWhere(is func(Finding) bool) Set {
	var s Set
	for _, f := range All() {
		if is(f) {
			s = s.With(f)
		}
	}
	return s
}

// With returns the set and the finding.
func (s Set) With(f Finding) Set {
	if f == NoFinding {
		return s
	}
	return s | 1<<f
}

// Has reports whether the finding is in the set.
func (s Set) Has(f Finding) bool { return f != NoFinding && s&(1<<f) != 0 }

// List are the findings of the set, the gravest first.
func (s Set) List() []Finding {
	var list []Finding
	for f := NoFinding + 1; f < findingCount; f++ {
		if s.Has(f) {
			list = append(list, f)
		}
	}
	return list
}

// Verdict is the gravest finding of the set, NoFinding if it is empty.
func (s Set) Verdict() Finding {
	for f := NoFinding + 1; f < findingCount; f++ {
		if s.Has(f) {
			return f
		}
	}
	return NoFinding
}

// next is the step for a key with these findings, on its own. One that nobody uses is
// retired, however old it is; one that leaked is deleted, once it is Inactive.
func (s Set) next() Next {
	verdict := s.Verdict()
	switch {
	case verdict == Compromised && s.Has(InactiveKey):
		return Delete
	case verdict == Overdue && (s.Has(Unused) || s.Has(NeverUsed)):
		return Retire
	}
	return verdict.Next()
}

// String are the names of the findings, the gravest first, with blanks between.
func (s Set) String() string {
	names := make([]string, 0, findingCount)
	for _, f := range s.List() {
		names = append(names, f.String())
	}
	return strings.Join(names, " ")
}
