package audit

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"keyturn/iamops"
)

// finder answers from memory and notes what was asked.
type finder struct {
	account string
	use     iamops.LastUse
	owner   string
	keys    []iamops.AccessKey
	fails   map[string]error
	asked   []string
	caller  string // an IAM user's name
}

func (f *finder) Caller() iamops.Caller {
	c := iamops.Caller{Account: "111122223333", SigningKeyID: "AKIAIOSFODNN7EXAMPLE"}
	if f.caller != "" {
		c.ARN = "arn:aws:iam::111122223333:user/" + f.caller
	}
	return c
}

func (f *finder) KeyAccount(context.Context, string) (string, error) {
	f.asked = append(f.asked, "account")
	return f.account, f.fails["account"]
}

func (f *finder) LastUsed(context.Context, string) (iamops.LastUse, string, error) {
	f.asked = append(f.asked, "use")
	return f.use, f.owner, f.fails["use"]
}

func (f *finder) Keys(_ context.Context, user string) ([]iamops.AccessKey, error) {
	f.asked = append(f.asked, "keys of "+user)
	return f.keys, f.fails["keys"]
}

func (f *finder) AttachedPolicies(_ context.Context, user string) ([]string, error) {
	f.asked = append(f.asked, "policies of "+user)
	return []string{"ReadOnlyAccess", "AWSCompromisedKeyQuarantineV3"}, f.fails["policies"]
}

type clockAt time.Time

func (c clockAt) Now() time.Time { return time.Time(c) }

func TestFind(t *testing.T) {
	const id, other = "AKIAI44QH8DHBEXAMPLE", "AKIAIOSFODNN7EXAMPLE"
	denied := &iamops.Problem{Kind: iamops.AccessDenied, Action: "iam:GetAccessKeyLastUsed"}
	suzies := []iamops.AccessKey{key(id, 100*day, iamops.Active), key(other, 50*day, iamops.Active)}
	for name, tc := range map[string]struct {
		id     string
		source finder
		asked  []string
		check  func(Found) bool
	}{
		"a user's key": {
			id + "\n", finder{account: "111122223333", use: used(day), owner: "Suzie", keys: suzies},
			[]string{"account", "use", "keys of Suzie", "policies of Suzie"},
			func(f Found) bool {
				r, ok := f.Row(DefaultThresholds(), now)
				return ok && f.User == "Suzie" && r.Findings == SetOf(Overdue, SecondActive) && r.Next() == Rotate &&
					r.LastUse.State == iamops.Used && r.KeySeen == Provenance{Live, now} && f.Problem == nil
			},
		},
		"deleted since": {
			id, finder{account: "111122223333", use: used(day), owner: "Suzie", keys: suzies[1:]},
			[]string{"account", "use", "keys of Suzie", "policies of Suzie"},
			func(f Found) bool {
				_, ok := f.Row(DefaultThresholds(), now)
				return !ok && f.User == "Suzie" && len(f.Keys) == 1
			},
		},
		"of another account": {
			id, finder{account: "444455556666"}, []string{"account"},
			func(f Found) bool { return f.Elsewhere && f.Account == "444455556666" && f.User == "" },
		},
		"of a session": {
			"ASIAI44QH8DHBEXAMPLE", finder{account: "111122223333"}, []string{"account"},
			func(f Found) bool { return f.Temporary && !f.Elsewhere },
		},
		"the account may not be asked for": {
			id, finder{account: "half", use: never, owner: "Suzie", keys: suzies, fails: map[string]error{"account": denied}},
			[]string{"account", "use", "keys of Suzie", "policies of Suzie"},
			func(f Found) bool { // the caller's account lists it
				r, ok := f.Row(DefaultThresholds(), now)
				return f.Account == "111122223333" && f.AccountProblem == nil && ok && r.Findings.Has(NeverUsed) && !f.Own
			},
		},
		"neither the account nor the keys may be asked for": {
			id, finder{account: "half", use: used(day), owner: "Suzie", fails: map[string]error{"account": denied, "keys": denied}},
			[]string{"account", "use", "keys of Suzie", "policies of Suzie"},
			func(f Found) bool { return f.Account == "" && f.AccountProblem == denied && f.Problem == denied },
		},
		"one's own, with no right but to list one's own": {
			other, finder{account: "half", keys: suzies, caller: "Suzie", fails: map[string]error{"account": denied, "use": denied, "policies": denied}},
			[]string{"account", "use", "keys of Suzie", "policies of Suzie"},
			func(f Found) bool {
				r, ok := f.Row(DefaultThresholds(), now)
				return f.Account == "111122223333" && f.AccountProblem == nil && f.Problem == nil && f.User == "Suzie" && f.Own &&
					ok && r.Findings.Has(Unknown) && r.LastUse.State == iamops.UseUnknown && f.QuarantineProblem == denied
			},
		},
		"another's, with no right but to list one's own": {
			"AKIAI44QH8DHBSTRANGE", finder{keys: suzies, caller: "Suzie", fails: map[string]error{"account": denied, "use": denied}},
			[]string{"account", "use", "keys of Suzie"},
			func(f Found) bool {
				return f.Account == "" && f.AccountProblem == denied && f.Problem == denied && f.User == "" && f.NotOf == "Suzie"
			},
		},
		"the last use may not be asked for": {
			id, finder{account: "111122223333", use: never, owner: "Suzie", fails: map[string]error{"use": denied}},
			[]string{"account", "use"},
			func(f Found) bool {
				_, ok := f.Row(DefaultThresholds(), now)
				return f.User == "" && f.Problem == denied && f.LastUse.State == iamops.UseUnknown && !ok
			},
		},
		"the keys can't be listed": {
			id, finder{account: "111122223333", use: used(day), owner: "Suzie", keys: suzies, fails: map[string]error{"keys": errors.New("lost")}},
			[]string{"account", "use", "keys of Suzie", "policies of Suzie"},
			func(f Found) bool { return f.User == "Suzie" && f.Keys == nil && f.Problem.Kind == iamops.Unexpected },
		},
		"nobody is named": {
			id, finder{account: "111122223333", use: used(day)}, []string{"account", "use"},
			func(f Found) bool { return f.User == "" && f.Problem == nil && f.LastUse.State == iamops.Used },
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Find(t.Context(), &tc.source, tc.id, clockAt(now))
			if err != nil || !tc.check(f) || !slices.Equal(tc.source.asked, tc.asked) {
				t.Errorf("found %+v, error %v, asked %v", f, err, tc.source.asked)
			}
		})
	}
}

func TestFindRefusesWhatIsNoKeyID(t *testing.T) {
	for _, text := range []string{"", "AKIA", "akiai44qh8dhbexample", "AKIAI44QH8DHBEXAMPL/", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"} {
		var source finder
		if _, err := Find(t.Context(), &source, text, clockAt(now)); err == nil || source.asked != nil {
			t.Errorf("%q: error %v, asked %v", text, err, source.asked)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, &finder{}, "AKIAI44QH8DHBEXAMPLE", clockAt(now)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
