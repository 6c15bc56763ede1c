package audit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"keyturn/iamops"
)

// TestATenthOfAllLookUpsFail: at random, with and without a credential report. What
// rests on a failed look-up is unknown, and nothing else is; what the report says stands.
func TestATenthOfAllLookUpsFail(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 10)) //nolint:gosec // a repeatable population, no secret
			failing := map[string]bool{}         // users and key IDs
			keys, uses := map[string][]iamops.AccessKey{}, map[string]iamops.LastUse{}
			overdue := map[string]bool{} // key IDs
			csv := reportHead + rootWithoutKeys
			const users = 200
			for i := range users {
				user := fmt.Sprintf("user-%03d", i)
				failing[user] = r.IntN(10) == 0
				age := time.Duration(2+r.IntN(200)) * day
				id := "AKIA-" + user
				failing[id] = r.IntN(10) == 0
				overdue[id] = age > 90*day
				keys[user] = []iamops.AccessKey{key(id, age, iamops.Active)}
				use, columns := never, "N/A,N/A,N/A"
				if r.IntN(3) > 0 {
					use = used(time.Duration(r.IntN(int(age/time.Hour))) * time.Hour)
					columns = use.At.Format(time.RFC3339) + ",eu-west-1,s3"
				}
				uses[id] = use
				line := strings.Replace(bobLine, noSlot, "true,"+now.Add(-age).Format(time.RFC3339)+","+columns, 1)
				csv += strings.ReplaceAll(line, "bob", user)
			}
			s := &source{
				users: users, page: users,
				keysOf: func(user string) ([]iamops.AccessKey, error) {
					if failing[user] {
						return nil, &iamops.Problem{Kind: iamops.Throttled}
					}
					return keys[user], nil
				},
				useOf: func(id string) (iamops.LastUse, error) {
					if failing[id] {
						return never, &iamops.Problem{Kind: iamops.ServiceFault} // what comes with it is not to be believed
					}
					return uses[id], nil
				},
			}
			for _, withReport := range []bool{false, true} {
				inv := NewInventory(DefaultThresholds())
				var src Source = s
				if withReport {
					src = &reporting{source: s, csv: csv}
				}
				if err := (Loader{Source: src}).Load(t.Context(), inv.Apply); err != nil {
					t.Fatal(err)
				}
				rows := inv.AppendRows(nil, now)
				failed := 0
				for i := range rows {
					row, id := &rows[i], "AKIA-"+rows[i].User.Name
					unknown := failing[row.User.Name] || failing[id]
					if unknown {
						failed++
					}
					switch {
					case unknown && !withReport && (row.Findings.Has(NeverUsed) || row.Findings.Has(Unused)),
						withReport && row.LastUse.State != uses[id].State, unknown != row.Findings.Has(Unknown):
						t.Errorf("%s (failed: %v) is %s", id, unknown, row.Findings)
					case (withReport || !failing[row.User.Name]) && row.Findings.Has(Overdue) != overdue[id]:
						t.Errorf("%s is %s, and overdue is %v", id, row.Findings, overdue[id])
					case unknown && row.Problem() == nil:
						t.Errorf("%s does not say why it is unknown", id)
					}
				}
				c, p := Count(rows, now), inv.Progress()
				if c.Of(Unknown) != failed || failed == 0 || c.Awaited != 0 || !p.Failed() || !p.Complete() || p.UsersFailed+p.KeysFailed != failed {
					t.Errorf("%d failed; counts are %+v, progress %+v", failed, c, p)
				}
			}
		})
	}
}
