package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Policy documents, as far as this account evaluates them. Whatever else a document may
// hold on AWS is refused when it is attached: an account that passed over a condition would
// allow or deny what AWS does not.

// policy is a policy document that is attached to a user.
type policy struct {
	name       string
	document   string
	managed    bool
	statements []statement
}

// statement is one statement of a document.
type statement struct {
	Sid          string `json:",omitempty"`
	Effect       string
	Action       texts                       `json:",omitempty"`
	NotAction    texts                       `json:",omitempty"`
	Resource     texts                       `json:",omitempty"`
	NotResource  texts                       `json:",omitempty"`
	Principal    any                         `json:",omitempty"`
	NotPrincipal any                         `json:",omitempty"`
	Condition    map[string]map[string]texts `json:",omitempty"`

	variables bool // the document's version knows policy variables
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

// question is what policies are asked about.
type question struct {
	action   string
	resource string    // the ARN that it is about, or "*"
	issued   time.Time // when the signer's session was made; zero for a long-term key
}

// covers reports whether a statement is about what a user asks for.
func (s statement) covers(u *user, q question) bool {
	action := func(pattern string) bool { return wild(strings.ToLower(pattern), strings.ToLower(q.action)) }
	resource := func(pattern string) bool { return wild(s.filled(pattern, u), q.resource) }
	actions, resources := s.Action, s.Resource
	if s.NotAction != nil {
		actions = s.NotAction
	}
	if s.NotResource != nil {
		resources = s.NotResource
	}
	if slices.ContainsFunc(actions, action) == (s.NotAction != nil) ||
		slices.ContainsFunc(resources, resource) == (s.NotResource != nil) {
		return false
	}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			is, known := u.context(key, q)
			holds := func(v string) bool { return operators[operator](s.filled(v, u), is) }
			if !known || !slices.ContainsFunc(values, holds) {
				return false
			}
		}
	}
	return true
}

// context is the value of a condition's key; known is false for one that a request lacks.
func (u *user) context(key string, q question) (value string, known bool) {
	switch strings.ToLower(key) {
	case "aws:username":
		return u.name, true
	case "aws:userid":
		return u.id, true
	case "aws:tokenissuetime":
		return q.issued.UTC().Format(time.RFC3339), !q.issued.IsZero()
	}
	return "", false // kms:ViaService: no action of this account uses a KMS key by itself
}

// conditionKeys are those that are evaluated.
var conditionKeys = []string{"aws:username", "aws:userid", "aws:TokenIssueTime", "kms:ViaService"}

// operators are the conditions that are evaluated: those of the policies that keyturn
// prints. Each is given the value in the document, and that of the request.
var operators = map[string]func(wanted, is string) bool{
	"StringEquals": func(wanted, is string) bool { return wanted == is },
	"StringLike":   wild,
	"DateLessThan": func(wanted, is string) bool {
		limit, err := time.Parse(time.RFC3339, wanted)
		at, atErr := time.Parse(time.RFC3339, is)
		return err == nil && atErr == nil && at.Before(limit)
	},
}

// filled is a pattern with its policy variables replaced.
func (s statement) filled(pattern string, u *user) string {
	if !s.variables {
		return pattern
	}
	return strings.NewReplacer("${aws:username}", u.name, "${aws:userid}", u.id).Replace(pattern)
}

// variable finds policy variables.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// wild matches a pattern in which * stands for any characters and ? for one.
func wild(pattern, text string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := range len(text) + 1 {
				if wild(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		case text == "" || pattern[0] != '?' && pattern[0] != text[0]:
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}

func malformedPolicy(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "MalformedPolicyDocument", fmt.Sprintf(format, args...)}
}

// unsupported refuses what AWS would take, and this account would not evaluate.
func unsupported(name, what string) *refusal {
	return &refusal{http.StatusBadRequest, "UnsupportedBySandbox", fmt.Sprintf(
		"keyturn's sandbox can't evaluate %s in the policy %s, and attaches no policy that it can't evaluate. "+
			"AWS may take it.", what, name)}
}

// readPolicy reads and checks a document.
func readPolicy(name, document string) (policy, *refusal) {
	var d struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	in := json.NewDecoder(strings.NewReader(document))
	in.DisallowUnknownFields()
	if err := in.Decode(&d); err != nil || in.More() {
		return policy{}, malformedPolicy("Syntax errors in policy.")
	}
	switch d.Version {
	case "", "2008-10-17", "2012-10-17":
	default:
		return policy{}, malformedPolicy("Policy document must be version 2012-10-17 or greater.")
	}
	p := policy{name: name, document: document}
	statements := json.NewDecoder(strings.NewReader(string(d.Statement)))
	statements.DisallowUnknownFields()
	if strings.HasPrefix(strings.TrimSpace(string(d.Statement)), "{") {
		p.statements = make([]statement, 1)
		if statements.Decode(&p.statements[0]) != nil {
			return policy{}, malformedPolicy("Syntax errors in policy.")
		}
	} else if statements.Decode(&p.statements) != nil || len(p.statements) == 0 {
		return policy{}, malformedPolicy("Syntax errors in policy.")
	}
	sids := map[string]bool{}
	for i := range p.statements {
		s := &p.statements[i]
		if s.Sid != "" && sids[s.Sid] {
			return policy{}, malformedPolicy("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[s.Sid] = true
		s.variables = d.Version == "2012-10-17"
		if problem := s.check(name); problem != nil {
			return policy{}, problem
		}
	}
	return p, nil
}

// sidPattern is what a statement's ID looks like.
var sidPattern = regexp.MustCompile(`^[A-Za-z0-9]*$`)

// actionPattern is what an action looks like, with its wildcards.
var actionPattern = regexp.MustCompile(`^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$`)

// check looks for what AWS refuses, and for what this account can't evaluate.
func (s statement) check(name string) *refusal {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny", !sidPattern.MatchString(s.Sid):
		return malformedPolicy("Syntax errors in policy.")
	case s.Principal != nil || s.NotPrincipal != nil:
		return malformedPolicy("Policy document should not specify a principal.")
	case len(s.Action) == 0 == (len(s.NotAction) == 0):
		return malformedPolicy("Policy statement must contain actions.")
	case len(s.Resource) == 0 == (len(s.NotResource) == 0):
		return malformedPolicy("Policy statement must contain resources.")
	}
	for _, action := range append(slices.Clone(s.Action), s.NotAction...) {
		if !actionPattern.MatchString(action) {
			return malformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		}
	}
	values := append(slices.Clone(s.Resource), s.NotResource...)
	for _, resource := range values {
		if resource != "*" && strings.Count(resource, ":") < 5 {
			return malformedPolicy("Resource %s must be in ARN format or \"*\".", resource)
		}
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		if operators[operator] == nil {
			return unsupported(name, "the condition operator "+operator)
		}
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			if !slices.ContainsFunc(conditionKeys, func(k string) bool { return strings.EqualFold(k, key) }) {
				return unsupported(name, "the condition key "+key)
			}
			values = append(values, s.Condition[operator][key]...)
		}
	}
	if !s.variables {
		return nil
	}
	for _, value := range values {
		for _, v := range variable.FindAllString(value, -1) {
			if v != "${aws:username}" && v != "${aws:userid}" {
				return unsupported(name, "the policy variable "+v)
			}
		}
	}
	return nil
}
