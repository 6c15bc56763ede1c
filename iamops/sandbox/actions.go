package sandbox

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

// call is an action under way: signed, and known to be allowed. It runs under the
// account's lock.
type call struct {
	account *Account
	signer  signer
	now     time.Time
	form    url.Values
	body    []byte // of the JSON protocols
	region  string // that it was signed for
	id      string // of the request
}

// action is something that the account can do.
type action struct {
	run      func(*call) (any, *refusal)
	concerns concern
}

// concern is what an action concerns, for the question whether it is allowed.
type concern int

const (
	anything   concern = iota // no user in particular
	allUsers                  // all users, as a list of them
	oneUser                   // the user of the UserName, or the signer
	keyOwner                  // the user of the AccessKeyId
	aRole                     // the RoleArn
	namedRole                 // the role of the RoleName
	aPrincipal                // the PolicySourceArn
	aSecret                   // the secret of the SecretId
	aParameter                // the parameter of the Name
	nobody                    // needs no permission
)

// actions are all that the account can do.
var actions map[string]action

// The map is filled in here since its functions refer to it.
func init() {
	actions = map[string]action{
		"iam:ListUsers":                {(*call).listUsers, allUsers},
		"iam:GetUser":                  {(*call).getUser, oneUser},
		"iam:CreateUser":               {(*call).createUser, oneUser},
		"iam:DeleteUser":               {(*call).deleteUser, oneUser},
		"iam:TagUser":                  {(*call).tagUser, oneUser},
		"iam:UntagUser":                {(*call).untagUser, oneUser},
		"iam:ListUserTags":             {(*call).listUserTags, oneUser},
		"iam:ListAccessKeys":           {(*call).listAccessKeys, oneUser},
		"iam:CreateAccessKey":          {(*call).createAccessKey, oneUser},
		"iam:UpdateAccessKey":          {(*call).updateAccessKey, oneUser},
		"iam:DeleteAccessKey":          {(*call).deleteAccessKey, oneUser},
		"iam:GetAccessKeyLastUsed":     {(*call).getAccessKeyLastUsed, keyOwner},
		"iam:GenerateCredentialReport": {(*call).generateCredentialReport, anything},
		"iam:GetCredentialReport":      {(*call).getCredentialReport, anything},
		"iam:GetAccountSummary":        {(*call).getAccountSummary, anything},
		"iam:ListAccountAliases":       {(*call).listAccountAliases, anything},

		"iam:GetAccountAuthorizationDetails": {(*call).getAccountAuthorizationDetails, anything},
		"iam:SimulatePrincipalPolicy":        {(*call).simulatePrincipalPolicy, aPrincipal},
		"iam:GetRole":                        {(*call).getRole, namedRole},
		"iam:ListAttachedUserPolicies":       {(*call).listAttachedUserPolicies, oneUser},
		"iam:PutUserPolicy":                  {(*call).putUserPolicy, oneUser},
		"iam:GetUserPolicy":                  {(*call).getUserPolicy, oneUser},
		"iam:ListUserPolicies":               {(*call).listUserPolicies, oneUser},
		"iam:DeleteUserPolicy":               {(*call).deleteUserPolicy, oneUser},

		"sts:GetCallerIdentity": {(*call).getCallerIdentity, nobody},
		"sts:GetAccessKeyInfo":  {(*call).getAccessKeyInfo, anything},
		"sts:GetSessionToken":   {(*call).getSessionToken, nobody},
		"sts:AssumeRole":        {(*call).assumeRole, aRole},

		"secretsmanager:CreateSecret":   {(*call).createSecret, anything},
		"secretsmanager:PutSecretValue": {(*call).putSecretValue, aSecret},
		"secretsmanager:GetSecretValue": {(*call).getSecretValue, aSecret},
		"secretsmanager:DescribeSecret": {(*call).describeSecret, aSecret},
		"secretsmanager:ListSecrets":    {(*call).listSecrets, anything},
		"secretsmanager:DeleteSecret":   {(*call).deleteSecret, aSecret},

		"ssm:PutParameter":        {(*call).putParameter, aParameter},
		"ssm:GetParameter":        {(*call).getParameter, aParameter},
		"ssm:GetParameterHistory": {(*call).getParameterHistory, aParameter},
		"ssm:DescribeParameters":  {(*call).describeParameters, anything},
		"ssm:DeleteParameter":     {(*call).deleteParameter, aParameter},

		"cloudtrail:LookupEvents": {(*call).lookupEvents, anything},
		"account:ListRegions":     {(*call).listRegions, anything},
	}
}

