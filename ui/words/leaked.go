package words

import (
	"fmt"
	"strings"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/rotation"
)

// SessionsOutlive is how long a session issued from a key can go on after the key is off
// (GetSessionToken, GetFederationToken).
const SessionsOutlive = 36 * time.Hour

// leakedBody is the body of the steps that only a leaked key has, or has otherwise; nil
// for the others.
func leakedBody(s rotation.State) []string {
	if !rotation.PlanOf(s.Plan).OffFirst() {
		return nil
	}
	key := orKey(s.Target().ID)
	switch s.Step {
	case rotation.Check:
		return []string{
			fmt.Sprintf("%s of %s has leaked: it goes Inactive first, at once. Then you see what it did, and only then %s gets a new key. Each change is shown and confirmed first.", key, s.User, s.User),
			"What still uses it breaks with the first change. Nothing changes in this step. Way back: leave.",
		}
	case rotation.Deactivate:
		if s.Target().Status == iamops.Inactive {
			return nil
		}
		return []string{
			fmt.Sprintf("%s goes from Active to Inactive: whoever has it can't sign with it any more, within about a minute. Your own applications that use it fail as well.", key),
			fmt.Sprintf("Sessions issued from it go on for up to %s: the next step says how to end them. Way back: reactivate it, with a reason.", Period(SessionsOutlive)),
		}
	case rotation.Review:
		return []string{
			fmt.Sprintf("%s is off. Look what it did, above all what it made: users, keys, login profiles and roles outlive it.", key),
			fmt.Sprintf("Sessions issued from it go on for up to %s after that. This policy, attached to %s, denies them everything; it denies every session of the user that is older than it. keyturn prints it and does not send it:", Period(SessionsOutlive), s.User),
			DenyOldSessions(s),
			"To attach it: " + denyCommand(s.User),
		}
	case rotation.Create:
		if s.New.Known() {
			return nil
		}
		return []string{
			fmt.Sprintf("%s gets a new access key, Active. The leaked one stays off.", s.User),
			"AWS shows the secret once. keyturn keeps it in memory only, until you say that it is put away. If no application needs a key of this user, end without one.",
		}
	case rotation.Distribute:
		return []string{
			fmt.Sprintf("Give %s to every application that used %s: they fail until they have it.", s.New.ID, key),
			"Go on when they work again.",
		}
	case rotation.Delete:
		if s.New.Known() || s.Plan == rotation.LeakedAlone { // nothing is made room for
			return nil
		}
		return []string{
			fmt.Sprintf("Both of %s's slots are taken, and AWS allows no third key: %s is deleted to make room for the new one.", s.User, key),
			"There is no way back then. Its ID stays in CloudTrail, for 90 days, for whoever looks what it did.",
		}
	case rotation.Store, rotation.Watch, rotation.Finished:
	}
	return nil
}

// usersNamed is how many users of a key a confirmation names; the step behind it names all.
const usersNamed = 4

// whoUses names who uses a leaked key, for the confirmation that alone stands before it goes
// off; "" for the plans that a guard protects.
func whoUses(s rotation.State) string {
	if !rotation.PlanOf(s.Plan).OffFirst() {
		return ""
	}
	var names []string
	for _, u := range s.Evidence.Old { // of the key that goes off, also where that is the new one
		if u.Count > 0 {
			names = append(names, rotation.UserID(u))
		}
	}
	text := " Used by: " + strings.Join(names[:min(len(names), usersNamed)], ", ")
	switch more := len(names) - usersNamed; {
	case len(names) == 0 && s.Evidence.Looked():
		return " The event history shows nobody who uses it, which proves nothing."
	case len(names) == 0:
		return " Who uses it is not known yet."
	case more > 0:
		text += fmt.Sprintf(" and %d more, all named in this step", more)
	}
	if !s.Evidence.Looked() {
		text += "; not all of the event history is read yet"
	}
	return text + "."
}

// inQuarantine is about the policy that AWS attaches to a user whose key has leaked.
func inQuarantine(s rotation.State) []Fact {
	q := s.Quarantine
	switch {
	case q == nil:
		return nil
	case q.Problem != nil:
		return []Fact{{Mark: Unknown, Label: "quarantine", Text: "not known: " + ProblemName(q.Problem.Kind)}}
	case q.Policy == "":
		return []Fact{{Label: "quarantine", Text: "AWS has attached no quarantine policy to " + s.User}}
	}
	next := "If it is this key, say that it has leaked: it then goes off first."
	if rotation.PlanOf(s.Plan).OffFirst() {
		next = "AWS asks you to leave it attached, and to answer its support case."
	}
	return []Fact{{Mark: Bad, Label: "quarantine", Text: QuarantineText(q.Policy, s.User) + " " + next}}
}

