package runner_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/policy"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
)

// called collects the actions of calls.
type called struct {
	mu      sync.Mutex
	actions map[string]bool
}

func (c *called) take(call account.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.actions == nil {
		c.actions = map[string]bool{}
	}
	c.actions[call.Action] = true
}

// need are the actions, without those that need no permission.
func (c *called) need() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for action := range c.actions {
		if action != "sts:GetCallerIdentity" {
			all = append(all, action)
		}
	}
	slices.Sort(all)
	return all
}

// withPolicy is a rotation by an operator who may do what a document says, and no more.
func withPolicy(t *testing.T, document policy.Document, calls *called) *scene {
	t.Helper()
	return beginWith(t, "Suzie", func(parts *runner.Parts, s *scene) {
		s.cloud.Allow(sandbox.OperatorUser)
		s.cloud.Attach(sandbox.OperatorUser, "keyturn", document.JSON())
		by := s.cloud.Operator()
		a, err := account.At(t.Context(),
			account.Endpoint{URL: "http://sandbox", Region: "eu-west-1", KeyID: by.KeyID, Secret: iamops.NewSecret(by.Secret)},
			account.Options{HTTPClient: s.cloud.Client(), Clock: s.cloud, OnCall: calls.take})
		if err != nil {
			t.Fatal(err)
		}
		parts.Account, parts.Trail, parts.Policies, parts.Simulator, parts.Describer, parts.Renew = a, a, a, a, a, a.Renew
	})
}

var everywhere = policy.Where{Partition: "aws", Account: "*"}

// without is a document that lacks an action.
func without(d policy.Document, action string) policy.Document {
	less := policy.Document{Version: d.Version}
	for _, s := range d.Statement {
		s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == action })
		if len(s.Action) > 0 {
			less.Statement = append(less.Statement, s)
		}
	}
	return less
}

// rotateAll does a whole rotation with a roll back.
func (s *scene) rotateAll() {
	s.t.Helper()
	s.stored()
	s.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
	s.must(rotation.GoOn)
	s.change(rotation.MakeChange, rotation.Watch)
	s.change(rotation.RollBack, rotation.Distribute)
	s.must(rotation.GoOn)
	s.change(rotation.MakeChange, rotation.Watch)
	s.must(rotation.GoOn)
	iamops.Sleep(s.t.Context(), rotation.DeleteAfter)
	s.change(rotation.MakeChange, rotation.Finished)
}

// denied are the actions that the preflight says are denied, and unknown those that it
// can't tell.
func (s *scene) preflight() (denied, unknown []string) {
	s.t.Helper()
	s.await("the preflight", func(st rotation.State) bool { return st.Preflight != nil })
	for _, p := range s.state().Preflight.Permissions {
		switch {
		case p.Verdict.Denied():
			denied = append(denied, p.Action)
			if !strings.Contains(p.Statement, `"`+p.Action+`"`) {
				s.t.Errorf("the statement for %s: %s", p.Action, p.Statement)
			}
		case p.Verdict == iamops.NotKnown:
			unknown = append(unknown, p.Action)
		}
	}
	return denied, unknown
}

// assumeOnly lets a user assume roles, and nothing else.
var assumeOnly = policy.Document{Version: "2012-10-17", Statement: []policy.Statement{{Effect: "Allow", Action: []string{"sts:AssumeRole"}, Resource: []string{"*"}}}}

// TestThePolicyIsEnoughAndNoMore: with the document and nothing else whole rotations work,
// and each of its actions is one that they call.
func TestThePolicyIsEnoughAndNoMore(t *testing.T) {
	document := policy.For(everywhere, policy.Rotate, policy.Leaked, policy.Tag)
	var calls called
	synctest.Test(t, func(t *testing.T) {
		s := withPolicy(t, document, &calls)
		if denied, unknown := s.preflight(); len(denied)+len(unknown) > 0 {
			t.Errorf("denied %v, not known %v", denied, unknown)
		}
		s.rotateAll()
	})
	synctest.Test(t, func(t *testing.T) {
		s := withPolicy(t, document, &calls)
		s.must(rotation.Leak)
		s.await("the quarantine", func(st rotation.State) bool { return st.Quarantine != nil && st.Quarantine.Problem == nil })
	})
	home := t.TempDir()
	isolateAWS(t, home)
	synctest.Test(t, func(t *testing.T) { // a role, whose own ARN has to be found
		d := atDeskWith(t, ownWays["a role by source_profile"], home, assumeOnly)
		defer d.end()
		if denied, unknown := d.preflight(); len(denied)+len(unknown) > 0 {
			t.Errorf("a role: denied %v, not known %v", denied, unknown)
		}
		for _, action := range d.calls.need() {
			if action != "sts:AssumeRole" {
				calls.take(account.Call{Action: action})
			}
		}
	})
	if got, want := calls.need(), document.Actions(); !slices.Equal(got, want) {
		t.Errorf("called:\n%v\nin the document:\n%v", got, want)
	}
}

// TestThePolicyForOnesOwnKeyIsEnoughAndNoMore is the same for a user who may do it to
// itself alone.
func TestThePolicyForOnesOwnKeyIsEnoughAndNoMore(t *testing.T) {
	where := everywhere
	where.Self = true
	document := policy.For(where, policy.Rotate)
	home := t.TempDir()
	isolateAWS(t, home)
	synctest.Test(t, func(t *testing.T) {
		d := atDeskWith(t, ownWays["a static profile"], home, document)
		defer d.end()
		if denied, unknown := d.preflight(); len(denied)+len(unknown) > 0 {
			t.Errorf("denied %v, not known %v", denied, unknown)
		}
		for i, step := range ownSteps {
			step(d)
			if i == 3 {
				d.await("the event history", func(st rotation.State) bool { return st.Evidence.Looked() })
			}
		}
		if got, want := d.calls.need(), document.Actions(); !slices.Equal(got, want) {
			t.Errorf("called:\n%v\nin the document:\n%v", got, want)
		}
	})
}

// TestWhatAPolicyLacksIsNamed: each action that is taken away is named before anything is
// made, and no other.
func TestWhatAPolicyLacksIsNamed(t *testing.T) {
	whole := policy.For(everywhere, policy.Rotate, policy.Tag)
	for _, action := range whole.Actions() {
		t.Run(strings.ReplaceAll(action, ":", " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := withPolicy(t, without(whole, action), new(called))
				denied, unknown := s.preflight()
				if action == "iam:SimulatePrincipalPolicy" {
					if len(denied) > 0 || len(unknown) != len(whole.Actions()) || s.state().Preflight.Problem == nil {
						t.Errorf("denied %v, not known %v", denied, unknown)
					}
					s.rotateAll()
					return
				}
				if !slices.Equal(denied, []string{action}) || len(unknown) > 0 {
					t.Errorf("denied %v, not known %v", denied, unknown)
				}
				offer, _ := rotation.OfferFor(s.run.Snapshot().Offers(s.cloud.Now()), rotation.GoOn)
				needed := slices.ContainsFunc(s.state().Preflight.Permissions, func(p iamops.Permission) bool { return p.Action == action && !p.Optional })
				if guarded := slices.Contains(offer.Whys, rotation.WhyNotAllowed); guarded != needed {
					t.Errorf("guarded %v, needed %v", guarded, needed)
				}
			})
		})
	}
}
