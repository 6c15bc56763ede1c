package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// policy is a policy document that is attached to a user.
type policy struct {
	name       string
	document   string
	managed    bool
	statements []statement
}

// statement is one statement of a document. Conditions are not evaluated: a document with
// one is refused when it is attached.
type statement struct {
	Effect    string
	Action    texts
	Resource  texts
	Condition map[string]any
}

// texts is a text or a list of them, as documents have both.
type texts []string

// UnmarshalJSON reads either.
func (t *texts) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*t = texts{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(text, &many); err != nil {
		return fmt.Errorf("neither a text nor a list of texts: %w", err)
	}
	*t = many
	return nil
}

// Quarantine is the name of the policy that AWS attaches to a user whose key has leaked.
const Quarantine = "AWSCompromisedKeyQuarantineV3"

// quarantineDocument denies what that policy denies, as far as the account knows it.
const quarantineDocument = `{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["cloudtrail:LookupEvents", "iam:CreateAccessKey", "iam:CreateUser", "iam:UpdateAccessKey", "iam:PutUserPolicy"], "Resource": "*"}]}`

// Attach gives a user a policy, on top of what Allow says. It panics if there is no such
// user, or if the document is none that the account can evaluate.
func (a *Account) Attach(userName, name, document string) {
	p, err := readPolicy(name, document)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	a.enter()
	defer a.mu.Unlock()
	u := a.user(userName)
	if u == nil {
		panic(fmt.Sprintf("sandbox: there is no user %q", userName))
	}
	u.policies = append(u.policies, p)
}

// Quarantine attaches AWS's quarantine policy to a user.
func (a *Account) Quarantine(userName string) {
	a.Attach(userName, Quarantine, quarantineDocument)
	a.enter()
	defer a.mu.Unlock()
	u := a.user(userName)
	u.policies[len(u.policies)-1].managed = true
}

func readPolicy(name, document string) (policy, error) {
	var d struct{ Statement []statement }
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		return policy{}, fmt.Errorf("the policy %s can't be read: %w", name, err)
	}
	for _, s := range d.Statement {
		if s.Condition != nil || s.Effect != "Allow" && s.Effect != "Deny" || len(s.Action) == 0 || len(s.Resource) == 0 {
			return policy{}, fmt.Errorf("the policy %s has a statement that this account can't evaluate", name)
		}
	}
	return policy{name: name, document: document, statements: d.Statement}, nil
}

// decision is how policies decide on an action, in the words of SimulatePrincipalPolicy.
type decision string

const (
	allowedDecision decision = "allowed"
	explicitDeny    decision = "explicitDeny"
	implicitDeny    decision = "implicitDeny"
)

// decide evaluates what a user may do: a Deny beats every Allow. target is the user that
// the action is about, "" if none, and resource the ARN that it is about, or "*".
func (u *user) decide(action, target, resource string) decision {
	d := implicitDeny
	if u.may.covers(action) || target == u.name && u.maySelf.covers(action) {
		d = allowedDecision
	}
	for _, p := range u.policies {
		for _, s := range p.statements {
			if !slices.ContainsFunc(s.Action, func(pattern string) bool { return wild(pattern, action) }) {
				continue
			}
			if !slices.ContainsFunc(s.Resource, func(pattern string) bool { return u.covers(pattern, resource) }) {
				continue
			}
			if s.Effect == "Deny" {
				return explicitDeny
			}
			d = allowedDecision
		}
	}
	return d
}

// covers reports whether a statement's resource covers one that is asked about.
func (u *user) covers(pattern, resource string) bool {
	return wild(strings.ReplaceAll(pattern, "${aws:username}", u.name), resource)
}

// wild matches a pattern in which * stands for any characters and ? for one, without
// regard to case, as IAM does for actions.
func wild(pattern, text string) bool {
	expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	matched, err := regexp.MatchString("(?is)^"+expression+"$", text)
	return err == nil && matched
}

// resourceARN is the ARN that an action about a user is about.
func (a *Account) resourceARN(userName string) string {
	if u := a.user(userName); u != nil {
		return u.arn()
	}
	return "arn:aws:iam::" + AccountID + ":user/" + userName
}

type evaluationXML struct {
	EvalActionName       string
	EvalResourceName     string
	EvalDecision         decision
	MissingContextValues list[string]
}

func (c *call) simulatePrincipalPolicy() (any, *refusal) {
	source := c.form.Get("PolicySourceArn")
	var u *user
	switch {
	case source == "":
		return nil, missing("policySourceArn")
	case strings.Contains(source, ":assumed-role/"):
		return nil, &refusal{http.StatusBadRequest, "InvalidInput", "Invalid Entity Arn: " + source + " does not clearly define entity type and name."}
	case source == AdminRoleARN: // it may do everything
	case strings.HasPrefix(source, "arn:aws:iam::"+AccountID+":user/"):
		if u = c.account.user(source[strings.LastIndexByte(source, '/')+1:]); u == nil {
			return nil, noSuchUser(source[strings.LastIndexByte(source, '/')+1:])
		}
	default:
		return nil, &refusal{http.StatusNotFound, "NoSuchEntity", "The entity " + source + " cannot be found."}
	}
	actions := members(c.form, "ActionNames", "")
	resources := members(c.form, "ResourceArns", "")
	if len(actions) == 0 {
		return nil, missing("actionNames")
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var all []evaluationXML
	for _, action := range actions {
		for _, resource := range resources {
			target, of := "", resource
			if name, about := strings.CutPrefix(resource, "arn:aws:iam::"+AccountID+":user/"); about {
				target = name[strings.LastIndexByte(name, '/')+1:]
			}
			d := allowedDecision
			if u != nil {
				d = u.decide(action, target, of)
			}
			all = append(all, evaluationXML{EvalActionName: action, EvalResourceName: resource, EvalDecision: d})
		}
	}
	from := 0
	if marker := c.form.Get("Marker"); marker != "" {
		var err error
		if from, err = strconv.Atoi(marker); err != nil || from < 0 || from > len(all) {
			return nil, validation("Invalid Marker.")
		}
	}
	to := len(all)
	if limit := c.account.behavior.PageLimit; limit > 0 {
		to = min(to, from+limit)
	}
	answer := struct {
		EvaluationResults list[evaluationXML]
		truncation
	}{EvaluationResults: list[evaluationXML]{all[from:to]}}
	if to < len(all) {
		answer.truncation = truncation{true, strconv.Itoa(to)}
	}
	return answer, nil
}

func (c *call) getRole() (any, *refusal) {
	name := c.form.Get("RoleName")
	r := roleNamed(name)
	if r == nil {
		return nil, &refusal{http.StatusNotFound, "NoSuchEntity", "The role with name " + name + " cannot be found."}
	}
	return struct {
		Role struct{ Path, RoleName, RoleId, Arn, CreateDate string } //nolint:revive // AWS's spelling
	}{struct{ Path, RoleName, RoleId, Arn, CreateDate string }{ //nolint:revive // AWS's spelling
		"/", r.name, r.id, r.arn(), isoTime(c.account.root.created),
	}}, nil
}

func (c *call) listAttachedUserPolicies() (any, *refusal) {
	u, problem := c.namedUser()
	if problem != nil {
		return nil, problem
	}
	return struct {
		AttachedPolicies list[attachedPolicyXML]
		truncation
	}{AttachedPolicies: wireUserDetail(u).AttachedManagedPolicies}, nil
}
