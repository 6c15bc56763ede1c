package words

import (
	"cmp"
	"fmt"
	"strings"

	"keyturn/iamops"
	"keyturn/iamops/policy"
)

// problem is how a kind of problem is spoken of: in two or three words, and in full.
type problem struct {
	name    string
	explain func(p *iamops.Problem, action, profile string) Explanation
}

var problems = map[iamops.ProblemKind]problem{
	iamops.NoCredentials: {name: "no credentials", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{
			What: strings.TrimSuffix("No AWS credentials were found. "+sentence(p.Message), " "),
			Next: "Name a profile with --profile, or set AWS_PROFILE, or run `aws configure`. `keyturn sandbox` needs none.",
		}
	}},
	iamops.NoProfile: {name: "no such profile", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{
			What: fmt.Sprintf("There is no profile %q in the AWS configuration files.", strings.TrimPrefix(p.Message, "there is no profile ")),
			Next: "`aws configure list-profiles` shows those that there are.",
		}
	}},
	iamops.BadConfig: {name: "configuration", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The AWS configuration can't be used: " + p.Message, Next: "Mend the file that it names, then start again."}
	}},
	iamops.ExpiredCredentials: {name: "session expired", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The session has expired; AWS refused " + action + ", without effect.", Next: "Renew the session, then try again. Start keyturn again only if that does not help."}
	}},
	iamops.ExpiredSSO: {name: "SSO expired", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The SSO session has expired.", Next: "Renew it with `" + ssoLogin(profile) + "`, then try again."}
	}},
	iamops.BadCredentials: {name: "bad credentials", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return badCredentials(p)
	}},
	iamops.WrongCode: {name: "wrong MFA code", explain: func(p *iamops.Problem, action, profile string) Explanation {
		e := Explanation{
			What: "AWS did not accept the MFA code: it is wrong, or was used already.",
			Next: "Wait until the device shows the next code, then try again.",
		}
		if strings.Contains(p.Message, "serial number") {
			e.Next = "Check the device (mfa_serial, or --mfa-serial), then try again with the next code."
		}
		return e
	}},
	iamops.NoRegion: {name: "no region", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: action + " needs a region, and none is set.", Next: "Name one with --region or AWS_REGION."}
	}},
	iamops.AccessDenied: {name: "not allowed", explain: func(p *iamops.Problem, action, profile string) Explanation {
		e := Explanation{
			What:      "Not allowed: " + action + ". " + firstSentence(p.Message),
			Next:      "Nothing was changed. This statement would grant it:",
			Statement: policy.StatementFor(p.Action, policy.Where{Partition: cmp.Or(p.Partition, "aws"), Account: cmp.Or(p.Account, "*")}),
		}
		if e.Statement == "" {
			e.Next = "Nothing was changed. Ask whoever manages your permissions for it."
		}
		for _, above := range []string{"explicit deny", "service control policy", "permissions boundary", "session policy"} {
			if strings.Contains(p.Message, above) {
				e.Next, e.Statement = "Nothing was changed. Another statement alone does not help: see to the "+above+".", ""
			}
		}
		if p.MFADevice != "" {
			e.Next, e.Statement = "Nothing was changed. Your policies may ask for MFA, and this session has none. Start again with --mfa-serial "+p.MFADevice, ""
		}
		if p.Action == "iam:ListUsers" {
			e.Next = OneByOne + " " + strings.TrimPrefix(e.Next, "Nothing was changed. ")
		}
		return e
	}},
	iamops.NotFound: {name: "not found", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "AWS found no such user or key: " + p.Message, Next: "Look again: somebody may have changed it."}
	}},
	iamops.KeyLimit: {name: "two keys already", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The user has two keys already; AWS allows no third.", Next: "Look which one is not used; deactivate and delete that one first."}
	}},
	iamops.Throttled: {name: "throttled", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "AWS throttled " + action + ": too many requests in this account just now. Nothing was changed.", Next: "Wait a little, then try again."}
	}},
	iamops.Rejected: {name: "refused", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: fmt.Sprintf("AWS refused %s (%s): %s", action, codeOr(p, "no code"), p.Message), Next: "Nothing was changed."}
	}},
	iamops.ServiceFault: {name: "fault at AWS", explain: func(p *iamops.Problem, action, profile string) Explanation {
		next := "Whether it took effect is found out by looking."
		if !iamops.Changes(p.Action) {
			next = "Nothing was changed: it only asked. Wait a little, then try again."
		}
		return Explanation{What: "AWS had a fault while it handled " + action + ".", Next: next}
	}},
	iamops.Unreachable: {name: "no connection", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "No connection to AWS: " + p.Message, Next: "Nothing was sent. Check the network and --endpoint-url, then try again."}
	}},
	iamops.NoIdentity: {name: "no identity", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{
			What: "The endpoint does not answer sts:GetCallerIdentity: " + p.Message + ".",
			Next: "keyturn does nothing without that call, which says whose account it is. Check --endpoint-url.",
		}
	}},
	iamops.ProxyRefused: {name: "refused by the proxy", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{
			What: "The proxy refused the connection: " + p.Message + ".",
			Next: "Nothing was sent to AWS. Check HTTPS_PROXY, and the proxy's user name and password.",
		}
	}},
	iamops.Untrusted: {name: "not trusted", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{
			What: "The certificate of " + cmp.Or(p.Host, "AWS") + " is not trusted: " + p.Message,
			Next: "Nothing was sent. If a proxy of your company signs it, name the company's CA file in AWS_CA_BUNDLE. Else check --endpoint-url.",
		}
	}},
	iamops.Lost: {name: "answer lost", explain: func(p *iamops.Problem, action, profile string) Explanation {
		next := "It may have taken effect. keyturn looks; it does not send it again."
		if !iamops.Changes(p.Action) {
			next = "Nothing was changed: it only asked. Try again."
		}
		return Explanation{What: "The answer to " + action + " was lost: " + p.Message, Next: next}
	}},
	iamops.TimedOut: {name: "timed out", explain: func(p *iamops.Problem, action, profile string) Explanation {
		e := Explanation{What: action + " was not answered in time.", Next: "It may have taken effect. Look again."}
		if p.Host != "" {
			e.What = action + " was not answered in time by " + p.Host + "."
		}
		if !iamops.Changes(p.Action) {
			e.Next = "Nothing was changed: it only asked. Check the network and --endpoint-url, then try again."
		}
		return e
	}},
	iamops.Canceled: {name: "canceled", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: action + " was called off.", Next: "Nothing was sent."}
	}},
	iamops.Malformed: {name: "unreadable answer", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The answer to " + action + " can't be read: " + p.Message, Next: "Is the endpoint the right one? Look again."}
	}},
	iamops.Unexpected: {name: "unexpected", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "Something that keyturn does not know: " + p.Message, Next: "Look again before you go on."}
	}},
	iamops.WrongAccount: {name: "another account", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The profile now leads to another account: " + p.Message, Next: "Nothing was sent. Start keyturn again with the right profile."}
	}},
	iamops.RootCaller: {name: "root", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "You sign as root. keyturn makes no change with root credentials.", Next: "Use a profile of an IAM user or role."}
	}},
	iamops.OwnKey: {name: "your own key", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "You sign with this key, or with a session made from it.", Next: "Nothing was sent. Sign with the new key, or use a profile that does not depend on this one."}
	}},
	iamops.ExpiresSoon: {name: "session ends soon", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The session is too near its end to create a key with it: " + p.Message + ".", Next: "Nothing was sent. Renew the session, then try again: putting the secret away takes its time."}
	}},
	iamops.ReadOnly: {name: "read-only", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "keyturn runs with --read-only.", Next: "Nothing was sent."}
	}},
	iamops.NoRecord: {name: "no journal", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The journal can't be written: " + p.Message, Next: "No change is made without a record. Make room or mend the rights of its folder, then try again."}
	}},
	iamops.NotDelivered: {name: "not delivered", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The secret was not delivered: " + p.Message, Next: "It is still in memory. Try again, or put it away another way."}
	}},
	iamops.TooLate: {name: "too late", explain: func(p *iamops.Problem, action, profile string) Explanation {
		return Explanation{What: "The last list was too old by the time of the change.", Next: "Nothing was sent. Try again."}
	}},
}

