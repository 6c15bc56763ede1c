package words

import (
	"fmt"
	"strings"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// permissions are about what the operator is allowed, by AWS's simulation. What is denied
// is named with the statement that would grant it.
func permissions(s rotation.State) []Fact {
	p := s.Preflight
	if p == nil {
		return nil
	}
	var needed, allowed int
	var denied, unknown []Fact
	var open []string
	for _, q := range p.Permissions {
		switch {
		case q.Verdict.Denied():
			denied = append(denied, denial(q))
		case q.Verdict == iamops.NotKnown:
			open = append(open, q.Action)
		case !q.Optional:
			allowed++
		}
		if !q.Optional {
			needed++
		}
	}
	switch {
	case p.Problem != nil && len(open) == len(p.Permissions):
		return []Fact{{Mark: Unknown, Label: "permissions", Text: "not known: " + notAsked(p.Problem) + ". What is not allowed shows when it is tried; nothing is lost by that."}}
	case len(open) > 0:
		unknown = []Fact{{Mark: Unknown, Label: "permissions", Text: "not known for " + strings.Join(open, ", ") + turnsOn(p.Permissions)}}
	}
	if needed > 0 && allowed == needed {
		text := fmt.Sprintf("AWS's simulation allows you all %d actions that this takes", needed)
		if !strings.Contains(s.Caller.ARN, ":user/") {
			text += "; it does not see what a session policy may deny"
		}
		return append(append([]Fact{{Mark: Good, Label: "permissions", Text: text}}, unknown...), denied...)
	}
	return append(denied, unknown...)
}

// denial is one action that is denied.
func denial(q iamops.Permission) Fact {
	f := Fact{Mark: Bad, Label: "not allowed", Text: q.Action + by(q.Verdict)}
	if q.Optional {
		f.Mark, f.Text = Neutral, f.Text+", and "+q.Without
	}
	if q.Verdict == iamops.DeniedByNone {
		f.Text += ". This statement would grant it: " + q.Statement
	}
	return f
}

func by(v iamops.Verdict) string {
	switch v {
	case iamops.DeniedByOne:
		return " is denied by a statement of your policies: another one does not help"
	case iamops.DeniedByOrg:
		return " is denied by a policy of your organization: another statement does not help"
	case iamops.DeniedByBound:
		return " is denied by your permissions boundary: another statement alone does not help"
	case iamops.Allowed, iamops.DeniedByNone, iamops.NotKnown:
	}
	return " is denied: no statement allows it"
}

// notAsked is why AWS could not be asked.
func notAsked(p *iamops.Problem) string {
	if p.Kind == iamops.Rejected {
		return p.Message
	}
	return p.Action + ": " + ProblemName(p.Kind)
}

// turnsOn names what the verdicts turn on that nobody could say.
func turnsOn(all []iamops.Permission) string {
	seen := map[string]bool{}
	var missing []string
	for _, q := range all {
		for _, key := range q.Missing {
			if !seen[key] {
				seen[key] = true
				missing = append(missing, key)
			}
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return ": that turns on " + strings.Join(missing, ", ")
}

// notAllowed names the actions that the plan can't do without and that are denied.
func notAllowed(s rotation.State) string {
	var names []string
	if s.Preflight != nil {
		for _, q := range s.Preflight.Permissions {
			if !q.Optional && q.Verdict.Denied() {
				names = append(names, q.Action)
			}
		}
	}
	return strings.Join(names, ", ")
}
