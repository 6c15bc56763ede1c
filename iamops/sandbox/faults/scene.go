package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"keyturn/iamops/sandbox"
)

// The policies that Allow and AllowSelf give a user, and AWS's own.
const (
	allowedPolicy     = "allowed"
	allowedSelfPolicy = "allowed-on-itself"
	everythingPolicy  = "AdministratorAccess"
	// Quarantine is the name of the policy that AWS attaches to a user whose key has leaked.
	Quarantine = "AWSCompromisedKeyQuarantineV3"
)

// quarantineDocument denies what that policy denies, as far as the account knows it.
const quarantineDocument = `{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": [
	"cloudtrail:LookupEvents", "iam:CreateAccessKey", "iam:CreateUser", "iam:UpdateAccessKey", "iam:PutUserPolicy"
], "Resource": "*"}]}`

// Allow sets what a user may do, from now on, in place of all that it said before: actions
// as in "iam:ListUsers", "iam:*" for a service, "*" for everything. Seeded users but the
// operator may do nothing. sts:GetCallerIdentity and sts:GetSessionToken need no
// permission, as on AWS. Allow panics if there is no such user, or if the account does not
// know an action.
func (a *Account) Allow(userName string, actions ...string) {
	everything := ""
	if slices.Contains(actions, "*") {
		everything, actions = allowing("*", "*"), nil
	}
	a.Arrange(func(s sandbox.Scene) {
		s.SetPolicy(userName, sandbox.Policy{Name: everythingPolicy, Document: everything, Managed: true})
		s.SetPolicy(userName, sandbox.Policy{Name: allowedPolicy, Document: allowing("*", actions...)})
	})
}

// AllowSelf is like Allow, for what a user may do to itself.
func (a *Account) AllowSelf(userName string, actions ...string) {
	itself := "arn:aws:iam::" + sandbox.AccountID + ":user/" + userName
	a.Attach(userName, allowedSelfPolicy, allowing(itself, actions...))
}

// allowing is a policy that allows actions on a resource; "" if there are no actions.
func allowing(resource string, actions ...string) string {
	if len(actions) == 0 {
		return ""
	}
	for _, action := range actions {
		mustKnowAction(action)
	}
	statement := map[string]any{"Effect": "Allow", "Action": actions, "Resource": resource}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	if err != nil {
		panic("faults: " + err.Error()) // a map of texts always can be written
	}
	return string(text)
}

// Attach gives a user an inline policy, on top of what Allow says, in place of one of the
// same name. It panics if there is no such user, or if the document is none that the
// account can evaluate.
func (a *Account) Attach(userName, name, document string) {
	a.Arrange(func(s sandbox.Scene) { s.SetPolicy(userName, sandbox.Policy{Name: name, Document: document}) })
}

// Quarantine attaches AWS's quarantine policy to a user.
func (a *Account) Quarantine(userName string) {
	a.Arrange(func(s sandbox.Scene) {
		s.SetPolicy(userName, sandbox.Policy{Name: Quarantine, Document: quarantineDocument, Managed: true})
	})
}

// AddSecret makes a secret of Secrets Manager in a region.
func (a *Account) AddSecret(region, name, text string) {
	a.Arrange(func(s sandbox.Scene) { s.AddSecret(region, name, text) })
}

// AddParameter makes a parameter of the SSM Parameter Store in a region, of a type such as
// SecureString, which the KMS key encrypts; "" is the account's default.
func (a *Account) AddParameter(region, name, kind, kmsKey, text string) {
	a.Arrange(func(s sandbox.Scene) { s.AddParameter(region, name, kind, kmsKey, text) })
}

// Run adds an application, with its runs of the past made. It panics if there is no such
// key or role, or if it would never run.
func (a *Account) Run(w sandbox.Workload) { a.Arrange(func(s sandbox.Scene) { s.Run(w) }) }

// FromFile reads the access key in a file, as applications do. Its errors name the file.
func FromFile(path string) func() (keyID, secret string, err error) {
	return func() (string, string, error) {
		text, err := os.ReadFile(path) //nolint:gosec // the file that the application was told to read
		if err != nil {
			return "", "", fmt.Errorf("reading the key's file: %w", err)
		}
		id, secret := sandbox.KeyIn(string(text))
		if id == "" || secret == "" {
			return "", "", fmt.Errorf("%s holds no access key", path)
		}
		return id, secret, nil
	}
}
