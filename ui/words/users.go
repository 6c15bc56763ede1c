package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// users are what the event history tells of who uses the keys: a fact for each user of the
// old key, those first that have not moved; those that are on the new key alone; and how
// far the look has come.
func users(s rotation.State, now time.Time) []Fact {
	e, old := s.Evidence, "the old key"
	if s.Plan == rotation.Retire {
		old = "the key" // there is no new one
	}
	var facts, moved []Fact // who is left comes first
	for _, u := range e.Old {
		text := KeyUser(u, now)
		switch {
		case u.Count == 0:
			facts = append(facts, Fact{Label: "tried " + old, Text: text})
		case e.Moved(u):
			moved = append(moved, Fact{Mark: Good, Label: "has moved", Text: text + ". On the new key too"})
		default:
			facts = append(facts, Fact{Mark: Bad, Label: "uses " + old, Text: text})
		}
	}
	facts = append(facts, moved...)
	for _, u := range e.New {
		if u.Count > 0 && !u.SaysKeyturn && !onOld(e, u) {
			facts = append(facts, Fact{Mark: Good, Label: "uses the new key", Text: KeyUser(u, now)})
		}
	}
	return append(facts, looked(s, now)...)
}

// onOld reports whether a user of the new key is told of as one of the old key.
func onOld(e iamops.Evidence, u iamops.KeyUser) bool {
	for _, o := range e.Old {
		if o.Agent == u.Agent && e.Moved(o) {
			return true
		}
	}
	return false
}

// KeyUser is one user of a key: what it is, where, what it calls, and when last.
func KeyUser(u iamops.KeyUser, now time.Time) string {
	text := fmt.Sprintf("%s at %s: %s, %s", u.Agent, u.Address, strings.Join(u.Calls, ", "), strings.Join(u.Regions, ", "))
	switch {
	case u.Count > 1:
		text += fmt.Sprintf("; %d calls, last %s", u.Count, Ago(u.Last, now))
	case u.Count == 1:
		text += "; 1 call, " + Ago(u.Last, now)
	}
	if u.Refused > 0 {
		text += fmt.Sprintf("; %d refused", u.Refused)
	}
	if u.Gap >= 24*time.Hour {
		text += "; up to " + Period(u.Gap) + " between two calls"
	}
	for _, role := range u.Roles {
		text += "; acts through role " + role[strings.LastIndexByte(role, '/')+1:]
	}
	return text + claim(u.SaysKeyturn)
}

// looked is how far the look into the event history has come, and where it is blind.
func looked(s rotation.State, now time.Time) []Fact {
	e := s.Evidence
	if len(e.Looks) == 0 {
		return nil
	}
	done := 0
	for _, l := range e.Looks {
		if l.Done {
			done++
		}
	}
	f := Fact{Label: "event history", Text: fmt.Sprintf("%d of %d regions read", done, len(e.Looks))}
	if e.Looked() {
		f.Text += ", as of " + Clock(e.AsOf, now)
		if len(e.Old)+len(e.New) == 0 {
			f.Text += "; no event of " + keysMeant(s) + ", which proves nothing"
		}
	} else {
		f.Text += " …"
	}
	if s.Step == rotation.Review {
		return []Fact{f} // which says what was not read before all else
	}
	return append([]Fact{f}, unread(e, Unknown)...)
}

// unread says what of the event history was not read, and how to read it. The mark is that
// of a limit that was reached.
func unread(e iamops.Evidence, limit Mark) []Fact {
	var failed, more []string
	for _, l := range e.Looks {
		if l.Problem != nil {
			failed = append(failed, l.Region+" ("+ProblemName(l.Problem.Kind)+")")
		}
		if l.More {
			more = append(more, fmt.Sprintf("%s (%d pages read)", l.Region, l.Pages))
		}
	}
	var facts []Fact
	if len(more) > 0 {
		facts = append(facts, Fact{Mark: limit, Label: "older events", Text: "there are more than were read, in " + strings.Join(more, ", ") + ". A higher --trail-pages reads more"})
	}
	if len(failed) > 0 {
		facts = append(facts, Fact{Mark: Unknown, Label: "regions not read", Text: strings.Join(failed, ", ")})
	}
	if e.Guessed != nil {
		facts = append(facts, Fact{Mark: Unknown, Label: "other regions", Text: "not looked at: the account's regions could not be listed (" + ProblemName(e.Guessed.Kind) + "). --trail-regions names more"})
	}
	return facts
}

// keysMeant are the keys whose events are looked for.
func keysMeant(s rotation.State) string {
	if s.New.Known() {
		return "either key"
	}
	return "the key"
}

// toWatch are the users of the old key, each with where its own errors would show.
func toWatch(s rotation.State) []Fact {
	asked := map[string]bool{}
	for _, id := range s.Fine {
		asked[id] = true
	}
	var facts []Fact
	for _, u := range s.Evidence.Old {
		if u.Count == 0 {
			continue
		}
		f := Fact{Mark: Unknown, Label: "look at", Text: rotation.UserID(u) + " (" + u.Calls[0] + "): " + WhereErrorsShow(u)}
		if asked[rotation.UserID(u)] {
			f.Mark, f.Label, f.Text = Good, "works", rotation.UserID(u)+", as you said"
		}
		facts = append(facts, f)
	}
	return facts
}

// WhereErrorsShow says where the errors of a user of a key would show.
func WhereErrorsShow(u iamops.KeyUser) string {
	agent := strings.ToLower(u.Agent)
	has := func(names ...string) bool {
		for _, n := range names {
			if strings.Contains(agent, n) {
				return true
			}
		}
		return false
	}
	switch {
	case u.SaysKeyturn:
		return "it says that it is keyturn. If you ran keyturn there, nothing breaks; else find out who did"
	case strings.HasSuffix(u.Address, ".amazonaws.com"):
		return "a service of AWS acts with it: look at what is configured there, and at its own log"
	case has("github-actions", "gitlab", "circleci", "jenkins"):
		return "the log of its last job; run one now rather than wait"
	case has("terraform", "pulumi", "packer", "ansible", "cloud-custodian"):
		return "its next run: a plan is enough, run one now"
	case has("grafana", "datadog", "telegraf", "prowler"):
		return "its own page of data sources, and gaps in its graphs"
	case has("aws-cli", "s3cmd", "rclone"):
		return "a script or a person at that address: its cron mail and log, and whoever runs it"
	}
	return "the log of the program at that address; in Lambda and containers, its log group in CloudWatch Logs"
}
