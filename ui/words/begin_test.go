package words

import (
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// checking is a rotation before its first change.
func checking(change func(*rotation.State)) rotation.State {
	s := rotating(rotation.Check, func(s *rotation.State) {
		s.New, s.ListedAt, s.Account, s.Partition = rotation.KeyFacts{}, noon, "123456789012", "aws"
		s.Caller = iamops.Caller{ARN: "arn:aws:iam::123456789012:user/alice", SigningKeyID: "AKIAALICE"}
		s.Listed = []iamops.AccessKey{{UserName: "Suzie", ID: "AKIAOLD", Status: iamops.Active, Created: s.Old.Created}}
	})
	if change != nil {
		change(&s)
	}
	return s
}

// The facts before anything begins. What is not known never speaks for going on.
func TestKnownBeforeItBegins(t *testing.T) {
	second := iamops.AccessKey{UserName: "Suzie", ID: "AKIASECOND", Status: iamops.Active, Created: noon}
	for name, test := range map[string]struct {
		change func(*rotation.State)
		want   string
	}{
		"in order":      {nil, "who signs + | account | old key + | slot +"},
		"one's own key": {func(s *rotation.State) { s.Caller.SigningKeyID = "AKIAOLD" }, "who signs | account | old key + | slot +"},
		"perhaps one's own": {func(s *rotation.State) {
			s.Caller.ARN, s.Caller.SigningKeyID = "arn:aws:iam::123456789012:user/Suzie", "ASIA1"
		}, "who signs ? | account | old key + | slot +"},
		"root":              {func(s *rotation.State) { s.Caller.ARN = "arn:aws:iam::123456789012:root" }, "who signs - | account | old key + | slot +"},
		"not listed":        {func(s *rotation.State) { s.ListedAt, s.Listed = time.Time{}, nil }, "who signs + | account | old key ? | slot ?"},
		"no such user":      {func(s *rotation.State) { s.UserGone, s.Listed = true, nil }, "who signs + | account | old key - | slot ?"},
		"no key":            {func(s *rotation.State) { s.Old, s.Listed = rotation.KeyFacts{}, nil }, "who signs + | account | old key - | slot +"},
		"the key is gone":   {func(s *rotation.State) { s.Old.Gone = true }, "who signs + | account | old key - | slot +"},
		"an inactive key":   {func(s *rotation.State) { s.Old.Status = iamops.Inactive }, "who signs + | account | old key | slot +"},
		"an odd status":     {func(s *rotation.State) { s.Old.Status = iamops.Expired }, "who signs + | account | old key ? | slot +"},
		"two keys":          {func(s *rotation.State) { s.Listed = append(s.Listed, second) }, "who signs + | account | slot -"},
		"two keys, one own": {func(s *rotation.State) { s.Listed = append(s.Listed, second); s.Caller.SigningKeyID = "AKIASECOND" }, "who signs | account | slot -"},
		"to retire one":     {func(s *rotation.State) { s.Plan, s.Listed = rotation.Retire, append(s.Listed, second) }, "who signs + | account | the key +"},
		"to retire, unsaid": {func(s *rotation.State) {
			s.Plan, s.Old, s.Listed = rotation.Retire, rotation.KeyFacts{}, append(s.Listed, second)
		}, "who signs + | account | the key ?"},
	} {
		if got := marksOf(Known(checking(test.change), rotation.DefaultSettings(), noon)); got != test.want {
			t.Errorf("%s: got  %s\nwant %s", name, got, test.want)
		}
	}
}

func marksOf(facts []Fact) string {
	marks := map[Mark]string{Neutral: "", Good: " +", Bad: " -", Unknown: " ?"}
	var parts []string
	for _, f := range facts {
		parts = append(parts, f.Label+marks[f.Mark])
	}
	return strings.Join(parts, " | ")
}
