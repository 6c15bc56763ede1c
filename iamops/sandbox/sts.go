package sandbox

import (
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

func (c *call) getCallerIdentity() (any, *refusal) {
	return struct{ Arn, UserId, Account string }{ //nolint:revive // AWS's spelling
		c.signer.arn(), c.signer.id(), AccountID,
	}, nil
}

func (c *call) getAccessKeyInfo() (any, *refusal) {
	id, problem := c.keyID()
	if problem != nil {
		return nil, problem
	}
	if c.limitedSession() {
		return nil, accessDenied(c.signer.arn(), "sts:GetAccessKeyInfo", "*")
	}
	if c.account.keys[id] == nil && c.account.sessions[id] == nil {
		// AWS reads the account out of the ID itself. This account knows its own.
		return nil, validation("The access key ID %s is of no account that is known here", id)
	}
	return struct{ Account string }{AccountID}, nil
}

// limitedSession reports whether a session of GetSessionToken signs, which may
// call only AssumeRole and GetCallerIdentity of STS.
func (c *call) limitedSession() bool {
	return c.signer.session != nil && c.signer.session.user != nil
}

// credentialsXML are temporary credentials in STS's answers.
type credentialsXML struct {
	AccessKeyId     string //nolint:revive // AWS's spelling
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

func (s *session) xml() credentialsXML {
	return credentialsXML{s.KeyID, s.Secret, s.SessionToken, isoTime(s.expires)}
}

func (c *call) getSessionToken() (any, *refusal) {
	if c.signer.session != nil {
		return nil, errSessionOfSession
	}
	d, problem := c.duration(12*time.Hour, 36*time.Hour)
	if problem != nil {
		return nil, problem
	}
	mfa, problem := c.mfa()
	if problem != nil {
		return nil, problem
	}
	s := c.account.newSession(c.account.entropy, d)
	s.user, s.mfa = c.signer.user(), mfa
	return sessionXML{s.xml()}, nil
}

type sessionXML struct{ Credentials credentialsXML }

func (x sessionXML) toTrail() map[string]any {
	return map[string]any{"credentials": map[string]any{
		"accessKeyId": x.Credentials.AccessKeyId, "expiration": x.Credentials.Expiration,
	}}
}

var sessionNamePattern = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func (c *call) assumeRole() (any, *refusal) {
	arn, name := c.form.Get("RoleArn"), c.form.Get("RoleSessionName")
	switch {
	case arn == "":
		return nil, missing("roleArn")
	case name == "":
		return nil, missing("roleSessionName")
	case !sessionNamePattern.MatchString(name):
		return nil, constraint(name, "roleSessionName", `Member must satisfy regular expression pattern: [\w+=,.@-]*`)
	case arn != AdminRoleARN:
		// As AWS does, without telling whether there is such a role.
		return nil, &refusal{http.StatusForbidden, "AccessDenied",
			"User: " + c.signer.arn() + " is not authorized to perform: sts:AssumeRole on resource: " + arn}
	}
	d, problem := c.duration(time.Hour, 12*time.Hour)
	if problem != nil {
		return nil, problem
	}
	mfa, problem := c.mfa()
	if problem != nil {
		return nil, problem
	}
	s := c.account.newSession(c.account.entropy, d)
	s.role, s.name, s.mfa = roleNamed(adminRole), name, mfa
	return s.assumed(), nil
}

// assumed is the answer that tells of a role's session.
func (s *session) assumed() assumedXML {
	who := signer{session: s}
	return assumedXML{s.xml(), assumedRoleXML{who.arn(), who.id()}}
}

type assumedRoleXML struct{ Arn, AssumedRoleId string } //nolint:revive // AWS's spelling

// assumedXML is the answer of AssumeRole.
type assumedXML struct {
	Credentials     credentialsXML
	AssumedRoleUser assumedRoleXML
}

func (x assumedXML) toTrail() map[string]any {
	return map[string]any{
		"credentials": map[string]any{
			"accessKeyId": x.Credentials.AccessKeyId, "expiration": x.Credentials.Expiration,
		},
		"assumedRoleUser": map[string]any{
			"arn": x.AssumedRoleUser.Arn, "assumedRoleId": x.AssumedRoleUser.AssumedRoleId,
		},
	}
}

// duration is the DurationSeconds that the call asks for.
func (c *call) duration(byDefault, longest time.Duration) (time.Duration, *refusal) {
	text := c.form.Get("DurationSeconds")
	if text == "" {
		return byDefault, nil
	}
	seconds, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, validation("Value '%s' at 'durationSeconds' is not a number", text)
	case seconds < 900:
		return 0, constraint(text, "durationSeconds", "Member must have value greater than or equal to 900")
	case seconds > int(longest.Seconds()):
		return 0, constraint(text, "durationSeconds",
			"Member must have value less than or equal to "+strconv.Itoa(int(longest.Seconds())))
	}
	return time.Duration(seconds) * time.Second, nil
}

// mfa reports whether the call comes with MFA. The operator has the only device.
func (c *call) mfa() (bool, *refusal) {
	serial, code := c.form.Get("SerialNumber"), c.form.Get("TokenCode")
	u := c.signer.user()
	switch {
	case serial == "" && code == "":
		return false, nil
	case u == nil || u.name != OperatorUser || serial != MFASerial || code != MFACode:
		return false, errWrongMFACode
	}
	return true, nil
}

// sessionsKept is how long a session is remembered after its end, to answer
// ExpiredToken.
const sessionsKept = 24 * time.Hour

// newSession makes temporary credentials, and forgets sessions long over.
func (a *Account) newSession(from *entropy, d time.Duration) *session {
	wire := a.wire().UTC()
	maps.DeleteFunc(a.sessions, func(_ string, s *session) bool { return wire.Sub(s.expires) > sessionsKept })
	s := &session{
		Credentials: Credentials{
			KeyID:        from.id("ASIA", 16),
			Secret:       from.secret(40),
			SessionToken: from.secret(240),
		},
		issued:  a.now().Truncate(time.Second),
		expires: wire.Add(d).Truncate(time.Second),
	}
	a.sessions[s.KeyID] = s
	return s
}
