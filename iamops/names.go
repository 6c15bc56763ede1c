package iamops

import "regexp"

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	region    = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)
)

// IsAccountID reports whether a text has the form of an AWS account's ID: 12 digits.
func IsAccountID(text string) bool { return accountID.MatchString(text) }

// IsRegion reports whether a text has the form of a region's name, as in eu-west-1. The
// pseudo-regions of global services have another.
func IsRegion(text string) bool { return region.MatchString(text) }
