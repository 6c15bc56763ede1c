package audit

import (
	"cmp"
	"slices"
	"strings"
)

// Order is what rows are sorted by.
type Order int

// By verdict, the gravest first, and among equals first the keys of administrators, then
// the older ones, exempt keys behind all that count; by age, the
// oldest first; by last use, first what is not known, then what was never used, then
// the longest ago; by user name.
const (
	ByRisk Order = iota
	ByAge
	ByLastUse
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
	if compare := q.Order.compare(rows); compare != nil {
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(compare(a, b), cmp.Compare(a, b)) })
	}
	return order
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

// compare is nil where the rows' own order is the one asked for.
func (o Order) compare(rows []Row) func(a, b int) int {
	byAge := func(a, b int) int {
		ra, rb := &rows[a], &rows[b]
		if ra.HasKey() != rb.HasKey() {
			return first(ra.HasKey())
		}
		return ra.Key.Created.Compare(rb.Key.Created)
	}
	switch o {
	case ByRisk:
		return func(a, b int) int {
			ra, rb := &rows[a], &rows[b]
			if rank := cmp.Compare(ra.rank(), rb.rank()); rank != 0 {
				return rank
			}
			if ra.Administrator() != rb.Administrator() {
				return first(ra.Administrator())
			}
			return byAge(a, b)
		}
	case ByAge:
		return byAge
	case ByLastUse:
		return func(a, b int) int {
			ra, rb := &rows[a], &rows[b]
			if ra.HasKey() != rb.HasKey() {
				return first(ra.HasKey())
			}
			return cmp.Or(cmp.Compare(ra.useRank(), rb.useRank()), ra.LastUse.At.Compare(rb.LastUse.At))
		}
	case ByUser, orderCount:
	}
	return nil
}

func first(yes bool) int {
	if yes {
		return -1
	}
	return 1
}

// rank orders rows by risk: the findings by their gravity, then findings that an
// exemption covers, then rotations under way, then keys that are in order, then users
// without one.
func (r *Row) rank() int {
	const exempt, rotating, inOrder, keyless = int(findingCount), int(findingCount) + 1, int(findingCount) + 2, int(findingCount) + 3
	switch {
	case r.Verdict != NoFinding && r.Exemption != nil && r.Counted() == 0:
		return exempt
	case r.Verdict != NoFinding:
		return int(r.Verdict)
	case r.Rotating:
		return rotating
	case r.HasKey():
		return inOrder
	}
	return keyless
}

// useRank orders what is known of the last use: unknown, never, then by its time.
func (r *Row) useRank() int { return int(r.LastUse.State) }
