package audit

import (
	"fmt"
	"strings"
)

// Finding is one thing that is to be said about a key.
type Finding uint8

// The findings, the gravest first. The verdict of a key is its gravest one.
//
// Keys that nobody uses come before keys that are merely old: they are the ones
// that can be retired without a new one, whatever their age. Unknown comes before
// what may need it to be judged, and after what stands without it.
const (
	// NoFinding is the verdict of a key that is in order.
	NoFinding Finding = iota
	// RootKey: a key of the account's root user, which nothing can restrain. Its status
	// and its age do not matter.
	RootKey
	// NeverUsed: Active, known never to have been used, and older than a day: a
	// key just made has had no chance, and last use is told with a delay.
	NeverUsed
	// Unused: Active, older than the unused period, and known not to have been used
	// in it. A key that was never used at all is this as well.
	Unused
	// Overdue: Active and older than the greatest age.
	Overdue
	// Unknown: the last use, the status or the date of the key, or which keys the
	// user has, is not known.
	Unknown
	// SecondActive: the older one of two Active keys of a user.
	SecondActive
	// Due: Active, and will be Overdue within the due period.
	Due
	// InactiveKey: switched off, and left behind.
	InactiveKey

	findingCount
)

var findingNames = [findingCount]string{
	NoFinding: "", RootKey: "root-key", NeverUsed: "never-used", Unused: "unused", Overdue: "overdue",
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

// Next is what to do about a verdict.
type Next string

// The next steps: replace the key by a new one; take it out of use without a new
// one; delete it, since it is Inactive already; find out what is not known; go on
// with the rotation that is under way; do it as the root user, for whom keyturn makes no
// call; nothing.
const (
	Rotate    Next = "rotate"
	Retire    Next = "retire"
	Delete    Next = "delete"
	LookAgain Next = "look again"
	GoOn      Next = "go on"
	AsRoot    Next = "as root"
	Nothing   Next = ""
)

func (f Finding) next() Next {
	switch f {
	case NeverUsed, Unused, SecondActive:
		return Retire
	case Overdue, Due:
		return Rotate
	case RootKey:
		return AsRoot
	case Unknown:
		return LookAgain
	case InactiveKey:
		return Delete
	case NoFinding, findingCount:
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
