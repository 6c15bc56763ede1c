package evidence

import "keyturn/iamops"

// Users are the users that events make.
func Users(events []iamops.Event) []iamops.KeyUser {
	g := newGathering()
	for _, e := range events {
		g.add(e)
	}
	return g.users(iamops.Span{})
}
