package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxInlinePolicies is how many characters the inline policies of a user may have, blanks
// left out.
const maxInlinePolicies = 2048

var policyNamePattern = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)

// inlinePolicy finds the user and the name of the policy that the call is about.
func (c *call) inlinePolicy() (*user, string, *refusal) {
	u, problem := c.namedUser()
	name := c.form.Get("PolicyName")
	switch {
	case problem != nil:
		return nil, "", problem
	case name == "":
		return nil, "", missing("policyName")
	case !policyNamePattern.MatchString(name):
		return nil, "", validation(
			"The specified value for policyName is invalid. It must contain only alphanumeric characters and/or " +
				"the following: +=,.@_-",
		)
	}
	return u, name, nil
}

// inlineNamed is the index of an inline policy of the user.
func (u *user) inlineNamed(name string) (int, *refusal) {
	i := u.policyNamed(name, false)
	if i < 0 {
		return 0, &refusal{
			http.StatusNotFound, "NoSuchEntity", fmt.Sprintf("The user policy with name %s cannot be found.", name),
		}
	}
	return i, nil
}

func (c *call) putUserPolicy() (any, *refusal) {
	u, name, problem := c.inlinePolicy()
	if problem != nil {
		return nil, problem
	}
	document := c.form.Get("PolicyDocument")
	if document == "" {
		return nil, missing("policyDocument")
	}
	p, problem := readPolicy(name, document)
	if problem != nil {
		return nil, problem
	}
	size := sizeOf(document)
	for _, other := range u.policies {
		if !other.managed && other.name != name {
			size += sizeOf(other.document)
		}
	}
	if size > maxInlinePolicies {
		return nil, &refusal{
			http.StatusConflict,
			"LimitExceeded",
			fmt.Sprintf("Maximum policy size of %d bytes exceeded for user %s", maxInlinePolicies, u.name),
		}
	}
	u.setPolicy(p)
	return nil, nil
}

// sizeOf is the size of a document as AWS counts it: without blanks.
func sizeOf(document string) int {
	return len(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, document))
}

func (c *call) getUserPolicy() (any, *refusal) {
	u, name, problem := c.inlinePolicy()
	if problem != nil {
		return nil, problem
	}
	i, problem := u.inlineNamed(name)
	if problem != nil {
		return nil, problem
	}
	return struct{ UserName, PolicyName, PolicyDocument string }{u.name, name, encoded(u.policies[i].document)}, nil
}

// encoded is a document as IAM tells it: URL-encoded by RFC 3986.
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func (c *call) deleteUserPolicy() (any, *refusal) {
	u, name, problem := c.inlinePolicy()
	if problem != nil {
		return nil, problem
	}
	i, problem := u.inlineNamed(name)
	if problem != nil {
		return nil, problem
	}
	u.policies = slices.Delete(slices.Clone(u.policies), i, i+1)
	return nil, nil
}

func (c *call) listUserPolicies() (any, *refusal) {
	u, problem := c.namedUser()
	if problem != nil {
		return nil, problem
	}
	var names []string
	for _, p := range u.policies {
		if !p.managed {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	after := func(name string) int { return 1 + slices.Index(names, name) }
	p, problem := c.page(len(names), after, func(i int) string { return names[i] })
	if problem != nil {
		return nil, problem
	}
	return struct {
		PolicyNames list[string]
		truncation
	}{list[string]{names[p.from:p.to]}, p.truncation()}, nil
}
