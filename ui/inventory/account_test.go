package inventory

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"keyturn/iamops"
	"keyturn/iamops/audit"
	"keyturn/ui/kit"
	"keyturn/ui/uitest"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// account is a source that answers from memory.
type account struct {
	users    []iamops.User
	keys     map[string][]iamops.AccessKey
	uses     map[string]iamops.LastUse
	problems map[string]*iamops.Problem // by user or key ID
	usersErr error
}

func newAccount() *account {
	return &account{
		keys: map[string][]iamops.AccessKey{}, uses: map[string]iamops.LastUse{},
		problems: map[string]*iamops.Problem{},
	}
}

func (a *account) user(name string) {
	a.users = append(a.users, iamops.User{
		Name: name, ARN: "arn:aws:iam::123456789012:user/" + name, Created: now.Add(-800 * day),
	})
}

func (a *account) key(user, id string, age time.Duration, status iamops.KeyStatus, use iamops.LastUse) {
	if !slices.ContainsFunc(a.users, func(u iamops.User) bool { return u.Name == user }) {
		a.user(user)
	}
	a.keys[user] = append(a.keys[user], iamops.AccessKey{
		UserName: user, ID: id, Status: status, Created: now.Add(-age),
	})
	a.uses[id] = use
}

func (a *account) Users(_ context.Context, page func([]iamops.User) error) error {
	for p := range slices.Chunk(a.users, 100) {
		if err := page(p); err != nil {
			return err
		}
	}
	return a.usersErr
}

func (a *account) Keys(_ context.Context, user string) ([]iamops.AccessKey, error) {
	if p := a.problems[user]; p != nil {
		return nil, p
	}
	return a.keys[user], nil
}

func (a *account) LastUsed(_ context.Context, keyID string) (iamops.LastUse, string, error) {
	if p := a.problems[keyID]; p != nil {
		return iamops.LastUse{State: iamops.NeverUsed}, "", p
	}
	return a.uses[keyID], "", nil
}

func used(ago time.Duration, service, region string) iamops.LastUse {
	return iamops.LastUse{State: iamops.Used, At: now.Add(-ago), Service: service, Region: region}
}

var never = iamops.LastUse{State: iamops.NeverUsed}

func throttled() *iamops.Problem {
	return &iamops.Problem{
		Kind: iamops.Throttled, Action: "iam:GetAccessKeyLastUsed", Code: "Throttling", Message: "Rate exceeded",
	}
}

// sketchAccount is an account with something of everything.
func sketchAccount() *account {
	a := newAccount()
	a.key("billing-cron", "AKIAIOSFODNN7EXAMPLE", 412*day, iamops.Active, used(2*time.Hour, "s3", "us-east-1"))
	a.key("ci-deploy", "AKIAI44QH8DHBEXAMPLE", 91*day, iamops.Active, used(3*day, "ecr", "eu-west-1"))
	a.key("legacy-export", "AKIAJ5QK3ZEXAMPLE001", 733*day, iamops.Active, never)
	a.key("report-mailer", "AKIAJ6EXAMPLE0002TWO", 54*day, iamops.Inactive, used(60*day, "ses", "us-east-1"))
	a.key("Suzie", "AKIAJ7EXAMPLE0003OLD", 120*day, iamops.Active, used(5*time.Minute, "s3", "us-east-1"))
	a.key("Suzie", "AKIAJ7EXAMPLE0003NEW", 3*day, iamops.Active, used(4*time.Minute, "dynamodb", "ap-southeast-2"))
	a.key("two-live", "AKIAJ9EXAMPLE00001ST", 60*day, iamops.Active, used(50*day, "ec2", "us-west-2"))
	a.key("two-live", "AKIAJ9EXAMPLE00002ND", 50*day, iamops.Active, used(time.Minute, "sts", ""))
	a.key("nearly", "AKIAJAEXAMPLE0000DUE", 80*day, iamops.Active, used(time.Hour, "sqs", "eu-central-1"))
	a.key("young", "AKIAJBEXAMPLE0000NEW", 6*time.Hour, iamops.Active, never)
	a.key("web-frontend", "AKIAJ8EXAMPLE0004WEB", 37*day, iamops.Active, iamops.LastUse{})
	a.problems["AKIAJ8EXAMPLE0004WEB"] = throttled()
	a.user("auditor")
	a.user("hidden-one")
	a.problems["hidden-one"] = &iamops.Problem{
		Kind: iamops.AccessDenied, Action: "iam:ListAccessKeys", Code: "AccessDenied", Message: "not authorized",
	}
	return a
}

// manyKeys is an account of n keys, each of its own user.
func manyKeys(n int) *account {
	a := newAccount()
	for i := range n {
		name := fmt.Sprintf("user-%05d", i)
		a.users = append(a.users, iamops.User{Name: name})
		id := fmt.Sprintf("AKIAEXAMPLE%09d", i)
		a.keys[name] = []iamops.AccessKey{{
			UserName: name, ID: id, Status: iamops.Active, Created: now.Add(-time.Duration(i*7%1000) * day),
		}}
		a.uses[id] = used(time.Duration(i*13%400)*time.Hour, "s3", "us-east-1")
	}
	return a
}

// newScreen is a screen of the account at the given size of the whole terminal,
// before anything was loaded.
func newScreen(t testing.TB, source audit.Source, width, height int, look kit.Look) *Screen {
	common := kit.NewCommon(uitest.NewClock(now), look)
	common.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return New(t.Context(), common, source, Options{Thresholds: audit.DefaultThresholds()})
}

// loaded is a screen that has loaded everything.
func loaded(t testing.TB, source audit.Source, width, height int) *Screen {
	s := newScreen(t, source, width, height, kit.Look{})
	drain(s, s.Init())
	return s
}

// drain runs a command, and what follows from its messages, to the end. It returns
// the messages that are for the root.
func drain(s *Screen, cmd tea.Cmd) []tea.Msg {
	var out []tea.Msg
	for waiting := []tea.Cmd{cmd}; len(waiting) > 0; {
		next := waiting[0]
		waiting = waiting[1:]
		if next == nil {
			continue
		}
		switch msg := next().(type) {
		case tea.BatchMsg:
			waiting = append(waiting, msg...)
		case arrived:
			waiting = append(waiting, s.Update(msg))
		default:
			out = append(out, msg)
		}
	}
	return out
}

// press feeds keys by their names and returns the messages for the root.
func press(s *Screen, names ...string) []tea.Msg {
	var out []tea.Msg
	for _, name := range names {
		out = append(out, drain(s, s.Update(uitest.Key(name)))...)
	}
	return out
}
