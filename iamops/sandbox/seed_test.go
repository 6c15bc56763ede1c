package sandbox_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestTheSeededAccountIsWorthLookingAt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		a := newAccount()
		now := a.Now()
		type key struct {
			days   int
			status types.StatusType
			used   time.Duration // at most so long ago; 0 is never
		}
		const day = 24 * time.Hour
		for user, want := range map[string][]key{
			"Suzie":         {{97, "Active", 2 * time.Minute}},
			"billing-cron":  {{412, "Active", time.Hour}},
			"ci-deploy":     {{91, "Active", 6 * time.Hour}},
			"legacy-export": {{733, "Active", 0}},
			"report-mailer": {{310, "Inactive", 61 * day}},
			"web-frontend":  {{37, "Active", 5 * time.Minute}},
			"data-pipeline": {{210, "Active", 4 * time.Hour}, {140, "Active", 15 * time.Minute}},
			"backup-agent":  {{610, "Inactive", 80 * day}, {80, "Active", 7 * day}},
			"invoice-api":   {{185, "Active", 3 * day}, {3, "Active", 10 * time.Minute}},
			"bob":           {},
		} {
			keys := listKeys(t, a, user)
			if len(keys) != len(want) {
				t.Errorf("%s has %d keys, want %d", user, len(keys), len(want))
				continue
			}
			for i, w := range want {
				k := keys[i]
				if days := int(now.Sub(*k.CreateDate) / day); days != w.days || k.Status != w.status {
					t.Errorf("%s's key %d: %d days, %s; want %+v", user, i+1, days, k.Status, w)
				}
				if !regexp.MustCompile(`^AKIA[A-Z0-9]{16}$`).MatchString(*k.AccessKeyId) {
					t.Errorf("%s's key has the ID %s", user, *k.AccessKeyId)
				}
				u := lastUsed(t, a, *k.AccessKeyId)
				switch {
				case w.used == 0 && u.LastUsedDate != nil:
					t.Errorf("%s's key was used", user)
				case w.used > 0 && (u.LastUsedDate == nil || now.Sub(*u.LastUsedDate) > w.used || u.LastUsedDate.Before(*k.CreateDate)):
					t.Errorf("%s's key was last used %v, want within %v", user, u.LastUsedDate, w.used)
				}
			}
		}
		for _, p := range a.Applications() {
			if !p.OK || len(p.Log) < 5 || p.LastRun.After(now) {
				t.Errorf("%s: ok %v, %d lines, last run %v", p.Name, p.OK, len(p.Log), p.LastRun)
			}
		}
	})
}
