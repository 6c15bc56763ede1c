package sandbox

import "slices"

// role is an IAM role of the account. Both are there from the start.
type role struct {
	name, id        string
	mayDoEverything bool // otherwise nothing: what applications do with it is not judged
}

// roles are all roles, by name. The operator can assume the first; an application of the
// seeded account acts through the second, which nobody else is trusted with.
var roles = []*role{
	{name: adminRole, id: "AROAQ3EGKEYADMINROLE2", mayDoEverything: true},
	{name: "warehouse-loader", id: "AROAQ3EGWAREHOUSELOAD"},
}

func (r *role) arn() string { return "arn:aws:iam::" + AccountID + ":role/" + r.name }

// roleNamed finds a role by its exact name; nil if there is none.
func roleNamed(name string) *role {
	if i := slices.IndexFunc(roles, func(r *role) bool { return r.name == name }); i >= 0 {
		return roles[i]
	}
	return nil
}
