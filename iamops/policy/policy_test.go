package policy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/audit"
	"keyturn/iamops/policy"
	"keyturn/iamops/sandbox"
)

// TestThePolicyForAnAuditIsEnoughAndNoMore: with the document and nothing else an account
// is read whole and a key is found, and each of its actions is called.
func TestThePolicyForAnAuditIsEnoughAndNoMore(t *testing.T) {
	document := policy.For(policy.Where{Partition: "aws", Account: sandbox.AccountID}, policy.Audit)
	synctest.Test(t, func(t *testing.T) {
		cloud := sandbox.New(sandbox.Options{Seed: 1})
		cloud.Allow(sandbox.OperatorUser)
		cloud.Attach(sandbox.OperatorUser, "keyturn", document.JSON())
		var mu sync.Mutex
		called := map[string]string{}
		op := cloud.Operator()
		a, err := account.At(t.Context(), account.Endpoint{URL: "http://sandbox", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
			account.Options{HTTPClient: cloud.Client(), Clock: cloud, OnCall: func(c account.Call) {
				mu.Lock()
				defer mu.Unlock()
				called[c.Action] = c.Outcome
			}})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.LoadAlias(t.Context()); err != nil {
			t.Error(err)
		}
		if err := (audit.Loader{Source: a, Clock: cloud}).Load(t.Context(), func(audit.Event) {}); err != nil {
			t.Error(err)
		}
		for _, keyID := range []string{op.KeyID, "AKIAIOSFODNN7STRANGE"} {
			if _, err := audit.Find(t.Context(), a, keyID, cloud); err != nil {
				t.Errorf("finding %s: %v", keyID, err)
			}
		}
		delete(called, "sts:GetCallerIdentity") // needs no permission
		var actions []string
		for action, outcome := range called {
			actions = append(actions, action)
			if outcome == "AccessDenied" {
				t.Errorf("%s was denied", action)
			}
		}
		slices.Sort(actions)
		if want := document.Actions(); !slices.Equal(actions, want) {
			t.Errorf("called:\n%v\nin the document:\n%v", actions, want)
		}
	})
}

// TestDocumentsAreWhatAWSTakes: each is valid JSON with ARNs of its partition, and with
// statement IDs as AWS wants them.
func TestDocumentsAreWhatAWSTakes(t *testing.T) {
	for _, partition := range []string{"aws", "aws-us-gov", "aws-cn"} {
		for _, self := range []bool{false, true} {
			where := policy.Where{Partition: partition, Account: "111122223333", Self: self}
			d := policy.For(where, policy.Audit, policy.Rotate, policy.Retire, policy.Leaked, policy.Tag)
			var read struct {
				Version   string
				Statement []struct {
					Sid, Effect      string
					Action, Resource any
				}
			}
			if err := json.Unmarshal([]byte(d.JSON()), &read); err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, s := range read.Statement {
				if s.Effect != "Allow" || s.Sid == "" || seen[s.Sid] || strings.Trim(s.Sid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
					t.Errorf("statement %+v", s)
				}
				seen[s.Sid] = true
			}
			for _, s := range d.Statement {
				for _, r := range s.Resource {
					if r != "*" && !strings.HasPrefix(r, "arn:"+partition+":") {
						t.Errorf("%s: resource %s", partition, r)
					}
				}
			}
			if read.Version != "2012-10-17" || self != strings.Contains(d.JSON(), "${aws:username}") {
				t.Errorf("self %v: %s", self, d.JSON())
			}
		}
	}
}
