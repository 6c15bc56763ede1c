package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// setPolicy attaches a policy, in place of one of its name.
func (u *user) setPolicy(p policy) {
	if i := u.policyNamed(p.name, p.managed); i >= 0 {
		u.policies[i] = p
		return
	}
	u.policies = append(u.policies, p)
}

// policyNamed is the index of a policy; -1 if there is none. An inline policy and a managed
// one may have the same name.
func (u *user) policyNamed(name string, managed bool) int {
	return slices.IndexFunc(u.policies, func(p policy) bool { return p.name == name && p.managed == managed })
}

// decision is how policies decide on an action, in the words of SimulatePrincipalPolicy.
type decision string

const (
	allowedDecision decision = "allowed"
	explicitDeny    decision = "explicitDeny"
	implicitDeny    decision = "implicitDeny"
)

// decide evaluates what a user may do: a Deny beats every Allow. resource is the ARN that
// the action is about, or "*".
func (u *user) decide(q question) decision {
	d := implicitDeny
	for _, p := range u.policies {
		for _, s := range p.statements {
			switch {
			case !s.covers(u, q):
			case s.Effect == "Deny":
				return explicitDeny
			default:
				d = allowedDecision
			}
		}
	}
	return d
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
		return nil, &refusal{http.StatusBadRequest, "InvalidInput",
			"Invalid Entity Arn: " + source + " does not clearly define entity type and name."}
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
			d := allowedDecision
			if u != nil {
				d = u.decide(question{action: action, resource: resource})
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
