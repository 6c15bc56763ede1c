package audit

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// Exemption takes users out of what counts, for a stated reason and a time. It marks
// findings and hides none: what is wrong with an exempt key is still said.
type Exemption struct {
	User   string    // a pattern of path.Match over user names: "ci-*"
	Reason string    // why; an exemption without a reason is none
	Until  time.Time // the first instant at which it counts again; zero for no end
}

// Validate returns an error if the exemption can never apply.
func (e Exemption) Validate() error {
	switch _, err := path.Match(e.User, ""); {
	case e.User == "":
		return errors.New("an exemption names no user")
	case err != nil:
		return fmt.Errorf("the user pattern %q of an exemption: %w", e.User, err)
	case strings.TrimSpace(e.Reason) == "":
		return fmt.Errorf("the exemption of %q gives no reason", e.User)
	}
	return nil
}

// Covers reports whether the exemption holds for a user at the given instant. The
// root user is covered only where it is named: no "*" is meant for it.
func (e Exemption) Covers(user string, now time.Time) bool {
	if strings.TrimSpace(e.Reason) == "" || !e.Until.IsZero() && !now.Before(e.Until) {
		return false
	}
	if user == RootName {
		return e.User == RootName
	}
	matched, err := path.Match(e.User, user)
	return err == nil && matched
}

// Rules are what the rows of an inventory are made with, besides the thresholds.
type Rules struct {
	Exemptions []Exemption // the first that covers a user is the one shown
	// OwnerTags and PurposeTags are the names of the user tags that tell to whom a user
	// belongs and what it is for, the first that a user has being the one; case does
	// not matter.
	OwnerTags, PurposeTags []string
}

// DefaultRules exempt nobody, and look for the tags owner and purpose.
func DefaultRules() Rules {
	return Rules{OwnerTags: []string{"owner"}, PurposeTags: []string{"purpose"}}
}

// firstTag is the value of the first of the named tags that is there.
func firstTag(tags map[string]string, names []string) string {
	for _, name := range names {
		if value, ok := tags[name]; ok {
			return value
		}
		for other, value := range tags {
			if strings.EqualFold(other, name) {
				return value
			}
		}
	}
	return ""
}