// ProblemName is a problem in two or three words, for a cell of a table.
func ProblemName(k iamops.ProblemKind) string {
	if p, known := problems[k]; known {
		return p.name
	}
	return string(k)
}

// Explanation is a problem for the operator: what happened, and the next safe
// action. Statement is the IAM policy statement that would help, "" if none would.
type Explanation struct {
	What      string
	Next      string
	Statement string
}

// Lines are the explanation as lines of text.
func (e Explanation) Lines() []string {
	lines := []string{e.What}
	if e.Next != "" {
		lines = append(lines, e.Next)
	}
	if e.Statement != "" {
		lines = append(lines, e.Statement)
	}
	return lines
}

// Who may not list the account's users sees the caller's own keys: MayNotList says why, and
// OwnKeys all of it.
const (
	MayNotList = "You may not list all IAM users (iam:ListUsers)"
	OwnKeys    = "These are your own keys. " + MayNotList + "; `keyturn policy --audit` prints what that takes."
)

// QuarantineUnknown says what one's own keys can't be judged by without that right.
const QuarantineUnknown = "Whether AWS has seen one of them leak, and put you into quarantine, is not known (iam:ListAttachedUserPolicies)."

// OneByOne is what is possible for somebody who may not list the account's users.
const OneByOne = "Name a user: `keyturn rotate USER`. Or look up a key: `keyturn find KEYID`."

// Problem explains what went wrong. The profile may be "".
func Problem(p *iamops.Problem, profile string) Explanation {
	if row, known := problems[p.Kind]; known {
		return row.explain(p, cmp.Or(p.Action, "the request"), profile)
	}
	return Explanation{What: p.Error()}
}

// badCredentials explains a key or session that AWS does not accept.
func badCredentials(p *iamops.Problem) Explanation {
	e := Explanation{
		What: "AWS does not accept the credentials (" + codeOr(p, "no code") + "): the key is unknown, inactive or deleted, or its secret is wrong.",
		Next: "Check the profile.",
	}
	switch {
	case strings.Contains(p.Message, "Signature expired"), strings.Contains(p.Message, "Signature not yet current"):
		e.What = "AWS does not accept the credentials (" + codeOr(p, "no code") + "): the time of the signature is wrong."
		e.Next = "Set this machine's clock, then try again."
	case strings.HasPrefix(p.Action, "iam:"):
		e.Next = "If it is a session without MFA from GetSessionToken: IAM accepts none of those. Else check the profile."
	case p.Code == "InvalidClientTokenId", p.Code == "UnrecognizedClientException":
		e.Next = "Check the profile. A key of another partition, such as GovCloud or China, needs a region of that partition: --region."
	}
	return e
}

func ssoLogin(profile string) string {
	if profile == "" {
		return "aws sso login"
	}
	return "aws sso login --profile " + shellWord(profile)
}

func codeOr(p *iamops.Problem, other string) string {
	if p.Code == "" {
		return other
	}
	return p.Code
}

// sentence is a message as a sentence of its own.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return text
}
