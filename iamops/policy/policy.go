// Package policy knows which permissions keyturn's work needs: as an IAM policy document
// for each kind of work ([For]), and as a question to AWS before the work is begun
// ([Preflight]).
//
// # Terms
//
// A [Job] is a kind of work. It needs [Grant]s: an action, what it is done to, and
// whether the job is possible without it. What every grant is needed for is said where
// the operator meets it: in the statement's Sid, and in words where it is missing.
//
// # Rules
//
//   - The grants are the actions that keyturn's calls make, no more and no less, and a
//     declared list of [Implied] ones, which AWS makes on the caller's behalf. A test
//     compares them with the calls of whole rotations.
//   - A simulation is no proof: what it can't see counts as not known, never as allowed.
package policy

import "slices"

// Job is a kind of work.
type Job string

// The jobs.
const (
	Audit  Job = "audit"  // see all users' keys and find the owner of one
	Rotate Job = "rotate" // take a user's key from old to new
	Retire Job = "retire" // take a key out of use without a new one; a part of Rotate
	Leaked Job = "leaked" // what a leaked key needs on top of Rotate
	Tag    Job = "tag"    // describe the keys for colleagues
)

// Grant is one action that a job needs.
type Grant struct {
	Action string // iam:CreateAccessKey
	Scope  Scope
	// Without says what is missing without it, where the job is possible then; "" if it
	// is not.
	Without string
	sid     string // of the statement that it stands in; all of a statement have one scope
	others  bool   // a user who rotates its own keys does not need it
}

// Optional reports whether the job is possible without it.
func (g Grant) Optional() bool { return g.Without != "" }

// Scope is what an action is done to.
type Scope string

// The scopes.
const (
	Everything    Scope = "everything" // actions that know no resource, and lists of all
	Users         Scope = "users"
	Roles         Scope = "roles"
	UsersAndRoles Scope = "users and roles"
)

// grants are what the jobs need, in the order of the documents.
var grants = map[Job][]Grant{
	Audit: {
		{Action: "iam:ListUsers", Scope: Everything, sid: "Audit"},
		{Action: "iam:ListAccessKeys", Scope: Everything, sid: "Audit"},
		{Action: "iam:GetAccessKeyLastUsed", Scope: Everything, sid: "Audit"},
		{Action: "iam:GenerateCredentialReport", Scope: Everything, sid: "AuditAtOnce",
			Without: "large accounts are read user by user"},
		{Action: "iam:GetCredentialReport", Scope: Everything, sid: "AuditAtOnce",
			Without: "large accounts are read user by user"},
		{Action: "iam:ListAccountAliases", Scope: Everything, sid: "AuditMore",
			Without: "the account's alias is not shown"},
		{Action: "iam:GetAccountAuthorizationDetails", Scope: Everything, sid: "AuditMore",
			Without: "owners, groups, policies and administrators are not shown"},
		{Action: "iam:ListAttachedUserPolicies", Scope: Everything, sid: "AuditMore", Without: noQuarantine},
		{Action: "sts:GetAccessKeyInfo", Scope: Everything, sid: "AuditMore",
			Without: "the account of a key that is not the account's own is not found"},
	},
	Rotate: append([]Grant{{Action: "iam:CreateAccessKey", Scope: Users, sid: "Rotate"}}, retire...),
	Retire: retire,
	Leaked: {
		{Action: "iam:ListAttachedUserPolicies", Scope: Users, sid: "Leaked", Without: noQuarantine},
	},
	Tag: {
		{Action: "iam:ListUserTags", Scope: Users, sid: "Tag", Without: "the keys' descriptions are not read"},
		{Action: "iam:TagUser", Scope: Users, sid: "Tag", Without: "the keys' descriptions are not written"},
	},
}

const noQuarantine = "whether AWS has put the user into quarantine, for a key that leaked, is not known"

var retire = []Grant{
	{Action: "iam:ListAccessKeys", Scope: Users, sid: "Rotate"},
	{Action: "iam:GetAccessKeyLastUsed", Scope: Users, sid: "Rotate",
		Without: "when the keys were last used is not known, which counts as used"},
	{Action: "iam:UpdateAccessKey", Scope: Users, sid: "Rotate"},
	{Action: "iam:DeleteAccessKey", Scope: Users, sid: "Rotate"},
	{Action: "iam:ListAttachedUserPolicies", Scope: Users, sid: "Rotate", Without: noQuarantine},
	{Action: "cloudtrail:LookupEvents", Scope: Everything, sid: "Evidence",
		Without: "who uses the keys is not looked up in CloudTrail"},
	{Action: "account:ListRegions", Scope: Everything, sid: "Evidence",
		Without: "CloudTrail is asked in a few regions only"},
	{Action: "iam:SimulatePrincipalPolicy", Scope: UsersAndRoles, sid: "Preflight",
		Without: "what is not allowed shows only when it is tried"},
	{Action: "iam:GetUser", Scope: Users, sid: "PreflightUser", others: true,
		Without: "the simulation takes the user to have no path"},
	{Action: "iam:GetRole", Scope: Roles, sid: "PreflightRole", others: true,
		Without: "what a role may do can't be simulated"},
}

// GrantsOf are the grants of jobs, each once.
func GrantsOf(jobs ...Job) []Grant {
	var all []Grant
	for _, job := range jobs {
		for _, g := range grants[job] {
			same := func(other Grant) bool { return other.Action == g.Action && other.Scope == g.Scope }
			if !slices.ContainsFunc(all, same) {
				all = append(all, g)
			}
		}
	}
	return all
}

// Implied are the actions that AWS itself makes on the caller's behalf, so that no call of
// keyturn's shows them, and that documents hold all the same.
func Implied() []string { return []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} }