// QuarantineText says what AWS's quarantine policy means.
func QuarantineText(policy, user string) string {
	return policy + " is attached to " + user + ": AWS has seen a key leak. It denies some actions, and switches no key off."
}

// quarantined is inQuarantine where it is told only if there is something to say.
func quarantined(s rotation.State) []Fact {
	if q := s.Quarantine; q == nil || q.Policy == "" && q.Problem == nil {
		return nil
	}
	return inQuarantine(s)
}

// LeakAlarm says that keys have appeared that nobody here made, "" if none have.
func LeakAlarm(s rotation.State) string {
	keys := s.Appeared()
	if len(keys) == 0 {
		return ""
	}
	var ids []string
	for _, k := range keys {
		ids = append(ids, fmt.Sprintf("%s (%s, created %s)", k.ID, k.Status, k.Created.UTC().Format("2006-01-02 15:04 UTC")))
	}
	return fmt.Sprintf("%s has a key that keyturn did not make, and that was not there before: %s. Whoever has the leaked key may have made it. Treat it as leaked too, unless you know who made it.", s.User, strings.Join(ids, ", "))
}

// did are what a leaked key did, the gravest first: that not all could be read; what it made
// that lasts; the sessions issued from it; its other changes; who used it; what was refused.
func did(s rotation.State, now time.Time) []Fact {
	e := s.Evidence
	facts := unread(e, Bad)
	done := func(lasts bool) {
		for _, m := range e.Made {
			if m.Code == "" && m.Lasts == lasts {
				facts = append(facts, Fact{Mark: Bad, Label: "it changed", Text: madeText(m, now)})
			}
		}
	}
	done(true)
	for _, session := range e.Sessions {
		facts = append(facts, sessionFact(session, now))
	}
	done(false)
	if e.Looked() && len(e.Made) == 0 {
		facts = append(facts, Fact{Label: "it changed", Text: "nothing that the event history shows"})
	}
	for _, u := range e.Old {
		facts = append(facts, Fact{Label: "used by", Text: KeyUser(u, now)})
	}
	for _, m := range e.Made {
		if m.Code != "" {
			facts = append(facts, Fact{Label: "it tried", Text: madeText(m, now) + "; refused: " + m.Code})
		}
	}
	return append(append(facts, looked(s, now)...), unseenUse(s))
}

func madeText(m iamops.Made, now time.Time) string {
	text := fmt.Sprintf("%s, %s, %s", strings.TrimSpace(m.Call+" "+m.Subject), m.Region, Clock(m.Last, now))
	if m.Count > 1 {
		text = fmt.Sprintf("%s, %s, %d times, %s to %s", strings.TrimSpace(m.Call+" "+m.Subject), m.Region, m.Count, Clock(m.First, now), Clock(m.Last, now))
	}
	return text + claim(m.SaysKeyturn)
}

func sessionFact(session iamops.Session, now time.Time) Fact {
	text := fmt.Sprintf("%s, issued %s", session.KeyID, Clock(session.Issued, now))
	if session.Role != "" {
		text += ", of role " + session.Role[strings.LastIndexByte(session.Role, '/')+1:]
	}
	text += claim(session.SaysKeyturn)
	mark := Bad
	switch {
	case session.Expires.IsZero():
		text += "; when it ends is not known"
	case session.Expires.After(now):
		text += "; goes on until " + Clock(session.Expires, now)
	default:
		mark, text = Neutral, text+"; it has ended"
	}
	return Fact{Mark: mark, Label: "session", Text: text}
}

// claim marks what says of itself that it is keyturn's: the caller chose to say so.
func claim(saysKeyturn bool) string {
	if saysKeyturn {
		return "; says that it is keyturn"
	}
	return ""
}

// DenyOldSessions is the policy that ends the sessions issued from a leaked key: it denies
// everything to sessions issued before the key went off.
func DenyOldSessions(s rotation.State) string {
	before := s.Target().InactiveSince
	if before.IsZero() {
		before = s.ListedAt
	}
	return fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:TokenIssueTime": "%s"}}}]}`, before.UTC().Format(time.RFC3339))
}

func denyCommand(user string) string {
	return "aws iam put-user-policy --user-name " + shellWord(user) + " --policy-name keyturn-deny-old-sessions --policy-document file://deny.json"
}
