package account

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"keyturn/iamops"
)

// isAdministratorAccess reports whether the ARN is that of AWS's own policy for
// administrators, whatever the partition.
func isAdministratorAccess(arn string) bool {
	return strings.HasPrefix(arn, "arn:aws") && strings.HasSuffix(arn, ":iam::aws:policy/AdministratorAccess")
}

// allowsEverything reports whether a policy document, which IAM tells URL-encoded,
// allows every action, or every action of IAM, which comes to the same, on every
// resource. Statements with a condition count: it may hold at any time. What other
// statements deny is not taken off. A document that can't be read allows nothing here.
func allowsEverything(encoded string) bool {
	text, err := url.PathUnescape(encoded)
	if err != nil {
		return false
	}
	var document struct{ Statement iamops.OneOrMore[statement] }
	if json.Unmarshal([]byte(text), &document) != nil {
		return false
	}
	return slices.ContainsFunc(document.Statement, func(s statement) bool {
		return s.Effect == "Allow" && has(s.Resource, "*") && has(s.Action, "*", "*:*", "iam:*")
	})
}

type statement struct {
	Effect   string
	Action   iamops.OneOrMore[string]
	Resource iamops.OneOrMore[string]
}

// has reports whether one of the patterns is among the texts; case does not matter.
func has(texts []string, patterns ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return strings.EqualFold(p, text) })
	})
}
