package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"keyturn/iamops/audit"
)

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

func compare(before, now document) Changes {
	c := Changes{since: *before.At}
	if now.At != nil {
		c.at = *now.At
	}
	was, is := sides(before), sides(now)
	compared := 0
	for _, id := range slices.Sorted(maps.Keys(is)) {
		if was[id] == nil {
			c.notes = append(c.notes, fmt.Sprintf("The earlier audit knows nothing of account %s: it was not compared.", id))
			continue
		}
		compared++
		c.notes = append(c.notes, noteSides(was[id], is[id])...)
		users := maps.Clone(was[id].users)
		maps.Copy(users, is[id].users)
		for user := range users {
			c.keys = append(c.keys, compareUser(was[id], is[id], user)...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(was)) {
		if is[id] == nil {
			c.notes = append(c.notes, fmt.Sprintf("The present audit knows nothing of account %s: it was not compared.", id))
		}
	}
	for _, d := range []struct {
		when string
		document
	}{{"earlier", before}, {"present", now}} {
		if d.Partial {
			c.notes = append(c.notes, fmt.Sprintf("The %s audit is partial.", d.when))
		}
	}
	slices.SortFunc(c.keys, func(a, b change) int {
		return cmp.Or(cmp.Compare(slices.Index(changeKinds, a.Kind), slices.Index(changeKinds, b.Kind)),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.User, b.User),
			cmp.Compare(text(a.KeyID), text(b.KeyID)), cmp.Compare(count(a.Slot), count(b.Slot)))
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
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	a, b := was.account, is.account
	if a.MaxAge != b.MaxAge || a.DueWithin != b.DueWithin || a.Unused != b.Unused {
		note("Account %s was judged by other limits: %g days, due %g days before and unused after %g; now %g, %g and %g.",
			text(a.ID), a.MaxAge, a.DueWithin, a.Unused, b.MaxAge, b.DueWithin, b.Unused)
	}
	for _, one := range []struct {
		when string
		side *side
	}{{"earlier", was}, {"present", is}} {
		if !one.side.knows(audit.RootName) {
			note("Whether the root user of account %s has access keys, the %s audit does not know: "+
				"the credential report did not tell.", text(a.ID), one.when)
		}
	}
	if a.ReportOnly != b.ReportOnly {
		note("Of account %s, one audit knows the credential report alone: it has no key IDs, and is silent on some keys.",
			text(a.ID))
	}
	return notes
}

// compareUser pairs a user's keys before and now. What is left over is gone or new, as far
// as the other audit can know.
func compareUser(was, is *side, user string) []change {
	before, now := slices.Clone(was.users[user]), slices.Clone(is.users[user])
	var changes []change
	for _, same := range []func(a, b rowDocument) bool{sameKey, sameDate} {
		before = slices.DeleteFunc(before, func(a rowDocument) bool {
			at := slices.IndexFunc(now, func(b rowDocument) bool { return same(a, b) })
			if at < 0 {
				return false
			}
			if c := newChange(keyChanged, &a, &now[at]); !c.Before.equal(c.Now) {
				changes = append(changes, c)
			}
			now = slices.Delete(now, at, at+1)
			return true
		})
	}
	for _, a := range before {
		kind := keyGone
		if !is.knows(user) || mayBe(a, now) {
			kind = keyUnclear
		}
		changes = append(changes, newChange(kind, &a, nil))
	}
	for _, b := range now {
		kind := keyNew
		young := b.KeyID != nil && b.Created != nil && b.Created.After(*was.account.At)
		if !young && (!was.knows(user) || mayBe(b, before)) {
			kind = keyUnclear
		}
		changes = append(changes, newChange(kind, nil, &b))
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

// newChange is what became of a key that is in one audit or both. Either may know its ID.
func newChange(kind changeKind, before, now *rowDocument) change {
	a, b := cmp.Or(before, now), cmp.Or(now, before)
	return change{
		Kind: kind, Account: text(b.Account), User: b.User,
		KeyID: cmp.Or(b.KeyID, a.KeyID), Slot: cmp.Or(b.Slot, a.Slot),
		Before: newState(before), Now: newState(now),
	}
}

func newState(r *rowDocument) *keyState {
	if r == nil {
		return nil
	}
	return &keyState{Status: r.Status, Findings: r.Findings, Rotating: r.Rotating, Exempt: r.Exemption != nil}
}

func (s *keyState) equal(other *keyState) bool {
	return text(s.Status) == text(other.Status) && s.Rotating == other.Rotating && s.Exempt == other.Exempt &&
		slices.Equal(slices.Sorted(slices.Values(s.Findings)), slices.Sorted(slices.Values(other.Findings)))
}
