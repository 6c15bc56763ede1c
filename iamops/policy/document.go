package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"keyturn/iamops"
)

// Document is an IAM policy document.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is one of its statements. What holds one text is written as one.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Action    texts
	Resource  texts
	Condition map[string]map[string]string `json:",omitempty"`
}

// version is that of the policy language.
const version = "2012-10-17"

// texts are actions or resources.
type texts = iamops.OneOrMore[string]

// JSON is the document as AWS takes it, indented.
func (d Document) JSON() string {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		panic("policy: " + err.Error()) // texts alone
	}
	return string(text) + "\n"
}

// Sids name the statements, in their order.
func (d Document) Sids() []string {
	var all []string
	for _, s := range d.Statement {
		all = append(all, s.Sid)
	}
	return all
}

// Actions are the actions of the document, sorted, each once.
func (d Document) Actions() []string {
	var all []string
	for _, s := range d.Statement {
		all = append(all, s.Action...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Where is what a document is for.
type Where struct {
	Partition string // aws, aws-us-gov or aws-cn
	Account   string // 12 digits; "*" is any
	// Self says that users may do it to themselves alone.
	Self bool
}

// For is the least document for jobs.
func For(where Where, jobs ...Job) Document {
	d := Document{Version: version}
	for _, g := range slices.DeleteFunc(GrantsOf(jobs...), func(g Grant) bool { return where.Self && g.others }) {
		at := slices.IndexFunc(d.Statement, func(s Statement) bool { return s.Sid == g.sid })
		if at < 0 {
			at = len(d.Statement)
			d.Statement = append(d.Statement, Statement{
				Sid:      g.sid,
				Effect:   "Allow",
				Resource: where.resources(g.Scope),
			})
		}
		d.Statement[at].Action = append(d.Statement[at].Action, g.Action)
	}
	return d
}

// spaced makes room in a line of JSON, so that a screen can break it.
var spaced = strings.NewReplacer(`":`, `": `, `",`, `", `)

// Statement is the statement that grants the action alone, in a line.
func (g Grant) Statement(where Where) string {
	text, err := json.Marshal(Statement{Effect: "Allow", Action: texts{g.Action}, Resource: where.resources(g.Scope)})
	if err != nil {
		panic("policy: " + err.Error()) // texts alone
	}
	return spaced.Replace(string(text))
}

// StatementFor is the statement that grants an action which keyturn makes, in a line; "" if
// it makes no such call, or to delivery targets alone, whose resources are not known here.
func StatementFor(action string, where Where) string {
	for _, g := range GrantsOf(Rotate, Leaked, Tag, Audit) {
		if g.Action == action {
			return g.Statement(where)
		}
	}
	if strings.HasPrefix(action, "sts:Get") { // knows no resource
		return Grant{Action: action, Scope: Everything}.Statement(where)
	}
	return ""
}

// resources are the ARNs of a scope.
func (w Where) resources(s Scope) texts {
	of := func(kind string) string { return fmt.Sprintf("arn:%s:iam::%s:%s", w.Partition, w.Account, kind) }
	own := texts{of("user/${aws:username}"), of("user/*/${aws:username}")} // without a path, and with one
	switch {
	case w.Self && (s == Users || s == UsersAndRoles):
		return own
	case s == Users:
		return texts{of("user/*")}
	case s == Roles:
		return texts{of("role/*")}
	case s == UsersAndRoles:
		return texts{of("user/*"), of("role/*")}
	}
	return texts{"*"}
}