// permitted checks that the signer may do the action; denied says that a fault
// forbids it.
func (c *call) permitted(name string, act action, denied bool) *refusal {
	resource, arn := "*", "*" // as the refusal names it, and as policies do
	switch act.concerns {
	case nobody:
		if !denied {
			return nil
		}
	case anything:
	case allUsers:
		resource = "arn:aws:iam::" + AccountID + ":user/"
	case oneUser:
		resource, arn = "user "+c.userName(), c.account.resourceARN(c.userName())
	case keyOwner:
		if k := c.account.keys[c.form.Get("AccessKeyId")]; k != nil {
			resource, arn = "user "+k.owner.name, k.owner.arn()
		}
	case aRole:
		resource = c.form.Get("RoleArn")
		arn = resource
	case namedRole:
		resource = "role " + c.form.Get("RoleName")
		named := c.form.Get("RoleName")
		if arn = "arn:aws:iam::" + AccountID + ":role/" + named; roleNamed(named) != nil {
			arn = roleNamed(named).arn()
		}
	case aPrincipal:
		resource = c.form.Get("PolicySourceArn")
		arn = resource
	case aSecret:
		var in secretInput
		if s := c.read(&in); s == nil {
			resource = in.SecretId
			if s := c.account.secretIn(c.region, in.SecretId, c.now); s != nil {
				resource = s.arn
			}
		}
		arn = resource
	case aParameter:
		var in struct{ Name string }
		if s := c.read(&in); s == nil {
			resource = parameterARN(c.region, in.Name)
		}
		arn = resource
	}
	if denied {
		return accessDenied(c.signer.arn(), name, resource)
	}
	switch c.signer.decide(name, arn) {
	case explicitDeny:
		return explicitlyDenied(c.signer.arn(), name, resource)
	case implicitDeny:
		return accessDenied(c.signer.arn(), name, resource)
	case allowedDecision:
	}
	return nil
}

// userName is the UserName that the call names, or the signer's if it names
// none; "" if that is a role.
func (c *call) userName() string {
	if name := c.form.Get("UserName"); name != "" {
		return name
	}
	if u := c.signer.user(); u != nil {
		return u.name
	}
	return ""
}

var (
	userNamePattern = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)
	keyIDPattern    = regexp.MustCompile(`^\w{16,128}$`)
)

// user is the user that the call is about.
func (c *call) user() (*user, *refusal) {
	name := c.userName()
	if name == "" {
		return nil, validation("Must specify userName when calling with non-User credentials")
	}
	if !userNamePattern.MatchString(name) {
		return nil, badUserName(name)
	}
	u := c.account.user(name)
	if u == nil {
		return nil, noSuchUser(name)
	}
	return u, nil
}

// namedUser is like user, for actions in which the UserName is required.
func (c *call) namedUser() (*user, *refusal) {
	if c.form.Get("UserName") == "" {
		return nil, missing("userName")
	}
	return c.user()
}

func badUserName(name string) *refusal {
	return constraint(name, "userName", `Member must satisfy regular expression pattern: [\w+=,.@-]+`)
}

func missing(member string) *refusal {
	return validation(
		"1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", member,
	)
}

// keyID is the AccessKeyId that the call names.
func (c *call) keyID() (string, *refusal) {
	id := c.form.Get("AccessKeyId")
	switch {
	case id == "":
		return "", missing("accessKeyId")
	case !keyIDPattern.MatchString(id):
		return "", constraint(id, "accessKeyId",
			`Member must satisfy regular expression pattern: [\w]+, and have a length of 16 to 128`)
	}
	return id, nil
}

// page is a part of a list.
type page struct {
	from, to int
	next     string // the Marker of the next page; "" if this is the last
}

// page picks the part of a list of n members that the call asks for with Marker
// and MaxItems. A marker holds the last member's name: after tells where the
// members behind a name begin, and name names a member.
func (c *call) page(n int, after func(name string) int, name func(i int) string) (page, *refusal) {
	size := 100
	if text := c.form.Get("MaxItems"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil {
			return page{}, validation("Value '%s' at 'maxItems' is not a number", text)
		}
		if size < 1 {
			return page{}, constraint(text, "maxItems", "Member must have value greater than or equal to 1")
		}
		if size > 1000 {
			return page{}, constraint(text, "maxItems", "Member must have value less than or equal to 1000")
		}
	}
	if limit := c.account.behavior.PageLimit; limit > 0 {
		size = min(size, limit)
	}
	var p page
	if marker := c.form.Get("Marker"); marker != "" {
		last, err := base64.URLEncoding.DecodeString(marker)
		if err != nil {
			return page{}, validation("Invalid Marker.")
		}
		p.from = after(string(last))
	}
	p.to = min(n, p.from+size)
	if p.to < n {
		p.next = base64.URLEncoding.EncodeToString([]byte(name(p.to - 1)))
	}
	return p, nil
}

// truncation is how a page ends in an answer.
type truncation struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

func (p page) truncation() truncation { return truncation{p.next != "", p.next} }
