package audit

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"keyturn/iamops"
)

// unlisted is a source whose users can't be listed.
type unlisted struct {
	*reporting
	err error
}

func (u unlisted) Users(context.Context, func([]iamops.User) error) error { return u.err }

// Who may not list the users is shown its own keys; nothing but a refusal, to an IAM user,
// makes an audit one of these.
func TestOwnKeysAlone(t *testing.T) {
	denied := &iamops.Problem{Kind: iamops.AccessDenied, Action: "iam:ListUsers"}
	suzie := iamops.User{Name: "Suzie", ARN: "arn:aws:iam::111122223333:user/Suzie"}
	refusals := func(err error, keysOf func(string) ([]iamops.AccessKey, error)) Source {
		return unlisted{&reporting{source: &source{keysOf: keysOf, useOf: usedToday}, refuses: denied, failing: denied, denied: denied}, err}
	}
	for name, tc := range map[string]struct {
		source Source
		own    iamops.User
		rows   []string
		alone  bool
		failed bool
	}{
		"refused": {
			refusals(denied, suzies), suzie,
			[]string{"Suzie AKIAOFF: inactive", "Suzie AKIAOLD: overdue"}, true, false,
		},
		"refused to a role": {
			refusals(denied, suzies), iamops.User{}, nil, false, true,
		},
		"lost": {
			refusals(&iamops.Problem{Kind: iamops.Lost}, suzies), suzie, nil, false, true,
		},
		"refused, own keys too": {
			refusals(denied, func(string) ([]iamops.AccessKey, error) { return nil, denied }), suzie,
			[]string{"Suzie: unknown"}, true, true,
		},
		"the report tells of others": {
			unlisted{&reporting{source: &source{keysOf: suzies, useOf: usedToday}, csv: reportHead + suzieLine + bobLine}, denied}, suzie,
			[]string{"bob", "Suzie AKIAOFF: inactive", "Suzie AKIAOLD: overdue"}, false, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inv := NewInventory(DefaultThresholds())
			synctest.Test(t, func(t *testing.T) {
				err := Loader{Source: tc.source, Clock: clockAt(now), Own: tc.own}.Load(t.Context(), inv.Apply)
				if err != nil {
					t.Error(err)
				}
			})
			rows, p := inv.AppendRows(nil, now), inv.Progress()
			got := slices.DeleteFunc(describe(rows), func(s string) bool { return s == RootName+": unknown" })
			if !slices.Equal(got, tc.rows) || p.OwnKeys() != tc.alone || p.Failed() != tc.failed || !p.Complete() ||
				!errors.Is(p.UsersProblem, denied) && name != "lost" {
				t.Errorf("rows %q, progress %+v", got, p)
			}
		})
	}
}
