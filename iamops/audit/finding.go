package audit

import (
	"fmt"
	"strings"
)

// Finding is one thing that is to be said about a key.
type Finding uint8

// The findings, the gravest first: the verdict of a key is its gravest one. Unknown
// comes before what may need it to be judged, and after what stands without it.
const (
	// NoFinding is the verdict of a key that is in order.
	NoFinding Finding = iota
	// RootKey: a key of the account's root user, which nothing can restrain. Its status
	// and its age do not matter.
	RootKey
	// Compromised: AWS has attached its quarantine policy to the user. Which of the
	// user's keys has leaked, it does not say.
	Compromised
	// Overdue: Active and older than the greatest age.
	Overdue
	// NeverUsed: Active, older than the unused period, and no use is known. It is
	// Unused as well.
	NeverUsed
	// Unused: Active, older than the unused period, and known not to have been used
	// in it.
	Unused
	// Unknown: the last use, the status or the date of the key, or which keys the
	// user has, is not known.
	Unknown
	// Due: Active, and will be Overdue within the due period.
	Due
	// SecondActive: an Active key beside the one that the user keeps.
	SecondActive
	// InactiveKey: switched off, and left behind.
	InactiveKey

	findingCount
)

var findingNames = [findingCount]string{
	NoFinding: "", RootKey: "root-key", Compromised: "compromised", NeverUsed: "never-used", Unused: "unused", Overdue: "overdue",
	Unknown: "unknown", SecondActive: "second-active", Due: "due", InactiveKey: "inactive",
}

// All are the findings, the gravest first.
func All() []Finding {
	all := make([]Finding, 0, findingCount-1)
	for f := NoFinding + 1; f < findingCount; f++ {
		all = append(all, f)
	}
	return all
}

// String is the finding's name, as it is typed, filtered by and printed:
// "never-used". It is "" for NoFinding.
func (f Finding) String() string {
	if f < findingCount {
		return findingNames[f]
	}
	return fmt.Sprintf("finding-%d", uint8(f))
}

// Next is what to do about a key.
type Next string

// The next steps.
const (
	// Rotate: replace the key by a new one.
	Rotate Next = "rotate"
	// Retire: take it out of use without a new one.
	Retire Next = "retire"
	// Delete: it is Inactive already.
	Delete Next = "delete"
	// LookAgain: find out what is not known.
	LookAgain Next = "look again"
	// GoOn: two keys are in use, or a rotation is under way; move to the newer one.
	GoOn Next = "go on"
	// Leaked: replace it as a leaked one, which is switched off first.
	Leaked Next = "leaked"
	// AsRoot: only the root user can, for whom keyturn makes no call.
	AsRoot Next = "as root"
	// Nothing is to be done.
	Nothing Next = ""
)

// next is the step for a key with these findings, on its own. One that nobody uses is
// retired, however old it is.
func (s Set) next() Next {
	switch {
	case s.Has(RootKey):
		return AsRoot
	case s.Has(Compromised) && s.Has(InactiveKey):
		return Delete
	case s.Has(Compromised):
		return Leaked
	case s.Has(Unused), s.Has(NeverUsed):
		return Retire
	}
	switch s.Verdict() {
	case Overdue, Due:
		return Rotate
	case Unknown:
		return LookAgain
	case SecondActive:
		return Retire
	case InactiveKey:
		return Delete
	case NoFinding, RootKey, Compromised, NeverUsed, Unused, findingCount:
	}
	return Nothing
}

// Set is a set of findings.
type Set uint16

// SetOf returns the set of the given findings.
func SetOf(findings ...Finding) Set {
	var s Set
	for _, f := range findings {
		s = s.With(f)
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

// String are the names of the findings, the gravest first, with blanks between.
func (s Set) String() string {
	names := make([]string, 0, findingCount)
	for _, f := range s.List() {
		names = append(names, f.String())
	}
	return strings.Join(names, " ")
}
