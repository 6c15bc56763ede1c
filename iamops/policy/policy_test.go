package policy_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/audit"
	"keyturn/iamops/delivery"
	"keyturn/iamops/policy"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// TestThePolicyForAnAuditIsEnoughAndNoMore: with the document and nothing else an account
// is read whole and a key is found, and each of its actions is called.
func TestThePolicyForAnAuditIsEnoughAndNoMore(t *testing.T) {
	document := policy.For(policy.Where{Partition: "aws", Account: sandbox.AccountID}, policy.Audit)
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
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

// oldKey is what the targets hold at first.
var oldKey = account.Endpoint{KeyID: "AKIAIOSFODNN7EXAMPLE", Secret: iamops.NewSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")}

// TestThePolicyForTargetsIsEnoughAndNoMore: with the document and nothing else the new key
// is delivered, put back and delivered again, and each of its actions is called, but for
// those that AWS implies.
func TestThePolicyForTargetsIsEnoughAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		cloud.AddSecret("eu-west-1", "ci/billing", `{"key": "`+oldKey.KeyID+`", "secret": "`+oldKey.Secret.Reveal()+`"}`)
		cloud.AddParameter("eu-west-1", "/ci/billing", "SecureString", "alias/billing", `{"AccessKeyId": "`+oldKey.KeyID+`", "SecretAccessKey": "`+oldKey.Secret.Reveal()+`"}`)
		var called []string
		op := cloud.Operator()
		a, err := account.At(t.Context(), account.Endpoint{URL: "http://sandbox", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
			account.Options{HTTPClient: cloud.Client(), Clock: cloud, OnCall: func(c account.Call) {
				called = append(called, c.Action)
				if c.Problem != "" {
					t.Errorf("%s: %s", c.Action, c.Outcome)
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		called = nil
		env := delivery.Env{Cloud: func(context.Context, string) (delivery.Cloud, error) { return a, nil }}
		var places []iamops.Place
		var targets []delivery.Target
		for _, spec := range []string{"secretsmanager:id=key,secret=secret:ci/billing", "ssm:as=json:/ci/billing"} {
			target, err := delivery.Parse(spec, env)
			if err != nil {
				t.Fatal(err)
			}
			place, inAWS := delivery.PlaceOf(target)
			if !inAWS {
				t.Fatalf("%s is in no place", spec)
			}
			places, targets = append(places, place), append(targets, target)
		}
		where := policy.Where{Partition: "aws", Account: sandbox.AccountID}
		document := policy.For(where)
		for i, place := range places {
			document = document.With(policy.ForPlace(where, i+1, place))
		}
		enforced := policy.Document{Version: document.Version}
		for _, s := range document.Statement {
			if s.Condition == nil { // KMS, which the account does not have
				enforced.Statement = append(enforced.Statement, s)
			}
		}
		cloud.Allow(sandbox.OperatorUser)
		cloud.Attach(sandbox.OperatorUser, "targets", enforced.JSON())
		for _, target := range targets {
			c := delivery.Credential{KeyID: "AKIAI44QH8DHBEXAMPLE", Secret: iamops.NewSecret("je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"), OldKeyID: oldKey.KeyID, User: "ci-deploy"}
			for _, do := range []func(context.Context, delivery.Credential) error{target.Deliver, target.PutBack, target.Deliver, target.Settle} {
				if err := do(t.Context(), c); err != nil {
					t.Fatalf("%s: %v", target.Name(), err)
				}
			}
		}
		slices.Sort(called)
		want := slices.DeleteFunc(document.Actions(), func(action string) bool { return slices.Contains(policy.Implied(), action) })
		if got := slices.Compact(called); !slices.Equal(got, want) {
			t.Errorf("called:\n%v\nin the document:\n%v", got, want)
		}
	})
}
