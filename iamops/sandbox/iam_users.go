package sandbox

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// Quotas of IAM.
const (
	maxUsers    = 5000
	maxUserTags = 50
)

// userXML is a user in IAM's answers.
type userXML struct {
	Path             string
	UserName         string
	UserId           string //nolint:revive // AWS's spelling
	Arn              string
	CreateDate       string
	PasswordLastUsed string     `xml:",omitempty"`
	Tags             *list[tag] `xml:",omitempty"`
}

// wireUser is the user as ListUsers shows it, without tags.
func wireUser(u *user) userXML {
	return userXML{
		Path: u.path, UserName: u.name, UserId: u.id, Arn: u.arn(),
		CreateDate:       isoTime(u.created),
		PasswordLastUsed: isoTime(u.password.lastUsed),
	}
}

// wireUserWithTags is the user as GetUser and CreateUser show it.
func wireUserWithTags(u *user) userXML {
	x := wireUser(u)
	if len(u.tags) > 0 {
		x.Tags = &list[tag]{u.tags}
	}
	return x
}

func (c *call) listUsers() (any, *refusal) {
	a := c.account
	after := func(name string) int {
		i, found := slices.BinarySearch(a.names, name)
		if found {
			i++
		}
		return i
	}
	p, problem := c.page(len(a.names), after, func(i int) string { return a.names[i] })
	if problem != nil {
		return nil, problem
	}
	answer := struct {
		Users list[userXML]
		truncation
	}{truncation: p.truncation()}
	for _, name := range a.names[p.from:p.to] {
		answer.Users.Member = append(answer.Users.Member, wireUser(a.users[name]))
	}
	return answer, nil
}

type userAnswer struct{ User userXML }

func (c *call) getUser() (any, *refusal) {
	u, problem := c.user()
	if problem != nil {
		return nil, problem
	}
	return userAnswer{wireUserWithTags(u)}, nil
}

func (c *call) createUser() (any, *refusal) {
	name, path := c.form.Get("UserName"), c.form.Get("Path")
	if path == "" {
		path = "/"
	}
	tags, problem := formTags(c.form)
	switch {
	case problem != nil:
		return nil, problem
	case name == "":
		return nil, missing("userName")
	case len(name) > 64 || !userNamePattern.MatchString(name):
		return nil, badUserName(name)
	case !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") || len(path) > 512:
		return nil, validation(
			"The specified value for path is invalid. It must begin and end with / and contain only " +
				"alphanumeric characters and/or / characters.",
		)
	case c.account.users[strings.ToLower(name)] != nil:
		return nil, userExists(name)
	case len(c.account.users) >= maxUsers:
		return nil, quotaExceeded("UsersPerAccount", maxUsers)
	case len(tags) > maxUserTags:
		return nil, quotaExceeded("TagsPerUser", maxUserTags)
	}
	u := c.account.addUser(name, path, c.now)
	i, _ := slices.BinarySearch(c.account.names, strings.ToLower(name))
	c.account.names = slices.Insert(c.account.names, i, strings.ToLower(name))
	u.tags = tags
	return userAnswer{wireUserWithTags(u)}, nil
}

// addUser makes a user, without keys or permissions. The caller sees to the names.
func (a *Account) addUser(name, path string, created time.Time) *user {
	u := &user{name: name, path: path, id: a.entropy.id("AIDA", 17), created: created.Truncate(time.Second)}
	a.users[strings.ToLower(name)] = u
	return u
}

func (c *call) deleteUser() (any, *refusal) {
	u, problem := c.namedUser()
	switch {
	case problem != nil:
		return nil, problem
	case len(u.liveKeys()) > 0:
		return nil, deleteConflict("Cannot delete entity, must delete access keys first.")
	case slices.ContainsFunc(u.policies, func(p policy) bool { return !p.managed }):
		return nil, deleteConflict("Cannot delete entity, must delete policies first.")
	case slices.ContainsFunc(u.policies, func(p policy) bool { return p.managed }):
		return nil, deleteConflict("Cannot delete entity, must detach all policies first.")
	case u.password.set:
		return nil, deleteConflict("Cannot delete entity, must delete login profile first.")
	}
	a, lower := c.account, strings.ToLower(u.name)
	delete(a.users, lower)
	i, _ := slices.BinarySearch(a.names, lower)
	a.names = slices.Delete(a.names, i, i+1)
	u.gone = true
	return nil, nil
}

// formTags reads the Tags parameter.
func formTags(form url.Values) ([]tag, *refusal) {
	keys, values := members(form, "Tags", ".Key"), members(form, "Tags", ".Value")
	if len(keys) != len(values) {
		return nil, missing("tags")
	}
	tags := make([]tag, 0, len(keys))
	for i, key := range keys {
		if key == "" || len(key) > 128 || len(values[i]) > 256 {
			return nil, constraint(key, "tags",
				"Member must have a key of 1 to 128 and a value of at most 256 characters")
		}
		tags = setTag(tags, tag{key, values[i]})
	}
	return tags, nil
}

// setTag adds a tag, in place of one with its key.
func setTag(tags []tag, t tag) []tag {
	if i := slices.IndexFunc(tags, func(o tag) bool { return o.Key == t.Key }); i >= 0 {
		tags[i] = t
		return tags
	}
	return append(tags, t)
}

func (c *call) tagUser() (any, *refusal) {
	u, problem := c.namedUser()
	if problem != nil {
		return nil, problem
	}
	added, problem := formTags(c.form)
	if problem != nil {
		return nil, problem
	}
	if len(added) == 0 {
		return nil, missing("tags")
	}
	tags := slices.Clone(u.tags)
	for _, t := range added {
		tags = setTag(tags, t)
	}
	if len(tags) > maxUserTags {
		return nil, quotaExceeded("TagsPerUser", maxUserTags)
	}
	u.tags = tags
	return nil, nil
}

func (c *call) untagUser() (any, *refusal) {
	u, problem := c.namedUser()
	if problem != nil {
		return nil, problem
	}
	keys := members(c.form, "TagKeys", "")
	if len(keys) == 0 {
		return nil, missing("tagKeys")
	}
	u.tags = slices.DeleteFunc(slices.Clone(u.tags), func(t tag) bool { return slices.Contains(keys, t.Key) })
	return nil, nil
}

func (c *call) listUserTags() (any, *refusal) {
	u, problem := c.namedUser()
	if problem != nil {
		return nil, problem
	}
	after := func(key string) int {
		return 1 + slices.IndexFunc(u.tags, func(t tag) bool { return t.Key == key })
	}
	p, problem := c.page(len(u.tags), after, func(i int) string { return u.tags[i].Key })
	if problem != nil {
		return nil, problem
	}
	return struct {
		Tags list[tag]
		truncation
	}{list[tag]{u.tags[p.from:p.to]}, p.truncation()}, nil
}
