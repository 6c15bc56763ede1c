package audit

import (
	"slices"
	"time"

	"keyturn/iamops"
)

// AppendRows judges everything at the given instant and appends the rows, ordered
// by user name regardless of case, a user's older key first. A user without a key
// to show is one row. Reusing the slice of the time before saves allocating it.
func (inv *Inventory) AppendRows(rows []Row, now time.Time) []Row {
	inv.sort()
	rows = slices.Grow(rows, inv.mostRows())
	for i := range inv.users {
		u := &inv.users[i]
		first := len(rows)
		switch {
		case u.gone:
		case len(u.keys) > 0:
			rows = inv.appendKeys(rows, u, now)
		case !u.listed && u.line != nil && u.line.HasKey():
			rows = inv.appendSlots(rows, u, now)
		case u.user.Name != RootName:
			rows = append(rows, inv.rowOf(u))
		}
		if u.user.Name == RootName && inv.progress.RootProblem != nil {
			r := inv.rowOf(u)
			r.KeysProblem, r.Findings = inv.progress.RootProblem, SetOf(Unknown)
			rows = append(rows, r)
		} else if u.user.Name == RootName && inv.progress.Report == ReportMaking {
			r := inv.rowOf(u)
			r.Findings = SetOf(Unknown)
			rows = append(rows, r)
		}
		exemption := inv.exemption(u, now)
		for j := first; j < len(rows); j++ {
			r := &rows[j]
			if u.problem != nil || !r.HasKey() && !u.listed && u.line == nil {
				// What is known from before may not hold any more.
				r.Findings = r.Findings.With(Unknown)
			}
			if r.Root() && r.HasKey() {
				r.Findings = r.Findings.With(RootKey)
			}
			if r.HasKey() && (u.quarantine != "" || r.Detail != nil && r.Detail.Quarantine != "") {
				r.Findings = r.Findings.With(Compromised)
			}
			r.Verdict = r.Findings.Verdict()
			r.Exemption = exemption
		}
	}
	return rows
}

// mostRows is a number of rows that suffices: room that grows as rows come would hold
// them twice for a while, and more of them than there are for good.
func (inv *Inventory) mostRows() int {
	n := 0
	for i := range inv.users {
		u := &inv.users[i]
		n += max(1, len(u.keys))
		if len(u.keys) == 0 && u.line != nil && u.line.Slots[1].Traced() {
			n++
		}
	}
	return n
}

// rowOf is what all rows of a user have in common.
func (inv *Inventory) rowOf(u *entry) Row {
	r := Row{
		User: u.user, Listed: u.listed, KeysProblem: u.problem,
		Detail: u.detail, Owner: u.owner, Purpose: u.purpose,
	}
	if u.line != nil {
		r.ReportAt, r.Console = inv.report.At, &u.line.Console
	}
	return r
}

func (inv *Inventory) appendKeys(rows []Row, u *entry, now time.Time) []Row {
	for i, a := range Assess(u.keys, inv.thresholds, now) {
		r := inv.rowOf(u)
		r.Key, r.LastUse, r.Slot = u.keys[i].Key, u.keys[i].LastUse, u.marks[i].slot
		r.KeySeen = Provenance{Live, u.listedAt}
		if from := u.marks[i].useFrom; from != NoOrigin {
			r.UseSeen = Provenance{from, r.LastUse.AsOf}
		}
		if u.detail != nil {
			r.Description = u.detail.Tags[r.Key.ID]
		}
		r.Findings, r.Rotating, r.InUse, r.Kept = a.Findings, a.Rotating, a.InUse, a.Kept
		rows = append(rows, r)
	}
	return rows
}

// appendSlots makes rows of the report's slots. A slot's date moves when the key's
// status changes, so that two of them say nothing of a rotation under way. Why the user's
// keys could not be listed is kept beside what the report says. Of a root key, a field that
// makes no sense is no trace.
func (inv *Inventory) appendSlots(rows []Row, u *entry, now time.Time) []Row {
	var uses [iamops.MaxKeys]KeyUse
	var slots [iamops.MaxKeys]int
	n := 0
	for i, s := range u.line.Slots {
		if s.Odd != "" && u.user.Name == RootName && !s.dated() || !s.Traced() {
			continue
		}
		uses[n] = KeyUse{
			Key:     iamops.AccessKey{UserName: u.user.Name, Status: s.Status(), Created: s.Rotated},
			LastUse: s.LastUse, Reported: true,
		}
		uses[n].LastUse.Problem = u.problem
		slots[n] = i + 1
		n++
	}
	for i, a := range Assess(uses[:n], inv.thresholds, now) {
		r := inv.rowOf(u)
		r.Key, r.LastUse, r.Slot, r.Findings = uses[i].Key, uses[i].LastUse, slots[i], a.Findings
		r.InUse, r.Kept = a.InUse, a.Kept
		if u.line.More {
			r.Findings = r.Findings.With(Unknown) // there are more keys, or certificates
		}
		r.KeySeen = Provenance{FromReport, inv.report.At}
		r.UseSeen = r.KeySeen
		rows = append(rows, r)
	}
	return rows
}

// exemption is the first that covers the user, nil if none does.
func (inv *Inventory) exemption(u *entry, now time.Time) *Exemption {
	for i := range inv.rules.Exemptions {
		if e := &inv.rules.Exemptions[i]; e.Covers(u.user.Name, now) {
			return e
		}
	}
	return nil
}
