package plain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/account"
	"keyturn/iamops/rotation"
	"keyturn/iamops/runner"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
	"keyturn/ui/plain"
	"keyturn/ui/simulation"
)

// typist answers each prompt with the next of its lines. An answer that begins with
// "wait " lets that much time pass first.
type typist struct {
	ctx     context.Context
	answers []string
}

func (p *typist) Read(b []byte) (int, error) {
	for {
		if len(p.answers) == 0 {
			return 0, io.EOF
		}
		line := p.answers[0]
		p.answers = p.answers[1:]
		if rest, ok := strings.CutPrefix(line, "wait "); ok {
			d, err := time.ParseDuration(rest)
			if err != nil {
				return 0, fmt.Errorf("a typist's pause: %w", err)
			}
			iamops.Sleep(p.ctx, d)
			continue
		}
		return copy(b, line+"\n"), nil
	}
}

// days is what the sandbox adds.
type days struct {
	cloud *faults.Account
}

func (d days) Advance(by time.Duration) error {
	d.cloud.Advance(by)
	return nil
}

func (d days) Applications() []simulation.Application {
	var apps []simulation.Application
	for _, a := range d.cloud.Applications() {
		app := simulation.Application{Name: a.Name, User: a.User, KeyID: a.KeyID, NewestKeyID: a.Newest}
		if n := len(a.Log); n > 0 {
			app.Log = []simulation.LogLine{{Text: fmt.Sprintf("%s: ok %v", a.Name, a.Log[n-1].OK)}}
		}
		apps = append(apps, app)
	}
	return apps
}

func (d days) UpdateApplication(name, keyID string) error {
	return d.cloud.UpdateApplication(name, keyID)
}

type nowhere struct{}

func (nowhere) Append(any) error { return nil }

func connect(ctx context.Context, cloud *faults.Account) (*account.Account, error) {
	op := cloud.Operator()
	return account.At(ctx,
		account.Endpoint{URL: "http://sandbox", Region: "eu-west-1", KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret)},
		account.Options{HTTPClient: cloud.Client(), Clock: cloud})
}

// converse leads a conversation about a user with the given answers and returns
// all that was printed.
func converse(t *testing.T, cloud *faults.Account, user string, answers ...string) (string, error) {
	t.Helper()
	a, err := connect(t.Context(), cloud)
	if err != nil {
		t.Fatal(err)
	}
	run := runner.Start(runner.Parts{Account: a, Journal: nowhere{}, Clock: cloud, Settings: rotation.DefaultSettings()}, runner.Task{ID: "rot1", User: user})
	var out bytes.Buffer
	session := plain.Session{
		Rotation: run, Clock: cloud, Account: a.Info(), Sandbox: days{cloud},
		In: &typist{ctx: t.Context(), answers: answers}, Out: &out,
	}
	err = session.Run(t.Context())
	if closing := run.Close(t.Context()); closing != nil {
		t.Error(closing)
	}
	synctest.Wait()
	return out.String(), err
}

// inOrder checks that each of the texts comes after the one before it.
func inOrder(t *testing.T, printed string, texts ...string) {
	t.Helper()
	rest := printed
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Fatalf("%q is not there, or not in its place, in:\n%s", text, printed)
		}
		rest = after
	}
}

func TestAWholeRotationWithARollBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := faults.New(sandbox.Options{Seed: 1})
		printed, err := converse(t, cloud, "Suzie",
			"go", "create", "yes",
			"show", "yes", "stored", "yes", "update photo-sync",
			"go", "deactivate", "a test of mine", "yes", "day", "apps",
			"roll-back", "yes", "update nightly-export", "day", "day", "day", "day", "day", "day", "day", "day", "look", "wait 20s",
			"go", "change", "yes", "day", "apps", "day", "day", "day", "day", "day", "day",
			"go", "delete", "MPLE")
		if err != nil {
			t.Fatalf("%v in:\n%s", err, printed)
		}
		inOrder(t, printed,
			"Step 1 of 8", "Step 2 of 8", "aws iam create-access-key --user-name Suzie", "Step 3 of 8", "secret access key",
			"Step 4 of 8", "Step 5 of 8", "--status Inactive", "Step 6 of 8", "nightly-export: ok false",
			"--status Active", "Step 4 of 8", "Step 6 of 8", "photo-sync: ok true", "Step 7 of 8", "aws iam delete-access-key", "Done.")
	})
}

func TestAnswersThatDoNothing(t *testing.T) {
	for name, c := range map[string]struct {
		answers []string
		says    string
	}{
		"unknown word":     {[]string{"delete everything"}, "not one of the words"},
		"not confirmed":    {[]string{"go", "change", "no"}, "Nothing was done"},
		"an empty line":    {[]string{"", "leave"}, "The sandbox's account ends with keyturn."},
		"not offered here": {[]string{"roll-back"}, "not one of the words"},
		"end of input":     {nil, "End of input"},
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := faults.New(sandbox.Options{Seed: 1})
			printed, err := converse(t, cloud, "Suzie", c.answers...)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			inOrder(t, printed, c.says)
			if n := cloud.Sent("iam:CreateAccessKey"); n != 0 {
				t.Errorf("%s: %d keys created", name, n)
			}
		})
	}
}

func TestTheSecretIsNotLeftBehindUnsaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		printed, err := converse(t, faults.New(sandbox.Options{Seed: 1}), "Suzie", "go", "change", "yes", "leave")
		inOrder(t, printed, "would lose it for good", "would lose it for good")
		if !errors.Is(err, plain.ErrSecretLost) {
			t.Errorf("got %v", err)
		}
		if strings.Contains(printed, "secret access key") {
			t.Error("the secret was printed unasked")
		}
	})
}

func TestWhatCannotBeRotatedIsSaid(t *testing.T) {
	for user, says := range map[string]string{
		"nobody": "there is no IAM user nobody",
	} {
		synctest.Test(t, func(t *testing.T) {
			printed, err := converse(t, faults.New(sandbox.Options{Seed: 1}), user, "go")
			if err != nil {
				t.Error(err)
			}
			inOrder(t, printed, says)
		})
	}
}
