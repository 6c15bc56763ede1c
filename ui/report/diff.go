package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"keyturn/iamops/audit"
)

// Changes are what became of the keys and their findings since an earlier audit.
type Changes struct {
	Since, At time.Time // of the two audits
	Keys      []Change
	// Notes are sentences on what could not be compared, and on what makes the two
	// audits differ though no key does.
	Notes   []string
	several bool // more than one account was compared
}

// Change is what became of one key.
type Change struct {
	Kind    ChangeKind
	Account string // its ID
	User    string
	KeyID   string // "" where only a credential report told of the key
	Slot    int    // in that report; 0 if it is not certain
	Before  *Standing
	Now     *Standing
}

// Standing is how a key stands at a time.
type Standing struct {
	Status   string   // in AWS's words
	Findings []string // the gravest first
	Rotating bool
	Exempt   bool
}

// ChangeKind says what became of a key.
type ChangeKind string

// The key is there since; its status, its findings or what excuses them are others;
// it is no more; it is in one of the audits alone, and the other one could not know
// the user's keys.
const (
	KeyNew     ChangeKind = "new"
	KeyChanged ChangeKind = "changed"
	KeyGone    ChangeKind = "gone"
	KeyUnclear ChangeKind = "unclear"
)

var changeKinds = []ChangeKind{KeyNew, KeyChanged, KeyGone, KeyUnclear}

// Diff reads an earlier audit, as Write writes it as JSON, and compares the audits
// with it. Keys that are as they were are left out. An account of which either side
// knows nothing is noted and not compared. A damaged file, or one of another version
// of the schema, is an error.
func Diff(earlier io.Reader, now ...Audit) (Changes, error) {
	before, err := readDocument(earlier)
	if err != nil {
		return Changes{}, err
	}
	return compare(before, newDocument(now)), nil
}

// Of is the number of changes of a kind.
func (c Changes) Of(kind ChangeKind) int {
	n := 0
	for _, k := range c.Keys {
		if k.Kind == kind {
			n++
		}
	}
	return n
}

func compare(before, now document) Changes {
	c := Changes{Since: *before.At}
	if now.At != nil {
		c.At = *now.At
	}
	was, is := sides(before), sides(now)
	compared := 0
	for _, id := range slices.Sorted(maps.Keys(is)) {
		if was[id] == nil {
			c.Notes = append(c.Notes, fmt.Sprintf("The earlier audit knows nothing of account %s: it was not compared.", id))
			continue
		}
		compared++
		c.Notes = append(c.Notes, noteSides(was[id], is[id])...)
		users := map[string]bool{}
		for user := range was[id].users {
			users[user] = true
		}
		for user := range is[id].users {
			users[user] = true
		}
		for user := range users {
			c.Keys = append(c.Keys, compareUser(was[id], is[id], user)...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(was)) {
		if is[id] == nil {
			c.Notes = append(c.Notes, fmt.Sprintf("The present audit knows nothing of account %s: it was not compared.", id))
		}
	}
	for _, d := range []struct {
		when string
		document
	}{{"earlier", before}, {"present", now}} {
		if d.Partial {
			c.Notes = append(c.Notes, fmt.Sprintf("The %s audit is partial.", d.when))
		}
	}
	slices.SortFunc(c.Keys, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(changeKinds, a.Kind), slices.Index(changeKinds, b.Kind)),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.User, b.User), cmp.Compare(a.KeyID, b.KeyID), cmp.Compare(a.Slot, b.Slot))
	})
	c.several = compared > 1
	return c
}

// side is an account of one of the two audits.
type side struct {
	account accountDocument
	users   map[string][]rowDocument
	unknown map[string]bool // users whose keys could not be known
	broken  bool            // users may be missing
}

// sides are the accounts of an audit of which something is known, by their IDs.
func sides(d document) map[string]*side {
	all := map[string]*side{}
	for _, a := range d.Accounts {
		s := &side{account: a, users: map[string][]rowDocument{}, unknown: map[string]bool{}}
		failed := false
		s.broken = a.OwnKeysOnly
		for _, f := range a.Failures {
			switch {
			case f.What == string(theAccount), f.What == string(theReport):
				failed = true
			case f.What == string(theUsers):
				s.broken = true
			case f.What == string(theKeys):
				s.unknown[text(f.User)] = true
			}
		}
		if a.ID != nil && !failed && all[*a.ID] == nil {
			all[*a.ID] = s
		}
	}
	for _, r := range d.Rows {
		s := all[text(r.Account)]
		if s == nil {
			continue
		}
		if r.KeyID == nil && r.Slot == nil { // a user of whom no key is known
			if slices.Contains(r.Findings, audit.Unknown.String()) {
				s.unknown[r.User] = true
			}
			continue
		}
		same := func(other rowDocument) bool { return sameKey(r, other) }
		if !slices.ContainsFunc(s.users[r.User], same) { // an account may have been reached twice
			s.users[r.User] = append(s.users[r.User], r)
		}
	}
	return all
}

