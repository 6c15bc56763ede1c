package sandbox

import (
	"crypto/subtle"
	"fmt"
	"time"
)

// session is a set of temporary credentials.
type session struct {
	Credentials
	user    *user  // the user whose session it is; nil for a role's
	role    *role  // the role whose session it is; nil for a user's
	name    string // the role session's name
	mfa     bool
	issued  time.Time // by the account clock, as keyturn's deadlines are
	expires time.Time // by the wire clock, since clients renew by theirs
}

// signer is who has signed a request.
type signer struct {
	account *Account
	key     *accessKey // the long-term key, or
	session *session   // the session
}

// user is the IAM user who signs; nil for a role.
func (s signer) user() *user {
	if s.key != nil {
		return s.key.owner
	}
	return s.session.user
}

func (s signer) arn() string {
	if u := s.user(); u != nil {
		return u.arn()
	}
	return fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", AccountID, s.session.role.name, s.session.name)
}

// id is the unique ID of who signs, as sts:GetCallerIdentity tells it.
func (s signer) id() string {
	if u := s.user(); u != nil {
		return u.id
	}
	return s.session.role.id + ":" + s.session.name
}

// secret is what a signature is made with.
func (s signer) secret() Credentials {
	if s.session != nil {
		return s.session.Credentials
	}
	return Credentials{KeyID: s.key.id, Secret: s.key.secret}
}

// used notes the request as a use of its key. What a session does is not a use of
// the key that it was made from.
func (s signer) used(at time.Time, service, region string) {
	if s.key != nil {
		s.key.used(use{at, service, region}, s.account.behavior.LastUsedDelay)
	}
}

// authenticate finds who may sign with a key ID and a session token now, in a
// region. Applications and requests on the wire both come this way.
func (a *Account) authenticate(keyID, token, service, region string, now time.Time) (signer, *refusal) {
	if s := a.sessions[keyID]; s != nil {
		switch {
		case subtle.ConstantTimeCompare([]byte(token), []byte(s.SessionToken)) != 1,
			s.user != nil && s.user.gone,
			// AWS's documented answer to a session of GetSessionToken without MFA.
			s.user != nil && !s.mfa && service == "iam":
			return signer{}, errInvalidToken
		case !a.wire().Before(s.expires):
			return signer{}, errExpiredToken
		}
		return signer{account: a, session: s}, nil
	}
	k := a.keys[keyID]
	if k == nil || token != "" || k.owner.gone || !k.works(now, region, a.behavior) {
		return signer{}, errInvalidToken
	}
	return signer{account: a, key: k}, nil
}

// decide is what the signer's policies say of an action. resource is the ARN that it is
// about, or "*".
func (s signer) decide(action, resource string) decision {
	q := question{action: action, resource: resource}
	if s.session != nil {
		q.issued = s.session.issued
	}
	switch u := s.user(); {
	case u != nil:
		return u.decide(q)
	case s.session.role.mayDoEverything:
		return allowedDecision
	}
	return implicitDeny
}
