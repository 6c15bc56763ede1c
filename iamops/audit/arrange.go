package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Order is what rows are sorted by.
type Order int

// The orders.
const (
	// ByRisk has the gravest finding first, among equals administrators, then older keys;
	// exempt keys come behind all that count.
	ByRisk Order = iota
	// ByAge has the oldest key first.
	ByAge
	// ByLastUse has first what is not known, then what was never used, then the longest ago.
	ByLastUse
	// ByUser goes by the user's name.
	ByUser

	orderCount
)

// String names the order: "risk".
func (o Order) String() string {
	switch o {
	case ByRisk:
		return "risk"
	case ByAge:
		return "age"
	case ByLastUse:
		return "last used"
	case ByUser, orderCount:
	}
	return "user"
}

// Following is the next order in the circle of them.
func (o Order) Following() Order { return (o + 1) % orderCount }

// Query says which rows are wanted and in what order.
type Query struct {
	Order   Order
	Text    string  // part of a user name, a key ID, an owner or a finding's name; case does not matter
	Finding Finding // only rows with it; NoFinding for all
	Keyless bool    // also users without a key
	// Awaited is for when no more answers come: users whose keys were not asked for
	// are shown too. While answers come, a user appears with them.
	Awaited bool
}

// Arrange returns the indices of the rows that the query asks for, in its order.
// Rows that are equal keep the order that they have.
func Arrange(rows []Row, q Query) []int {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	order := make([]int, 0, len(rows))
	for i := range rows {
		if q.wants(&rows[i], text) {
			order = append(order, i)
		}
	}
	if q.Order == ByUser {
		return order // the rows' own
	}
	// What is compared is gathered first: rows are large, and far apart in memory.
	places := make([]place, len(order))
	for i, row := range order {
		places[i] = q.Order.place(&rows[row])
		places[i].row = row
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.class, b.class), a.at.Compare(b.at), cmp.Compare(a.row, b.row))
	})
	for i, p := range places {
		order[i] = p.row
	}
	return order
}

// place is where a row stands in an order: by class, then by time, then by its index.
type place struct {
	class int
	at    time.Time
	row   int
}

// place is the row's place in the order, without its index.
func (o Order) place(r *Row) place {
	keyless := after(!r.HasKey())
	switch o {
	case ByRisk:
		return place{class: r.rank()<<2 | after(!r.Administrator())<<1 | keyless, at: r.Since()}
	case ByAge:
		return place{class: keyless, at: r.Since()}
	case ByLastUse:
		return place{class: keyless<<8 | r.useRank(), at: r.LastUse.At}
	case ByUser, orderCount:
	}
	return place{}
}

// after is 1 if the row comes behind those of which the same is not true.
func after(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (q Query) wants(r *Row, text string) bool {
	if !r.HasKey() && !q.Keyless && r.KeysProblem == nil && (!r.Awaited() || !q.Awaited) {
		return false // a user whose listing failed is always shown
	}
	if q.Finding != NoFinding && !r.Findings.Has(q.Finding) {
		return false
	}
	return text == "" || strings.Contains(strings.ToLower(r.User.Name), text) ||
		strings.Contains(strings.ToLower(r.Key.ID), text) || strings.Contains(strings.ToLower(r.Owner), text) ||
		namesFinding(r, text)
}

func namesFinding(r *Row, text string) bool {
	if r.Rotating && strings.Contains("rotating", text) || r.Exemption != nil && strings.Contains("exempt", text) {
		return true
	}
	for f := NoFinding + 1; f < findingCount; f++ {
		if r.Findings.Has(f) && strings.Contains(f.String(), text) {
			return true
		}
	}
	return false
}

// The ranks of rows without a finding that counts, behind all that have one.
const (
	rankExempt   = 2*int(findingCount) + iota // an exemption covers its findings
	rankRotating                              // a rotation is in progress
	rankInOrder                               // it has no finding
	rankKeyless                               // the user has no key
)

// rank orders rows by risk, as an auditor has it: by their gravest finding, then those that
// an exemption covers, then rotations under way, then keys that are in order, then users
// without one. Overdue keys that nobody uses come before other overdue ones, and a key that
// was never used is as any that nobody uses.
func (r *Row) rank() int {
	verdict, unused := r.Verdict, r.Findings.Has(Unused) || r.Findings.Has(NeverUsed)
	if verdict == NeverUsed {
		verdict = Unused
	}
	switch {
	case verdict != NoFinding && r.Exemption != nil && r.Counted() == 0:
		return rankExempt
	case verdict == Overdue && unused:
		return 2*int(verdict) - 1
	case verdict != NoFinding:
		return 2 * int(verdict)
	case r.Rotating:
		return rankRotating
	case r.HasKey():
		return rankInOrder
	}
	return rankKeyless
}

// useRank orders what is known of the last use: unknown, never, then by its time.
func (r *Row) useRank() int { return int(r.LastUse.State) }