// knows reports whether the side knows that a user has no keys but those in it. The
// credential report alone does not: it is silent on some Inactive keys. Of the root user,
// nothing else tells.
func (s *side) knows(user string) bool {
	if user == audit.RootName {
		return s.account.ReportAt != nil && !s.unknown[user]
	}
	return !s.account.ReportOnly && !s.unknown[user] && (!s.broken || len(s.users[user]) > 0)
}

// noteSides notes what makes findings differ though the keys do not.
func noteSides(was, is *side) []string {
	var notes []string
	a, b := was.account, is.account
	if a.MaxAge != b.MaxAge || a.DueWithin != b.DueWithin || a.Unused != b.Unused {
		notes = append(notes, fmt.Sprintf("Account %s was judged by other limits: %g days, due %g days before and unused after %g; now %g, %g and %g.",
			text(a.ID), a.MaxAge, a.DueWithin, a.Unused, b.MaxAge, b.DueWithin, b.Unused))
	}
	for _, one := range []struct {
		when string
		side *side
	}{{"earlier", was}, {"present", is}} {
		if !one.side.knows(audit.RootName) {
			notes = append(notes, fmt.Sprintf("Whether the root user of account %s has access keys, the %s audit does not know: the credential report did not tell.", text(a.ID), one.when))
		}
	}
	if a.ReportOnly != b.ReportOnly {
		notes = append(notes, fmt.Sprintf("Of account %s, one audit knows the credential report alone: it has no key IDs, and is silent on some keys.", text(a.ID)))
	}
	return notes
}

// compareUser pairs a user's keys before and now.
func compareUser(was, is *side, user string) []Change {
	before, now := slices.Clone(was.users[user]), slices.Clone(is.users[user])
	var changes []Change
	pair := func(same func(a, b rowDocument) bool) {
		before = slices.DeleteFunc(before, func(a rowDocument) bool {
			at := slices.IndexFunc(now, func(b rowDocument) bool { return same(a, b) })
			if at < 0 {
				return false
			}
			if c, changed := changeOf(a, now[at]); changed {
				changes = append(changes, c)
			}
			now = slices.Delete(now, at, at+1)
			return true
		})
	}
	pair(sameKey)
	pair(sameDate)
	for _, a := range before {
		c := identify(a, a)
		c.Kind, c.Before = KeyGone, standing(a)
		if !is.knows(user) || mayBe(a, now) {
			c.Kind = KeyUnclear
		}
		changes = append(changes, c)
	}
	for _, b := range now {
		c := identify(b, b)
		c.Kind, c.Now = KeyNew, standing(b)
		young := b.KeyID != nil && b.Created != nil && b.Created.After(*was.account.At)
		if !young && (!was.knows(user) || mayBe(b, before)) {
			c.Kind = KeyUnclear
		}
		changes = append(changes, c)
	}
	return changes
}

// sameKey reports whether two rows are about one key: by its ID or, if neither has
// one, by its place in the credential report.
func sameKey(a, b rowDocument) bool {
	if a.KeyID == nil && b.KeyID == nil {
		return a.Slot != nil && b.Slot != nil && *a.Slot == *b.Slot
	}
	return a.KeyID != nil && b.KeyID != nil && *a.KeyID == *b.KeyID
}

// sameDate takes a key whose ID one of the audits does not know for that which has
// the same date.
func sameDate(a, b rowDocument) bool {
	return (a.KeyID == nil) != (b.KeyID == nil) && a.Created != nil && b.Created != nil && a.Created.Equal(*b.Created)
}

// mayBe reports whether a key may be one of the other audit's that are left over:
// the ID of either is not known.
func mayBe(r rowDocument, others []rowDocument) bool {
	return slices.ContainsFunc(others, func(other rowDocument) bool { return r.KeyID == nil || other.KeyID == nil })
}

func changeOf(a, b rowDocument) (c Change, changed bool) {
	c = identify(a, b)
	c.Kind, c.Before, c.Now = KeyChanged, standing(a), standing(b)
	return c, c.Before.Status != c.Now.Status || c.Before.Rotating != c.Now.Rotating || c.Before.Exempt != c.Now.Exempt ||
		!slices.Equal(slices.Sorted(slices.Values(c.Before.Findings)), slices.Sorted(slices.Values(c.Now.Findings)))
}

// identify names the key of which either row may know the ID.
func identify(a, b rowDocument) Change {
	c := Change{Account: text(b.Account), User: b.User, KeyID: cmp.Or(text(b.KeyID), text(a.KeyID))}
	if slot := cmp.Or(b.Slot, a.Slot); slot != nil {
		c.Slot = *slot
	}
	return c
}

func standing(r rowDocument) *Standing {
	return &Standing{Status: text(r.Status), Findings: r.Findings, Rotating: r.Rotating, Exempt: r.Exemption != nil}
}
