package evidence

import (
	"slices"
	"strings"
)

// accessServices are the services that say who may do what.
var accessServices = []string{
	"iam", "sso", "sso-directory", "identitystore", "organizations", "ram", "rolesanywhere", "cognito-idp", "signin",
}

// lasts reports whether a call makes or widens what outlives the key that made it: a
// principal, a key or another credential, a policy, a grant, a role.
func lasts(service, name string) bool {
	begins := func(verbs ...string) bool {
		return slices.ContainsFunc(verbs, func(v string) bool { return strings.HasPrefix(name, v) })
	}
	holds := func(nouns ...string) bool {
		return slices.ContainsFunc(nouns, func(n string) bool { return strings.Contains(name, n) })
	}
	switch {
	case holds("Policy", "Policies", "Permission", "Grant"): // taking one away can widen too
		return true
	case slices.Contains(accessServices, service):
		return begins("Create", "Add", "Admin", "Associate", "Attach", "Change", "Enable", "Invite", "Put", "Reset",
			"Set", "Upload") || begins("Update") && holds("LoginProfile", "Provider", "Trust")
	}
	return begins("Create", "Add", "Import", "Register") &&
		holds("User", "AccessKey", "ApiKey", "APIKey", "Credential", "KeyPair", "LoginProfile", "Principal", "Role",
			"SshKey", "SSHKey", "SshPublicKey", "SSHPublicKey", "Token", "AccessEntry")
}
