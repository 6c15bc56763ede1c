package iamops

import "time"

// MaxKeys is the number of access keys that an IAM user can have. It is an AWS
// quota that can't be raised (IAM quotas).
const MaxKeys = 2

// User is an IAM user.
type User struct {
	Name    string
	ARN     string
	ID      string
	Path    string
	Created time.Time
}

// KeyStatus is the status of an access key, in AWS's words. A value that is not
// named here is passed on as it came.
type KeyStatus string

// The statuses that iam:ListAccessKeys answers.
const (
	Active   KeyStatus = "Active"
	Inactive KeyStatus = "Inactive"
	Expired  KeyStatus = "Expired"
)

// AccessKey is an access key without its secret, as iam:ListAccessKeys tells it.
type AccessKey struct {
	UserName string
	ID       string
	Status   KeyStatus
	Created  time.Time
}

// Age is the time since the key was created, at the given instant.
func (k AccessKey) Age(now time.Time) time.Duration { return now.Sub(k.Created) }

// FindKey returns the key with the given ID.
func FindKey(keys []AccessKey, id string) (AccessKey, bool) {
	for _, k := range keys {
		if k.ID == id {
			return k, true
		}
	}
	return AccessKey{}, false
}

// KeyIDs are the IDs of the keys, in their order.
func KeyIDs(keys []AccessKey) []string {
	ids := make([]string, 0, len(keys))
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

// UseState says what is known of a key's last use.
type UseState int

// What is known of a last use.
const (
	// UseUnknown: nothing is known, not even whether there was a use.
	UseUnknown UseState = iota
	// NeverUsed: AWS has seen no use of the key since 22 April 2015.
	NeverUsed
	// Used: AWS has seen a use.
	Used
)

// LastUse is when and where a key was last used, as iam:GetAccessKeyLastUsed
// tells it. The zero value is unknown.
type LastUse struct {
	State   UseState
	At      time.Time // of the last use; zero unless State is Used
	Service string    // s3, ec2, …; "" if AWS names none
	Region  string    // "" if AWS names none
	AsOf    time.Time // when this was looked up
	Problem *Problem  // why it is unknown; nil if it was never looked up
}
