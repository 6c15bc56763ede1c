package account

import (
	"testing"
	"testing/synctest"
	"time"

	"keyturn/iamops"
	"keyturn/iamops/sandbox"
	"keyturn/iamops/sandbox/faults"
)

// sandboxUser has one key, which was never used.
const sandboxUser = "legacy-export"

// inSandbox opens the sandbox's account as its operator.
func inSandbox(t *testing.T, place *faults.Account) *Account {
	t.Helper()
	op := place.Operator()
	a, err := At(t.Context(), Endpoint{
		URL: "http://sandbox.test", Region: "eu-west-1",
		KeyID: op.KeyID, Secret: iamops.NewSecret(op.Secret), SessionToken: op.SessionToken,
	}, Options{HTTPClient: place.Client(), Clock: place})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// do makes a change and fails the test unless it is done.
func do(t *testing.T, a *Account, kind iamops.ChangeKind, keyID string) iamops.Outcome {
	t.Helper()
	out := a.Change(t.Context(), permit(t, iamops.Change{
		Kind: kind, Rotation: "r1", Account: a.Info().ID, User: sandboxUser, KeyID: keyID,
	}))
	if out.Effect != iamops.Done || out.Sends != 1 {
		t.Fatalf("%s: %+v", kind, out)
	}
	return out
}

// TestLifeOfAKey goes through the sandbox, which verifies each signature: all
// reads and all changes, from the list of users to the deletion.
func TestLifeOfAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const user = sandboxUser
		place := faults.New(sandbox.Options{Seed: 1})
		a := inSandbox(t, place)
		ctx := t.Context()
		if err := a.LoadAlias(ctx); err != nil {
			t.Fatal(err)
		}
		if got := a.Info(); got != (iamops.Account{ID: sandbox.AccountID, Alias: sandbox.AccountAlias, Partition: "aws"}) {
			t.Errorf("info %+v", got)
		}
		found := false
		err := a.Users(ctx, func(page []iamops.User) error {
			for _, u := range page {
				found = found || u.Name == user
			}
			return nil
		})
		if err != nil || !found {
			t.Fatalf("%s among the users: %v, error %v", user, found, err)
		}
		before, err := a.Keys(ctx, user)
		if err != nil || len(before) != 1 {
			t.Fatalf("keys %+v, error %v", before, err)
		}
		use, owner, err := a.LastUsed(ctx, before[0].ID)
		if err != nil || use.State != iamops.NeverUsed || owner != user {
			t.Errorf("last use %+v of %q, error %v", use, owner, err)
		}

		made := do(t, a, iamops.Create, "")
		place.Advance(time.Minute)
		if _, err := a.Try(ctx, made.Key.ID, made.Secret, []string{"eu-west-1", "us-east-1"}); err != nil {
			t.Errorf("trying the new key: %v", err)
		}
		third := a.Change(ctx, permit(t, iamops.Change{Kind: iamops.Create, Rotation: "r1", Account: a.Info().ID, User: user}))
		want(t, third.Problem, iamops.KeyLimit)
		if third.Effect != iamops.NoEffect || third.Sends != 1 {
			t.Errorf("a third key: %+v", third)
		}

		do(t, a, iamops.Deactivate, made.Key.ID)
		place.Advance(time.Minute)
		_, err = a.Try(ctx, made.Key.ID, made.Secret, nil)
		want(t, err, iamops.BadCredentials)
		do(t, a, iamops.Reactivate, made.Key.ID)
		do(t, a, iamops.Deactivate, made.Key.ID)
		do(t, a, iamops.Delete, made.Key.ID)
		place.Advance(time.Minute)
		after, err := a.Keys(ctx, user)
		if err != nil || len(after) != 1 || after[0].ID != before[0].ID {
			t.Errorf("keys %+v, error %v", after, err)
		}
		gone := a.Change(ctx, permit(t, iamops.Change{Kind: iamops.Delete, Rotation: "r1", Account: a.Info().ID, User: user, KeyID: made.Key.ID}))
		want(t, gone.Problem, iamops.NotFound)
	})
}

// TestEffectBehindTheFault: an unclear outcome is unclear either way. Whether the
// fault struck before the change took effect or after it, one request is sent.
func TestEffectBehindTheFault(t *testing.T) {
	for _, breaks := range []faults.Break{faults.InternalError, faults.Unavailable, faults.ConnectionReset, faults.ConnectionEOF, faults.CutBody} {
		for _, at := range []faults.Moment{faults.BeforeEffect, faults.AfterEffect} {
			synctest.Test(t, func(t *testing.T) {
				place := faults.New(sandbox.Options{Seed: 1})
				a := inSandbox(t, place)
				fault := place.Inject(faults.Fault{Action: "iam:CreateAccessKey", Break: breaks, At: at})
				out := a.Change(t.Context(), permit(t, iamops.Change{
					Kind: iamops.Create, Rotation: "r1", Account: sandbox.AccountID, User: sandboxUser,
				}))
				if out.Effect != iamops.Unclear || out.Sends != 1 || fault.Struck() != 1 || out.Secret.Held() {
					t.Errorf("break %d at %d: struck %d times, %+v", breaks, at, fault.Struck(), out)
				}
			})
		}
	}
}
