package iamops

// UserDetail is what iam:GetAccountAuthorizationDetails says about a user beside
// the user's name: what the user is for, and what it may do.
type UserDetail struct {
	Name   string
	Tags   map[string]string // not to be changed: other users may share it
	Groups []string
	// Policies are the names of the policies that are attached to the user, are
	// written into it, or come with its groups, in the order of their names.
	Policies []string
	// Administrator reports whether one of the policies allows every action on
	// every resource. What a permissions boundary or an organization takes away
	// again is not counted.
	Administrator bool
	// Quarantine is the name of the policy that AWS attaches to a user whose key has
	// leaked; "" if it is not attached.
	Quarantine string
}
