package audit

import "time"

// Counts are what the rows come to.
type Counts struct {
	Keys, Users int // keys, and the users who have them, the root user among them
	KeylessRows int // rows of users without a key, or of whom it is not known
	Rotating    int // users with a rotation under way
	Exempt      int // rows with findings, all of which an exemption covers
	Awaited     int // rows that are unknown because something was not asked for yet
	Oldest      time.Duration
	findings    [findingCount]int
}

// Of is the number of rows with the finding, exempt ones left out.
func (c Counts) Of(f Finding) int {
	if f >= findingCount {
		return 0
	}
	return c.findings[f]
}

// Count counts rows in the order of AppendRows at the given instant.
func Count(rows []Row, now time.Time) Counts {
	var c Counts
	for i := range rows {
		r := &rows[i]
		firstOfUser := i == 0 || rows[i-1].User.Name != r.User.Name
		if r.HasKey() {
			c.Keys++
			if !r.Since().IsZero() {
				c.Oldest = max(c.Oldest, r.Age(now))
			}
			if firstOfUser {
				c.Users++
			}
		} else {
			c.KeylessRows++
		}
		if r.Rotating && firstOfUser {
			c.Rotating++
		}
		counted := r.Findings
		if r.Exemption != nil {
			counted = r.Counted()
			if r.Findings != 0 && counted == 0 {
				c.Exempt++
			}
		}
		for f := NoFinding + 1; f < findingCount; f++ {
			if counted.Has(f) {
				c.findings[f]++
			}
		}
		if r.Awaited() && counted.Has(Unknown) {
			c.Awaited++
		}
	}
	return c
}

// Ages are the ages of the keys among the rows at the given instant.
func Ages(rows []Row, now time.Time) []time.Duration {
	ages := make([]time.Duration, 0, len(rows))
	for i := range rows {
		if rows[i].HasKey() && !rows[i].Since().IsZero() {
			ages = append(ages, rows[i].Age(now))
		}
	}
	return ages
}
